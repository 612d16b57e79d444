"""What happens while a run goes on, as one queue of calls, and the workers whose outcomes come in there."""

import os
import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from enum import Enum
from functools import partial
from typing import TypeAlias, TypeVar

from ..errors import ParallelError, in_words

Event: TypeAlias = Callable[[], object]
Outcome = TypeVar("Outcome")


class Row(Enum):
    """Where a deed waits for a worker: as usual, where nothing slow stands before it, among those that may take
    minutes, or one after the other.
    """

    USUAL = "usual"
    FIRST = "first"
    LONG = "long"
    IN_TURN = "in turn"


class Events:
    """Everything that happens is put here and handled in one thread, the only one that changes anything."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._pools: dict[Row, ThreadPoolExecutor] = {}

    @contextmanager
    def workers(self) -> Iterator[None]:
        """As long as this lasts there are workers, who begin with deeds in the order in which they came to a row."""
        cores = os.cpu_count() or 2
        # Much of what they do is to wait for git, and for the disk.
        sizes = {Row.USUAL: 2 * cores, Row.FIRST: cores, Row.LONG: 2 * cores, Row.IN_TURN: 1}
        with ExitStack() as stack:
            self._pools = {row: stack.enter_context(ThreadPoolExecutor(size)) for row, size in sizes.items()}
            yield

    def put(self, event: Event) -> None:
        """Something happened; may be called from any thread."""
        self._queue.put(event)

    def handle(self, timeout: float | None) -> None:
        """Wait for an event at most so many seconds (None: for ever), and handle all that are there."""
        try:
            self._queue.get(timeout=timeout)()
            while True:
                self._queue.get_nowait()()
        except queue.Empty:
            return

    def do(
        self,
        work: Callable[[], Outcome],
        then: Callable[[Outcome], None],
        failed: Callable[[ParallelError], None],
        row: Row = Row.USUAL,
    ) -> None:
        """Have a worker do something slow; its outcome, or why there is none, is an event."""

        def whole() -> None:
            try:
                outcome = work()
            except ParallelError as error:
                self.put(partial(failed, error))
            except OSError as error:
                # A disk that is full, no descriptor left, a file that was replaced: this deed's failure alone.
                self.put(partial(failed, ParallelError(in_words(error))))
            except BaseException as error:
                self.put(_raiser(error))
            else:
                self.put(partial(then, outcome))

        self._pools[row].submit(whole)

    def wait_for(self, name: str, wait: Callable[[], None], then: Event) -> None:
        """Wait in a thread of its own, which costs nothing while it sleeps; what follows is an event."""

        def whole() -> None:
            wait()
            self.put(then)

        threading.Thread(target=whole, name=name, daemon=True).start()


def _raiser(error: BaseException) -> Event:
    def throw() -> None:
        raise error

    return throw
