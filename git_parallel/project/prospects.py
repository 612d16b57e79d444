"""What is to be expected of what runs and waits: how far each task is, and when all will have ended."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ..agents import process
from ..names import TaskId, Work
from ..overlap.footprint import Footprint
from ..overlap.meet import Overlaps
from ..schedule.estimate import Basis, estimates
from ..schedule.plan import dependencies
from ..schedule.progress import Progress, Report, Signs, progress
from ..schedule.record import State, TaskRecord
from ..schedule.remaining import Outlook, remaining, speedup, time_left
from ..tasks.task import Task
from .declared import singletons
from .open import Project
from .reporting import read_report
from .signs import signs


@dataclass(frozen=True, slots=True)
class View:
    """What is known at the moment: the records, all declared tasks, and in their order those that wait.

    `overlaps` are those of what runs and waits; without them nothing is said of all. `prints` are the
    footprints of running tasks; without them their work is not looked at, and only reports and time count.
    `began` is when the run at work began, in seconds since the epoch.
    """

    records: Mapping[TaskId, TaskRecord]
    tasks: Mapping[TaskId, Task]
    slots: int
    waiting: Sequence[Task] = ()
    overlaps: Overlaps | None = None
    prints: Mapping[Work, Footprint] | None = None
    began: float | None = None
    assume_independent: bool = False

    @property
    def running(self) -> dict[TaskId, TaskRecord]:
        """The records of the tasks that run."""
        return {task: record for task, record in self.records.items() if record.state is State.RUNNING}


@dataclass(frozen=True, slots=True)
class Prospects:
    """How far running tasks are, the seconds that they will still take, and the outlook for all.

    `speedup` is how many times faster than one by one the run at work has been so far.
    """

    progress: Mapping[TaskId, Progress] = field(default_factory=dict)
    left: Mapping[TaskId, float] = field(default_factory=dict)
    outlook: Outlook | None = None
    speedup: float | None = None


def foresee(project: Project, view: View, *, now: float) -> Prospects:
    """What is to be expected at the time `now`, in seconds since the epoch. Reads a small file a running task."""
    running = view.running
    tasks = {id_: view.tasks.get(id_) or Task(id_, record.title, "", 1) for id_, record in running.items()}
    typical = _typical([*tasks.values(), *view.waiting], view)
    reports = {
        task: report
        for task, record in running.items()
        if (report := read_report(project.tasks_runtime, task, record.attempt))
    }
    silent = [record for task, record in running.items() if task not in reports]
    seen = signs(project, silent, view.prints, typical, now=now)
    left = {task: _left(record, typical, reports, now) for task, record in running.items()}
    far = {task: progress(reports.get(task), seen.get(task, Signs())) for task in running}
    return Prospects(
        progress={task: found for task, found in far.items() if found is not None},
        left={task: seconds for task, seconds in left.items() if seconds is not None},
        outlook=_outlook(project, view, typical, {tasks[task]: seconds for task, seconds in left.items()}),
        speedup=_speedup(project, view, now),
    )


def _typical(tasks: Sequence[Task], view: View) -> Mapping[TaskId, float]:
    """Seconds by task, where any has ended: documents have people in mind, who need many times as long."""
    expected = estimates(tasks, view.records, view.tasks)
    return expected.of if expected.basis is Basis.RECORDS else {}


def _left(
    record: TaskRecord, typical: Mapping[TaskId, float], reports: Mapping[TaskId, Report], now: float
) -> float | None:
    usual = typical.get(record.id)
    if record.started is None:
        return usual
    return time_left(started=record.started, now=now, typical=usual, report=reports.get(record.id))


def _outlook(
    project: Project, view: View, typical: Mapping[TaskId, float], running: Mapping[Task, float | None]
) -> Outlook | None:
    if view.overlaps is None:
        return None
    tasks = {task.id: task for task in (*running, *view.waiting)}
    waits, blocked = dependencies(tasks, records=view.records, everything=view.tasks)
    return remaining(
        # What comes after a task that failed is never launched by this run, and holds nobody up.
        [task for task in view.waiting if task.id not in blocked],
        view.overlaps,
        waits=waits,
        seconds=typical,
        slots=view.slots,
        running=running,
        singletons=singletons(project),
        assume_independent=view.assume_independent,
    )


def _speedup(project: Project, view: View, now: float) -> float | None:
    if view.began is None:
        return None
    spans = [span for record in view.records.values() for span in _spans(project, record, view.began, now)]
    return speedup(spans, began=view.began, now=now)


def _spans(project: Project, record: TaskRecord, began: float, now: float) -> Iterator[tuple[float, float]]:
    """The attempts of a task in this run; of all but the latest only their exit records tell."""
    if record.started is None or (record.ended is not None and record.ended < began):
        return
    yield record.started, now if record.ended is None else record.ended
    for attempt in range(record.attempt - 1, 0, -1):
        earlier = process.read_exit(project.tasks_runtime, record.id, attempt)
        if earlier is None or earlier.ended < began:
            return
        yield earlier.started, earlier.ended
