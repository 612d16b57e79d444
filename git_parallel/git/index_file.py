"""What git keeps in an index beside its entries, read from the file itself: no command tells all of it."""

from collections.abc import Iterator
from pathlib import Path

from ..names import Oid

_SIGNATURE = 4
_HEAD = 8
# The trees that stand for directories without changes, and the stages of conflicts that were resolved.
_TREES, _RESOLVED = b"TREE", b"REUC"
_STAGES = 3


def objects_beside_entries(index: Path, *, size: int, trees: bool) -> set[Oid]:
    """The objects that an index names beside those of its entries: resolved stages, and `trees` where asked.

    `size` is how many bytes an object's name has. Format: gitformat-index, extensions.
    """
    try:
        data = index.read_bytes()
    except OSError:
        return set()
    found: set[Oid] = set()
    for signature, body in _extensions(data, size):
        if signature == _RESOLVED:
            found.update(_resolved(body, size))
        elif signature == _TREES and trees:
            found.update(_trees(body, size))
    return found


def _extensions(data: bytes, size: int) -> list[tuple[bytes, bytes]]:
    """The extensions, which stand between the entries and the checksum at the end.

    Nothing says where they begin. But each tells its length, and only from the right place do they lead to the end.
    """
    end = len(data) - size
    starts = sorted(at for name in (_TREES, _RESOLVED) for at in _places(data, name, end))
    for start in starts:
        found, at = [], start
        while at + _HEAD <= end:
            length = int.from_bytes(data[at + _SIGNATURE : at + _HEAD], "big")
            found.append((data[at : at + _SIGNATURE], data[at + _HEAD : at + _HEAD + length]))
            at += _HEAD + length
        if at == end:
            return found
    return []


def _places(data: bytes, name: bytes, end: int) -> Iterator[int]:
    at = data.find(name)
    while 0 <= at < end:
        yield at
        at = data.find(name, at + 1)


def _trees(body: bytes, size: int) -> Iterator[Oid]:
    at = 0
    while at < len(body):
        name_end = body.index(b"\0", at)
        line_end = body.index(b"\n", name_end)
        count = int(body[name_end + 1 : line_end].split(b" ")[0])
        at = line_end + 1
        # One that is not valid any more has no name.
        if count >= 0:
            yield Oid(body[at : at + size].hex())
            at += size


def _resolved(body: bytes, size: int) -> Iterator[Oid]:
    at = 0
    while at < len(body):
        at = body.index(b"\0", at) + 1
        modes = []
        for _ in range(_STAGES):
            end = body.index(b"\0", at)
            modes.append(int(body[at:end], 8))
            at = end + 1
        for mode in modes:
            if mode:
                yield Oid(body[at : at + size].hex())
                at += size
