"""The future of a task of a queue."""

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from typing import Any, TypeAlias

from ..names import TaskId

Waiting: TypeAlias = "Callable[[TaskFuture, float | None], AbstractContextManager[None]]"


class TaskFuture(Future[Any]):
    """A future that tells its queue who waits for it: a task that does lends its slot to others meanwhile."""

    def __init__(self, task: TaskId, queue: object, waiting: Waiting) -> None:
        """The future of `task` in `queue`; as long as somebody waits for it, `waiting` lasts."""
        super().__init__()
        self.task_id, self.queue = task, queue
        self._waiting = waiting

    def result(self, timeout: float | None = None) -> Any:
        """What the task has returned; raises what it has raised, or Deadlock where that can never be."""
        with self._waiting(self, timeout):
            return super().result(timeout)

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """What the task has raised; None where it has succeeded."""
        with self._waiting(self, timeout):
            return super().exception(timeout)
