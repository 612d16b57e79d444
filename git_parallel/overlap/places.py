"""The places that tasks touch, each with its tasks: the inverse of their footprints."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeAlias

from . import patterns
from .footprint import Entry, Origin
from .index import Glob, GlobIndex

# The path of a file, or `/` (with which no path in a repository begins) and the text of a pattern.
# A plain text and no object: most files are touched by one task, and 200,000 objects cost a second.
Place: TypeAlias = str

_RANK = {origin: rank for rank, origin in enumerate(Origin)}


class Places:
    """The table from places to tasks and back; filled by `add`, then completed by `join`.

    `of_task` says what each task does at its places; `near` names for a place the others that share a
    path with it, and has no word on those without any.
    """

    def __init__(self) -> None:
        self.of_task: list[dict[Place, Entry]] = []
        self.near: dict[Place, set[Place]] = defaultdict(set)
        self._first: dict[Place, int] = {}
        self._others: dict[Place, list[int]] = {}
        self._globs: list[Glob] = []
        self._read: dict[str, tuple[Place, ...]] = {}

    def add(self, entries: Iterable[Entry]) -> None:
        """Take in the entries of the next task."""
        position = len(self.of_task)
        strongest: dict[Place, Entry] = {}
        for entry in entries:
            for place in self._of(entry):
                if place in strongest:
                    strongest[place] = _stronger(strongest[place], entry)
                    continue
                strongest[place] = entry
                if self._first.setdefault(place, position) != position:
                    self._others.setdefault(place, []).append(position)
        self.of_task.append(strongest)

    def join(self) -> None:
        """Find for every place the others that share a path with it; after the last `add`."""
        if not self._globs:
            return
        index = GlobIndex()
        for glob in self._globs:
            index.add(glob)
        for place in self._first:
            if is_file(place):
                for text in index.covering(place):
                    self._connect(place, f"/{text}")
        for glob in self._globs:
            for text in index.meeting(glob):
                self._connect(f"/{glob.text}", f"/{text}")

    def later(self, place: Place, position: int) -> Sequence[int]:
        """The tasks at a place that come after a position."""
        others = self._others.get(place, ())
        if self._first[place] > position:
            return (self._first[place], *others)
        return others[bisect_right(others, position) :] if others else ()

    def _connect(self, left: Place, right: Place) -> None:
        if left != right:
            self.near[left].add(right)
            self.near[right].add(left)

    def _of(self, entry: Entry) -> tuple[Place, ...]:
        """The places of an entry; each declared text is read once."""
        if entry.origin == Origin.OBSERVED or not patterns.is_magic(entry.path):
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
    """Whether a place is one file, and no pattern."""
    return not place.startswith("/")


def meeting_path(place: Place, other: Place) -> str:
    """How the meeting of two places is called: the file, or both patterns."""
    if place == other or is_file(place):
        return place.removeprefix("/")
    return other if is_file(other) else f"{place[1:]} ~ {other[1:]}"


def _stronger(known: Entry, entry: Entry) -> Entry:
    """Which of two entries of one task for one place is known better; the first of equals."""
    if known.origin == entry.origin == Origin.OBSERVED:
        return replace(known, ranges=known.ranges + entry.ranges)
    return entry if _RANK[Origin(entry.origin)] > _RANK[Origin(known.origin)] else known
