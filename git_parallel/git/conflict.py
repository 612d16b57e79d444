"""What is in conflict between two commits: the files, of what kind, and the lines of both sides.

Merged in memory by a git of `mergetree.private` or `mergetree.within`, so nothing of the user's takes part.
"""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ..errors import GitFailed
from ..names import Oid
from ..overlap.markers import USUAL_SIZE, Hunk, hunks, size_for
from .command import Git
from .refs import read_blobs

CONTENTS, BOTH_ADDED = "contents", "add/add"
_CONFLICT = "CONFLICT ("
_SIDES = {"1": "base", "2": "ours", "3": "theirs"}


@dataclass(frozen=True, slots=True)
class Conflict:
    """One path that a merge cannot decide.

    `kind` is git's word for it: `contents`, `binary`, `modify/delete`, `rename/delete`, `file/directory`,
    `submodule` and so on, or `add/add` where both sides have made the file. `sides` are those that have it, of
    `base`, `ours` and `theirs`. `hunks` are there where both sides have text.
    """

    path: str
    kind: str
    sides: tuple[str, ...] = ()
    hunks: tuple[Hunk, ...] = ()


@dataclass(frozen=True, slots=True)
class _Merge:
    """What `merge-tree` answers: the tree with markers, the stages of each path, and what is said of each."""

    tree: Oid
    stages: Mapping[str, Mapping[str, Oid]] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)


def conflicts(git: Git, *, ours: Oid, theirs: Oid) -> tuple[Conflict, ...]:
    """Where two commits are in conflict, in the order of git; nowhere where they merge. Raises GitFailed."""
    found = _merge(git, ours, theirs)
    texts = [path for path, kind in found.kinds.items() if kind == CONTENTS and path in found.stages]
    stages = [found.stages[path][side] for path in texts for side in ("ours", "theirs")]
    size = size_for(map(_text, read_blobs(git, stages)))
    # Markers of the usual size could be mistaken there for lines of the files.
    tree = found.tree if size == USUAL_SIZE else _merge(git, ours, theirs, size).tree
    marked = _read(git, tree, texts)
    return tuple(
        Conflict(
            path,
            BOTH_ADDED if kind == CONTENTS and "base" not in sides else kind,
            tuple(sides),
            hunks(marked.get(path, ""), ours=ours, theirs=theirs, size=size),
        )
        for path, kind in found.kinds.items()
        for sides in [found.stages.get(path, {})]
    )


def _merge(git: Git, ours: Oid, theirs: Oid, size: int = USUAL_SIZE) -> _Merge:
    with tempfile.NamedTemporaryFile("w", prefix="git-parallel-") as attributes:
        attributes.write(f"* conflict-marker-size={size}\n")
        attributes.flush()
        out = git.run(
            "-c", f"core.attributesFile={attributes.name}",
            "merge-tree", "--write-tree", "-z", "--messages", ours, theirs, answers=(0, 1),
        )  # fmt: skip
    fields = out.fields
    if not fields:
        raise GitFailed("git merge-tree gave no answer")
    if out.status == 0:
        return _Merge(Oid(fields[0]))
    end = fields.index("")
    stages: dict[str, dict[str, Oid]] = {}
    for entry in fields[1:end]:
        meta, _, path = entry.partition("\t")
        _, oid, stage = meta.split(" ")
        stages.setdefault(path, {})[_SIDES[stage]] = Oid(oid)
    said = _said(fields[end + 1 :])
    # That a directory cannot be followed, say, leaves no path undecided, and yet it is no merge.
    return _Merge(Oid(fields[0]), stages, {path: said.get(path, CONTENTS) for path in stages or said})


def _said(fields: Sequence[str]) -> dict[str, str]:
    """The first conflict that the messages tell of each path: how many paths, the paths, a kind, a sentence."""
    found: dict[str, str] = {}
    rest = iter(fields)
    for count in rest:
        paths = [next(rest) for _ in range(int(count))]
        kind, _ = next(rest), next(rest)
        if kind.startswith(_CONFLICT):
            found = dict.fromkeys(paths, kind.removeprefix(_CONFLICT).removesuffix(")")) | found
    return found


def _read(git: Git, tree: Oid, paths: Iterable[str]) -> dict[str, str]:
    """The texts of these paths in a tree, as far as it has them."""
    asked = list(paths)
    if not asked:
        return {}
    # By its name in a line of text a path with a newline could not be asked for.
    out = git.run("ls-tree", "-z", "--full-tree", tree, "--", *asked)
    named = [entry.partition("\t") for entry in out.fields]
    blobs = read_blobs(git, [meta.split(" ")[2] for meta, _, _ in named])
    return {path: _text(blob) for (_, _, path), blob in zip(named, blobs, strict=True)}


def _text(blob: bytes | None) -> str:
    """What can be shown of a blob: nothing of one that is no text."""
    return "" if blob is None or b"\0" in blob else blob.decode("utf-8", "surrogateescape")
