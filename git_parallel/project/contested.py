"""Claims of what another task declares: only one that is older than the first attempt of that task counts.

No command of ours gives any other: what a task declares that is unfinished is not to be claimed. So it was written
past us, and would give its holder what is another's.
"""

from collections.abc import Iterable, Mapping, Sequence

from ..git.refs import TASKS, Snapshot, claims_at
from ..names import Oid, TaskId
from ..ownership.judge import Ownership
from .open import Project


def founded(project: Project, world: Snapshot, state: Ownership) -> dict[str, TaskId]:
    """The claims of a moment that count; history is asked only where one meets a declaration."""
    doubtful = {
        path: others
        for path, holder in state.claims.items()
        if (others := _declared(path, holder, world, state))
    }
    if not doubtful or world.claims_oid is None:
        return dict(state.claims)
    since = _since(project, world.claims_oid, {path: state.claims[path] for path in doubtful})
    began = {task: _began(project, task) for others in doubtful.values() for task in others}
    late = {path for path, others in doubtful.items() if any(since[path] > began[task] for task in others)}
    return {path: holder for path, holder in state.claims.items() if path not in late}


def _declared(path: str, holder: TaskId, world: Snapshot, state: Ownership) -> Sequence[TaskId]:
    """The tasks beside its holder that declare a path and have been launched."""
    declared = state.survey.at(path).declared
    return [] if holder in declared else [task for task in declared if task in world.tasks]


def _since(project: Project, tip: Oid, holders: Mapping[str, TaskId]) -> dict[str, int]:
    """When each path came to the holder that it has, in seconds since the epoch."""
    found: dict[str, int] = {}
    left = dict(holders)
    for time, claims in _history(project, tip):
        for path, holder in list(left.items()):
            if claims.get(path) == holder:
                found[path] = time
            else:
                del left[path]
        if not left:
            break
    return found


def _history(project: Project, tip: Oid) -> Iterable[tuple[int, Mapping[str, TaskId]]]:
    """What was claimed, and when that was written; the newest first."""
    lines = project.git.run("log", "--first-parent", "--format=%H %ct", tip, "--").stdout.split()
    for at in range(0, len(lines), _MANY):
        some = lines[at : at + _MANY]
        yield from zip(map(int, some[1::2]), claims_at(project.git, map(Oid, some[::2])), strict=True)


_MANY = 128


def _began(project: Project, task: TaskId) -> int:
    """When a task was first made ready, in seconds since the epoch."""
    out = project.git.run("log", "--first-parent", "--format=%ct", f"{TASKS}{task}", "--").stdout.split()
    return int(out[-1])
