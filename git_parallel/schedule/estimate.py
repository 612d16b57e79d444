"""How long tasks are likely to take: as earlier ones took, else as their documents say, else all the same."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from ..names import TaskId
from ..tasks.task import Task
from .record import State, TaskRecord


class Basis(StrEnum):
    """What estimates rest on."""

    RECORDS = "records"
    DOCUMENTS = "documents"
    EQUAL = "equal"


@dataclass(frozen=True, slots=True)
class Estimates:
    """Seconds by task; where all are equal for want of anything known, 1 each and no seconds at all."""

    of: Mapping[TaskId, float]
    basis: Basis


# So many finished tasks of one agent type say more than those of all types.
_ENOUGH = 3


def estimates(
    tasks: Sequence[Task], records: Mapping[TaskId, TaskRecord], everything: Mapping[TaskId, Task]
) -> Estimates:
    """An estimate for each task.

    With records of finished tasks: the median of those of its agent type, or of all; scaled by what its
    document estimates where finished tasks had estimates as well, since agents are not as fast as the
    people that documents have in mind. Without: what the documents say, the rest by their median.
    """
    finished = [
        record
        for record in records.values()
        if record.state in (State.SUCCEEDED, State.MERGED, State.MERGING) and record.seconds
    ]
    if finished:
        return Estimates(_recorded(tasks, finished, everything), Basis.RECORDS)
    said = [task.estimate for task in tasks if task.estimate]
    if not said:
        return Estimates({task.id: 1.0 for task in tasks}, Basis.EQUAL)
    usual = median(said)
    return Estimates({task.id: task.estimate or usual for task in tasks}, Basis.DOCUMENTS)


def _recorded(
    tasks: Iterable[Task], finished: Sequence[TaskRecord], everything: Mapping[TaskId, Task]
) -> dict[TaskId, float]:
    taken: dict[str | None, list[float]] = {}
    ratios = []
    for record in finished:
        seconds = record.seconds or 0.0
        taken.setdefault(record.agent, []).append(seconds)
        task = everything.get(record.id)
        if task is not None and task.estimate:
            ratios.append(seconds / task.estimate)
    overall = median(seconds for some in taken.values() for seconds in some)
    found = {}
    for task in tasks:
        if task.estimate and ratios:
            found[task.id] = task.estimate * median(ratios)
        else:
            mine = taken.get(task.agent, [])
            found[task.id] = median(mine) if len(mine) >= _ENOUGH else overall
    return found
