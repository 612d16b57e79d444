"""One file or link brought from one directory tree into another, never through a symbolic link in either.

Whoever was in a worktree before may have put a link where a directory was; so every step of a path is opened from
the one above it, and nothing that is there is written over.
"""

import errno
import fcntl
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

# `ioctl_ficlone(2)`: the two files share their blocks until one of them is changed.
_FICLONE = 0x40049409
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class NotPlain(Exception):
    """What was to be brought is no plain file, or its way leads over something that is no directory."""


def copy(source: Path, target: Path, path: str) -> bool:
    """Copy the file at `path` with its mode and time; whether it was made, which it is not where something is.

    Raises NotPlain for what is no plain file, OSError where the system will not.
    """
    with _parents(source, target, path) as (above, below, name):
        try:
            # A named pipe must not stop us.
            given = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=above)
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise NotPlain("it is a symbolic link; parallel.link brings one to it") from error
            raise NotPlain(f"it cannot be opened: {(error.strerror or '').lower()}") from error
        with open(given, "rb") as file:
            if not stat.S_ISREG(os.fstat(given).st_mode):
                raise NotPlain("it is no plain file")
            if _is_there(below, name):
                return False
            with _new(below, name) as made:
                _fill(file.fileno(), made)
    return True


def link(source: Path, target: Path, path: str) -> bool:
    """Make `path` a link to what has that path in `source`; whether it was made. Raises NotPlain, OSError."""
    with _parents(source, target, path) as (_, below, name):
        try:
            os.symlink(source / path, name, dir_fd=below)
        except FileExistsError:
            return False
    return True


@contextmanager
def _parents(source: Path, target: Path, path: str) -> Iterator[tuple[int, int, str]]:
    """The directory of a path in both trees, made in the second one where it is missing, and its last name."""
    *folders, name = path.split("/")
    with ExitStack() as opened:
        above, below = _open(opened, source), _open(opened, target)
        for folder in folders:
            above = _open(opened, folder, above)
            mode = stat.S_IMODE(os.fstat(above).st_mode)
            with suppress(FileExistsError):
                os.mkdir(folder, mode, dir_fd=below)
            below = _open(opened, folder, below)
        yield above, below, name


def _open(opened: ExitStack, folder: str | Path, within: int | None = None) -> int:
    try:
        descriptor = os.open(folder, _FOLDER, dir_fd=within)
    except NotADirectoryError as error:
        raise NotPlain(f"'{folder}' on the way to it is no directory") from error
    opened.callback(os.close, descriptor)
    return descriptor


def _is_there(folder: int, name: str) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


@contextmanager
def _new(folder: int, name: str) -> Iterator[int]:
    """A new file, which appears under its name only when it is whole, where the system can do that."""
    try:
        made = os.open(".", os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600, dir_fd=folder)
        is_hidden = True
    except (AttributeError, OSError):
        made = os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600, dir_fd=folder)
        is_hidden = False
    try:
        yield made
        if is_hidden:
            os.link(f"/proc/self/fd/{made}", name, dst_dir_fd=folder, follow_symlinks=True)
    except BaseException:
        if not is_hidden:
            os.unlink(name, dir_fd=folder)
        raise
    finally:
        os.close(made)


def _fill(given: int, made: int) -> None:
    known = os.fstat(given)
    try:
        fcntl.ioctl(made, _FICLONE, given)
    except OSError:
        # Another file system, or one that shares no blocks.
        with open(given, "rb", closefd=False) as source, open(made, "wb", closefd=False) as target:
            shutil.copyfileobj(source, target, 1 << 20)
    os.fchmod(made, stat.S_IMODE(known.st_mode) & 0o777)
    os.utime(made, ns=(known.st_atime_ns, known.st_mtime_ns))
