"""Conflict markers that somebody has left in a merge, whoever made it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..names import Oid
from ..overlap.markers import left
from .command import Git
from .refs import read_blobs

_FILE = "100"


@dataclass(frozen=True, slots=True)
class Left:
    """A marker of a conflict that is still there: the merge that brought it, the file, the line in it from 1."""

    commit: Oid
    path: str
    line: int

    @property
    def where(self) -> str:
        """The place as compilers write it."""
        return f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class _Mixed:
    """A file that a merge has otherwise than each of its parents, and the blobs that these have."""

    commit: Oid
    path: str
    blob: Oid
    parents: tuple[Oid, ...]


def left_markers(git: Git, *, tip: Oid, without: Iterable[Oid]) -> tuple[Left, ...]:
    """The markers in `tip` that came with a merge which it has and none of `without` has; the first of each file.

    Only a file that a merge has otherwise than each of its parents is read, and a marker that one of them has in
    it as well, or that a later commit took out again, does not count.
    """
    asked = [tip, *(f"^{oid}" for oid in without)]
    merges = git.run("rev-list", "--merges", *asked).stdout
    if not merges:
        return ()
    out = git.run(
        "diff-tree", "--stdin", "-c", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", stdin=merges
    )
    mixed = list(_mixed(out.fields))
    blobs = dict.fromkeys(oid for one in mixed for oid in (one.blob, *one.parents))
    texts = dict(zip(blobs, map(_text, read_blobs(git, blobs)), strict=True))
    found = {one: left(texts[one.blob], [texts[oid] for oid in one.parents]) for one in mixed}
    suspect = {one.path: one for one, lines in found.items() if lines}
    return tuple(_still(git, tip, suspect, texts))


def _still(git: Git, tip: Oid, suspect: dict[str, _Mixed], texts: dict[Oid, str]) -> Iterator[Left]:
    """Which of these files have a marker in `tip` that their merge did not find in a parent."""
    if not suspect:
        return
    out = git.run("ls-tree", "-r", "-z", "--full-tree", tip, "--", *suspect)
    now = {path: Oid(meta.split(" ")[2]) for meta, _, path in (entry.partition("\t") for entry in out.fields)}
    blobs = read_blobs(git, now.values())
    for path, blob in zip(now, blobs, strict=True):
        if path in suspect:
            one = suspect[path]
            lines = left(_text(blob), [texts[oid] for oid in one.parents])
            if lines:
                yield Left(one.commit, path, lines[0])


def _mixed(fields: Iterable[str]) -> Iterator[_Mixed]:
    """What `diff-tree -c --raw -z` answers: a commit; then for each file its modes and blobs, and its path."""
    commit, rest = None, iter(fields)
    for field in rest:
        if not field.startswith(":"):
            commit = Oid(field)
            continue
        parents = len(field) - len(field.lstrip(":"))
        words = field.lstrip(":").split(" ")
        path = next(rest)
        modes, oids = words[: parents + 1], words[parents + 1 : 2 * parents + 2]
        if commit and modes[-1].startswith(_FILE):
            yield _Mixed(commit, path, Oid(oids[-1]), tuple(map(Oid, oids[:-1])))


def _text(blob: bytes | None) -> str:
    """What can be read of a blob; a parent that has not got the file has an empty one."""
    return "" if blob is None or b"\0" in blob else blob.decode("utf-8", "surrogateescape")
