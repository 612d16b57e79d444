"""Locks that git makes as files (`*.lock`), and that stay where it is killed: which nobody holds any more.

git keeps such a file open or closed, and says nowhere whose it is. But whoever made it is alive as long as it holds
it. So one that stands unchanged while every git is gone which was alive when it stood already, nobody holds.
"""

import os
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from .refs import CLAIMS, TASKS

_PROC = Path("/proc")
# Seconds that a git is waited for which may hold one.
_PATIENCE = 2.0
_BETWEEN = 0.02
# Seconds after which no git that is alive holds one still, where nobody can tell which are alive.
_DEAD_AFTER = 60.0
# Options of git's own that have their value in the next word.
_WITH_VALUE = ("-C", "-c", "--git-dir", "--work-tree", "--namespace", "--exec-path", "--super-prefix")


def of_records(common: Path) -> list[Path]:
    """The locks that stand at this moment on the refs of records and claims; only we write those."""
    found = [common / f"{CLAIMS}.lock"] if (common / f"{CLAIMS}.lock").exists() else []
    with suppress(OSError), os.scandir(common / TASKS) as entries:
        found += [Path(entry.path) for entry in entries if entry.name.endswith(".lock")]
    return found


def drop(found: Iterable[Path], places: Collection[Path]) -> tuple[Path, ...]:
    """Remove those of the locks that nobody holds; the others.

    `places` are the directories in or below which every git works that could hold one.
    """
    return tuple(lock for lock in found if os.path.lexists(lock) and not _dropped(lock, places))


def is_left(lock: Path, places: Collection[Path]) -> bool:
    """Whether nobody holds a lock at this moment; without waiting for anybody. `places` are those of `drop`, or "/".

    The lock may be anything that git makes at the beginning and removes at the end.
    """
    seen = _identity(lock)
    if seen is None:
        return False
    if not (_PROC / "self" / "stat").exists():
        return time.time() - seen[2] / 1e9 >= _DEAD_AFTER
    return next(_suspects(lock, places), None) is None and _identity(lock) == seen


def _dropped(lock: Path, places: Collection[Path]) -> bool:
    seen = _identity(lock)
    if seen is None:
        return True
    if not (_PROC / "self" / "stat").exists():
        if time.time() - seen[2] / 1e9 < _DEAD_AFTER:
            return False
    elif not _gone(lock, seen, places):
        return _identity(lock) is None
    if _identity(lock) == seen:
        lock.unlink(missing_ok=True)
    # Another one in its place is that of somebody who is alive.
    return True


def _gone(lock: Path, seen: tuple[int, int, int], places: Collection[Path]) -> bool:
    """Whether all have ended that could hold a lock when this began, and it is there as it was seen."""
    end = time.monotonic() + _PATIENCE
    suspects = set(_suspects(lock, places))
    while suspects:
        if time.monotonic() > end or _identity(lock) != seen:
            return False
        time.sleep(_BETWEEN)
        suspects &= set(_suspects(lock, places))
    return True


def _suspects(lock: Path, places: Collection[Path]) -> Iterator[str]:
    """The processes that may hold a lock: of its owner, each git at work there, and whoever has the file open."""
    below = tuple(os.fsencode(place.resolve()).rstrip(b"/") for place in places)
    with suppress(FileNotFoundError):
        owner = lock.lstat().st_uid
        for process in _PROC.iterdir():
            if process.name.isdecimal() and process.name != str(os.getpid()):
                with suppress(OSError):
                    is_theirs = process.stat().st_uid == owner
                    if is_theirs and (_is_git_at(process, below) or _has_open(process, lock)):
                        yield process.name


def _is_git_at(process: Path, below: Collection[bytes]) -> bool:
    words = (process / "cmdline").read_bytes().split(b"\0")
    name = words[0].rpartition(b"/")[2]
    # `git parallel` is git that waits for one of us.
    if not (name == b"git" or name.startswith(b"git-")) or _verb(words) in (b"parallel", b"git-parallel"):
        return False
    try:
        at = os.fsencode((process / "cwd").readlink())
    except PermissionError:
        # Nobody can tell.
        return True
    return any(at == place or at.startswith(place + b"/") for place in below)


def _verb(words: Collection[bytes]) -> bytes:
    rest = iter(words)
    name = next(rest, b"").rpartition(b"/")[2]
    if name != b"git":
        return name
    for word in rest:
        if os.fsdecode(word) in _WITH_VALUE:
            next(rest, None)
        elif not word.startswith(b"-"):
            return word
    return b""


def _has_open(process: Path, lock: Path) -> bool:
    with suppress(PermissionError):
        for descriptor in (process / "fd").iterdir():
            with suppress(OSError):
                if descriptor.readlink() == lock:
                    return True
    return False


def _identity(lock: Path) -> tuple[int, int, int] | None:
    try:
        seen = lock.lstat()
    except FileNotFoundError:
        return None
    return seen.st_ino, seen.st_size, seen.st_mtime_ns
