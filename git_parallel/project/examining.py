"""What commits change, found out from objects that are hashed again before they count.

A commit with one parent is held against that parent, so whatever a later one takes back is found. A merge is
held against the best commits that it shares with the trusted ones, and what differs from each of them is its
own (so merging the target in is no offence, and an evil merge is found); so is what it has as it was before
one of them changed it (a merge with `-s ours`). A root commit brings a foreign history.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ..git.command import Git
from ..git.entries import Difference, Entry, differences
from ..git.lineage import Lineage, lineage
from ..git.lookalikes import lookalikes
from ..git.objects import Commit, Falsified, commits
from ..names import Oid
from ..ownership.changes import Change, Kind
from .looking import LINK, Inspect, Look, look_at


@dataclass(frozen=True, slots=True)
class Examined:
    """What each commit changes (under None: what the merged result does), and which are roots.

    `brought` are the commits, trees and blobs that were not there before, each with the commit that first has it,
    and the path.
    """

    changes: Mapping[Oid | None, tuple[Change, ...]]
    roots: tuple[Oid, ...] = ()
    brought: Mapping[Oid, tuple[Oid, str]] = field(default_factory=dict)

    def of(self, commits: Sequence[Oid]) -> "Examined":
        """What some of the commits change, and which of them are roots."""
        roots = frozenset(self.roots)
        changes: dict[Oid | None, tuple[Change, ...]] = {oid: self.changes[oid] for oid in commits}
        return Examined(changes, tuple(oid for oid in commits if oid in roots))


def examined(
    git: Git, listed: Sequence[Oid], trusted: Sequence[Oid], *, inspect: Inspect | None = None
) -> Examined:
    """What commits change, see `judging.judged`; raises Falsified.

    With `inspect`, which is told of every new tree, the content of every new file is hashed as well.
    """
    if not listed:
        return Examined({})
    tree = lineage(git, listed, trusted)
    held = {one.oid: _held_against(one, tree) for one in tree.new}
    asked = {oid: (*against, *_origins(oid, held, tree)) for oid, against in held.items()}
    root = {oid: one.tree for oid, one in tree.known.items()}
    found = differences(git, ((root[old], root[oid]) for oid, olds in asked.items() for old in olds))
    touched: dict[Oid, Mapping[str, Entry]] = {}
    first: dict[Oid, tuple[Oid, str]] = {oid: (oid, "") for oid in held}
    for oid, against in held.items():
        sides = [found[root[old], root[oid]] for old in against]
        origins = [found[root[old], root[oid]] for old in asked[oid][len(against) :]]
        touched[oid] = _own(sides, origins)
        for entry in (*touched[oid].values(), *(folder for one in sides for folder in one.folders.values())):
            first.setdefault(entry.new, (oid, entry.path))
    begun = {root[old] for olds in asked.values() for old in olds if old not in held}
    try:
        look = look_at(git, found.values(), begun, inspect)
    except Falsified as error:
        where = first.get(error.oid)
        if where is None:
            raise
        raise Falsified(error.message, error.oid, commit=where[0], path=where[1]) from error
    changes: dict[Oid | None, tuple[Change, ...]] = {
        oid: _changes(git, entries, root[oid], look) for oid, entries in touched.items()
    }
    roots = tuple(one.oid for one in tree.new if not one.parents)
    brought = {oid: where for oid, where in first.items() if oid in held or oid in look.brought}
    return Examined(changes, roots, brought)


def examined_results(git: Git, pairs: Sequence[tuple[Oid, Oid]]) -> dict[tuple[Oid, Oid], Examined]:
    """In what the second commit of each pair differs from the first, whatever lies between; raises Falsified."""
    if not pairs:
        return {}
    known = commits(git, (oid for pair in pairs for oid in pair))
    tree = {oid: one.tree for oid, one in known.items()}
    found = differences(git, ((tree[old], tree[new]) for old, new in pairs))
    look = look_at(git, found.values(), {tree[old] for old, _ in pairs}, None)
    return {
        (old, new): Examined({None: _changes(git, found[tree[old], tree[new]].entries, tree[new], look)})
        for old, new in pairs
    }


def _held_against(one: Commit, tree: Lineage) -> tuple[Oid, ...]:
    return one.parents if len(one.parents) < 2 else tree.bases[one.oid]


def _origins(oid: Oid, held: Mapping[Oid, tuple[Oid, ...]], tree: Lineage) -> tuple[Oid, ...]:
    return tree.between.get(held[oid], ()) if len(tree.known[oid].parents) > 1 else ()


def _own(sides: Sequence[Difference], origins: Sequence[Difference]) -> dict[str, Entry]:
    """What a commit itself changes, of what differs from the commits it is held against."""
    if not sides:
        return {}
    first, *others = (side.entries for side in sides)
    own = {path: entry for path, entry in first.items() if all(path in other for other in others)}
    if not origins:
        return own
    for side in sides:
        for path, entry in side.entries.items():
            # It has it as the origins of all these had it: somebody else had changed it in between.
            if path not in own and not any(path in origin.entries for origin in origins):
                own[path] = entry
    return own


def _changes(git: Git, entries: Mapping[str, Entry], root: Oid, look: Look) -> tuple[Change, ...]:
    new = [path for path, entry in entries.items() if entry.is_new] if look.doubles else []
    paths = [path for path in new if any(place in look.doubles for place in (path, *_above(path)))]
    also = lookalikes(git, root, paths) if paths else {}
    return tuple(
        Change(
            path,
            Kind.of(entry.new_mode),
            Kind.of(entry.old_mode),
            look.links[entry.new] if entry.new_mode == LINK else "",
            also.get(path, ()),
        )
        for path, entry in sorted(entries.items())
    )


def _above(path: str) -> Iterable[str]:
    parts = path.split("/")
    return ("/".join(parts[:count]) for count in range(1, len(parts)))
