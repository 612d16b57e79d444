"""Directories that say of themselves that they are linked worktrees."""

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

_LONGEST = 1 << 13
_WORD = "gitdir: "


def find(parents: Iterable[Path]) -> Mapping[Path, Path]:
    """The directories directly in these with a `.git` file, and the admin directory that it names."""
    found = {}
    for parent in sorted(parents):
        with suppress(OSError), os.scandir(parent) as entries:
            for entry in entries:
                if not entry.is_symlink() and (told := told_by(Path(entry.path))):
                    found[Path(entry.path)] = told
    return found


def told_by(folder: Path) -> Path | None:
    """The admin directory that the `.git` file of a directory names; None where it has none that does."""
    try:
        with (folder / ".git").open("rb") as file:
            text = file.read(_LONGEST).decode("utf-8", "surrogateescape").rstrip("\n")
    except OSError:
        return None
    if not text.startswith(_WORD) or text == _WORD:
        return None
    # It may be relative, or go by a link.
    return (folder / text.removeprefix(_WORD)).resolve()
