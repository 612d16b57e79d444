"""Waiting for whatever concerns a keeper."""

import os

from .clock import Clock
from .output import Output
from .signals import listen


class Ears:
    """Hears signals and the time; the agent's log is kept within its limit meanwhile."""

    def __init__(self, clock: Clock, output: Output) -> None:
        self.clock, self._output, self._wake = clock, output, listen()

    def caught(self, due: float) -> set[int]:
        """The signals that came, as soon as one comes or it is `due` by the clock."""
        while True:
            ready = self.clock.wait([self._wake, *self._output.wakers()], min(due, self._output.due))
            self._output.tend(ready, self.clock.now())
            if self._wake in ready:
                return set(os.read(self._wake, 512))
            if self.clock.now() >= due:
                return set()
