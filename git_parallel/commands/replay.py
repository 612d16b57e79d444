"""`git parallel plan --replay`: what would have been predicted for past changes, and what really conflicted."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from ..git.scratch import scratch
from ..names import OtherWork
from ..overlap.footprint import Entry, Footprint, Origin
from ..overlap.likelihood import Traffic
from ..overlap.meet import Overlaps
from ..overlap.predict import Lessons, Past
from ..overlap.scoring import Score, average_precision, score
from ..project.open import open_project
from ..project.replaying import Replayed, Window, earlier, replay
from ..tasks.task import Kind

# The changes before the range that are learnt from.
_BEFORE = 500
_KINDS = {"A": Kind.CREATE, "C": Kind.CREATE, "D": Kind.DELETE}


@dataclass(frozen=True, slots=True)
class Judged:
    """A pair of past changes: what they touched, what was predicted of it and what came true.

    `declared` and `expected` are how likely they share a file by what half of each change declares, and
    with what history lets expect besides.
    """

    likelihood: float
    shared: int
    declared: float
    expected: float
    conflicts: bool


@dataclass(frozen=True, slots=True)
class ReplayAnswer:
    """The judged pairs of a range of history."""

    revisions: str
    windows: int
    changes: int
    left_out: int
    pairs: tuple[Judged, ...]

    @property
    def same_file(self) -> Score:
        """Predicting a conflict for all who change one file, as most tools do."""
        return score((pair.shared > 0, pair.conflicts) for pair in self.pairs)

    def likely(self, least: float) -> Score:
        """Predicting a conflict for all whose likelihood is at least this."""
        return score((pair.likelihood >= least, pair.conflicts) for pair in self.pairs)

    @property
    def ranked_by_likelihood(self) -> float | None:
        """The average precision when the likeliest pairs come first."""
        return average_precision((pair.likelihood, pair.conflicts) for pair in self.pairs)

    @property
    def ranked_by_shared(self) -> float | None:
        """The average precision when those who share most files come first."""
        return average_precision((float(pair.shared), pair.conflicts) for pair in self.pairs)

    @property
    def sharing_declared(self) -> list[tuple[float, bool]]:
        """That two share a file, when half of what they change is declared: how likely, and whether."""
        return [(pair.declared, pair.shared > 0) for pair in self.pairs]

    @property
    def sharing_expected(self) -> list[tuple[float, bool]]:
        """The same with what earlier changes let expect."""
        return [(pair.expected, pair.shared > 0) for pair in self.pairs]


def replayed(directory: Path, revisions: str) -> ReplayAnswer:
    """Replay a range of first-parent history; raises BadInput for a range that is none."""
    project = open_project(directory)
    with scratch(project.common, like=project.base) as room:
        git = room.beside(project.git)
        windows = replay(git, room, revisions)
        past = list(earlier(git, revisions, _BEFORE))
    pairs: list[Judged] = []
    for window in windows:
        pairs += _judged(window, past)
        past += [change.paths for change in window.changes]
    changes = [change for window in windows for change in window.changes]
    return ReplayAnswer(
        revisions,
        windows=len(windows),
        changes=len(changes),
        left_out=sum(not change.is_usable for change in changes),
        pairs=tuple(pairs),
    )


def _judged(window: Window, past: Sequence[frozenset[str]]) -> Iterator[Judged]:
    traffic = Traffic(Counter(path for paths in past for path in paths))
    # Every file that was ever there, which stands for the tree of that time.
    lessons = Lessons(map(Past, past), frozenset(traffic.changes))
    whole = Overlaps(map(_footprint, window.changes, count()), traffic=traffic)
    halves = [_half(change, number) for number, change in enumerate(window.changes)]
    declared, expected = Overlaps(halves), Overlaps(map(lessons.complete, halves))
    for left, right in window.pairs():
        names = (_name(left), _name(right))
        overlap = whole.between(*names)
        yield Judged(
            likelihood=overlap.likelihood if overlap else 0.0,
            shared=len(window.changes[left].paths & window.changes[right].paths),
            declared=declared.sharing(*names),
            expected=expected.sharing(*names),
            conflicts=(left, right) in window.conflicts,
        )


def _name(number: int) -> OtherWork:
    return OtherWork(f"change/{number}")


def _footprint(change: Replayed, number: int) -> Footprint:
    entries = []
    for touch in change.touches:
        entries.append(Entry(touch.path, _kind(touch.status), Origin.OBSERVED))
        if touch.status == "R":
            entries.append(Entry(touch.source, Kind.MOVE, Origin.OBSERVED))
    return Footprint(_name(number), tuple(entries))


def _kind(status: str) -> Kind:
    return Kind.CREATE if status == "R" else _KINDS.get(status, Kind.MODIFY)


def _half(change: Replayed, number: int) -> Footprint:
    """As if every second file had been declared, by name, as the better half of specs do."""
    paths = sorted(change.paths)[::2]
    return Footprint(
        _name(number), tuple(Entry(path, Kind.MODIFY, Origin.DECLARED, weight=1.0) for path in paths)
    )
