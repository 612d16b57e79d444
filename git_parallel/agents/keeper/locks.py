"""Being the only keeper of a task, and the first of an attempt."""

import fcntl
import os

from .job import Job, Lost
from .signals import signal

PATIENCE = 1.0  # seconds for others to let go of <id>.lock; they hold it for microseconds


def take(job: Job, door: int, lock: int) -> list[int]:
    """Take both locks, as the first ever to run this attempt, and those that it asks for; raises Lost.

    The latter are given; they are the agent's as well.
    """
    try:
        fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Lost("busy") from None
    _lock_patiently(lock)
    # The winner of an earlier race may have come and gone while we were starting.
    if os.path.lexists(job.start) or os.path.lexists(job.exit):
        raise Lost("done already")
    return [_take_too(path, job) for path in job.locks]


def open_lock(path: str) -> int:
    """The lock's file, made if there was none."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)


def _take_too(path: str, job: Job) -> int:
    lock = open_lock(path)
    try:
        _lock_patiently(lock, f"held {path}")
    except Lost:
        os.close(lock)
        raise
    # Who has it stands in it, for people to read.
    os.truncate(lock, 0)
    os.pwrite(lock, f"{job.holder} (process {os.getpid()})\n".encode(), 0)
    return lock


def _lock_patiently(lock: int, otherwise: str = "busy") -> None:
    """Take the lock, whoever looks at it meanwhile; an agent tree whose keeper was killed does not let go."""

    def give_up(*_: object) -> None:
        raise Lost(otherwise)

    signal.signal(signal.SIGALRM, give_up)
    # Repeated, because the one that arrives just before flock() waits would be missed.
    signal.setitimer(signal.ITIMER_REAL, PATIENCE, 0.1)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
