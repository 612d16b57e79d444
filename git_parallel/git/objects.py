"""Objects read and hashed again: what is said here of an object stands in bytes that have its name.

git itself takes a loose object or an index of packs at its word when it reads a tree or a blob, so whoever can
write into the store could give a name another content.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import IO

from ..errors import BadName, GitFailed
from ..names import Oid
from .command import Git

_CHUNK = 1 << 20
_SHA256_LENGTH = 64


class Falsified(GitFailed):
    """An object that is missing, or whose content is not what its name says.

    `commit` and `path` tell where it is new, as far as that is known.
    """

    def __init__(self, message: str, oid: Oid, *, commit: Oid | None = None, path: str = "") -> None:
        super().__init__(message, hint="'git fsck' tells what else is wrong")
        self.oid, self.commit, self.path = oid, commit, path


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit as its own bytes tell: its tree, and its parents whatever grafts or shallow files say."""

    oid: Oid
    tree: Oid
    parents: tuple[Oid, ...]


def read(
    git: Git, asked: Mapping[Oid, str], *, wanted: Callable[[Oid], bool] = lambda _: True
) -> Iterator[tuple[Oid, bytes]]:
    """The content of objects, by the kind that each has to be of, in their order; through one process.

    What is not `wanted` is hashed as well, but nobody holds it in memory: its content comes out empty.
    Raises Falsified.
    """
    if not asked:
        return
    script = "".join(f"{oid}\n" for oid in asked)
    with git.reading("cat-file", "--batch", "--buffer", stdin=script) as output:
        for oid, kind in asked.items():
            yield oid, _checked(output, oid, kind, keeps=wanted(oid))


def commits(git: Git, oids: Iterable[Oid]) -> dict[Oid, Commit]:
    """Commits by what they really hold; raises Falsified."""
    return {oid: _commit(oid, data) for oid, data in read(git, dict.fromkeys(oids, "commit"))}


def _checked(output: IO[bytes], oid: Oid, kind: str, *, keeps: bool) -> bytes:
    header = output.readline().split()
    if len(header) != 3:
        raise Falsified(f"object {oid} is missing", oid)
    if header[1] != kind.encode():
        raise Falsified(f"object {oid} is no {kind}", oid)
    size = int(header[2])
    # A name of 64 digits is of SHA-256.
    algorithm = hashlib.sha256 if len(oid) == _SHA256_LENGTH else hashlib.sha1
    digest = algorithm(b"%s %d\0" % (header[1], size), usedforsecurity=False)
    kept = []
    while size:
        data = output.read(min(size, _CHUNK))
        if not data:
            raise Falsified(f"object {oid} cannot be read", oid)
        digest.update(data)
        size -= len(data)
        if keeps:
            kept.append(data)
    output.read(1)
    if digest.hexdigest() != oid:
        raise Falsified(f"object {oid} does not hold what its name says", oid)
    return kept[0] if len(kept) == 1 else b"".join(kept)


def _commit(oid: Oid, data: bytes) -> Commit:
    first, *lines = data.split(b"\n\n", 1)[0].split(b"\n")
    parents = [line[7:] for line in takewhile(lambda line: line.startswith(b"parent "), lines)]
    try:
        if not first.startswith(b"tree "):
            raise BadName("no tree")
        tree, *others = (Oid(name.decode("ascii")) for name in (first[5:], *parents))
    except (BadName, ValueError) as error:
        raise Falsified(f"commit {oid} is not made as a commit is", oid) from error
    return Commit(oid, tree, tuple(others))
