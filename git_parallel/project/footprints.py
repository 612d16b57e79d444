"""What each task touches: as declared, as claimed, and as its branch really shows."""

from collections.abc import Iterable

from ..errors import BadName, GitFailed
from ..git import history
from ..git.refs import Snapshot
from ..names import RefName, TaskId
from ..overlap.footprint import Footprint, of_task
from ..ownership.claims import of
from ..schedule.record import State
from ..tasks.task import Problem, Task
from .open import Project

_WITH_BRANCH = (State.RUNNING, State.SUCCEEDED, State.FAILED, State.LOST, State.CONFLICTED, State.REJECTED)


def footprints(
    project: Project, tasks: Iterable[Task], world: Snapshot, *, observe: bool
) -> tuple[dict[TaskId, Footprint], tuple[Problem, ...]]:
    """The footprint of every task; with `observe` the diffs of branches with work on them count too."""
    found = {}
    problems = []
    for task in tasks:
        claimed = of(world.claims, task.id)
        try:
            changes = _observed(project, task.id, world) if observe else ()
        except GitFailed as error:
            problems.append(
                Problem(task.source, task.line, f"its branch cannot be looked at: {error.message}")
            )
            changes = ()
        try:
            found[task.id] = of_task(task, claimed, changes)
        except BadName as error:
            problems.append(Problem(task.source, task.line, error.message))
            found[task.id] = Footprint(task.id)
    return found, tuple(problems)


def _observed(project: Project, task: TaskId, world: Snapshot):  # type: ignore[no-untyped-def]
    stored = world.tasks.get(task)
    if stored is None or stored.record.state not in _WITH_BRANCH or not stored.record.branch:
        return ()
    tip = project.git.find_ref(RefName.of_branch(stored.record.branch))
    bases = history.merge_bases(project.git, tip, project.base) if tip else ()
    if tip is None or not bases or tip in bases:
        return ()
    from ..overlap.patch import changes

    return changes(history.patch(project.git, old=bases[0], new=tip))
