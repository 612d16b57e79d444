"""Who waits for a launch, since when, and until when at least."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ..names import TaskId
from ..tasks.task import Task


@dataclass(slots=True)
class Waiting:
    """One task that waits; `came` with which batch, `retries` how often it was tried again by itself.

    Before `not_before`, in seconds of the monotonic clock, it may not begin, and `why` says so.
    """

    task: Task
    came: int
    retries: int = 0
    not_before: float = 0.0
    why: str = ""


@dataclass(slots=True)
class Waitlist:
    """The tasks that wait, in the order in which they came."""

    overtaken: Mapping[TaskId, int] = field(default_factory=dict)
    _entries: dict[TaskId, Waiting] = field(default_factory=dict)
    _batch: int = 0

    def come(self, tasks: Iterable[Task], retries: Mapping[TaskId, int] | None = None) -> None:
        """Tasks come to wait, all of them together, some of them as one of their `retries`."""
        self._batch += 1
        for task in tasks:
            again = (retries or {}).get(task.id, 0)
            self._entries.setdefault(task.id, Waiting(task, self._batch, again))

    def come_again(self, task: Task, *, retries: int, not_before: float, why: str) -> None:
        """A task that failed waits for its next attempt."""
        self._entries[task.id] = Waiting(task, self._batch, retries, not_before, why)

    def renew(self, tasks: Iterable[Task]) -> list[TaskId]:
        """Take over what documents say now of those that wait; of which of them they say something else."""
        changed = []
        for task in tasks:
            entry = self._entries.get(task.id)
            if entry is not None and entry.task != task:
                entry.task = task
                changed.append(task.id)
        return changed

    def go(self, task: TaskId) -> Waiting:
        """A task waits no longer."""
        return self._entries.pop(task)

    def __contains__(self, task: object) -> bool:
        return task in self._entries

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Task]:
        # A copy, since a screen in another thread may look at it too.
        return iter([entry.task for entry in list(self._entries.values())])

    def entry(self, task: TaskId) -> Waiting:
        """What is known of one task that waits."""
        return self._entries[task]

    @property
    def came(self) -> dict[TaskId, int]:
        """With which batch each task came."""
        return {task: entry.came for task, entry in self._entries.items()}

    def delayed(self, now: float) -> dict[TaskId, str]:
        """Why some may not begin yet."""
        return {task: entry.why for task, entry in self._entries.items() if entry.not_before > now}

    def next_due(self, now: float) -> float | None:
        """In how many seconds the first of these may begin; None where none of them waits for the clock."""
        return min((e.not_before - now for e in self._entries.values() if e.not_before > now), default=None)
