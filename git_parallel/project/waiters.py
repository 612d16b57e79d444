"""Who waits for which paths: a file each in `.git/parallel/waiting/`, which counts as long as its lock is held.

A waiter that dies leaves a file that nobody holds, and so nothing that matters. Files are made and swept only by
who holds the lock of the claims, so that nobody reads half of one.
"""

import json
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from ..errors import BadName
from ..git import locks
from ..names import TaskId
from ..ownership.waiting import Waiter
from .open import Project

# Seconds that a claim may take, on a machine that has much to do. Whoever is longer at it was stopped.
_PATIENCE = 5.0


def folder(project: Project) -> Path:
    """Where the files of waiters lie."""
    return project.runtime / "waiting"


@contextmanager
def alone(project: Project) -> Iterator[Project]:
    """Be the only one that claims, until done, but for who has been waited for too long.

    Gives the project with a git whose children hold the lock as well, unless it was not to be had.

    The compare-and-swap alone would be right as well. But of many who try it at once all but one have read and
    judged for nothing, and who is slow may lose every time.
    """
    with locks.held_if_free(project.runtime / "claims.lock", within=_PATIENCE) as lock:
        yield project if lock is None else replace(project, git=project.git.holding(lock))


@contextmanager
def enrolled(project: Project, task: TaskId, paths: Sequence[str]) -> Iterator[Waiter]:
    """Be known as waiting for `paths`, from now on until done. The caller does not hold the lock of the claims."""
    folder(project).mkdir(mode=0o700, exist_ok=True)
    with alone(project):
        since = time.time()
        waiter = Waiter(since, f"{task}.{os.getpid()}.{time.monotonic_ns()}", task, tuple(paths))
        file = folder(project) / waiter.name
        lock = locks.hold(file)
        data = {"task": task, "paths": waiter.paths, "since": since}
        file.write_text(json.dumps(data), "utf-8")
    try:
        yield waiter
    finally:
        file.unlink(missing_ok=True)
        locks.let_go(lock)


def waiting(project: Project) -> tuple[Waiter, ...]:
    """Who waits now, first come first."""
    return tuple(sorted(waiter for file in _files(project) if (waiter := _living(file))))


def sweep(project: Project) -> None:
    """Remove what dead waiters have left; the caller holds the lock of the claims."""
    for file in dead(project):
        file.unlink(missing_ok=True)


def dead(project: Project) -> list[Path]:
    """The files of waiters that have died."""
    return [file for file in _files(project) if not locks.is_held(file)]


def _files(project: Project) -> list[Path]:
    try:
        return list(folder(project).iterdir())
    except FileNotFoundError:
        return []


def _living(file: Path) -> Waiter | None:
    if not locks.is_held(file):
        return None
    try:
        data = json.loads(file.read_bytes())
        return Waiter(
            float(data["since"]), file.name, TaskId(data["task"]), tuple(str(path) for path in data["paths"])
        )
    except (OSError, ValueError, KeyError, TypeError, BadName):
        # It is just being written, or no file of ours.
        return None
