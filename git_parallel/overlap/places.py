"""The places that works touch, each with its works: the inverse of their footprints."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from ..tasks.task import Kind
from . import patterns
from .footprint import Entry, Origin
from .index import Glob, GlobIndex
from .patterns import is_magic
from .risk import Sight
from .sequence_number import takes

# The path of a file; or `/` (with which no path in a repository begins) and the text of a pattern; or `//`
# and a number in a sequence, at which the files that take it meet.
# A plain text and no object: most files are touched by one task, and 200,000 objects cost a second.
Place: TypeAlias = str

_RANK = {origin: rank for rank, origin in enumerate(Origin)}
_NONE: tuple[Place, ...] = ()
# So many meetings at places where somebody is merely expected are looked into, a third of a second's worth.
MOST_EXPECTED = 500_000


class Places:
    """The table from places to works and back; filled by `add`, then completed by `join`.

    Works are known by their position. `of_work` says what each does at its places. `globs` names for a
    place the patterns that share a path with it, `files` for a pattern the files that it covers, `cased`
    for a file those that differ from it only in case; at `doubtful` ones somebody is only expected, and
    only at `shared` ones or beside them one work meets another; `meeting` is what each work does there.
    `crowded` says how many were expected where it were too many to tell, except at those of `kept`.
    """

    def __init__(self) -> None:
        self.of_work: list[dict[Place, Entry]] = []
        self.globs: dict[Place, list[Place]] = {}
        self.files: dict[Place, list[Place]] = {}
        self.cased: dict[Place, list[Place]] = {}
        self.doubtful: set[Place] = set()
        self.crowded: dict[Place, int] = {}
        self.kept: set[Place] = set()
        self.shared: set[Place] = set()
        self.meeting: list[list[tuple[Place, Entry]]] = []
        self.has_numbers = False
        self._first: dict[Place, int] = {}
        self._at: dict[Place, list[int]] = {}
        self._near: dict[Place, list[Place]] = {}
        self._globs: list[Glob] = []
        self._read: dict[str, tuple[Place, ...]] = {}

    def add(self, entries: Iterable[Entry]) -> None:
        """Take in the entries of the next work."""
        position = len(self.of_work)
        strongest: dict[Place, Entry] = {}
        for entry in entries:
            for place in (
                self._of(entry) if entry.kind is Kind.CREATE or is_magic(entry.path) else (entry.path,)
            ):
                if place in strongest:
                    strongest[place] = _stronger(strongest[place], entry)
                    continue
                strongest[place] = entry
                first = self._first.setdefault(place, position)
                if first != position:
                    if place in self._at:
                        self._at[place].append(position)
                    else:
                        self._at[place] = [first, position]
            if entry.origin is Origin.PREDICTED:
                self.doubtful.add(entry.path)
        self.of_work.append(strongest)

    def join(self) -> None:
        """Find for every place the others that share a path with it; after the last `add`."""
        self._leave_crowds()
        self._join_cases()
        if self._globs:
            self._join_globs()
        self._near = dict(self.globs)
        for place, files in self.files.items():
            self._near[place] = [*self.globs.get(place, ()), *files]
        self.shared = shared = {*self._at, *self._near, *self.cased}
        self.meeting = [
            [(place, entry) for place, entry in mine.items() if place in shared] for mine in self.of_work
        ]

    def _leave_crowds(self) -> None:
        """Forget who is merely expected where the most are, as far as asking them all in pairs would take too long.

        A file that everybody is expected to change tells the least of who meets whom.
        """
        expected = {
            place: [at for at in self.at(place) if self.of_work[at][place].origin is Origin.PREDICTED]
            for place in self.doubtful - self.kept
        }
        spent = 0
        for place, some in sorted(expected.items(), key=lambda item: (len(item[1]), item[0])):
            spent += len(some) * len(self.at(place))
            if spent > MOST_EXPECTED:
                self._forget(place, some)
        self.doubtful -= self.crowded.keys()

    def _forget(self, place: Place, some: Sequence[int]) -> None:
        self.crowded[place] = len(some)
        here = self.at(place)
        for at in some:
            del self.of_work[at][place]
        left = [at for at in here if place in self.of_work[at]]
        self._at.pop(place, None)
        del self._first[place]
        if left:
            self._first[place] = left[0]
        if len(left) > 1:
            self._at[place] = left

    def _join_globs(self) -> None:
        index = GlobIndex()
        for glob in self._globs:
            index.add(glob)
        for folder, files in self._by_folder().items():
            if not index.is_near(folder):
                continue
            # What covers the whole directory is found once, and is one list for all its files.
            whole = [f"/{text}" for text in dict.fromkeys(index.everything(folder))]
            for glob_place in whole:
                self.files.setdefault(glob_place, []).extend(files)
            for place in files:
                some = index.some(folder, place)
                found = [p for text in dict.fromkeys(some) if (p := f"/{text}") not in whole] if some else []
                for glob_place in found:
                    self.files.setdefault(glob_place, []).append(place)
                if found or whole:
                    self.globs[place] = [*whole, *found] if found else whole
        met: dict[Place, set[Place]] = defaultdict(set)
        for glob in self._globs:
            for text in index.meeting(glob):
                if text != glob.text:
                    met[f"/{glob.text}"].add(f"/{text}")
                    met[f"/{text}"].add(f"/{glob.text}")
        self.globs |= {place: sorted(others) for place, others in met.items()}

    def near(self, place: Place) -> Sequence[Place]:
        """The other places that share a path with this one."""
        return self._near.get(place, _NONE)

    def beside(self, place: Place) -> Iterator[tuple[Place, Sight]]:
        """All places at which one meets what is at `place`, its own included, and how."""
        yield place, Sight.PATH
        for other in self._near.get(place, _NONE):
            yield other, Sight.PATH
        for other in self.cased.get(place, _NONE):
            yield other, Sight.CASE

    def at(self, place: Place) -> Sequence[int]:
        """The works at a place, in order."""
        several = self._at.get(place)
        return several if several is not None else (self._first[place],)

    def later(self, place: Place, position: int) -> Sequence[int]:
        """The works at a place that come after a position."""
        several = self._at.get(place)
        if several is None:
            first = self._first[place]
            return (first,) if first > position else ()
        return several if several[0] > position else several[bisect_right(several, position) :]

    def _by_folder(self) -> dict[str, list[Place]]:
        found: dict[str, list[Place]] = {}
        for place in self._first:
            if is_file(place):
                found.setdefault(place[: place.rfind("/") + 1], []).append(place)
        return found

    def _join_cases(self) -> None:
        spelled: dict[str, Place] = {}
        several: dict[str, list[Place]] = {}
        for place in self._first:
            if is_file(place):
                folded = place.casefold()
                if spelled.setdefault(folded, place) != place:
                    several.setdefault(folded, [spelled[folded]]).append(place)
        for places in several.values():
            for place in places:
                self.cased[place] = [other for other in places if other != place]

    def _of(self, entry: Entry) -> tuple[Place, ...]:
        """The places of an entry; each declared text is read once."""
        if entry.is_named or not is_magic(entry.path):
            if entry.kind is Kind.CREATE and (numbers := _numbers(entry.path)):
                self.has_numbers = True
                return (entry.path, *numbers)
            return (entry.path,)
        known = self._read.get(entry.path)
        if known is None:
            known = self._read[entry.path] = self._new(entry.path)
        return known

    def _new(self, text: str) -> tuple[Place, ...]:
        shapes = patterns.trusted(text).shapes
        files = tuple("/".join(map(str, shape)) for shape in shapes if patterns.is_literal(shape))
        globs = [Glob.of(text, shape) for shape in shapes if not patterns.is_literal(shape)]
        self._globs += globs
        return (*files, f"/{text}") if globs else files


def is_file(place: Place) -> bool:
    """Whether a place is one file, and no pattern or number."""
    return not place.startswith("/")


def is_number(place: Place) -> bool:
    """Whether a place is a number in a sequence."""
    return place.startswith("//")


def is_same_name(left: Entry, right: Entry) -> bool:
    """Whether two entries at a number take it under one name, so that nothing is wrong with that."""
    mine, theirs = dict(takes(left.path)), dict(takes(right.path))
    return any(mine[number] == theirs.get(number) for number in mine)


def meeting_path(place: Place, other: Place) -> str:
    """How the meeting of two places is called: the file, or both patterns or names."""
    if place == other:
        return place.removeprefix("/")
    if is_file(place):
        return f"{place} ~ {other}" if is_file(other) else place
    return other if is_file(other) else f"{place[1:]} ~ {other[1:]}"


def _numbers(path: str) -> tuple[Place, ...]:
    # Nearly no path holds a digit where it counts, and this is asked for each.
    if path.isascii() and not any(digit in path for digit in "0123456789"):
        return ()
    return tuple(f"//{number}" for number, _ in takes(path))


def _stronger(known: Entry, entry: Entry) -> Entry:
    """Which of two entries of one work for one place is known better; the first of equals."""
    if known.origin == entry.origin == Origin.OBSERVED:
        return known._replace(ranges=known.ranges + entry.ranges)
    return entry if _RANK[entry.origin] > _RANK[known.origin] else known
