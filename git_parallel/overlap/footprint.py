"""What work touches: what documents declare, what it holds by claim, what its branch shows, what history expects."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from ..names import Work
from ..tasks.task import Kind, Task
from . import patterns
from .patch import Change, Ranges

# How often what is declared comes true. Measured over 60 task packets of a public repository: of the files
# named exactly 0.75 were changed; that a file below a declared directory or glob is, is far less likely.
NAMED = 0.75
COVERED = 0.2


class Origin(StrEnum):
    """How an entry is known; a later one outranks an earlier one."""

    PREDICTED = "predicted"
    DECLARED = "declared"
    CLAIMED = "claimed"
    OBSERVED = "observed"


class Entry(NamedTuple):
    """One path, directory (ending in `/`) or glob that work touches, and how that is known.

    A tuple, since there may be a million of them and a frozen dataclass takes three times as long to make.

    The path of an observed entry is a file that git named and never a pattern, and so is that of a
    predicted one. `ranges` are the lines that change, of the blob `against` where that is known; without
    them it may be any. `weight` is how likely it is, from 0 to 1, that the work really changes it, and
    `why` the reason where it is predicted.
    """

    path: str
    kind: Kind
    origin: Origin
    source: str = ""
    line: int = 0
    ranges: Ranges = ()
    against: str = ""
    weight: float = 1.0
    why: str = ""

    @property
    def is_named(self) -> bool:
        """Whether the path was given by git, so that nothing in it is a wildcard."""
        return self.origin in _NAMED_BY_GIT

    @property
    def pattern(self) -> patterns.Pattern:
        """What this entry covers."""
        return patterns.exact(self.path) if self.is_named else patterns.trusted(self.path)


_NAMED_BY_GIT = (Origin.OBSERVED, Origin.PREDICTED)


@dataclass(frozen=True, slots=True)
class Footprint:
    """Everything some work is known to touch. Without entries nothing is known, least of all independence.

    A *settled* one has been worked on to the end: what was declared or expected and is not observed in it
    has turned out to be untouched.
    """

    work: Work
    entries: tuple[Entry, ...] = ()
    is_settled: bool = False

    @property
    def is_unknown(self) -> bool:
        """Whether nothing is known of what the work touches; what is merely predicted is not known."""
        return not self.known

    @property
    def known(self) -> tuple[Entry, ...]:
        """The entries that are more than expected."""
        return tuple(entry for entry in self.entries if entry.origin is not Origin.PREDICTED)

    @property
    def binding(self) -> tuple[Entry, ...]:
        """The entries that others can meet."""
        if not self.is_settled:
            return self.entries
        return tuple(entry for entry in self.entries if entry.origin is Origin.OBSERVED)


def of_task(task: Task, claimed: Iterable[str] = (), observed: Iterable[Change] = ()) -> Footprint:
    """The footprint of a task: its declarations, then its claims, then the changes of its branch.

    Mentions are left out. Raises BadName when a declared directory or glob is none (see
    `patterns.parse`); plain paths are taken as the document's reader checked them.
    """
    entries = []
    entry = Entry._make
    for d in task.declared:
        if d.kind is Kind.MENTION:
            continue
        weight = NAMED
        if patterns.is_magic(d.path):
            patterns.parse(d.path)
            weight = COVERED
        entries.append(entry((d.path, d.kind, Origin.DECLARED, d.source, d.line, d.ranges, "", weight, "")))
    entries += [Entry(path, Kind.MODIFY, Origin.CLAIMED) for path in claimed]
    entries += map(of_change, observed)
    return Footprint(task.id, tuple(entries))


def of_change(change: Change) -> Entry:
    """What a diff shows of one path."""
    return Entry(change.path, change.kind, Origin.OBSERVED, ranges=change.ranges, against=change.blob)
