"""Locks of ours: `flock` on files in `.git/parallel/`, freed by the kernel when a process dies."""

import fcntl
import os
import threading
import time
from collections.abc import Callable, Iterator
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


@contextmanager
def held_if_free(path: Path, *, within: float) -> Iterator[int | None]:
    """Hold the lock on `path`; gives its descriptor, or None where it has not become free `within` so many seconds.

    For what is right without the lock as well: a process that somebody has stopped must not stop all others.
    """
    end = time.monotonic() + within
    while (descriptor := try_hold(path)) is None and (left := end - time.monotonic()) > 0:
        freed = threading.Event()
        when_free(path, freed.set)
        freed.wait(left)
    try:
        yield descriptor
    finally:
        if descriptor is not None:
            let_go(descriptor)


def hold(path: Path) -> int:
    """Take the lock on `path`, waiting for it as long as needed: a descriptor for `let_go`."""
    descriptor = _open(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def let_go(descriptor: int) -> None:
    """Free a lock that was taken, also where a child was forked meanwhile and has the descriptor too."""
    fcntl.flock(descriptor, fcntl.LOCK_UN)
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


_waiting: dict[Path, list[Callable[[], None]]] = {}
_waiting_change = threading.Lock()


def when_free(path: Path, then: Callable[[], None]) -> None:
    """Call `then`, from another thread, when no process holds the lock on `path`.

    There is one thread a lock however many ask, since nothing can call it back before the lock is free; it
    does not keep the process alive.
    """
    with _waiting_change:
        asking = _waiting.setdefault(path, [])
        asking.append(then)
        is_first = len(asking) == 1
    if is_first:
        threading.Thread(target=_wait_and_tell, args=(path,), name=f"wait-{path.name}", daemon=True).start()


def _wait_and_tell(path: Path) -> None:
    try:
        wait(path)
    finally:
        with _waiting_change:
            asking = _waiting.pop(path)
        for then in asking:
            then()


def is_held(path: Path) -> bool:
    """Whether some process holds the lock on `path`; a missing file is held by nobody."""
    try:
        # To look is allowed also where nothing can be written, as in a sandbox.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
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
