"""`git parallel merge`: judged, merged in memory, verified, and only then on the target."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..git import guard
from ..git.refs import snapshot
from ..names import TaskId
from ..project import landing, repair
from ..project.declared import find_recorded, read_tasks
from ..project.guarding import arm
from ..project.landing import Landing, Landings
from ..project.open import Project, make_runtime, open_project
from ..project.verifying import verify_command
from ..schedule.record import State, TaskRecord
from ..tasks.task import Task, TaskSet

# States in which a branch waits for its merge.
_WAITING = (State.SUCCEEDED, State.CONFLICTED, State.REJECTED, State.MERGING)


@dataclass(frozen=True, slots=True)
class MergeAnswer:
    """What landed and what did not; `not_ready` are named tasks that have nothing to merge, and why."""

    target: str
    landings: Landings
    not_ready: Mapping[TaskId, str]
    mended: tuple[str, ...]
    worktrees: Mapping[TaskId, str]

    @property
    def is_success(self) -> bool:
        """Whether every task asked for is on the target."""
        return self.landings.all_landed and not self.not_ready


def merge(
    directory: Path,
    spellings: Sequence[str] = (),
    *,
    verify: str | None = None,
    tell: Callable[[Landing], None] | None = None,
    verifying: Callable[[TaskId], None] | None = None,
) -> MergeAnswer:
    """Merge the named tasks, or all that have ended well, dependencies first.

    Raises UnknownTask for a name that no record and no document has, Stale when others keep moving
    the target.
    """
    project = open_project(directory)
    project.git.require_identity()
    make_runtime(project)
    tasks = read_tasks(project)
    # What stands in the records is told apart from what somebody did to the hooks.
    mended = (*repair.repair(project, tasks), *_guarded(project))
    world = snapshot(project.git)
    chosen = [find_recorded(text, tasks, world) for text in spellings] or list(world.tasks)
    ready, not_ready = [], {}
    # A named task that has landed already is told as landed.
    waiting = (*_WAITING, State.MERGED) if spellings else _WAITING
    for task in dict.fromkeys(chosen):
        stored = world.tasks.get(task)
        if stored is None:
            not_ready[task] = "has not been run"
        elif not _is_candidate(stored.record, waiting):
            reason = f" ({stored.record.reason})" if stored.record.reason else ""
            if spellings:
                not_ready[task] = f"is in state '{stored.record.state}'{reason}"
        elif _is_for_another(project, stored.record):
            why = f"was launched for '{stored.record.target}', and the target is '{project.target.short}' now"
            not_ready[task] = f"{why} ('git switch {stored.record.target}', or set parallel.target)"
        else:
            ready.append(task)
    command = verify_command(project.settings, verify) if ready else ""
    landings = landing.land(
        project, tasks, merge_order(ready, tasks), verify=command, told=tell, verifying=verifying
    )
    worktrees = {task: stored.record.worktree for task, stored in world.tasks.items()}
    return MergeAnswer(project.target.short, landings, not_ready, mended, worktrees)


def _guarded(project: Project) -> tuple[str, ...]:
    """What was wrong with the hooks of worktrees whose work is to be merged; they are in order after this."""
    return (
        tuple(f"hooks put in order: {what}" for what in arm(project)) if guard.tasks(project.common) else ()
    )


def _is_candidate(record: TaskRecord, waiting: Sequence[State]) -> bool:
    """Whether there is a branch to judge; a failure for foreign commits is judged, to be refused by name."""
    return record.state in waiting or (record.state is State.FAILED and bool(record.foreign))


def _is_for_another(project: Project, record: TaskRecord) -> bool:
    """Whether a task's work was made for another branch than the one the user happens to stand on."""
    is_chosen = bool(project.settings.target)
    return not is_chosen and record.state is not State.MERGED and record.target != project.target.short


def merge_order(ready: Sequence[TaskId], tasks: TaskSet) -> list[TaskId]:
    """What a task comes after first, otherwise the order of the plan."""
    declared: dict[TaskId, Task] = {task.id: task for task in tasks.tasks}
    position = {task: at for at, task in enumerate(declared)}
    ordered: dict[TaskId, None] = {}

    def visit(task: TaskId, seen: frozenset[TaskId]) -> None:
        for before in declared[task].after if task in declared else ():
            if before in ready and before not in seen:
                visit(TaskId(before), seen | {task})
        ordered.setdefault(task)

    for task in sorted(ready, key=lambda task: position.get(task, len(position))):
        visit(task, frozenset({task}))
    return list(ordered)
