"""The files of a checkout as they were before a move that was cut off, and nothing of anybody else's lost.

A file is touched only if it has been written since the move began, and holds what the move brings, or the beginning
of that, since git was cut off while it wrote.
"""

import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from .command import Git
from .made_files import made_files
from .under_way import Before, Move, folders_of, look_at

# What is put back is made beside its place under this name, so that it is there whole or not at all.
_ASIDE = ".git-parallel.back"


def written(before: Before) -> tuple[str, ...]:
    """The paths of a move whose files have been made, written or removed since it began."""
    found = (path for path in before.changed if look_at(before.checkout / path) != before.stood.get(path))
    return tuple(path for path in found if _is_reached(before.checkout, path))


def bring_back(here: Git, common: Path, move: Move, before: Before, paths: Sequence[str]) -> tuple[str, ...]:
    """Have these as they were; those that stay otherwise, for they hold what somebody else has written."""
    top = before.checkout
    for folder in {(top / path).parent for path in before.changed if _is_reached(top, path)}:
        with suppress(OSError):
            (folder / _ASIDE).unlink()
    left: list[str] = []
    if paths:
        with (
            made_files(here, common, before.admin, move.new, paths) as brought,
            made_files(here, common, before.admin, move.old, paths) as formerly,
        ):
            fresh = [path for path in paths if path not in before.stood]
            left += [path for path in fresh if not _taken_away(top / path, brought / path)]
            for path in before.stood.keys() & paths:
                # What git has never had is somebody's that was in the way.
                if os.path.lexists(formerly / path) and not _put_back(
                    top / path, brought / path, formerly / path
                ):
                    left.append(path)
    _drop_empty(before)
    return tuple(sorted(left))


def _taken_away(file: Path, brought: Path) -> bool:
    if not _is_of(file, brought):
        return not os.path.lexists(file) or file.is_dir()
    file.unlink()
    return True


def _put_back(file: Path, brought: Path, formerly: Path) -> bool:
    """Put a file back that is of the move or gone; whether it is as it was."""
    if file.is_dir() and not file.is_symlink():
        for folder, _, _ in os.walk(file, topdown=False):
            with suppress(OSError):
                Path(folder).rmdir()
    if os.path.lexists(file) and not _is_of(file, brought):
        return _is_of(file, formerly) and _is_of(formerly, file)
    aside = file.with_name(_ASIDE)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(formerly, aside, follow_symlinks=False)
        aside.replace(file)
    except (FileExistsError, NotADirectoryError, IsADirectoryError):
        # Somebody has made something else where its directory was.
        return False
    return True


def _is_of(file: Path, made: Path) -> bool:
    """Whether a file holds what git makes there, or the beginning of that."""
    try:
        if file.is_symlink() or made.is_symlink():
            return file.readlink() == made.readlink()
        # What is no file might be waited for until somebody writes there.
        return made.is_file() and file.is_file() and made.read_bytes().startswith(file.read_bytes())
    except OSError:
        return False


def _is_reached(top: Path, path: str) -> bool:
    """Whether a path leads nowhere else by a link."""
    return not any((top / folder).is_symlink() for folder in folders_of(path))


def _drop_empty(before: Before) -> None:
    """Remove the directories that the move has made."""
    top = before.checkout
    for path in before.changed:
        if path not in before.stood and _is_reached(top, path):
            for folder in folders_of(path):
                if str(folder) not in before.folders:
                    with suppress(OSError):
                        (top / folder).rmdir()
