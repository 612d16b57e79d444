"""Freeing what is in the trash, for good: the only thing that does."""

import os
from pathlib import Path

from ..command import Git
from ..refs import RefChange, apply
from .entry import Entry, folder_of
from .moving import discard


def expire(git: Git, common: Path, entry: Entry) -> None:
    """Free an entry, or go on with freeing it; from its beginning on it cannot be brought back any more."""
    folder = folder_of(common, entry)
    if folder.is_dir():
        (folder / "expiring").touch(mode=0o600)
    keep = git.find_ref(entry.ref)
    if keep:
        apply(git, RefChange(entry.ref, new=None, old=keep), reason=f"parallel: expire {entry.task}")
    discard(folder)


def size_of(folder: Path) -> int:
    """The bytes that a directory takes on the disk; what has several names in it counts once."""
    seen: set[tuple[int, int]] = set()
    total = 0
    for above, _, files in os.walk(folder):
        for name in (*files, ""):
            known = Path(above, name).lstat()
            if (known.st_dev, known.st_ino) not in seen:
                seen.add((known.st_dev, known.st_ino))
                total += known.st_blocks * 512
    return total
