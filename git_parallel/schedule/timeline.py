"""The proposed timeline: when each task would run on how many slots, what holds the whole up, and what is gained.

List scheduling (Graham, "Bounds on multiprocessing timing anomalies", 1969) in the order of the plan, with
overlap as mutual exclusion. A simulation of what `run` would do if every estimate came true.
"""

import heapq
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ..names import TaskId
from ..overlap.meet import Overlaps
from ..tasks.task import Task
from .apart import runs_alone, why_apart
from .calendar import Calendar

# A simulation of more tasks would cost more than it tells.
MOST = 500


@dataclass(frozen=True, slots=True)
class Span:
    """When a task would run; `behind` is whose end let it begin, None where it begins at once.

    `is_tied` is whether it may not begin before that, and did not merely wait for a slot.
    """

    task: TaskId
    start: float
    end: float
    behind: TaskId | None = None
    is_tied: bool = False


@dataclass(frozen=True, slots=True)
class Timeline:
    """The spans by their start; all times in the unit of the estimates.

    `makespan` is when the last one ends, `work` the sum of all, `critical` the chain of tasks of which
    each had to wait for the one before: who wants to be done earlier must shorten one of these.
    """

    spans: tuple[Span, ...] = ()
    makespan: float = 0.0
    work: float = 0.0
    critical: tuple[TaskId, ...] = ()

    @property
    def speedup(self) -> float:
        """How many times faster than one by one."""
        return self.work / self.makespan if self.makespan else 1.0


def timeline(
    tasks: Sequence[Task],
    overlaps: Overlaps,
    *,
    waits: Mapping[TaskId, Sequence[TaskId]],
    seconds: Mapping[TaskId, float],
    slots: int,
    running: Mapping[Task, float] | None = None,
    singletons: Collection[str] = (),
    assume_independent: bool = False,
) -> Timeline:
    """The timeline of `tasks`, in the order in which they are to be launched, after what `waits` says.

    `running` are the seconds that tasks which run already will still take; each holds a slot, though there
    may be more of them than slots by now. What is waited for and is in neither is taken to be done.
    """
    known = {task.id for task in (*tasks, *(running or ()))}
    ties = {task.id: [name for name in waits.get(task.id, ()) if name in known] for task in tasks}
    house = _House(tasks, overlaps, ties, seconds, slots, singletons, assume_independent)
    for task, left in (running or {}).items():
        house.occupy(task, left)
    house.run()
    spans = tuple(sorted(house.spans, key=lambda span: span.start))
    makespan = max((span.end for span in spans), default=0.0)
    return Timeline(spans, makespan, sum(seconds[task.id] for task in tasks), _critical(spans))


def _critical(spans: Sequence[Span]) -> tuple[TaskId, ...]:
    by_task = {span.task: span for span in spans}
    chain: list[TaskId] = []
    # Of those that end last at the same time, one that more slots would not make end earlier.
    span = max(spans, key=lambda span: (span.end, span.is_tied), default=None)
    while span is not None:
        chain.append(span.task)
        span = by_task.get(span.behind) if span.behind else None
    return tuple(reversed(chain))


class _House:
    """The simulation: who runs in which slot until when, and who waits for what."""

    def __init__(
        self,
        tasks: Sequence[Task],
        overlaps: Overlaps,
        waits: Mapping[TaskId, Sequence[TaskId]],
        seconds: Mapping[TaskId, float],
        slots: int,
        singletons: Collection[str],
        assume_independent: bool,
    ) -> None:
        self.spans: list[Span] = []
        self._tasks = {task.id: task for task in tasks}
        self._position = {task.id: at for at, task in enumerate(tasks)}
        self._order = [task.id for task in tasks]
        self._calendar = Calendar(overlaps)
        self._seconds = seconds
        self._singletons = singletons
        self._assume_independent = assume_independent
        self._missing = {task.id: set(waits[task.id]) for task in tasks}
        self._behind: dict[TaskId, list[TaskId]] = {}
        for task, names in self._missing.items():
            for name in names:
                self._behind.setdefault(name, []).append(task)
        self._ready = [self._position[task] for task, names in self._missing.items() if not names]
        heapq.heapify(self._ready)
        self._slots = slots
        self._free = list(range(slots))
        self._in: dict[int, Task] = {}
        self._ends: list[tuple[float, int]] = []
        self._blocked: dict[int, list[int]] = {}
        self._overlaps = overlaps
        self._waits = waits
        # Who has ended at this very moment, the last one last.
        self._ended: list[Task] = []
        self._now = 0.0

    def occupy(self, task: Task, left: float) -> None:
        """A task that runs already."""
        slot = heapq.heappop(self._free) if self._free else len(self._in)
        self._in[slot] = task
        self._calendar.take(task.id, slot)
        heapq.heappush(self._ends, (left, slot))

    def run(self) -> None:
        """Until nothing runs and nothing more can."""
        self._launch()
        while self._ends:
            moment, slot = heapq.heappop(self._ends)
            if moment != self._now:
                self._now, self._ended = moment, []
            self._end(slot)
            self._launch()

    def _end(self, slot: int) -> None:
        self._ended.append(self._in.pop(slot))
        task = self._ended[-1].id
        self._calendar.free(task, slot)
        if slot < self._slots:
            heapq.heappush(self._free, slot)
        for position in self._blocked.pop(slot, ()):
            heapq.heappush(self._ready, position)
        for waiting in self._behind.get(task, ()):
            self._missing[waiting].discard(task)
            if not self._missing[waiting]:
                heapq.heappush(self._ready, self._position[waiting])

    def _launch(self) -> None:
        while self._ready and self._free:
            position = heapq.heappop(self._ready)
            task = self._tasks[self._order[position]]
            if runs_alone(task, assume_independent=self._assume_independent) and self._in:
                # As in `ready`: nobody behind it slips past a task that needs the whole house.
                heapq.heappush(self._ready, position)
                return
            slot = self._excluder(task)
            if slot is None:
                self._begin(task)
            else:
                self._blocked.setdefault(slot, []).append(position)

    def _excluder(self, task: Task) -> int | None:
        """A slot whose task may not run beside this one."""
        taken = self._calendar.taken(task.id)
        if taken:
            return taken.bit_length() - 1
        for slot, running in self._in.items():
            if why_apart(
                task, running, singletons=self._singletons, assume_independent=self._assume_independent
            ):
                return slot
        return None

    def _begin(self, task: Task) -> None:
        slot = heapq.heappop(self._free)
        self._in[slot] = task
        self._calendar.take(task.id, slot)
        end = self._now + self._seconds[task.id]
        heapq.heappush(self._ends, (end, slot))
        tied = next((ended.id for ended in self._ended if self._is_tied(task, ended)), None)
        behind = tied or (self._ended[-1].id if self._ended else None)
        self.spans.append(Span(task.id, self._now, end, behind, is_tied=tied is not None))

    def _is_tied(self, task: Task, ended: Task) -> bool:
        """Whether a task had to wait for this one, however many slots there are."""
        overlap = self._overlaps.between(task.id, ended.id)
        return (
            ended.id in self._waits.get(task.id, ())
            or (overlap is not None and overlap.excludes)
            or bool(
                why_apart(
                    task, ended, singletons=self._singletons, assume_independent=self._assume_independent
                )
            )
        )
