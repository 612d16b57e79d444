"""How many workers git gives one checkout, so that those made at the same time share the cores.

Alone a checkout is done sooner by several workers, where disk or memory keeps one of them waiting. But talking to
them takes CPU time, half as much again, and that is what counts as soon as every core has a checkout of its own.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_counting = threading.Lock()
_at_work = 0


@contextmanager
def in_company() -> Iterator[tuple[str, ...]]:
    """While one checkout is made by this process: the options for its git."""
    global _at_work
    with _counting:
        _at_work += 1
        workers = max(1, (os.cpu_count() or 1) // _at_work)
    try:
        yield ("-c", f"checkout.workers={workers}")
    finally:
        with _counting:
            _at_work -= 1
