"""Signals as calls: what asks a run to end is heard at once, whichever thread the kernel gives it to."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_ASKING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


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
