"""Some tasks as one question: may one more run beside all of them?"""

from collections.abc import Collection, Iterable, Iterator

from ..names import TaskId, Work
from ..overlap.meet import Overlaps
from ..tasks.task import Task
from .apart import runs_alone


class Company:
    """Tasks that run together. Whoever asks gets a yes or no; the words for a no are found by `reasons`.

    To join costs what the task overlaps, to ask costs nothing more however many wait.
    """

    def __init__(
        self,
        tasks: Iterable[Task],
        overlaps: Overlaps,
        *,
        singletons: Collection[str] = (),
        assume_independent: bool = False,
    ) -> None:
        self.tasks: list[Task] = []
        self._overlaps, self._singletons = overlaps, singletons
        self._assume_independent = assume_independent
        self._ids: set[TaskId] = set()
        self._agents: set[str] = set()
        self._barred: set[Work | str] = set()
        self._is_closed = False
        for task in tasks:
            self.join(task)

    def __len__(self) -> int:
        return len(self.tasks)

    def __iter__(self) -> Iterator[Task]:
        return iter(self.tasks)

    def join(self, task: Task) -> None:
        """One more of them."""
        self.tasks.append(task)
        self._ids.add(task.id)
        self._barred |= self._overlaps.apart_from(task.id)
        self._barred.update(task.conflicts)
        if task.agent in self._singletons and task.agent is not None:
            self._agents.add(task.agent)
        if runs_alone(task, assume_independent=self._assume_independent):
            self._is_closed = True

    def admits(self, task: Task) -> bool:
        """Whether nothing speaks against it that this task runs beside all of these."""
        if not self.tasks:
            return True
        if self._is_closed or task.id in self._barred or task.agent in self._agents:
            return False
        if task.conflicts and not self._ids.isdisjoint(task.conflicts):
            return False
        return not runs_alone(task, assume_independent=self._assume_independent)
