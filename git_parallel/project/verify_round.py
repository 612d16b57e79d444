"""One verification while it goes on."""

import threading
from dataclasses import dataclass, field

from ..names import Oid, TaskId
from .kept_command import Kept


@dataclass(slots=True)
class Round:
    """The tasks and the commit that are verified, and the commands that run; they are called off together."""

    candidate: Oid
    tasks: tuple[TaskId, ...]
    is_off: bool = False
    _running: set[Kept] = field(default_factory=set)
    _change: threading.Lock = field(default_factory=threading.Lock)

    def call_off(self, *, now: bool = False) -> None:
        """End its commands, and begin none any more."""
        with self._change:
            self.is_off = True
            for kept in self._running:
                kept.stop(now=now)

    def attend(self, kept: Kept) -> None:
        """From now on this command is ended with the others."""
        with self._change:
            self._running.add(kept)
            if self.is_off:
                kept.stop(now=False)

    def leave(self, kept: Kept) -> None:
        """This command has ended."""
        with self._change:
            self._running.discard(kept)
