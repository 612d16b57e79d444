"""Packs made by ourselves (gitformat-pack): many objects in one file, which git checks and takes in at once."""

import hashlib
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from ..names import Oid
from .command import Git

_KIND = {"commit": 1, "tree": 2, "blob": 3}
# Fewer are taken in as loose files: a pack has to be opened by whoever looks for anything.
_FEW = 64


def entry(kind: str, data: bytes, *, level: int = 0) -> bytes:
    """One object of a pack: kind and size by seven bits each (the first has four), then the content."""
    size = len(data)
    head = bytearray([_KIND[kind] << 4 | size & 15])
    size >>= 4
    while size:
        head[-1] |= 0x80
        head.append(size & 0x7F)
        size >>= 7
    return bytes(head) + zlib.compress(data, level)


def pack(entries: Iterable[bytes], count: int, algorithm: str) -> bytes:
    """A whole pack of so many entries."""
    body = b"PACK" + (2).to_bytes(4, "big") + count.to_bytes(4, "big") + b"".join(entries)
    return body + hashlib.new(algorithm, body, usedforsecurity=False).digest()


@dataclass(slots=True)
class Batch:
    """Objects that are written together, each named when it is added."""

    algorithm: str
    _objects: dict[Oid, tuple[str, bytes]] = field(default_factory=dict)

    def add(self, kind: str, data: bytes) -> Oid:
        """Add one object of a kind (`blob`, `tree`, `commit`)."""
        whole = f"{kind} {len(data)}\0".encode() + data
        oid = Oid(hashlib.new(self.algorithm, whole, usedforsecurity=False).hexdigest())
        self._objects[oid] = (kind, data)
        return oid

    def write(self, git: Git) -> None:
        """Write all of them into the repository's own store; git hashes them again. Raises GitFailed."""
        if not self._objects:
            return
        if git.store is not None and len(self._objects) <= _FEW:
            for kind, data in self._objects.values():
                git.put_object(kind, data)
            return
        entries = [entry(kind, data, level=1) for kind, data in self._objects.values()]
        git.run("index-pack", "--stdin", stdin=pack(entries, len(entries), self.algorithm))
