"""Conflicts handed to an agent: each as a further attempt of its task, in the worktree where the merge stands open."""

import signal
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ..agents import process
from ..errors import Busy, GitFailed, ParallelError, Refused
from ..git.refs import Stored, snapshot
from ..names import Oid, TaskId
from ..schedule.record import State, TaskRecord
from ..tasks.task import Task, TaskSet
from . import coordinator
from .conducting import Voice, conduct
from .handing import handing
from .limits import Limits
from .open import Project
from .ordering import Orders
from .recording import write
from .resolving import prepare_conflict


@dataclass(frozen=True, slots=True)
class Resolved:
    """How the attempts at conflicts ended: the records of those that were made, and why others were not."""

    records: Mapping[TaskId, TaskRecord] = field(default_factory=dict)
    refused: Mapping[TaskId, ParallelError] = field(default_factory=dict)

    @property
    def to_judge(self) -> tuple[TaskId, ...]:
        """The tasks whose branches hold something new: resolved, or to be refused by name for what it touches."""
        return tuple(
            task for task, record in self.records.items() if record.state is State.SUCCEEDED or record.foreign
        )


def resolve_with(
    project: Project, tasks: TaskSet, chosen: Sequence[TaskId], orders: Orders, limits: Limits, voice: Voice
) -> Resolved:
    """Have agents resolve the conflicts of these tasks, and wait until they have.

    Where an attempt does not suffice its task is in conflict as before, and what the agent has done lies in the
    worktree. Raises Busy, with nothing changed, where a coordinator is at work.
    """
    require_alone(project)
    handed: list[Task] = []
    refused: dict[TaskId, ParallelError] = {}
    for task in chosen:
        try:
            handed.append(hand_out(project, tasks, task))
        except (Refused, GitFailed) as error:
            refused[task] = error
    if handed:
        try:
            answer = conduct(project, tasks, handed, orders.told_for(handed), limits, voice, named=True)
        finally:
            _take_back(project, [task.id for task in handed])
        if answer.signal is not None:
            # Who has asked for the end of it does not want what comes next either.
            signal.raise_signal(answer.signal)
        refused |= {held.task: Refused(held.reason) for held in answer.held}
        refused |= {task: Refused(why) for task, why in answer.refused.items()}
    world = snapshot(project.git)
    return Resolved({task.id: world.require(task.id).record for task in handed}, refused)


def take_back_unbegun(project: Project) -> None:
    """Have tasks be in conflict again whose resolver came to nothing, since the command that sent it died."""
    if not coordinator.is_in_office(project):
        _take_back(project, snapshot(project.git).tasks)


def _take_back(project: Project, tasks: Iterable[TaskId]) -> None:
    for task in tasks:
        stored = snapshot(project.git).require(task)
        if stored.record.resolves is None or process.is_alive(project.tasks_runtime, task):
            continue
        if stored.record.state is State.READY:
            stored = write(project, stored, stored.record.to(State.PLANNED))
        if stored.record.state in (State.PLANNED, State.LOST):
            reason = stored.record.reason or "nobody came to resolve its conflict"
            write(project, stored, stored.record.to(State.CONFLICTED, reason=reason, resolves=None))


def require_alone(project: Project) -> None:
    """Raise Busy where a coordinator is at work, which goes by its own commands."""
    if coordinator.is_in_office(project):
        raise Busy(
            "a coordinator is at work, which starts agents by its own command",
            hint="wait for its end, or 'git parallel stop'; then run this again",
        )


def hand_out(project: Project, tasks: TaskSet, task: TaskId) -> Task:
    """Make a conflict ready, and have it wait for the attempt that is to resolve it: whoever conducts finds it.

    Raises Refused where that cannot be as things stand; the record is as it was then.
    """
    declared = next((one for one in tasks.tasks if one.id == task), None)
    if declared is None:
        raise Refused(
            f"'{task}' cannot be run again: no document declares it any more",
            hint=f"git parallel merge --resolve {task} prepares the conflict for you",
        )
    prepared = prepare_conflict(project, task)
    with handing(project):
        require_alone(project)
        _await(project, snapshot(project.git).require(task), prepared.clashing.onto)
    return declared


def _await(project: Project, stored: Stored, onto: Oid) -> None:
    record = stored.record
    reason = record.reason if record.state is State.CONFLICTED else ""
    waiting = record.to(State.PLANNED, reason=reason, retries=0, is_fresh=False, resolves=onto)
    write(project, stored, waiting)
