"""How much longer it will take, one task and all of them, and how much faster than one by one it has been."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..names import TaskId
from ..overlap.meet import Overlaps
from ..tasks.task import Task
from .progress import Report
from .timeline import MOST, timeline

# Of less than this nothing can be told: an agent's first words come quickly, whatever follows.
_LEAST_TOLD = 5.0
# From here on what an agent tells counts alone.
_ENOUGH_TOLD = 50.0


@dataclass(frozen=True, slots=True)
class Outlook:
    """The seconds until everything has ended; with `is_least` some task takes longer by nobody knows what."""

    seconds: float
    is_least: bool = False


def time_left(*, started: float, now: float, typical: float | None, report: Report | None) -> float | None:
    """The seconds that a running task will still take; None where nothing tells, or all that told is over.

    What its agent told says how fast it has been until then; the typical duration says what to expect of a
    task about which nothing is told. The farther the agent says it is, the more its word counts.
    """
    elapsed = max(0.0, now - started)
    told = _told(report, started, elapsed) if report is not None else None
    usual = typical - elapsed if typical is not None and typical > elapsed else None
    if told is None or report is None:
        return usual
    if usual is None:
        return told
    weight = min(1.0, report.percent / _ENOUGH_TOLD)
    return weight * told + (1.0 - weight) * usual


def _told(report: Report, started: float, elapsed: float) -> float | None:
    """What is left if it goes on as it went until the report; None where that is over or was too early."""
    if report.percent >= 100.0:
        return 0.0
    if report.percent < _LEAST_TOLD:
        return None
    until = min(max(0.0, report.at - started), elapsed)
    whole = until * 100.0 / report.percent
    return whole - elapsed if whole > elapsed else None


def remaining(
    waiting: Sequence[Task],
    overlaps: Overlaps,
    *,
    waits: Mapping[TaskId, Sequence[TaskId]],
    seconds: Mapping[TaskId, float],
    slots: int,
    running: Mapping[Task, float | None],
    singletons: Collection[str] = (),
    assume_independent: bool = False,
) -> Outlook | None:
    """When everything that runs and waits will have ended, by simulating what `run` does.

    `running` are the seconds that each task will still take, `seconds` those of the tasks that wait, in the
    order in which they are to be launched. A running task of which nothing is known counts as if it ended
    now, and makes the answer the least that it can be. None where nothing is known that could be said, or
    too many wait to be simulated.
    """
    if len(waiting) > MOST or any(task.id not in seconds for task in waiting):
        return None
    known = {task: left for task, left in running.items() if left is not None}
    if not known and not waiting:
        return None
    simulated = timeline(
        waiting,
        overlaps,
        waits=waits,
        seconds=seconds,
        slots=max(1, slots),
        running={task: left or 0.0 for task, left in running.items()},
        singletons=singletons,
        assume_independent=assume_independent,
    )
    return Outlook(max([simulated.makespan, *known.values()]), is_least=len(known) < len(running))


def speedup(spans: Iterable[tuple[float, float]], *, began: float, now: float) -> float | None:
    """How many times faster than one by one the run has been so far; None while it has just begun.

    `spans` are the beginnings and ends of attempts, in seconds since the epoch. What lies outside the run
    does not count: agents that outlived an earlier one began before it.
    """
    if now <= began:
        return None
    work = sum(max(0.0, min(end, now) - max(start, began)) for start, end in spans)
    return work / (now - began)
