"""`git parallel cancel`: a task is not to be run, or not any more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..agents import process
from ..errors import ParallelError, Stale
from ..git.refs import Stored, snapshot
from ..names import TaskId
from ..project import coordinator, repair
from ..project.attempt import unmake
from ..project.declared import find_recorded, read_tasks
from ..project.open import Project, make_runtime, open_project
from ..project.recording import write
from ..project.settling import settle
from ..project.watching import wake
from ..schedule.record import State, TaskRecord
from ..tasks.task import TaskSet

_TRIES = 5
# What has come to an end is not called off any more.
_OVER = (State.SUCCEEDED, State.MERGING, State.MERGED, State.CONFLICTED, State.REJECTED)


@dataclass(frozen=True, slots=True)
class CancelAnswer:
    """What is cancelled now, and what is not, with the reason."""

    cancelled: tuple[TaskRecord, ...]
    refused: Mapping[TaskId, str]
    mended: tuple[str, ...] = field(default=())

    @property
    def is_success(self) -> bool:
        """Whether all that were named are cancelled."""
        return not self.refused


def cancel(directory: Path, spellings: Sequence[str], *, now: bool = False) -> CancelAnswer:
    """Cancel tasks: the agent of one that runs is stopped (`now`: killed), and nobody launches the others.

    What an agent did stays in its worktree. Raises UnknownTask for a name that no record and no document has.
    """
    project = open_project(directory)
    make_runtime(project)
    tasks = read_tasks(project)
    mended = repair.repair(project, tasks)
    world = snapshot(project.git)
    chosen = dict.fromkeys(find_recorded(text, tasks, world) for text in spellings)
    stopping = _Stopping(project, now)
    cancelled: dict[TaskId, TaskRecord] = {}
    refused: dict[TaskId, str] = {}
    running = [task for task in chosen if task in world.tasks and _runs(world.tasks[task])]
    # Those that wait go first: the slot of one that ends would be theirs.
    for task in (*(task for task in chosen if task not in running), *running):
        if running and task == running[0]:
            # All are told before the first one is waited for.
            for one in running:
                stopping.tell(world.tasks[one])
        try:
            stored = _cancel(project, tasks, task, stopping)
        except ParallelError as error:
            refused[task] = error.message
            continue
        if stored.record.state is State.CANCELLED:
            cancelled[task] = stored.record
        else:
            refused[task] = f"it is {stored.record.state} already"
    if coordinator.is_in_office(project):
        wake(project)
    in_order = tuple(cancelled[task] for task in chosen if task in cancelled)
    return CancelAnswer(in_order, refused, mended)


@dataclass(slots=True)
class _Stopping:
    """Who was told to stop, by task and attempt: to be told twice means to be killed."""

    project: Project
    now: bool
    told: set[tuple[TaskId, int]] = field(default_factory=set)

    def tell(self, stored: Stored) -> None:
        task, attempt = stored.record.id, stored.record.attempt
        if (task, attempt) not in self.told:
            self.told.add((task, attempt))
            process.stop(self.project.tasks_runtime, task, attempt, now=self.now)


def _runs(stored: Stored) -> bool:
    return stored.record.state is State.RUNNING


def _cancel(project: Project, tasks: TaskSet, task: TaskId, stopping: _Stopping) -> Stored:
    """The record of a task once it is cancelled, or of the end that it has come to."""
    for _ in range(_TRIES):
        stored = snapshot(project.git).tasks.get(task)
        if stored is not None and stored.record.state in (State.CANCELLED, *_OVER):
            return stored
        try:
            if stored is None:
                return _call_off(project, tasks, task)
            if _runs(stored):
                # Also one that was launched since we looked first.
                stopping.tell(stored)
                process.wait(project.tasks_runtime, task)
                settle(project, tasks, task)
                continue
            cancelled = write(project, stored, stored.record.to(State.CANCELLED, reason="cancelled"))
            if stored.record.state is State.READY:
                unmake(project, stored.record)
            return cancelled
        except Stale:
            # The coordinator has launched it, or it has ended, in this moment.
            continue
    raise Stale(f"'{task}' keeps being changed by another command", hint="cancel it again")


def _call_off(project: Project, tasks: TaskSet, task: TaskId) -> Stored:
    """The first record of a task that has never been run: that it is not to be."""
    declared = next(one for one in tasks.tasks if one.id == task)
    planned = TaskRecord(task, State.PLANNED, title=declared.title, source=declared.source)
    return write(project, None, planned.to(State.CANCELLED, reason="cancelled", target=project.target.short))
