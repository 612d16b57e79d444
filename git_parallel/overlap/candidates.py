"""Which pairs of branches git has to be asked about: only these can conflict, whatever the contents are.

An index over paths and line ranges, so that of all pairs only those few are merged that may not merge.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from ..tasks.task import Kind
from .patch import Ranges
from .risk import touching


@dataclass(frozen=True, slots=True)
class Side:
    """What a branch does to one path. `lines` are those of the blob `old` that it changes, None if unknown.

    `is_plain`: the content of an ordinary file changes, and neither its kind nor its mode.
    """

    kind: Kind
    old: str = ""
    is_plain: bool = False
    lines: Ranges | None = None


@dataclass(frozen=True, slots=True)
class Branch:
    """What a branch does since its base, by path.

    `stuck` are bases of others into which it does not merge, `vacated` directories that it has no more.
    """

    base: str
    sides: Mapping[str, Side]
    stuck: frozenset[str] = field(default_factory=frozenset)
    vacated: frozenset[str] = field(default_factory=frozenset)


def candidates(branches: Sequence[Branch]) -> tuple[tuple[int, int], ...]:
    """The pairs, by position and the earlier one first, that may conflict; every other pair merges.

    Pairs that share a path, unless both edit lines of the same version of it that are not even
    neighbours; a file of one that is a directory of the other; a file that one adds to a directory that
    the other has emptied (git guesses that it was renamed); and who cannot be merged with the target as
    the other found it.
    """
    found = {*_at_one_path(branches), *_file_and_directory(branches), *_directory_moved(branches)}
    for at, branch in enumerate(branches):
        if branch.stuck:
            found.update(
                (min(at, other), max(at, other))
                for other, there in enumerate(branches)
                if other != at and there.base in branch.stuck
            )
    return tuple(sorted(found))


def _at_one_path(branches: Sequence[Branch]) -> Iterable[tuple[int, int]]:
    works: dict[str, list[int]] = defaultdict(list)
    for at, branch in enumerate(branches):
        for path in branch.sides:
            works[path].append(at)
    for path, here in works.items():
        if len(here) < 2:
            continue
        sides = [branches[at].sides[path] for at in here]
        for (left, one), (right, other) in combinations(zip(here, sides, strict=True), 2):
            if not _goes_together(one, other):
                yield left, right


def _goes_together(one: Side, other: Side) -> bool:
    return (
        one.is_plain
        and other.is_plain
        and one.old == other.old
        and one.lines is not None
        and other.lines is not None
        and touching(one.lines, other.lines) is None
    )


def _file_and_directory(branches: Sequence[Branch]) -> Iterable[tuple[int, int]]:
    """Who has a file below a path that another one has as a file."""
    above: dict[str, set[int]] = defaultdict(set)
    for at, branch in enumerate(branches):
        for path, side in branch.sides.items():
            if side.kind in (Kind.CREATE, Kind.MODIFY):
                for folder in folders_of(path):
                    above[folder].add(at)
    for at, branch in enumerate(branches):
        for path in branch.sides.keys() & above.keys():
            yield from ((min(at, other), max(at, other)) for other in above[path] if other != at)


def left_behind(branches: Sequence[Branch]) -> tuple[tuple[int, str], ...]:
    """The directories out of which a branch takes files and into which another puts some, for each branch.

    Whether one is empty then, only its tree tells; see `Branch.vacated`.
    """
    filled = {
        folder
        for branch in branches
        for path, side in branch.sides.items()
        if side.kind is Kind.CREATE
        for folder in folders_of(path)
    }
    found = {
        (at, folder)
        for at, branch in enumerate(branches)
        for path, side in branch.sides.items()
        if side.kind in (Kind.MOVE, Kind.DELETE)
        for folder in folders_of(path)
        if folder in filled
    }
    return tuple(sorted(found))


def _directory_moved(branches: Sequence[Branch]) -> Iterable[tuple[int, int]]:
    """Who creates a file in a directory, and who has none of that name any more."""
    left: dict[str, set[int]] = defaultdict(set)
    for at, branch in enumerate(branches):
        for folder in branch.vacated:
            left[folder].add(at)
    if not left:
        return
    for at, branch in enumerate(branches):
        for path, side in branch.sides.items():
            if side.kind is Kind.CREATE:
                for folder in folders_of(path):
                    yield from (
                        (min(at, other), max(at, other)) for other in left.get(folder, ()) if other != at
                    )


def folders_of(path: str) -> Iterable[str]:
    """The directories above a path, the nearest first."""
    at = path.rfind("/")
    while at >= 0:
        yield path[:at]
        at = path.rfind("/", 0, at)
    # The top of the tree is a directory too, but git never takes it for renamed as a whole.
