"""Sequences with gaps: the one algorithm under both levels of a glob, characters and segments.

A pattern is a sequence in which `None` is a gap (`*` among characters, `**` among segments) that spans
any number of items; every other part stands for exactly one item. Nothing here backtracks more than
one gap, so the worst case is the product of the two lengths.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, TypeVar

# What stands for one item. The parts of both levels are unions, for which mypy infers no type variable.
Part: TypeAlias = Any
Item = TypeVar("Item")


def covers(
    pattern: Sequence[Part | None], items: Sequence[Item], accepts: Callable[[Part, Item], bool]
) -> bool:
    """Whether `items` as a whole is one of the sequences that `pattern` stands for.

    The two-pointer wildcard match: only the last gap is ever widened, because a match that needs an
    earlier gap wider exists with the later one wider too.
    """
    at = seen = resume = 0
    gap = -1
    while seen < len(items):
        part = pattern[at] if at < len(pattern) else None
        if at < len(pattern) and part is None:
            gap, resume = at, seen
            at += 1
        elif part is not None and accepts(part, items[seen]):
            at += 1
            seen += 1
        elif gap >= 0:
            resume += 1
            at, seen = gap + 1, resume
        else:
            return False
    return all(part is None for part in pattern[at:])


def intersect(
    left: Sequence[Part | None], right: Sequence[Part | None], agree: Callable[[Part, Part], bool]
) -> bool:
    """Whether some sequence is covered by both patterns; `agree` answers it for two single parts.

    Both are first cut back to where one of them has a gap at each end. A gap of each at opposite ends
    then takes in the rest of the other, whatever it is; only a pattern that lies between two gaps of
    the other needs the product of the two.
    """
    start = 0
    end_left, end_right = len(left), len(right)
    while start < end_left and start < end_right:
        a, b = left[start], right[start]
        if a is None or b is None:
            break
        if not agree(a, b):
            return False
        start += 1
    while start < end_left and start < end_right:
        a, b = left[end_left - 1], right[end_right - 1]
        if a is None or b is None:
            break
        if not agree(a, b):
            return False
        end_left -= 1
        end_right -= 1
    left, right = left[start:end_left], right[start:end_right]
    if not left or not right:
        return all(part is None for part in (*left, *right))
    if (left[0] is None and right[-1] is None) or (right[0] is None and left[-1] is None):
        return True
    return _product(left, right, agree)


def _product(
    left: Sequence[Part | None], right: Sequence[Part | None], agree: Callable[[Part, Part], bool]
) -> bool:
    """The same by the two patterns as automata side by side, filled in from their ends row by row.

    A gap may be left (step to the next part) or take whatever the other side has there (step the other).
    """
    below = [False] * (len(right) + 1)
    for i in range(len(left), -1, -1):
        row = [False] * (len(right) + 1)
        for j in range(len(right), -1, -1):
            a = left[i] if i < len(left) else None
            b = right[j] if j < len(right) else None
            if i == len(left) and j == len(right):
                row[j] = True
            elif a is not None and b is not None:
                row[j] = below[j + 1] and agree(a, b)
            elif (i < len(left) and a is None) or (j < len(right) and b is None):
                row[j] = (i < len(left) and below[j]) or (j < len(right) and row[j + 1])
        below = row
    return below[0]
