"""Directories that say of themselves that they are linked worktrees."""

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from .place import told_by


def find(parents: Iterable[Path]) -> Mapping[Path, Path]:
    """The directories directly in these with a `.git` file, and the admin directory that it names."""
    found = {}
    for parent in sorted(parents):
        with suppress(OSError), os.scandir(parent) as entries:
            for entry in entries:
                if not entry.is_symlink() and (told := told_by(Path(entry.path))):
                    found[Path(entry.path)] = told
    return found
