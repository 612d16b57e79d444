"""Paths that some file system takes for one another: by case, Unicode form, code points and end dots it ignores."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ..names import Oid, file_system_name
from .command import Git
from .objects import read

_ENTRY = re.compile(rb"(\d+) ([^\0]+)\0")
_TREE = b"40000"


@dataclass(frozen=True, slots=True)
class Listing:
    """The entries of one tree: by what their names pass for, each with its name and, for a tree, its object."""

    names: Mapping[str, Sequence[tuple[str, Oid | None]]] = field(default_factory=dict)

    def has_double(self, name: str) -> bool:
        """Whether another entry passes for the one with this name."""
        return len(self.names.get(file_system_name(name), ())) > 1


def listing(data: bytes, like: Oid) -> Listing:
    """What a tree of these bytes lists; `like` is any object of the repository."""
    width = len(like) // 2
    names: dict[str, list[tuple[str, Oid | None]]] = {}
    at = 0
    while match := _ENTRY.match(data, at):
        at = match.end() + width
        name = match[2].decode("utf-8", "surrogateescape")
        oid = Oid(data[match.end() : at].hex()) if match[1] == _TREE else None
        names.setdefault(file_system_name(name), []).append((name, oid))
    return Listing(names)


def has_doubles(data: bytes, like: Oid) -> bool:
    """Whether a tree of these bytes may have two entries that pass for each other; quick where it has none."""
    names = re.findall(rb"\d+ ([^\0]+)\0" + b"." * (len(like) // 2), data, re.DOTALL)
    text = b"\0".join((*names, b""))
    if not text.isascii() or b":" in text or b".\0" in text or b" \0" in text:
        return len({file_system_name(name.decode("utf-8", "surrogateescape")) for name in names}) < len(names)
    return len(set(text.lower().split(b"\0"))) <= len(names)


def lookalikes(git: Git, root: Oid, paths: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """For paths in a tree the other ones that some file system takes them for, of files or in directories there.

    Where only a directory has another that passes for it, the path would lie in that one. Raises Falsified.
    """
    listings: dict[Oid, Listing] = {}
    ways: dict[str, dict[str, Oid | None]] = {path: {"": root} for path in paths}
    for depth in range(max((path.count("/") + 1 for path in ways), default=0)):
        wanted = {oid: "tree" for way in ways.values() for oid in way.values() if oid and oid not in listings}
        listings |= {oid: listing(data, oid) for oid, data in read(git, wanted)}
        for path in ways:
            segments = path.split("/")
            if depth < len(segments):
                ways[path] = _onwards(ways[path], segments[depth], listings)
    return {path: also for path, way in ways.items() if (also := tuple(one for one in way if one != path))}


def _onwards(
    way: Mapping[str, Oid | None], segment: str, listings: Mapping[Oid, Listing]
) -> dict[str, Oid | None]:
    """The places one step further for which a path could be taken."""
    found: dict[str, Oid | None] = {}
    for place, oid in way.items():
        here = listings[oid].names.get(file_system_name(segment), ()) if oid else ()
        for name, below in here or ((segment, None),):
            found[f"{place}/{name}" if place else name] = below
    return found
