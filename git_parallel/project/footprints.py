"""What each task touches: as declared, as claimed, as its branch really shows, and as history expects."""

from collections.abc import Iterable, Mapping

from ..errors import BadName
from ..git.refs import Snapshot
from ..names import TaskId, Work
from ..overlap.footprint import Footprint, of_change, of_task
from ..overlap.patch import Change
from ..ownership.claims import of
from ..schedule.record import State
from ..tasks.task import Problem, Task
from .inflight import Flight

# In these states nobody works on the task any more: its branch says what it touches.
_SETTLED = (State.SUCCEEDED, State.MERGING, State.CONFLICTED, State.REJECTED)


def footprints(
    tasks: Iterable[Task], world: Snapshot, flight: Flight | None = None
) -> tuple[dict[TaskId, Footprint], tuple[Problem, ...]]:
    """The footprint of every task; the changes of what is in `flight` count too."""
    found = {}
    problems = []
    changed: Mapping[Work, tuple[Change, ...]] = {
        branch.work: branch.changes for branch in (flight.branches if flight else ())
    }
    for task in tasks:
        try:
            made = of_task(task, of(world.claims, task.id), changed.get(task.id, ()))
        except BadName as error:
            problems.append(Problem(task.source, task.line, error.message))
            made = Footprint(task.id, tuple(map(of_change, changed.get(task.id, ()))))
        found[task.id] = _settled(made, world) if task.id in changed else made
    return found, tuple(problems)


def of_others(flight: Flight) -> tuple[Footprint, ...]:
    """The footprints of what is in flight and no task."""
    return tuple(
        Footprint(branch.work, tuple(map(of_change, branch.changes)), is_settled=True)
        for branch in flight.branches
        if not isinstance(branch.work, TaskId)
    )


def _settled(footprint: Footprint, world: Snapshot) -> Footprint:
    stored = world.tasks.get(TaskId(footprint.work))
    is_settled = stored is not None and stored.record.state in _SETTLED
    return Footprint(footprint.work, footprint.entries, is_settled)
