"""New trees looked at by git's own `fsck`: entries called `.git` or `..`, doubled, badly sorted, with odd modes.

`fsck` itself has no way to look at some objects only, and `index-pack` looks at those of one pack. So the bytes
that were judged are written into a pack, uncompressed, in a scratch repository.
"""

import hashlib
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

from ..names import Oid, printable
from .scratch import HURRIED, Scratch

_KIND = {"tree": 2, "blob": 3}
# It has nothing to hold one pack against; what it does not find of `.gitmodules` was there before.
_LOOK = ("index-pack", "--fsck-objects", "--stdin")


@dataclass(frozen=True, slots=True)
class Unsound:
    """An object that git would not take from anybody, and what it says of it."""

    oid: Oid | None
    why: str


def find_unsound(scratch: Scratch, objects: Iterable[tuple[str, bytes]]) -> Unsound | None:
    """The first of these objects (kind and content) that `git fsck` objects to; None where all are sound."""
    packed = [_entry(kind, data) for kind, data in objects]
    if not packed:
        return None
    body = b"PACK" + (2).to_bytes(4, "big") + len(packed).to_bytes(4, "big") + b"".join(packed)
    pack = body + hashlib.new(scratch.algorithm, body, usedforsecurity=False).digest()
    out = scratch.git.run(*HURRIED, *_LOOK, stdin=pack, answers=(0, 1, 128))
    if out.status == 0:
        return None
    for line in out.stderr.splitlines():
        words = line.removeprefix("error: ").split(" ", 2)
        if words[0] == "object" and len(words) == 3:
            return Unsound(Oid(words[1].rstrip(":")), printable(words[2]))
    return Unsound(None, printable(out.stderr.strip().splitlines()[-1].removeprefix("fatal: ")))


def _entry(kind: str, data: bytes) -> bytes:
    """One object of a pack: kind and size by seven bits each (the first has four), then the content."""
    size = len(data)
    head = bytearray([_KIND[kind] << 4 | size & 15])
    size >>= 4
    while size:
        head[-1] |= 0x80
        head.append(size & 0x7F)
        size >>= 7
    return bytes(head) + zlib.compress(data, 0)
