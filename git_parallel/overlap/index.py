"""Which globs may meet a path or another glob, found by looking up what is literal in them.

Every glob is kept under its literal directory, and there by how many letters follow that directory for
certain (its head) and end the path for certain (its tail). Looking up costs the depth of the path times
the few lengths in use, plus what is found; only the candidates are compared for real.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from . import segment
from .patterns import Shape, literal_ends
from .sequence import covers, intersect


@dataclass(frozen=True, slots=True)
class Glob:
    """One alternative of a declared pattern that is more than one path."""

    text: str
    shape: Shape
    folder: str
    head: str
    tail: str

    @classmethod
    def of(cls, text: str, shape: Shape) -> "Glob":
        """The glob of an alternative of the pattern written `text`."""
        return cls(text, shape, *literal_ends(shape))

    @property
    def is_folder(self) -> bool:
        """Whether this is everything below its directory."""
        return self.shape[-2:] == (None, segment.ANY_NAME) and len(self.shape) == self.folder.count("/") + 2

    def matches(self, path: str) -> bool:
        """Whether this covers a path that lies below its directory."""
        below = path[len(self.folder) :].split("/")
        return covers(self.shape[self.folder.count("/") :], below, segment.accepts)

    def meets(self, other: "Glob") -> bool:
        """Whether some path is covered by both."""
        return intersect(self.shape, other.shape, segment.agree)


@dataclass(slots=True)
class _Bucket:
    """The globs of one directory, by the lengths of their heads and tails."""

    everything: list[str] = field(default_factory=list)
    groups: dict[tuple[int, int], list[Glob]] = field(default_factory=lambda: defaultdict(list))
    tables: dict[tuple[int, int, int, int], dict[tuple[str, str], list[Glob]]] = field(default_factory=dict)

    def add(self, glob: Glob) -> None:
        if glob.is_folder:
            self.everything.append(glob.text)
        else:
            self.groups[len(glob.head), len(glob.tail)].append(glob)

    def candidates(self, after: str, tail: str) -> Iterator[Glob]:
        """The globs whose certain letters do not contradict `after` (the directory) and `tail`."""
        for (head_size, tail_size), globs in self.groups.items():
            heads, tails = min(head_size, len(after)), min(tail_size, len(tail))
            key = (head_size, tail_size, heads, tails)
            table = self.tables.get(key)
            if table is None:
                table = self.tables[key] = defaultdict(list)
                for glob in globs:
                    table[glob.head[:heads], _end(glob.tail, tails)].append(glob)
            yield from table.get((after[:heads], _end(tail, tails)), ())


class GlobIndex:
    """Globs, to be asked which of them cover a path and which meet each other."""

    def __init__(self) -> None:
        self._buckets: dict[str, _Bucket] = defaultdict(_Bucket)
        self._near: dict[str, tuple[tuple[str, _Bucket], ...]] = {}

    def add(self, glob: Glob) -> None:
        """Take a glob in; all of them before the first question."""
        self._buckets[glob.folder].add(glob)

    def covering(self, path: str) -> list[str]:
        """The texts of the patterns that cover `path`; one may come more than once."""
        found: list[str] = []
        for folder, bucket in self._above(path[: path.rfind("/") + 1]):
            found += bucket.everything
            if bucket.groups:
                candidates = bucket.candidates(path[len(folder) :], f"/{path}")
                found += [glob.text for glob in candidates if glob.matches(path)]
        return found

    def meeting(self, glob: Glob) -> Iterator[str]:
        """The texts of the patterns, of its own directory or one above, that meet `glob`."""
        certain = glob.folder + glob.head
        for folder, bucket in self._above(glob.folder):
            yield from bucket.everything
            for other in bucket.candidates(certain[len(folder) :], glob.tail):
                if other.meets(glob):
                    yield other.text

    def _above(self, folder: str) -> tuple[tuple[str, _Bucket], ...]:
        """The buckets of a directory and of those above it."""
        found = self._near.get(folder)
        if found is not None:
            return found
        # Not by recursion: git allows directories deeper than Python's stack.
        names = [folder]
        while names[-1] and names[-1] not in self._near:
            names.append(names[-1][: names[-1].rfind("/", 0, -1) + 1])
        found = self._near.get(names[-1], ())
        for name in reversed(names):
            if name not in self._near:
                found = (*found, (name, self._buckets[name])) if name in self._buckets else found
                self._near[name] = found
        return found


def _end(text: str, size: int) -> str:
    return text[len(text) - size :]
