"""Which tasks a run takes on, and why it leaves the others out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ..names import TaskId
from ..tasks.task import Task
from .plan import Held, dependencies, why_held
from .record import State, TaskRecord


@dataclass(frozen=True, slots=True)
class Candidates:
    """The tasks that can have their turn, in the order given, and those that cannot, with the reason."""

    tasks: tuple[Task, ...]
    held: tuple[Held, ...]


def candidates(
    chosen: Sequence[Task],
    *,
    named: bool,
    records: Mapping[TaskId, TaskRecord],
    everything: Mapping[TaskId, Task],
    in_flight: Collection[TaskId] = (),
    is_stacking: bool = False,
    retries: int | None = None,
) -> Candidates:
    """Sort the chosen tasks; `named` is whether the user chose them by name.

    What comes after a task `in_flight` waits for it. A task that failed or was lost is tried again while it
    has had fewer than so many `retries`; where these are None only what was lost is, and as often as asked.
    """
    reasons = {task.id: _why_out(task, named, records, retries) for task in chosen}
    takable = {task.id: task for task in chosen if not reasons[task.id]}
    _, blocked = dependencies(
        takable, records=records, everything=everything, in_flight=in_flight, is_stacking=is_stacking
    )
    return Candidates(
        tuple(task for task in takable.values() if task.id not in blocked),
        tuple(Held(task, why) for task, why in (reasons | blocked).items() if why),
    )


def _why_out(task: Task, named: bool, records: Mapping[TaskId, TaskRecord], retries: int | None) -> str:
    record = records.get(task.id)
    if retries is None or record is None or record.state not in (State.FAILED, State.LOST):
        return why_held(task, named, records)
    if record.retries >= retries:
        return f"{record.state}, and not tried again by itself; 'git parallel retry {task.id}' does"
    # Its end keeps nobody from it, but its document may.
    return why_held(task, named, {})
