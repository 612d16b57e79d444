"""The agent's output: opening its log, and keeping it within its limit."""

import fcntl
import math
import os
import stat
import time

from .cutting import cut, is_over
from .job import Job, NotStarted, lower
from .kernel import growth_of

PAUSE = 0.25  # seconds between learning that the log grows and looking at it
LOOK_AGAIN = 1.0  # seconds between looks where the kernel does not tell
TRIES, BETWEEN_TRIES = 100, 0.001  # seconds; to find the log free of readers


class Output:
    """The log of an agent, which the agent writes itself."""

    def __init__(self, job: Job) -> None:
        """Open the log; raises NotStarted unless it is a plain file of our own."""
        self.for_agent = _open_plain(job.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        # Writes through the agent's own descriptor would all go to the end.
        self._log = _open_plain(job.log, os.O_RDWR)
        self._path, self._limit = job.log, job.log_limit
        self._growth: int | None = None
        self.dropped = 0  # bytes
        self.due = math.inf  # when to look at it, by the clock

    def attend(self, now: float) -> None:
        """From now on keep it within its limit."""
        if self._limit is not None:
            self._growth = growth_of(self._path)
            self.due = now + PAUSE

    def wakers(self) -> list[int]:
        """What can be read when the log has grown."""
        return [self._growth] if self._growth is not None and self.due == math.inf else []

    def tend(self, ready: list[int], now: float) -> None:
        """Do what is to be done after a wait."""
        if self._growth in ready:
            self.due = now + PAUSE
        elif now >= self.due:
            self.keep_within()
            self.due = math.inf if self._growth is not None else now + LOOK_AGAIN

    def keep_within(self) -> None:
        """Cut the log if it has grown over its limit."""
        if self._growth is not None:
            self._forget_news(self._growth)
        try:
            if self._limit is not None and is_over(self._log, self._limit) and self._lock(self._limit):
                self.dropped = cut(self._log, self._limit, self.dropped)
        except OSError:  # a full disk, where even overwriting needs space; the next look may have more luck
            pass
        finally:
            fcntl.flock(self._log, fcntl.LOCK_UN)

    def written(self) -> tuple[int, float]:
        """How many bytes were ever written, and when the last of them."""
        seen = os.fstat(self._log)
        return seen.st_size + self.dropped, seen.st_mtime

    def _lock(self, limit: int) -> bool:
        """Keep readers away; they hold it for a moment, but one may follow the other."""
        for _ in range(TRIES):
            try:
                fcntl.flock(self._log, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(BETWEEN_TRIES)
            else:
                return True
        # Who holds it longer is no reader of ours, and does not keep us from our work.
        return is_over(self._log, 4 * limit)

    @staticmethod
    def _forget_news(growth: int) -> None:
        try:
            os.read(growth, 4096)
        except BlockingIOError:
            pass


def _open_plain(path: str, flags: int) -> int:
    """A plain file of our own: an agent could have put anything there."""
    try:
        # O_NONBLOCK: a fifo that nobody reads must not stop us.
        log = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
    except OSError as reason:
        raise NotStarted(f"cannot open the log '{path}': {lower(reason)}") from None
    seen = os.fstat(log)
    if not stat.S_ISREG(seen.st_mode) or seen.st_nlink != 1 or seen.st_uid != os.geteuid():
        raise NotStarted(f"cannot open the log '{path}': not a plain file of this user with one name")
    os.set_blocking(log, True)
    return log
