"""A request to end this program as an exception, so that what it has begun is ended and cleared away first."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_ASKING = (signal.SIGTERM, signal.SIGHUP)


class Terminated(BaseException):
    """A signal asks this program to end; no error, and so none that anybody handles by mistake."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextmanager
def in_order() -> Iterator[None]:
    """Have SIGTERM and SIGHUP raised as Terminated in the block, and at its end kill this process as they would have.

    Where somebody listens to them already, or outside the main thread, nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    mine = [number for number in _ASKING if signal.getsignal(number) is signal.SIG_DFL]
    for number in mine:
        signal.signal(number, _raise)
    try:
        yield
    except Terminated as asked:
        signal.signal(asked.number, signal.SIG_DFL)
        signal.raise_signal(asked.number)
        raise
    finally:
        for number in mine:
            signal.signal(number, signal.SIG_DFL)


def _raise(number: int, _frame: FrameType | None) -> None:
    raise Terminated(number)
