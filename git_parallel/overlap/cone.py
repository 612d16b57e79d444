"""The part of the tree that a task needs before it: what it touches, the tests of that, and the root's files."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..tasks.task import Kind
from . import patterns
from .beside import Beside
from .footprint import Entry, Footprint, Origin

# With these in its name it is a directory only if the tree has it; else it was meant as a pattern.
_WILD = frozenset("*?[{")


@dataclass(frozen=True, slots=True)
class Cone:
    """Some directories of a tree with all that is below them, and the files of every directory above these.

    The directories have no `/` at their end, none lies in another, and they are sorted.
    """

    directories: tuple[str, ...] = ()

    def holds(self, path: str) -> bool:
        """Whether a file is in it."""
        folder = path.rpartition("/")[0]
        return not folder or any(
            _is_in(folder, one) or one.startswith(f"{folder}/") for one in self.directories
        )

    def covers(self, directory: str) -> bool:
        """Whether a directory is in it with all that is below."""
        return any(_is_in(directory, one) for one in self.directories)

    def with_more(self, directories: Iterable[str]) -> "Cone":
        """The cone that holds these directories too."""
        return Cone(_outermost({*self.directories, *directories} - {""}))


def home(path: str, tree: Collection[str]) -> str:
    """The directory that a path is in, or that it is; empty for the root's own."""
    prefix = f"{path}/"
    return path if any(file.startswith(prefix) for file in tree) else path.rpartition("/")[0]


class Cones:
    """The cones of footprints in a tree with these files."""

    def __init__(self, tree: Collection[str]) -> None:
        self._files = sorted(tree)
        self._beside = Beside(tree)

    def of(self, footprint: Footprint) -> Cone | None:
        """What a sparse worktree for a footprint holds.

        None, which is the whole tree, where nothing is known of what the work touches, and where a directory
        that it needs has a name that git's list of sparse directories cannot hold.
        """
        if footprint.is_unknown:
            return None
        found = Cone().with_more(folder for entry in footprint.entries for folder in self._folders_of(entry))
        return None if any("\n" in folder for folder in found.directories) else found

    def _folders_of(self, entry: Entry) -> Iterator[str]:
        """The directories that an entry covers, and those of their tests."""
        if entry.origin is not Origin.DECLARED or not patterns.is_magic(entry.path):
            if self._below(f"{entry.path}/"):
                # It is a directory, however the document spells it.
                yield from self._whole(entry.path)
            else:
                yield entry.path.rpartition("/")[0]
                yield from self._tests((entry.path,), entry.kind, entry.path.rpartition("/")[0])
            return
        for shape in entry.pattern.shapes:
            folder, _, _ = patterns.literal_ends(shape)
            if folder and (not set(folder) & _WILD or self._below(folder)):
                yield from self._whole(folder.removesuffix("/"))
            elif not folder:
                # It may match anywhere, and so it is asked what it does match.
                covered = [path for path in self._files if patterns.matches(entry.pattern, path)]
                yield from (path.rpartition("/")[0] for path in covered)
                yield from self._tests(covered, entry.kind, "")

    def _whole(self, folder: str) -> Iterator[str]:
        yield folder
        yield from self._tests(self._below(f"{folder}/"), Kind.MODIFY, folder)

    def _tests(self, paths: Sequence[str], kind: Kind, folder: str) -> Iterator[str]:
        """Where that lies which stands beside some files; by name, or where the tests of their folder lie."""
        named = {
            place.rpartition("/")[0] for path in paths for place, _, _ in self._beside.expected(path, kind)
        }
        yield from named
        # What is beside them need not be a test, and of a file that is still to be made there is none.
        if folder and not any(self._beside.is_tested_in(place, folder) for place in named - {folder}):
            yield from self._beside.test_folders(folder)

    def _below(self, prefix: str) -> list[str]:
        start = bisect_left(self._files, prefix)
        end = start
        while end < len(self._files) and self._files[end].startswith(prefix):
            end += 1
        return self._files[start:end]


def _outermost(directories: Iterable[str]) -> tuple[str, ...]:
    found: list[str] = []
    # With its `/` a directory comes right before what is in it, whatever letters follow.
    for folder in sorted(directories, key=lambda folder: f"{folder}/"):
        if not found or not _is_in(folder, found[-1]):
            found.append(folder)
    return tuple(sorted(found))


def _is_in(folder: str, other: str) -> bool:
    return folder == other or folder.startswith(f"{other}/")
