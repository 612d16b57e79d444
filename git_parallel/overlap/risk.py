"""How bad it is that two works meet somewhere, and the sentence that says so."""

from enum import StrEnum
from typing import NamedTuple

from ..names import Work, printable
from ..tasks.task import Kind
from .footprint import Entry, Origin
from .patch import TOP, WHOLE, Ranges


class Risk(StrEnum):
    """The degrees of an overlap, the worst first."""

    CONFLICT = "conflict"  # git was asked to merge the two, and could not
    HUNK = "hunk"  # both change the same or neighbouring lines, or one file cannot come out of both
    FILE = "file"  # both change the same file
    PATTERN = "pattern"  # a directory or glob of one covers what the other touches
    PREDICTED = "predicted"  # neither says so, but history does

    @property
    def severity(self) -> int:
        """A sort key: the worse, the higher."""
        return _SEVERITY[self]


_SEVERITY = {risk: len(Risk) - rank for rank, risk in enumerate(Risk)}


class Sight(StrEnum):
    """By what two entries meet."""

    PATH = "path"  # a path that both cover
    NUMBER = "number"  # two new files that take the same number in their sequence
    CASE = "case"  # two names that are one where case does not count


class Meeting(NamedTuple):
    """One place where two works meet: what each has there, and the path, or both texts as `a ~ b`.

    `is_file` is whether they meet in one file, and do not only both cover some that may be there.
    """

    left: Entry
    right: Entry
    path: str
    risk: Risk
    sight: Sight = Sight.PATH
    is_file: bool = False


# What cannot be done to one file by two, in either order. Two deletions agree.
_TORN = frozenset(
    {
        frozenset({Kind.CREATE}),
        frozenset({Kind.MOVE}),
        frozenset({Kind.MOVE, Kind.DELETE}),
        frozenset({Kind.MODIFY, Kind.DELETE}),
    }
)


def judge(left: Entry, right: Entry, *, same_file: bool) -> Risk:
    """How badly two entries that meet do so; `same_file` when both name one and the same path.

    git merges changes of one file unless their lines overlap or touch, so only lines, observed or
    declared, or a file that one of them creates or takes away, can make it worse than FILE.
    """
    if is_predicted(left, right):
        return Risk.PREDICTED
    if not same_file:
        return Risk.PATTERN
    if is_torn(left.kind, right.kind) or common_lines(left, right):
        return Risk.HUNK
    return Risk.FILE


def is_predicted(left: Entry, right: Entry) -> bool:
    """Whether one of the two is only expected."""
    return left.origin is Origin.PREDICTED or right.origin is Origin.PREDICTED


def is_torn(left: Kind, right: Kind) -> bool:
    """Whether one file cannot come out of what two do to it as a whole."""
    return not (left is right is Kind.MODIFY) and frozenset((left, right)) in _TORN


def common_lines(left: Entry, right: Entry) -> tuple[int, int] | None:
    """The first lines that both change, or where their changes touch; None where they stay apart.

    Lines are compared only where both are known, and known to be of one version of the file.
    """
    if not left.ranges or not right.ranges or (left.against != right.against and _is_known(left, right)):
        return None
    return touching(left.ranges, right.ranges)


def _is_known(left: Entry, right: Entry) -> bool:
    return bool(left.against and right.against)


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


def sentence(meeting: Meeting, *, left: Work, right: Work, more: int = 0) -> str:
    """Why two works overlap, by their worst meeting and the number of others: short, safe to print."""
    text = _sentence(meeting, left, right)
    return f"{text} and {more} more" if more else text


def _sentence(meeting: Meeting, left: Work, right: Work) -> str:
    a, b = meeting.left, meeting.right
    if meeting.sight is Sight.NUMBER:
        return f"{_shown(a.path)} of {left} and {_shown(b.path)} of {right} have the same number"
    if meeting.sight is Sight.CASE:
        return f"{_shown(a.path)} of {left} and {_shown(b.path)} of {right} differ only in case"
    if meeting.risk is Risk.PREDICTED:
        return _expecting(meeting, left, right)
    if meeting.risk is Risk.PATTERN:
        return _covering(meeting, left, right)
    path = _shown(meeting.path)
    if a.kind != b.kind:
        return f"{left} {_does(a.kind)} and {right} {_does(b.kind)} {path}"
    lines = common_lines(a, b) if meeting.risk is Risk.HUNK and a.kind == Kind.MODIFY else None
    if lines is None or lines == WHOLE[0]:
        return f"both {a.kind} {path}"
    return f"both change {said_lines(*lines)} of {path}"


def _covering(meeting: Meeting, left: Work, right: Work) -> str:
    a, b = _shown(meeting.left.path), _shown(meeting.right.path)
    path = _shown(meeting.path)
    if a == b:
        return f"both cover '{a}'"
    if meeting.path == meeting.right.path:
        return f"'{a}' of {left} covers {path} of {right}"
    if meeting.path == meeting.left.path:
        return f"'{b}' of {right} covers {path} of {left}"
    return f"'{a}' of {left} meets '{b}' of {right}"


def _expecting(meeting: Meeting, left: Work, right: Work) -> str:
    path = _shown(meeting.path)
    is_left = meeting.left.origin is Origin.PREDICTED
    if is_left and meeting.right.origin is Origin.PREDICTED:
        return f"both are expected to change {path}"
    who, other, entry = (left, right, meeting.left) if is_left else (right, left, meeting.right)
    why = f" ({_shown(entry.why)})" if entry.why else ""
    return f"{who} is expected to change {path}{why}, which {other} touches"


def _does(kind: Kind) -> str:
    return {"modify": "modifies", "move": "moves"}.get(kind, f"{kind}s")


def said_lines(first: int, last: int) -> str:
    """Lines for people."""
    if (first, last) == TOP[0]:
        return "the top"
    return f"line {last}" if max(first, 1) == last else f"lines {max(first, 1)}-{last}"


def _shown(text: str) -> str:
    # Most paths are plain, and this is asked for every pair of tasks.
    return text if text.isprintable() else printable(text)
