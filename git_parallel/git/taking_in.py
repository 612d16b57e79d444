"""What was written in a scratch repository taken into the real one: only what a commit needs, and in one go."""

from ..names import Oid
from .command import Git
from .packing import Batch
from .scratch import Scratch


def take_in(git: Git, room: Scratch, tip: Oid) -> None:
    """Write into the store of `git` all that `tip` leads to of what was written in the scratch repository.

    What leads there is in the scratch repository itself: new objects hang on new objects only.
    """
    batch = Batch(room.algorithm)
    seen, todo = {tip}, [tip]
    while todo:
        found = room.find(todo.pop())
        if found is None:
            continue
        kind, data = found
        batch.add(kind, data)
        for oid in _named(kind, data, len(tip) // 2):
            if oid not in seen:
                seen.add(oid)
                todo.append(oid)
    batch.write(git)


def _named(kind: str, data: bytes, size: int) -> list[Oid]:
    """The objects that an object names."""
    if kind == "commit":
        head = data.partition(b"\n\n")[0].split(b"\n")
        return [
            Oid(line.split(b" ")[1].decode("ascii"))
            for line in head
            if line.startswith((b"tree ", b"parent "))
        ]
    found = []
    at = 0
    while kind == "tree" and at < len(data):
        end = data.index(b"\0", at)
        found.append(Oid(data[end + 1 : end + 1 + size].hex()))
        at = end + 1 + size
    return found
