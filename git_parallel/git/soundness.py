"""New trees looked at by git's own `fsck`: entries called `.git` or `..`, doubled, badly sorted, with odd modes.

`fsck` itself has no way to look at some objects only, and `index-pack` looks at those of one pack. So the bytes
that were judged are written into a pack, uncompressed, in a scratch repository.
"""

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..names import Oid, printable
from .packing import entry, pack
from .scratch import HURRIED, Scratch

_OBJECT = re.compile(r"error: object (?P<oid>[0-9a-f]{40,64}): (?P<why>.*)")
# It wants to look into these wherever a tree has them; one that is not among the new objects was there before.
_ABSENT = ("gitattributesMissing", "gitmodulesMissing")
_AT_ONCE = 64 << 20


@dataclass(frozen=True, slots=True)
class Unsound:
    """An object that git would not take from anybody, and what it says of it."""

    oid: Oid | None
    why: str


@dataclass(slots=True)
class Sieve:
    """Takes objects one by one; says at the end which was the first that is unsound, if any is.

    `scratch` is where git looks at them: never more than some at once, for trees can be large.
    """

    scratch: Scratch
    found: Unsound | None = None
    _packed: list[bytes] = field(default_factory=list)
    _size: int = 0

    def take(self, kind: str, data: bytes) -> None:
        """Look at one object, by kind and content, now or later."""
        self._packed.append(entry(kind, data))
        self._size += len(data)
        if self._size > _AT_ONCE:
            self._look()

    def end(self) -> Unsound | None:
        """The first object that `git fsck` objects to; None where all are sound."""
        self._look()
        return self.found

    def _look(self) -> None:
        if self._packed and self.found is None:
            self.found = _find_unsound(self.scratch, self._packed)
        self._packed, self._size = [], 0


def _find_unsound(scratch: Scratch, packed: Sequence[bytes]) -> Unsound | None:
    # Without the objects that the repository has: git would compare these with what it is given.
    with tempfile.TemporaryDirectory(prefix="fsck-", dir=scratch.path) as alone:
        path = Path(alone) / "new.pack"
        path.write_bytes(pack(packed, len(packed), scratch.algorithm))
        git = scratch.git.with_environment(GIT_OBJECT_DIRECTORY=alone)
        out = git.run(*HURRIED, "index-pack", "--fsck-objects", str(path), answers=(0, 1, 128))
    if out.status == 0:
        return None
    told = [words for line in out.stderr.splitlines() if (words := _OBJECT.match(line))]
    wrong = [words for words in told if not words["why"].startswith(_ABSENT)]
    if wrong:
        return Unsound(Oid(wrong[0]["oid"]), printable(wrong[0]["why"]))
    return None if told else Unsound(None, printable(out.stderr.strip().splitlines()[-1]))
