"""How a log over its limit is cut, in place: its head, a mark of fixed size, its tail.

The agent writes to the log itself, so a keeper that is killed costs no output, and the log is one file that
anybody can read at any time. It writes with O_APPEND, so it goes on at the end of whatever we leave it.
A cut is made under `flock` on the log, for readers that want to see it whole (see `agents.logs`).
"""

import os

MARK_SIZE = 64
SMALLEST_LIMIT = 4096  # bytes; head and tail are to be longer than the mark between them
_CHUNK = 256 * 1024
_TRIES = 10


def mark(left_out: int) -> bytes:
    """The line that stands for what is left out."""
    return f"\n[git-parallel: {left_out} bytes left out here]".ljust(MARK_SIZE - 1).encode("ascii") + b"\n"


def head_size(limit: int) -> int:
    """How much of the beginning is kept for ever."""
    return max(limit, SMALLEST_LIMIT) // 4


def left_out(log: int, limit: int) -> int:
    """How many bytes a log lacks after its head, by its mark."""
    line = os.pread(log, MARK_SIZE, head_size(limit))
    number = line.removeprefix(b"\n[git-parallel: ").split(b" ", 1)[0]
    return int(number) if number.isdigit() and line == mark(int(number)) else 0


def is_over(log: int, limit: int) -> bool:
    """Whether it is time for a cut."""
    return os.fstat(log).st_size > max(limit, SMALLEST_LIMIT)


def cut(log: int, limit: int, dropped: int) -> int:
    """Leave the head and the last quarter, of a log that lacks `dropped` bytes; how many it lacks then.

    What the agent writes between the last look and the truncation, a few millionths of a second, is gone
    without being counted.
    """
    head = head_size(limit)
    begin = head + (MARK_SIZE if dropped else 0)
    for _ in range(_TRIES):
        source, target = os.fstat(log).st_size - head, head + MARK_SIZE
        left = dropped + source - begin
        os.pwrite(log, mark(left), head)
        # On and on, as the agent goes on writing. If it is faster than we are, that is another middle to drop.
        while target < 3 * head and (piece := os.pread(log, _CHUNK, source)):
            os.pwrite(log, piece, target)
            source, target = source + len(piece), target + len(piece)
        if not piece:
            break
    os.ftruncate(log, target)
    return left
