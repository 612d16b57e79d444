"""Locks of ours: `flock` on files in `.git/parallel/`, freed by the kernel when a process dies."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_BETWEEN_TRIES = 0.005  # seconds


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold the lock on `path` exclusively, waiting for it as long as needed."""
    descriptor = _open(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def try_hold(path: Path, *, patience: float = 0.0) -> int | None:
    """Take the lock on `path` if it is free: a descriptor to close when done, or None.

    Who looks with `is_held` holds it too, for microseconds: where others do that, have `patience`, in seconds.
    """
    descriptor = _open(path)
    end = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= end:
                os.close(descriptor)
                return None
            time.sleep(_BETWEEN_TRIES)
        else:
            return descriptor


def wait(path: Path) -> None:
    """Block until no process holds the lock on `path`; a missing file is held by nobody."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


def is_held(path: Path) -> bool:
    """Whether some process holds the lock on `path`; a missing file is held by nobody."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
