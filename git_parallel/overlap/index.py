"""Which globs may meet a path or another glob, found by looking up what is literal in them.

Every glob is kept under its literal directory, and there by how many letters follow that directory for
certain (its head), end the path for certain (its tail) and begin the last name where that may lie in any
directory below (its stem). Looking up costs the depth of the path times the few lengths in use, plus what
is found; only the candidates are compared for real.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple, TypeAlias

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

    @property
    def ends(self) -> "Ends | None":
        """What a name must begin and end with, where that is all there is to match; None where there is more."""
        last, depth = self.shape[-1], self.folder.count("/")
        is_deep = self.shape[depth:-1] == (None,)
        if last is None or not (is_deep or len(self.shape) == depth + 1):
            return None
        name = _open_name(last)
        return name and Ends(*name, is_deep=is_deep)

    def matches(self, path: str) -> bool:
        """Whether this covers a path that lies below its directory."""
        below = path[len(self.folder) :].split("/")
        return covers(self.shape[self.folder.count("/") :], below, segment.accepts)

    def meets(self, other: "Glob") -> bool:
        """Whether some path is covered by both."""
        return intersect(self.shape, other.shape, segment.agree)


class Ends(NamedTuple):
    """A glob of which only the last name is open, and that at one `*` at most: `src/test_*.py`, `**/x.py`.

    `least` is how many letters the name needs; `is_deep` whether it may lie in any directory below.
    """

    prefix: str
    suffix: str
    least: int
    is_whole: bool
    is_deep: bool

    def match(self, name: str) -> bool:
        """Whether this covers a path below the literal directory of the glob."""
        at = name.rfind("/")
        if at >= 0:
            if not self.is_deep:
                return False
            name = name[at + 1 :]
        if self.is_whole:
            return name == self.prefix
        return len(name) >= self.least and name.startswith(self.prefix) and name.endswith(self.suffix)


@lru_cache(maxsize=1 << 12)
def _open_name(name: segment.Segment) -> tuple[str, str, int, bool] | None:
    """The fields of Ends for a last name with one `*` at most and no other wildcard; None where it has more."""
    if isinstance(name, str):
        return name, "", len(name), True
    letters = [
        chr(part[0][0]) for part in name if part is not None and len(part) == 1 and part[0][0] == part[0][1]
    ]
    if name.count(None) != 1 or len(letters) != len(name) - 1:
        return None
    gap = name.index(None)
    return "".join(letters[:gap]), "".join(letters[gap:]), len(letters), False


# From how many names asked about in a directory it is worth while to look at the globs near it all together, and
# up to how many of those.
_LEAST_ASKED, _MOST_NEAR = 8, 64

# A glob and its ends.
_Known: TypeAlias = tuple[Glob, Ends | None]


@dataclass(slots=True)
class _Bucket:
    """The globs of one directory, by the lengths of their heads, tails and stems."""

    everything: list[str] = field(default_factory=list)
    groups: dict[tuple[int, int, int], list[_Known]] = field(default_factory=lambda: defaultdict(list))
    tables: dict[tuple[int, ...], dict[tuple[str, str, str], list[_Known]]] = field(default_factory=dict)

    @property
    def globs(self) -> Iterator[Glob]:
        """All but those that cover everything."""
        return (glob for globs in self.groups.values() for glob, _ in globs)

    @property
    def size(self) -> int:
        """How many those are."""
        return sum(map(len, self.groups.values()))

    def add(self, glob: Glob) -> None:
        if glob.is_folder:
            self.everything.append(glob.text)
        else:
            self.groups[len(glob.head), len(glob.tail), len(_stem(glob))].append((glob, glob.ends))

    def candidates(self, after: str, tail: str, last: str = "") -> Iterator[_Known]:
        """The globs whose certain letters do not contradict `after` (the directory), `tail` and a `last` name."""
        for (head_size, tail_size, stem_size), globs in self.groups.items():
            heads, tails = min(head_size, len(after)), min(tail_size, len(tail))
            stems = stem_size if last else 0
            key = (head_size, tail_size, stem_size, heads, tails, stems)
            table = self.tables.get(key)
            if table is None:
                table = self.tables[key] = defaultdict(list)
                for known in globs:
                    certain = known[0].head[:heads], _end(known[0].tail, tails), _stem(known[0])[:stems]
                    table[certain].append(known)
            yield from table.get((after[:heads], _end(tail, tails), last[:stems]), ())


def _stem(glob: Glob) -> str:
    """What the last name begins with for certain, where there may be directories before it."""
    is_direct = len(glob.shape) == glob.folder.count("/") + 1
    return "" if is_direct else literal_ends(glob.shape[-1:])[1]


class _Names:
    """The globs that fit a directory, by what they ask of the names in it."""

    def __init__(self, folder: str, globs: Iterable[Glob]) -> None:
        above = folder.split("/")[:-1]
        self._exact: dict[str, list[str]] = defaultdict(list)
        self._open: list[tuple[str, str, int, segment.Wild, str]] = []
        for glob in globs:
            last = glob.shape[-1]
            if last is None or not covers(glob.shape[:-1], above, segment.accepts):
                continue
            if isinstance(last, str):
                self._exact[last].append(glob.text)
                continue
            ends = _open_name(last)
            # Where that is not all there is to match, the letters are asked one by one.
            head, tail, least, _ = ends or (*literal_ends((last,))[1:], 0, False)
            self._open.append((head, tail, least if ends else -1, last, glob.text))
        self._heads = tuple({head for head, *_ in self._open})
        self._tails = tuple({tail for _, tail, *_ in self._open})

    def matching(self, name: str) -> list[str]:
        """The texts of the patterns that cover the file of that name."""
        found = list(self._exact[name]) if name in self._exact else []
        if name.startswith(self._heads) and name.endswith(self._tails):
            for head, tail, least, last, text in self._open:
                if (
                    name.startswith(head)
                    and name.endswith(tail)
                    and (len(name) >= least if least >= 0 else segment.accepts(last, name))
                ):
                    found.append(text)
        return found


class GlobIndex:
    """Globs, to be asked which of them cover a path and which meet each other."""

    def __init__(self) -> None:
        self._buckets: dict[str, _Bucket] = defaultdict(_Bucket)
        self._near: dict[str, tuple[tuple[str, _Bucket], ...]] = {}
        self._names: dict[str, _Names | None] = {}
        self._asked: dict[str, int] = defaultdict(int)

    def add(self, glob: Glob) -> None:
        """Take a glob in; all of them before the first question."""
        self._buckets[glob.folder].add(glob)

    def is_near(self, folder: str) -> bool:
        """Whether any glob lies in a directory or above it, so that it could cover a file there."""
        return bool(self._above(folder))

    def everything(self, folder: str) -> list[str]:
        """The texts of the patterns that cover all files of a directory; one may come more than once."""
        return [text for _, bucket in self._above(folder) for text in bucket.everything]

    def some(self, folder: str, path: str) -> list[str]:
        """The texts of those of the other patterns that cover `path`, which lies in the directory."""
        last = path[len(folder) :]
        if names := self._names_in(folder):
            return names.matching(last)
        found: list[str] = []
        for above, bucket in self._above(folder):
            if bucket.groups:
                name = path[len(above) :]
                for glob, ends in bucket.candidates(name, f"/{path}", last):
                    if glob.matches(path) if ends is None else ends.match(name):
                        found.append(glob.text)
        return found

    def _names_in(self, folder: str) -> _Names | None:
        """The globs near a directory, unless it is asked about seldom, or there are so many that it takes longer."""
        if folder in self._names:
            return self._names[folder]
        self._asked[folder] += 1
        if self._asked[folder] < _LEAST_ASKED:
            return None
        near = [bucket for _, bucket in self._above(folder)]
        is_worth = sum(bucket.size for bucket in near) <= _MOST_NEAR
        globs = (glob for bucket in near for glob in bucket.globs)
        found = self._names[folder] = _Names(folder, globs) if is_worth else None
        return found

    def meeting(self, glob: Glob) -> Iterator[str]:
        """The texts of the patterns, of its own directory or one above, that meet `glob`."""
        certain = glob.folder + glob.head
        for folder, bucket in self._above(glob.folder):
            yield from bucket.everything
            for other, _ in bucket.candidates(certain[len(folder) :], glob.tail):
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
