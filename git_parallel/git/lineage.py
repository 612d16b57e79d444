"""How new commits hang on trusted ones, by the commits' own bytes.

What git lists is taken as a hint and proven: every parent of a new commit is a new commit too or can be
reached from a trusted one through commits that were read and hashed again. So neither grafts nor shallow
files nor commit-graphs nor a loose object with another content can make a commit look judged.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..names import Oid
from .command import Git
from .objects import Commit, Falsified, commits


@dataclass(frozen=True, slots=True)
class Lineage:
    """New commits, oldest first, and what each of them has of the trusted ones.

    `bases` are the best commits that a new one shares with the trusted ones (what `merge-base --all` gives),
    `between` the best ones that several such bases share. `known` holds every commit that was read.
    """

    new: tuple[Commit, ...]
    bases: Mapping[Oid, tuple[Oid, ...]]
    between: Mapping[tuple[Oid, ...], tuple[Oid, ...]]
    known: Mapping[Oid, Commit]


def lineage(git: Git, listed: Sequence[Oid], trusted: Iterable[Oid]) -> Lineage:
    """How the `listed` commits, oldest first, hang on the trusted ones.

    Raises Falsified where a commit is missing, has another content than its name says, or a parent that is
    neither listed nor trusted.
    """
    new = commits(git, listed)
    ends = tuple(dict.fromkeys(trusted))
    boundary = dict.fromkeys(parent for one in new.values() for parent in one.parents if parent not in new)
    points = tuple(dict.fromkeys((*ends, *boundary)))
    bit = {oid: 1 << at for at, oid in enumerate(points)}
    reached = _reached(new, bit)
    # Bases are in need of each other's history only where there are several.
    plain = boundary.keys() <= set(ends) and not any(mask & (mask - 1) for mask in reached.values())
    old = commits(git, points) if plain else _history(git, points)
    below = dict(bit) if plain else _below(old, bit)
    known = sum(bit[oid] for oid in ends)
    for oid in boundary:
        if not below.get(oid, 0) & known:
            raise Falsified(f"commit {oid} is hidden: neither new nor in the history of the target", oid)
    bases = {oid: _best(mask, points, below) for oid, mask in reached.items()}
    several = {found for found in bases.values() if len(found) > 1}
    between = {found: tuple(_shared(old, below, sum(bit[oid] for oid in found))) for found in several}
    return Lineage(tuple(new.values()), bases, between, {**old, **new})


def _reached(new: Mapping[Oid, Commit], bit: Mapping[Oid, int]) -> dict[Oid, int]:
    """Which points each new commit leads to, through new commits only."""
    found: dict[Oid, int] = {}
    for oid, one in new.items():
        mask = 0
        for parent in one.parents:
            if parent in new and parent not in found:
                raise Falsified(f"commit {oid} was listed before its parent {parent}", oid)
            mask |= found.get(parent, 0) | bit.get(parent, 0)
        found[oid] = mask
    return found


def _history(git: Git, points: Sequence[Oid]) -> dict[Oid, Commit]:
    """Every commit on any way from one point to another."""
    found = commits(git, points)
    out = git.run("merge-base", "--octopus", *points, answers=(0, 1)).stdout.split()
    script = "".join(f"{oid}\n" for oid in points) + "".join(f"^{oid}\n" for oid in out)
    between = git.run("rev-list", "--stdin", stdin=script).stdout.split()
    return found | commits(git, (oid for oid in map(Oid, (*between, *out)) if oid not in found))


def _below(old: Mapping[Oid, Commit], bit: Mapping[Oid, int]) -> dict[Oid, int]:
    """For each commit the points that it can be reached from, itself included."""
    found = {oid: bit.get(oid, 0) for oid in old}
    for oid in _children_first(old):
        for parent in old[oid].parents:
            if parent in found:
                found[parent] |= found[oid]
    return found


def _children_first(old: Mapping[Oid, Commit]) -> list[Oid]:
    children = dict.fromkeys(old, 0)
    for one in old.values():
        for parent in one.parents:
            if parent in children:
                children[parent] += 1
    todo = [oid for oid, count in children.items() if not count]
    ordered = []
    while todo:
        oid = todo.pop()
        ordered.append(oid)
        for parent in old[oid].parents:
            if parent in children:
                children[parent] -= 1
                if not children[parent]:
                    todo.append(parent)
    return ordered


def _best(mask: int, points: Sequence[Oid], below: Mapping[Oid, int]) -> tuple[Oid, ...]:
    """Of the points in a mask those that none of the others contains."""
    if not mask & (mask - 1):
        return (points[mask.bit_length() - 1],) if mask else ()
    return tuple(
        oid for at, oid in enumerate(points) if mask >> at & 1 and not below[oid] & mask & ~(1 << at)
    )


def _shared(old: Mapping[Oid, Commit], below: Mapping[Oid, int], mask: int) -> Iterator[Oid]:
    """The best commits that all points of a mask can reach."""
    covered: set[Oid] = set()
    for oid in _children_first(old):
        if below[oid] & mask != mask:
            continue
        if oid not in covered:
            yield oid
        covered.update(old[oid].parents)
