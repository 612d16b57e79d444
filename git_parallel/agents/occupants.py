"""Which processes work in directories, or have files in them open."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..git.opened import is_told, uses

# A process, and what it does with a directory.
Occupant = tuple[int, str]


def occupants(folders: Sequence[Path]) -> Mapping[Path, tuple[Occupant, ...]]:
    """For each directory the processes that use it, whoever works there first; one pass over all processes.

    Where the system does not tell of open files, only current directories are known.
    """
    there = [folder for folder in folders if folder.exists()]
    if not there:
        return {}
    if not is_told():
        return {folder: _working(folder) for folder in there}
    by_top = {folder.resolve(): folder for folder in there}
    found: dict[Path, dict[int, bool]] = {folder: {} for folder in there}
    for use in uses(there):
        # The one directory above it that was asked for.
        path = Path(os.fsdecode(use.path))
        top = next(one for one in (path, *path.parents) if one in by_top)
        known = found[by_top[top]]
        known[use.pid] = known.get(use.pid, False) or use.is_current
    return {
        folder: tuple(
            (pid, "works in" if is_current else "has files open in")
            for pid, is_current in sorted(some.items(), key=lambda item: not item[1])
        )
        for folder, some in found.items()
    }


def _working(folder: Path) -> tuple[Occupant, ...]:
    # psutil is wanted for this one look alone.
    from .load import processes_in

    return tuple((pid, "works in") for pid in processes_in(folder))
