"""Removing directories in which anything may have been done, such as taking away the right to change them."""

import os
import shutil
from contextlib import suppress
from pathlib import Path


def remove(folder: Path) -> None:
    """Remove a directory with all that is in it, as far as that is possible; what links lead to stays."""
    if folder.is_symlink():
        folder.unlink()
    shutil.rmtree(folder, ignore_errors=True)
    if os.path.lexists(folder):
        with suppress(OSError):
            _allow_all(folder)
        shutil.rmtree(folder, ignore_errors=True)


def _allow_all(folder: Path) -> None:
    folder.chmod(0o700)
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            _allow_all(entry)
