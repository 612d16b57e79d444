"""What is to be expected of what runs and waits: how far each task is, and when all will have ended."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ..agents import process
from ..git.refs import Snapshot
from ..names import TaskId
from ..schedule.estimate import Basis, estimates
from ..schedule.plan import dependencies
from ..schedule.progress import Progress, Report, Signs, progress
from ..schedule.record import State, TaskRecord
from ..schedule.remaining import Outlook, remaining, speedup, time_left
from ..tasks.task import Task
from .coordinator import Queue
from .declared import Declared, singletons
from .open import Project
from .reporting import read_report
from .sight import Sight
from .signs import signs


@dataclass(frozen=True, slots=True)
class Prospects:
    """How far running tasks are, the seconds that they will still take, and the outlook for all.

    `speedup` is how many times faster than one by one the run at work has been so far.
    """

    progress: Mapping[TaskId, Progress] = field(default_factory=dict)
    left: Mapping[TaskId, float] = field(default_factory=dict)
    outlook: Outlook | None = None
    speedup: float | None = None


def foresee(
    project: Project,
    world: Snapshot,
    declared: Declared | None,
    sight: Sight | None,
    queue: Queue | None,
    *,
    now: float,
) -> Prospects:
    """What is to be expected at the time `now`, in seconds since the epoch.

    Without `declared` and `sight`, where documents or branches could not be read, only what agents told
    is known.
    """
    running = {task: record for task, record in world.records.items() if record.state is State.RUNNING}
    reports = {
        task: report
        for task, record in running.items()
        if (report := read_report(project.tasks_runtime, task, record.attempt))
    }
    known = {task.id: task for task in declared.tasks.tasks} if declared else {}
    working = {id_: known.get(id_) or Task(id_, record.title, "", 1) for id_, record in running.items()}
    waiting = [known[TaskId(name)] for name in (queue.waiting if queue else ()) if name in known]
    typical = _typical([*working.values(), *waiting], world.records, known)
    silent = [record for task, record in running.items() if task not in reports]
    seen = signs(project, silent, sight, typical, now=now)
    left = {
        task: _left(record, typical.get(task), reports.get(task), now) for task, record in running.items()
    }
    return Prospects(
        progress={
            task: found for task in running if (found := progress(reports.get(task), seen.get(task, Signs())))
        },
        left={task: seconds for task, seconds in left.items() if seconds is not None},
        outlook=_outlook(
            project, world, known, sight, queue, waiting, typical, {working[t]: left[t] for t in left}
        ),
        speedup=_speedup(project, world.records.values(), queue, now),
    )


def _typical(
    tasks: list[Task], records: Mapping[TaskId, TaskRecord], everything: Mapping[TaskId, Task]
) -> Mapping[TaskId, float]:
    """Seconds by task, where there is anything to go by."""
    expected = estimates(tasks, records, everything)
    return expected.of if expected.basis is not Basis.EQUAL else {}


def _left(record: TaskRecord, typical: float | None, report: Report | None, now: float) -> float | None:
    if record.started is None:
        return typical
    return time_left(started=record.started, now=now, typical=typical, report=report)


def _outlook(
    project: Project,
    world: Snapshot,
    known: Mapping[TaskId, Task],
    sight: Sight | None,
    queue: Queue | None,
    waiting: list[Task],
    typical: Mapping[TaskId, float],
    running: Mapping[Task, float | None],
) -> Outlook | None:
    if sight is None:
        return None
    tasks = {task.id: task for task in (*running, *waiting)}
    waits, blocked = dependencies(tasks, records=world.records, everything=known)
    return remaining(
        [task for task in waiting if task.id not in blocked],
        sight.overlaps,
        waits=waits,
        seconds=typical,
        slots=(queue.slots if queue else None) or project.settings.max_parallel,
        running=running,
        singletons=singletons(project),
        assume_independent=queue.assume_independent if queue else False,
    )


def _speedup(
    project: Project, records: Iterable[TaskRecord], queue: Queue | None, now: float
) -> float | None:
    if queue is None or queue.started is None:
        return None
    began = queue.started
    spans = [span for record in records for span in _spans(project, record, began, now)]
    return speedup(spans, began=began, now=now)


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
