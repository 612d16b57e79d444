"""Which objects only a worktree knows of, so that the garbage collector must be kept from them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...names import Oid
from ..command import Git
from ..history import kinds
from ..index_file import objects_beside_entries
from ..place import Place

# Not read for names of objects: what is binary, or has objects of its own that go with it.
_PASSED_OVER = ("index", "sharedindex.", "modules", "gp-index", "info")
_NAMES = {
    40: re.compile(rb"(?<![0-9a-f])[0-9a-f]{40}(?![0-9a-f])"),
    64: re.compile(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])"),
}
_MODES = {"blob": b"100644", "tree": b"40000"}


@dataclass(frozen=True, slots=True)
class Pinned:
    """Commits, and trees and blobs each with its kind, that a keep-commit holds."""

    commits: tuple[Oid, ...]
    others: Mapping[Oid, str]


def pinned(git: Git, common: Path, wanted: Sequence[tuple[Place, Oid | None, bool]]) -> list[Pinned]:
    """For each worktree, the tip of its branch, and whether its index may hold more, what must not be lost with it.

    That is every commit named in the logs and states of its admin directory and of its branch's log, and what its
    index names that the commit of its HEAD need not have.
    """
    named = [
        dict.fromkeys([*filter(None, [tip]), *_named(git, common, place, is_staged=is_staged)])
        for place, tip, is_staged in wanted
    ]
    known = kinds(git, (oid for some in named for oid in some))
    found = []
    for some in named:
        by_kind = {oid: known[oid] for oid in some if oid in known}
        found.append(
            Pinned(
                tuple(oid for oid, kind in by_kind.items() if kind == "commit"),
                {oid: kind for oid, kind in by_kind.items() if kind in _MODES},
            )
        )
    return found


def tree_of(pinned: Pinned) -> bytes:
    """The content of a tree that holds what is no commit; each under its own name."""
    lines = (
        _MODES[kind] + b" " + oid.encode() + b"\0" + bytes.fromhex(oid)
        for oid, kind in sorted(pinned.others.items())
    )
    return b"".join(lines)


def _named(git: Git, common: Path, place: Place, *, is_staged: bool) -> Iterator[Oid]:
    name = _NAMES[64 if git.algorithm == "sha256" else 40]
    logs = [common / "logs" / place.branch]
    for file in (*_files(place.admin), *(log for log in logs if log.is_file())):
        for found in dict.fromkeys(name.findall(file.read_bytes())):
            oid = Oid(found.decode("ascii"))
            if not oid.is_null:
                yield oid
    if place.index.is_file():
        staged = staged_objects(git, place) if is_staged else ()
        yield from staged
        size = 32 if git.algorithm == "sha256" else 20
        yield from sorted(objects_beside_entries(place.index, size=size, trees=bool(staged)))


def _files(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path.name.startswith(_PASSED_OVER) or path.is_symlink():
            continue
        if path.is_dir():
            yield from _files(path)
        elif path.is_file():
            yield path


def staged_objects(git: Git, place: Place) -> tuple[Oid, ...]:
    """What the index of a worktree names and the commit of its HEAD has not, of all stages."""
    # Its own git directory tells all, also where the worktree itself is gone.
    at = (f"--git-dir={place.admin}", f"--work-tree={place.admin}", "-c", "core.fsmonitor=false")
    out = git.run(
        *at,
        "diff-index",
        "--cached",
        "--raw",
        "-z",
        "--no-renames",
        "--no-abbrev",
        "--no-ext-diff",
        "HEAD",
        "--",
        answers=(0, 1, 128),
    )
    heads = [entry.split(" ") for entry in out.fields if entry.startswith(":")]
    found = [words[3] for words in heads]
    if out.status == 128 or any(words[4] == "U" for words in heads):
        # No HEAD to compare with, or conflicts, of which all stages count.
        some = () if out.status == 128 else ("--unmerged",)
        listed = git.run(*at, "ls-files", "--stage", "-z", *some, answers=(0, 128)).fields
        found += [entry.split(" ", 2)[1] for entry in listed]
    return tuple(oid for oid in dict.fromkeys(map(Oid, found)) if not oid.is_null)
