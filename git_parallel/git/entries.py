"""What differs between trees, entry by entry, and which trees had to be read to find out."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..names import Oid
from .command import Git

_TREE = "040000"
_ABSENT = "000000"
_GITLINK = "160000"


@dataclass(frozen=True, slots=True)
class Entry:
    """One path in which two trees differ: mode and object on both sides, mode 000000 for nothing."""

    path: str
    old_mode: str
    new_mode: str
    old: Oid
    new: Oid

    @property
    def is_new(self) -> bool:
        """Whether nothing stood there before."""
        return self.old_mode == _ABSENT

    @property
    def is_gone(self) -> bool:
        """Whether nothing stands there after."""
        return self.new_mode == _ABSENT

    @property
    def brings(self) -> Oid | None:
        """The object that it brings into this repository; a submodule's commit is none of it."""
        return None if self.new_mode in (_ABSENT, _GITLINK) else self.new


@dataclass(frozen=True, slots=True)
class Difference:
    """Two trees, the paths in which they differ, and the directories on the way there, the root first (as '')."""

    entries: Mapping[str, Entry]
    folders: Mapping[str, Entry]


def differences(git: Git, pairs: Iterable[tuple[Oid, Oid]]) -> dict[tuple[Oid, Oid], Difference]:
    """In what the trees of each pair differ, for many through one `diff-tree --stdin`.

    Renames count as a deletion and a creation: the path that went away is touched as well.
    """
    asked = dict.fromkeys(pairs)
    found = {(old, new): _difference(old, new) for old, new in asked}
    script = "".join(f"{old} {new}\n" for old, new in asked if old != new)
    if not script:
        return found
    out = git.run(
        "diff-tree", "--stdin", "-r", "-t", "-z", "--raw", "--no-renames", "--no-abbrev",
        "--no-ext-diff", "--ignore-submodules=none", stdin=script,
    )  # fmt: skip
    entries: dict[str, Entry] = {}
    folders: dict[str, Entry] = {}
    for head, entry in _parsed(out.stdout):
        if head:
            entries, folders = {}, dict(found[head].folders)
            found[head] = Difference(entries, folders)
        elif entry:
            (folders if _TREE in (entry.old_mode, entry.new_mode) else entries)[entry.path] = entry
    return found


def _difference(old: Oid, new: Oid) -> Difference:
    return Difference({}, {"": Entry("", _TREE, _TREE, old, new)})


def _parsed(text: str) -> Iterator[tuple[tuple[Oid, Oid] | None, Entry | None]]:
    # With two trees a line, `diff-tree --stdin` heads each answer with those two trees and a newline.
    fields = iter(text.removesuffix("\0").split("\0") if text else ())
    # A merge has the same entry as the one before it, and so have thousands.
    known: dict[tuple[str, str], Entry] = {}
    for field in fields:
        while not field.startswith(":"):
            head, newline, field = field.partition("\n")
            if not newline:
                break
            old, new = head.split(" ")
            yield (Oid(old), Oid(new)), None
        if field.startswith(":"):
            path = next(fields)
            entry = known.get((field, path))
            if entry is None:
                old_mode, new_mode, before, after, _ = field[1:].split(" ")
                entry = known[field, path] = Entry(path, old_mode, new_mode, Oid(before), Oid(after))
            yield None, entry
