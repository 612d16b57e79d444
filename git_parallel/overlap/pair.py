"""What is said of two works that meet, and what git said when it was asked to merge them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from ..names import Work
from .patch import Ranges
from .risk import Risk


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines that both sides of an overlap change in one file, of their common base."""

    path: str
    left: Ranges
    right: Ranges


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two works that touch something in common, the earlier one of the input on the left.

    `paths` are the files where they meet, sorted; where two patterns meet, both as `a ~ b` (or once,
    when they are the same). `risk` is that of the worst of these, and `why` names it. `likelihood` is how
    likely they are to end in a conflict, `sharing` how likely they are to change one file at all;
    `excludes` is whether they may not run at the same time.
    """

    left: Work
    right: Work
    paths: tuple[str, ...]
    risk: Risk
    why: str
    likelihood: float = field(default=0.0, compare=False)
    sharing: float = field(default=0.0, compare=False)
    lines: tuple[Lines, ...] = field(default=(), compare=False)
    excludes: bool = True


@dataclass(frozen=True, slots=True)
class Proofs:
    """What git said when it was asked to merge two works: the paths in conflict, or that there are none.

    By positions, the earlier one first. `because` is why two works conflict that share no path.
    """

    conflicts: Mapping[tuple[int, int], tuple[str, ...]] = field(default_factory=dict)
    clean: Collection[tuple[int, int]] = frozenset()
    because: Mapping[tuple[int, int], str] = field(default_factory=dict)
