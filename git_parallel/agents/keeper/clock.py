"""The clock of every limit, and waiting by it."""

import math
import select
import time
from collections.abc import Callable

STRIDE = 60.0  # seconds a wait for a limit lasts at most, so that little of it can be lost to a suspension
MUCH_TOO_LATE = 10.0  # seconds; a machine that is merely busy is not that late


class Clock:
    """Seconds that count against limits: those in which agents could run.

    A step of the wall clock is nothing to it. Of a wait that came back much too late nothing counts: the
    laptop was suspended, the virtual machine paused or everything here stopped, and nobody can know how
    much of the wait came before that.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._seen = monotonic()
        self._left_out = 0.0

    def now(self) -> float:
        """Seconds, since no particular moment."""
        return self._monotonic() - self._left_out

    def wait(self, descriptors: list[int], due: float) -> list[int]:
        """Those that can be read, as soon as one can; none when it is `due` or may be soon."""
        left = min(max(due - self.now(), 0.0), STRIDE)
        ready = select.select(descriptors, [], [], None if due == math.inf else left)[0]
        self.waited(math.inf if due == math.inf else left)
        return ready

    def waited(self, asked: float) -> None:
        """See whether it took much longer than asked since this was last said."""
        before, self._seen = self._seen, self._monotonic()
        if self._seen - before > asked + MUCH_TOO_LATE:
            self._left_out += self._seen - before


def wall_and_elapsed() -> tuple[float, float]:
    """The time of day, and a clock that nobody sets and no suspension stops."""
    return time.time(), time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
