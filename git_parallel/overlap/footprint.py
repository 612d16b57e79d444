"""What a task touches: what its documents declare, what it holds by claim, what its branch really changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ..names import TaskId
from ..tasks.task import Kind, Task
from . import patterns
from .patch import Change, Ranges


class Origin(StrEnum):
    """How an entry is known; a later one outranks an earlier one."""

    DECLARED = "declared"
    CLAIMED = "claimed"
    OBSERVED = "observed"


@dataclass(frozen=True, slots=True)
class Entry:
    """One path, directory (ending in `/`) or glob that a task touches, and how that is known.

    The path of an observed entry is a file that git named and never a pattern. `ranges` are the lines
    of the common base that it changes, known for observed entries only.
    """

    path: str
    kind: Kind
    origin: Origin
    source: str = ""
    line: int = 0
    ranges: Ranges = ()

    @property
    def pattern(self) -> patterns.Pattern:
        """What this entry covers."""
        is_file = self.origin == Origin.OBSERVED
        return patterns.exact(self.path) if is_file else patterns.trusted(self.path)


@dataclass(frozen=True, slots=True)
class Footprint:
    """Everything a task is known to touch. Without entries nothing is known, least of all independence."""

    task: TaskId
    entries: tuple[Entry, ...] = ()

    @property
    def is_unknown(self) -> bool:
        """Whether nothing is known of what the task touches."""
        return not self.entries


def of_task(task: Task, claimed: Iterable[str] = (), observed: Iterable[Change] = ()) -> Footprint:
    """The footprint of a task: its declarations, then its claims, then the changes of its branch.

    Mentions are left out. Raises BadName when a declared directory or glob is none (see
    `patterns.parse`); plain paths are taken as the document's reader checked them.
    """
    touched = task.touched
    for declared in touched:
        if patterns.is_magic(declared.path):
            patterns.parse(declared.path)
    return Footprint(
        task.id,
        (
            *(Entry(d.path, d.kind, Origin.DECLARED, d.source, d.line) for d in touched),
            *(Entry(path, Kind.MODIFY, Origin.CLAIMED) for path in claimed),
            *(Entry(c.path, c.kind, Origin.OBSERVED, ranges=c.ranges) for c in observed),
        ),
    )
