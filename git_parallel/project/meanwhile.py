"""A question to git that is asked while something else is found out: there is more than one core."""

import threading
from collections.abc import Callable
from typing import TypeVar

from ..errors import ParallelError

Answer = TypeVar("Answer")


def meanwhile(ask: Callable[[], Answer]) -> Callable[[], Answer]:
    """Begin to ask in a thread of its own; what is returned waits for the answer, or raises what came of it."""
    found: list[Answer] = []
    failed: list[ParallelError | OSError] = []

    def whole() -> None:
        try:
            found.append(ask())
        except (ParallelError, OSError) as error:
            failed.append(error)

    thread = threading.Thread(target=whole, daemon=True)
    thread.start()

    def answer() -> Answer:
        thread.join()
        if failed:
            raise failed[0]
        return found[0]

    return answer
