"""What was written in a scratch repository taken into the real one: only what a commit needs, and in one go."""

import re
from functools import cache

from ..names import Oid
from .command import Git
from .packing import Batch
from .scratch import Scratch


def take_in(git: Git, room: Scratch, tip: Oid) -> None:
    """Write into the store of `git` all that `tip` leads to of what was written in the scratch repository.

    What leads there is in the scratch repository itself: new objects hang on new objects only.
    """
    batch = Batch(room.algorithm)
    written = room.names()
    seen, todo = {tip}, [tip]
    while todo:
        found = room.find(todo.pop())
        if found is None:
            continue
        kind, data = found
        batch.add(kind, data)
        # Of all that a tree names hardly anything is new.
        new = [Oid(name) for name in sorted((_named(kind, data, len(tip) // 2) & written) - seen)]
        seen.update(new)
        todo += new
    batch.write(git)


def _named(kind: str, data: bytes, size: int) -> set[str]:
    """The objects that an object names."""
    if kind == "commit":
        head = data.partition(b"\n\n")[0].split(b"\n")
        lines = (line for line in head if line.startswith((b"tree ", b"parent ")))
        return {line.split(b" ")[1].decode("ascii") for line in lines}
    if kind == "tree":
        return {name.hex() for name in _entries(size).findall(data)}
    return set()


@cache
def _entries(size: int) -> re.Pattern[bytes]:
    """What takes the entries of a tree apart; gives the raw name of each object."""
    return re.compile(rb"[^\0]+\0(.{%d})" % size, re.DOTALL)
