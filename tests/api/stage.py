"""Tasks that tell when they begin, and end when they are let: order is asserted by events, not by the clock."""

import threading
from collections.abc import Callable
from typing import Any

from git_parallel import AgentTask

SOON = 20.0  # seconds within which everything here happens, however busy the machine is


class Stage:
    """Hands out functions for tasks, and keeps the order in which they began and ended."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self._began: dict[str, threading.Event] = {}
        self._may_end: dict[str, threading.Event] = {}
        self._lock = threading.Lock()

    def act(self, name: str, *, held: bool = True) -> Callable[[], str]:
        """A function that begins, waits until `let` where it is `held`, and ends with its name."""
        self._began[name], self._may_end[name] = threading.Event(), threading.Event()
        if not held:
            self._may_end[name].set()

        def act() -> str:
            with self._lock:
                self.told.append(f"+{name}")
            self._began[name].set()
            assert self._may_end[name].wait(SOON), f"{name} was never let go"
            with self._lock:
                self.told.append(f"-{name}")
            return name

        return act

    def task(self, name: str, agent: str, *files: str, held: bool = True, **more: Any) -> AgentTask:
        """A task with that act."""
        return AgentTask(agent, f"task {name}", list(files), self.act(name, held=held), id=name, **more)

    def has_begun(self, name: str) -> bool:
        return self._began[name].is_set()

    def await_begin(self, *names: str) -> None:
        """Wait until all of these run: only tasks that run beside each other can get there."""
        for name in names:
            assert self._began[name].wait(SOON), f"{name} did not begin: {self.told}"

    def let(self, *names: str) -> None:
        for name in names:
            self._may_end[name].set()

    def let_all(self) -> None:
        self.let(*self._may_end)


def boom() -> None:
    raise ValueError("boom")
