"""What a run knows: the declared tasks, their records as it last saw them, and where they meet."""

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..git.refs import Snapshot, Stored
from ..names import TaskId
from ..overlap.meet import Overlaps
from ..schedule.candidates import Candidates
from ..schedule.order import launch_order
from ..schedule.plan import is_done, is_stackable
from ..schedule.ready import Scene
from ..schedule.record import State, TaskRecord
from ..tasks.task import Status, Task, TaskSet
from .limits import Limits
from .news import News, taken_on
from .waitlist import Waitlist


@dataclass(slots=True)
class Stock:
    """The knowledge of one run. `named` is whether the user chose its tasks by name, `added` are tasks of its own."""

    tasks: TaskSet
    limits: Limits
    named: bool
    stored: dict[TaskId, Stored] = field(default_factory=dict)
    overlaps: Overlaps = field(default_factory=lambda: Overlaps(()))
    _everything: dict[TaskId, Task] = field(default_factory=dict)
    added: tuple[Task, ...] = ()
    _written: set[TaskId] = field(default_factory=set)
    _latest_look: int = 0

    def __post_init__(self) -> None:
        self.renew(self.tasks)

    def renew(self, tasks: TaskSet) -> None:
        """Take over what the documents say now."""
        declared = {task.id for task in tasks.tasks}
        added = tuple(task for task in self.added if task.id not in declared)
        self.tasks = replace(tasks, tasks=(*tasks.tasks, *added))
        self._everything = {task.id: task for task in self.tasks.tasks}

    def add(self, task: Task) -> None:
        """Take up a task that no document declares."""
        self.added = (*self.added, task)
        self.renew(self.tasks)

    @property
    def records(self) -> dict[TaskId, TaskRecord]:
        """The records of all tasks."""
        # A copy, since a screen in another thread may look at it too.
        return {task: stored.record for task, stored in list(self.stored.items())}

    def put(self, stored: Stored) -> None:
        """Take over a record that this run has written or waited for."""
        self.stored[stored.record.id] = stored
        self._written.add(stored.record.id)

    def forget(self, task: TaskId, known: Stored | None) -> None:
        """Go back to the record that a deed of this run was based on: whatever came of it is news then."""
        if known is None:
            self.stored.pop(task, None)
        else:
            self.stored[task] = known

    def begin_reading(self) -> None:
        """From now on it is noted which records this run writes: they are newer than what is being read."""
        self._written.clear()

    def take_in(self, world: Snapshot) -> None:
        """Take over the records of others."""
        self.stored |= {task: stored for task, stored in world.tasks.items() if task not in self._written}

    def see(self, overlaps: Overlaps | None, look: int, concerned: Iterable[Task]) -> bool:
        """Take over what a look has shown, unless it is out of date; whether it was."""
        # A task that came since that look was taken is in the one before only; and of two looks the later
        # one may be through first.
        if overlaps is None or look <= self._latest_look:
            return False
        if not all(task.id in overlaps.position for task in concerned):
            return False
        self.overlaps, self._latest_look = overlaps, look
        return True

    def let_go(self, news: News, waiting: Iterable[Task]) -> Iterator[tuple[TaskId, str]]:
        """Which of those that wait need not any more, since somebody else has seen to them, and why."""
        declared = {task.id: task for task in (*news.tasks.tasks, *self.added)}
        for task in waiting:
            now = self._news_of(news, task.id)
            if now is not None and now.record.state is not State.PLANNED:
                yield task.id, f"another command has made it {now.record.state}"
            elif task.id not in declared:
                yield task.id, "its document is gone"
            elif declared[task.id].status is Status.COMPLETE and not self.named:
                yield task.id, "its document says it is complete"

    def asked_again(self, news: News, waiting: Iterable[Task]) -> Iterator[Task]:
        """Which of those that wait somebody has asked for once more, so that they need not wait for the clock."""
        for task in waiting:
            now = self._news_of(news, task.id)
            if now is not None and now.record.state is State.PLANNED:
                yield task

    def _news_of(self, news: News, task: TaskId) -> Stored | None:
        """The record that another command has written since; None where there is none."""
        now = news.world.tasks.get(task)
        is_known = now == self.stored.get(task) or task in self._written
        return None if is_known else now

    def retries(self, tasks: Iterable[Task]) -> dict[TaskId, int]:
        """For tasks that failed before this run began: which retry the next attempt is, where it tries again itself."""
        if not self.limits.is_standing:
            return {}
        records = self.records
        return {
            task.id: records[task.id].retries + 1
            for task in tasks
            if task.id in records and records[task.id].state in (State.FAILED, State.LOST)
        }

    def known(self, record: TaskRecord) -> Task:
        """The task of a record; nothing is known of one whose document is gone."""
        return self._everything.get(record.id) or Task(record.id, record.title, record.source, 1)

    def is_running(self, task: TaskId) -> bool:
        """Whether its record says that it runs."""
        return task in self.stored and self.stored[task].record.state is State.RUNNING

    def running(self, *, but: Container[TaskId]) -> list[Task]:
        """The tasks that run by their records, but for these."""
        found = [stored.record for stored in self.stored.values() if stored.record.state is State.RUNNING]
        return [self.known(record) for record in found if record.id not in but]

    def candidates(self, chosen: Iterable[Task], busy: Iterable[TaskId]) -> Candidates:
        """Which of the chosen tasks this run takes on, when those that are `busy` are at it already."""
        return taken_on(
            self.limits, chosen, set(busy), records=self.records, tasks=self._everything, named=self.named
        )

    def open_dependencies(self, tasks: Iterable[Task]) -> dict[TaskId, tuple[str, ...]]:
        """What each of these comes after and cannot begin without yet."""
        records = self.records
        return {task.id: tuple(self._missing(task, records)) for task in tasks}

    def _missing(self, task: Task, records: Mapping[TaskId, TaskRecord]) -> Iterator[str]:
        below = {record.id for record in self.below(task)}
        for name in task.after:
            if name not in below and not is_done(name, records, self._everything):
                yield name

    def below(self, task: Task) -> tuple[TaskRecord, ...]:
        """The records of those that a task is stacked on."""
        if not self.limits.is_stacking:
            return ()
        found = (self.stored.get(name) for name in task.after)  # type: ignore[call-overload]
        return tuple(stored.record for stored in found if stored and is_stackable(stored.record))


def scene_of(
    stock: Stock,
    waitlist: Waitlist,
    *,
    running: Sequence[Task],
    slots: int,
    scarce: str,
    singletons: Collection[str],
    now: float,
) -> Scene:
    """What the next decision is made on; `now` is on the monotonic clock."""
    waits = stock.open_dependencies(waitlist)
    return Scene(
        waiting=launch_order(list(waitlist), waits),
        running=running,
        overlaps=stock.overlaps,
        waits=waits,
        slots=slots,
        scarce=scarce,
        singletons=singletons,
        assume_independent=stock.limits.assume_independent,
        done_means="done" if stock.limits.is_stacking else "merged",
        delayed=waitlist.delayed(now),
        overtaken=waitlist.overtaken,
    )
