"""Reading an agent's log, while its keeper may cut the middle out of it (see `keeper.cutting`)."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from .keeper.cutting import MARK_SIZE, head_size, left_out, mark

_CHUNK = 64 * 1024


class Log:
    """All that was ever written to a log, as far as it can still be had; of the rest, how much it was."""

    def __init__(self, file: BinaryIO, limit: int | None = None) -> None:
        """A log open for reading, and the limit within which its keeper keeps it (see `StartRecord`)."""
        self._log, self.limit = file.fileno(), limit
        self._seen = 0  # of what was written, whether it could be had or not

    def more(self) -> Iterator[bytes]:
        """What there is after what was read before, piece by piece."""
        while piece := self._next():
            yield piece

    def _next(self) -> bytes:
        if self.limit is None:
            return self._read(self._seen, _CHUNK)
        with _uncut(self._log):
            gone, head = left_out(self._log, self.limit), head_size(self.limit)
            if not gone:
                return self._read(self._seen, _CHUNK)
            if self._seen < head:
                return self._read(self._seen, min(_CHUNK, head - self._seen))
            if missed := max(head + gone - self._seen, 0):
                self._seen += missed
                return mark(missed)
            return self._read(self._seen - gone + MARK_SIZE, _CHUNK)

    def _read(self, position: int, size: int) -> bytes:
        piece = os.pread(self._log, size, position)
        self._seen += len(piece)
        return piece


@contextmanager
def _uncut(log: int) -> Iterator[None]:
    """For a moment the keeper does not cut."""
    fcntl.flock(log, fcntl.LOCK_SH)
    try:
        yield
    finally:
        fcntl.flock(log, fcntl.LOCK_UN)
