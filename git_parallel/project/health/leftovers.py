"""What runs that died have left in the runtime directory and beside it, and what goes on without them."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from ...errors import BadName, Busy
from ...git import ground, locks, scratch_worktree
from ...git.admin import task_of
from ...git.put_by import put_by
from ...git.refs import TASKS
from ...names import TaskId, printable
from ...workspace import ports, temporary
from .. import kept_command, waiters
from ..coordinator import is_in_office, withdraw
from ..open import Project
from .finding import Finding
from .scene import Scene

_KIND = "left-runtime"


def find_files(scene: Scene) -> Iterator[Finding]:
    """Files of tasks that have neither a record, not even a damaged one, nor a worktree, nor anything alive."""
    by_task: dict[TaskId, list[Path]] = {}
    for name in scene.runtime_names:
        try:
            by_task.setdefault(TaskId(name.partition(".")[0]), []).append(scene.runtime / "tasks" / name)
        except BadName:
            continue
    for task, files in by_task.items():
        if f"{TASKS}{task}" in scene.refs or task in scene.by_task:
            continue
        # Its setup is one that lives too.
        if any(locks.is_held(file) for file in files if file.suffix == ".lock"):
            continue
        what = f"{len(files)} files are left of '{task}', of which there is no record"
        yield Finding(_KIND, task, what, mend=partial(_put_by, scene, files, f"{task}.runtime"))


def find_half_written(scene: Scene) -> Iterator[Finding]:
    """What was being written when its process died; who writes there holds one of these locks."""
    held = (scene.runtime / "lock", scene.runtime / "merge.lock")
    if scene.is_coordinated or any(locks.is_held(lock) for lock in held):
        return
    for path in sorted((scene.runtime / "tmp").glob("*")):
        what = f"'{printable(path.name)}' was being written by a command that died"
        yield Finding(_KIND, str(path), what, mend=partial(_put_by_alone, scene, path))


def find_ground(scene: Scene) -> Iterator[Finding]:
    """What hooks and sandboxes were told of worktrees that are gone."""
    for name in dict.fromkeys((*scene.grounds, *scene.rooms)):
        task = task_of(Path(name))
        if task is None or task in scene.by_task or scene.is_launching(task) or scene.is_alive(task):
            continue
        if name in scene.grounds:
            what, mend = f"'{name}' in parallel/guard", partial(_forget_ground, scene.common, name)
            yield Finding(
                _KIND, str(scene.runtime / "guard" / name), f"{what} is of a worktree that is gone", mend=mend
            )
        if name in scene.rooms:
            room = scene.runtime / "sandbox" / name
            what, mend = f"'{name}' in parallel/sandbox", partial(_put_by, scene, [room], f"{task}.sandbox")
            yield Finding(_KIND, str(room), f"{what} is of a worktree that is gone", mend=mend)


def find_words(scene: Scene) -> Iterator[Finding]:
    """What commands that died had made known: what a coordinator was about, who was waiting for what."""
    project = scene.project
    if project is None:
        return
    told = sorted(scene.runtime.glob("coordinator*.json"))
    if told and not scene.is_coordinated:
        what = "a coordinator that died has left what it made known"
        yield Finding(_KIND, str(told[0]), what, mend=partial(_withdraw, project, told))
    for file in waiters.dead(project):
        what = f"'{printable(file.name)}' was waiting for paths, and is dead"
        yield Finding(_KIND, str(file), what, mend=partial(_sweep, project))


def find_commands(scene: Scene) -> Iterator[Finding]:
    """Verify commands that outlive the merge which wanted to know, and the worktrees that they were run in."""
    for kept in kept_command.of_the_dead(scene.premises):
        what = f"the command of a verification that died is left: '{kept.name}'"
        yield Finding("left-command", kept.name, what, mend=partial(_end, scene))
    if scratch_worktree.has_dead_scratches(scene.common):
        what = "the worktree of a verification that died is left"
        yield Finding("left-scratch", str(scene.common / "worktrees"), what, mend=partial(_end, scene))


def find_outside(scene: Scene) -> Iterator[Finding]:
    """Ports and temporary directories of workspaces that are gone."""
    for port in ports.stale(scene.common):
        what = f"port {port.name} is reserved for a workspace that is gone"
        yield Finding("left-port", port.name, what, mend=_done(partial(ports.drop_stale, scene.common), what))
    for folder in temporary.stale(scene.common):
        what = f"'{printable(str(folder))}' is the temporary directory of a workspace that is gone"
        mend = _done(partial(temporary.drop_stale, scene.common), what)
        yield Finding("left-temporary", str(folder), what, mend=mend)


def _done(act: Callable[[], None], what: str) -> Callable[[], str]:
    def mend() -> str:
        act()
        return f"taken back: {what}"

    return mend


def _put_by(scene: Scene, files: list[Path], name: str) -> str:
    folder = put_by(scene.common, *files, why="nothing else of its task was there", name=name)
    return f"what is left of it is in '{printable(str(folder))}' now"


def _put_by_alone(scene: Scene, path: Path) -> str:
    merging = locks.try_hold(scene.runtime / "merge.lock")
    if merging is None:
        raise Busy("a merge is at work")
    try:
        with locks.held(scene.runtime / "lock"):
            folder = put_by(scene.common, path, why="a command died while it was writing it")
    finally:
        locks.let_go(merging)
    return f"'{printable(path.name)}' is in '{printable(str(folder))}' now"


def _forget_ground(common: Path, name: str) -> str:
    ground.forget(common, name)
    return f"what hooks were told of '{printable(name)}' is removed"


def _withdraw(project: Project, told: list[Path]) -> str:
    if is_in_office(project):
        raise Busy("a coordinator is at work")
    withdraw(project)
    for file in told:
        file.unlink(missing_ok=True)
    return "what the coordinator had made known is removed"


def _sweep(project: Project) -> str:
    with waiters.alone(project) as alone:
        waiters.sweep(alone)
    return "those that wait no more are removed"


def _end(scene: Scene) -> str:
    kept_command.end_dead(scene.premises)
    return "the commands and worktrees of verifications that died are removed"
