"""The objects that a comparison of trees has read, and those that come with it: hashed again, and looked into."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..git.command import Git
from ..git.entries import Difference, Entry
from ..git.lookalikes import has_doubles, listing
from ..git.objects import read
from ..names import Oid, looks_like_git_file

LINK = "120000"

# Is given each new tree, and each new blob that is a file of git's own: kind and content.
Inspect = Callable[[str, bytes], None]


@dataclass(frozen=True, slots=True)
class Look:
    """What the objects say: where links lead, which new names are doubles in their directory, what is new."""

    links: Mapping[Oid, str]
    doubles: frozenset[str]
    brought: frozenset[Oid]


def look_at(
    git: Git, differing: Iterable[Difference], begun: Collection[Oid], inspect: Inspect | None
) -> Look:
    """Hash everything that a comparison has read, and read what it has not; `begun` are trees that are not new.

    Without `inspect` the content of new files is not read, but for links. Raises Falsified.
    """
    parts = list(differing)
    entries, folders = _distinct(one.entries for one in parts), _distinct(one.folders for one in parts)
    begins = [one for one in parts if one.folders[""].old in begun]
    known = {entry.old for one in begins for group in (one.entries, one.folders) for entry in group.values()}
    after = {one.new for one in folders if not one.is_gone}
    trees = after | {one.old for one in folders if not one.is_new}
    leading = {one.new for one in entries if one.new_mode == LINK}
    blobs = {oid for one in entries if (oid := one.brings)} if inspect else leading
    telling = {oid for one in entries if (oid := one.brings) and _is_gits(one.path)} if inspect else set()
    named = _additions(parts)
    links: dict[Oid, str] = {}
    doubles: set[str] = set()
    kept = trees | leading | telling
    asked = {**dict.fromkeys(trees, "tree"), **dict.fromkeys(blobs, "blob")}
    for oid, data in read(git, asked, wanted=kept.__contains__):
        if oid in leading:
            links[oid] = data.decode("utf-8", "surrogateescape")
        if oid in named and has_doubles(data, oid):
            here = listing(data, oid)
            doubles |= {path for path in named[oid] if here.has_double(path.rpartition("/")[2])}
        if inspect and (oid in telling or (oid in after and oid not in known)):
            inspect(asked[oid], data)
    return Look(links, frozenset(doubles), frozenset((after | blobs) - known))


def _distinct(groups: Iterable[Mapping[str, Entry]]) -> Sequence[Entry]:
    """Each entry once: the comparisons of many commits share most of theirs."""
    return list({id(entry): entry for group in groups for entry in group.values()}.values())


def _is_gits(path: str) -> bool:
    return looks_like_git_file(path.rpartition("/")[2])


def _additions(parts: Iterable[Difference]) -> dict[Oid, set[str]]:
    """The trees that have new entries, each with the paths of these."""
    found: dict[Oid, set[str]] = {}
    for one in parts:
        for group in (one.entries, one.folders):
            for path, entry in group.items():
                # There is none above a name with a slash in it, which is no name.
                above = one.folders.get(path.rpartition("/")[0]) if entry.is_new else None
                if above:
                    found.setdefault(above.new, set()).add(path)
    return found
