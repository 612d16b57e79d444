"""How likely two works are to end in a conflict: the order in which overlaps of one risk deserve attention.

Measured on replayed histories of public projects: a shared file ends in a conflict in about three of ten
cases; far more often when one side creates or deletes it, less often the more changes pass through it
(people know how to share a hot file), and less often the more files each side changes besides.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt

from ..tasks.task import Kind
from .footprint import Entry
from .risk import Meeting, Risk

_SHARED = 0.3
_TAKEN_AWAY = 3.0
_BREADTH = 0.25
# What matters beyond the most likely places is noise that adds up.
_MOST = 3


@dataclass(frozen=True, slots=True)
class Traffic:
    """How many earlier changes went through each file."""

    changes: Mapping[str, int] = field(default_factory=dict)

    def share(self, path: str) -> float:
        """How much one meeting in this file counts, against one in a file that nobody ever touched."""
        return sqrt(1 / (1 + self.changes.get(path, 0)))


def of_sharing(products: Collection[float]) -> float:
    """How likely two works are to share a file at all, by the chances that both change each of them."""
    together = 1.0
    for product in sorted(products, reverse=True)[:_MOST]:
        together *= 1 - product
    return 1 - together


def of_conflict(meetings: Sequence[Meeting], traffic: Traffic, *, files: tuple[int, int]) -> float:
    """How likely two works are to conflict, from 0 to 1; `files` is how many places each touches."""
    worst = max(meeting.risk.severity for meeting in meetings)
    if worst >= Risk.HUNK.severity:
        return 1.0 if worst == Risk.CONFLICT.severity else 0.8
    breadth: float = max(1, files[0] * files[1]) ** _BREADTH
    expected = sum(_chance(m.left, m.right, traffic.share(m.path)) for m in meetings) / breadth
    # From an expected number of conflicts to the chance of at least one, so that it never passes 1.
    return 1 - 1 / (1 + expected)


def _chance(left: Entry, right: Entry, share: float) -> float:
    is_taken = left.kind is not Kind.MODIFY or right.kind is not Kind.MODIFY
    return left.weight * right.weight * _SHARED * share * (_TAKEN_AWAY if is_taken else 1)
