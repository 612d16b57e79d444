"""How bad it is that two tasks meet somewhere, and the sentence that says so."""

from enum import StrEnum
from typing import NamedTuple

from ..names import TaskId, printable
from ..tasks.task import Kind
from .footprint import Entry, Origin
from .patch import WHOLE, Ranges


class Risk(StrEnum):
    """The degrees of an overlap, the worst first."""

    CONFLICT = "conflict"  # git was asked to merge the two, and could not
    HUNK = "hunk"  # both change the same or neighbouring lines
    FILE = "file"  # both change the same file
    PATTERN = "pattern"  # a directory or glob of one covers what the other touches
    PREDICTED = "predicted"  # neither says so, but history does

    @property
    def severity(self) -> int:
        """A sort key: the worse, the higher."""
        return _SEVERITY[self]


_SEVERITY = {risk: len(Risk) - rank for rank, risk in enumerate(Risk)}


class Meeting(NamedTuple):
    """One place where two tasks meet: what each has there, and the path, or both patterns as `a ~ b`."""

    left: Entry
    right: Entry
    path: str
    risk: Risk


def judge(left: Entry, right: Entry, *, same_file: bool) -> Risk:
    """How badly two entries that meet do so; `same_file` when both name one and the same path.

    git merges changes of one file unless their lines overlap or touch, so only observed lines can make
    it worse than FILE. A file that both take away from its place is as bad, whatever its lines.
    """
    if not same_file:
        return Risk.PATTERN
    if not (left.origin == right.origin == Origin.OBSERVED):
        return Risk.FILE
    gone = (Kind.MOVE, Kind.DELETE)
    if (left.kind in gone and right.kind in gone) or touching(left.ranges, right.ranges):
        return Risk.HUNK
    return Risk.FILE


def touching(left: Ranges, right: Ranges) -> tuple[int, int] | None:
    """The first lines where two sets of ranges overlap, or else touch; None when they stay apart.

    As (first, last) of what is common, or of the two neighbouring lines when nothing is.
    """
    a, b = sorted(left), sorted(right)
    i = j = 0
    while i < len(a) and j < len(b):
        (low, high), (start, end) = a[i], b[j]
        first, last = max(low, start), min(high, end)
        if first <= last + 1:
            return min(first, last), max(first, last)
        if high < end:
            i += 1
        else:
            j += 1
    return None


def sentence(meeting: Meeting, *, left: TaskId, right: TaskId, more: int = 0) -> str:
    """Why two tasks overlap, by their worst meeting and the number of others: short, safe to print."""
    text = _sentence(meeting, left, right)
    return f"{text} and {more} more" if more else text


def _sentence(meeting: Meeting, left: TaskId, right: TaskId) -> str:
    a, b = meeting.left, meeting.right
    if meeting.risk == Risk.PATTERN:
        return _covering(meeting, left, right)
    path = _shown(meeting.path)
    if a.kind != b.kind:
        return f"{left} {_does(a.kind)} and {right} {_does(b.kind)} {path}"
    lines = touching(a.ranges, b.ranges) if meeting.risk == Risk.HUNK and a.kind == Kind.MODIFY else None
    if lines is None or lines == WHOLE[0]:
        return f"both {a.kind} {path}"
    return f"both change {_lines(*lines)} of {path}"


def _covering(meeting: Meeting, left: TaskId, right: TaskId) -> str:
    a, b = _shown(meeting.left.path), _shown(meeting.right.path)
    path = _shown(meeting.path)
    if a == b:
        return f"both cover '{a}'"
    if meeting.path == meeting.right.path:
        return f"'{a}' of {left} covers {path} of {right}"
    if meeting.path == meeting.left.path:
        return f"'{b}' of {right} covers {path} of {left}"
    return f"'{a}' of {left} meets '{b}' of {right}"


def _does(kind: Kind) -> str:
    return {"modify": "modifies", "move": "moves"}.get(kind, f"{kind}s")


def _lines(first: int, last: int) -> str:
    if last == 0:
        return "the top"
    return f"line {last}" if max(first, 1) == last else f"lines {max(first, 1)}-{last}"


def _shown(text: str) -> str:
    # Most paths are plain, and this is asked for every pair of tasks.
    return text if text.isprintable() else printable(text)
