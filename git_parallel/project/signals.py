"""Signals as calls: what asks a run to end is heard at once, whichever thread the kernel gives it to."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_ASKING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
# Seconds within which the same signal is the same key press.
_ECHO = 0.3


@dataclass(slots=True)
class Asking:
    """How urgently a run was asked to end: 1 launch nothing more, 2 stop the agents, 3 kill them."""

    urgency: int = 0
    first: int | None = None
    _last: int | None = field(default=None)
    _heard: float = 0.0

    def hear(self, number: int) -> bool:
        """Take in a signal; whether it asks for more than before.

        SIGQUIT asks for the agents' end at once. Only keys that are pressed once more ask for more: SIGTERM and
        SIGHUP come from commands and terminals, of which several may each want the same.
        """
        # One Ctrl-C can come twice: from the terminal, and handed on by the git that started us.
        now = time.monotonic()
        is_echo = number == self._last and now - self._heard < _ECHO
        self._last, self._heard = number, now
        once_more = min(self.urgency + 1, 3)
        asked = {int(signal.SIGINT): once_more, int(signal.SIGQUIT): max(once_more, 2)}.get(number, 1)
        if is_echo or asked <= self.urgency:
            return False
        self.first = number if self.first is None else self.first
        self.urgency = asked
        return True

    @property
    def words(self) -> str:
        """What is done because of it."""
        if self.urgency == 1 and self.first != signal.SIGINT:
            return "asked to end: no new launches; agents finish ('git parallel stop --now' stops them)"
        return _WORDS[self.urgency]


_WORDS = (
    "",
    "interrupted: no new launches; agents finish (once more to stop them)",
    "stopping the agents",
    "killing the agents",
)


@contextmanager
def listening(hear: Callable[[int], None]) -> Iterator[None]:
    """Call `hear`, in a thread of its own, for each signal that asks this process to end.

    Outside the main thread nothing changes, since there Python lets nobody listen.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    # The kernel may hand a signal to any thread, and then nothing wakes the main one, in which Python runs
    # its handlers. What the C level writes into a pipe at once is heard whoever got the signal.
    heard, told = os.pipe()
    os.set_blocking(told, False)
    before = {number: signal.signal(number, lambda *_: None) for number in _ASKING}
    known = signal.set_wakeup_fd(told, warn_on_full_buffer=False)
    threading.Thread(target=_relay, args=(heard, hear), name="signals", daemon=True).start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(known)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(told)


def _relay(heard: int, hear: Callable[[int], None]) -> None:
    with open(heard, "rb", buffering=0) as pipe:
        while some := pipe.read(64):
            for number in some:
                if number in _ASKING:
                    hear(number)
