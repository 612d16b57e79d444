"""Files by which anybody can make git see another history or other objects than there are.

The gate goes by none of them; that they have changed while agents were at work is worth a word all the same.
Hooks and the configuration are looked after by `guard`.
"""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

_FILES = ("info/grafts", "info/attributes", "shallow", "objects/info/alternates")
_REPLACED = "refs/replace"


def digests(common: Path) -> tuple[str, ...]:
    """A line for each of these files that exists: its name, a blank and the digest of its content."""
    found = {name: data for name in _FILES if (data := _content(common / name))}
    replaced = b"\n".join(_replacements(common))
    if replaced:
        found[_REPLACED] = replaced
    return tuple(f"{name} {hashlib.sha256(data).hexdigest()[:16]}" for name, data in sorted(found.items()))


def changed(before: Iterable[str], after: Iterable[str]) -> tuple[str, ...]:
    """The names of the files whose lines differ between two times."""
    return tuple(sorted({line.split(" ")[0] for line in {*before} ^ {*after}}))


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _replacements(common: Path) -> Iterator[bytes]:
    packed = _content(common / "packed-refs")
    if f" {_REPLACED}/".encode() in packed:
        yield from (line for line in packed.splitlines() if f" {_REPLACED}/".encode() in line)
    for ref in sorted((common / _REPLACED).glob("*")):
        yield ref.name.encode() + b" " + _content(ref)
