"""Locks that a git has left which was killed: ours are removed, all others are told of."""

import time
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from ...errors import Busy
from ...git import left_locks
from ...git.admin import PREFIX
from ...git.suspects import LOCKS, find_suspects
from ...names import RefName, printable
from .finding import Finding, shell
from .scene import Scene

_SHARED = ("packed-refs.lock", "config.lock", "shallow.lock", *LOCKS)
# Seconds.
_OLD = 60.0


def find_ours(scene: Scene) -> Iterator[Finding]:
    """Locks in worktrees of dead agents, on the branches of their tasks, and on records and claims."""
    return _left(scene, ours(scene))


def find_in_worktrees(scene: Scene) -> Iterator[Finding]:
    """The first of these only; no record is read."""
    return _left(scene, in_worktrees(scene))


def _left(scene: Scene, found: Iterable[Path]) -> Iterator[Finding]:
    for lock in found:
        if left_locks.is_left(lock, scene.places):
            yield Finding(
                "stale-lock",
                str(lock),
                f"a git that was killed has left '{printable(str(lock))}'",
                mend=partial(_drop, lock, tuple(scene.places)),
            )


def find_others(scene: Scene) -> Iterator[Finding]:
    """Locks that were not left by anything of ours; they are never removed."""
    known = set(ours(scene))
    for lock in _others(scene):
        if lock in known or not left_locks.is_left(lock, scene.places):
            continue
        # A git that is somewhere else, and was told of this repository, holds none for long.
        if _is_old(lock) or left_locks.is_left(lock, [Path("/")]):
            yield Finding(
                "foreign-lock",
                str(lock),
                f"'{printable(str(lock))}' is held by nobody any more, and is not ours to remove",
                shell("rm", lock),
            )


def ours(scene: Scene) -> Iterator[Path]:
    """The locks that stand at this moment which only something of ours can have taken, and that is dead."""
    yield from in_worktrees(scene)
    yield from (lock for lock in find_suspects(scene.common) if lock.suffix == ".lock")
    if not scene.is_merging:
        yield from sorted((scene.common / "refs" / "parallel").rglob("*.lock"))
    for stored in scene.world.tasks.values():
        if stored.record.branch and not scene.is_alive(stored.record.id):
            lock = scene.common / f"{RefName.of_branch(stored.record.branch)}.lock"
            if lock.exists():
                yield lock


def in_worktrees(scene: Scene) -> Iterator[Path]:
    """Those of them in the worktrees of dead agents."""
    for task, admin in scene.by_task.items():
        found = [path for name in LOCKS if (path := admin.path / name).exists()]
        if found and not scene.is_alive(task):
            yield from found


def _others(scene: Scene) -> Iterator[Path]:
    yield from (path for name in _SHARED if (path := scene.common / name).exists())
    for admin in scene.admins:
        if not admin.is_agents:
            yield from (path for name in LOCKS if (path := admin.path / name).exists())
    ours = scene.common / "refs" / "parallel"
    for lock in sorted((scene.common / "refs").rglob("*.lock")):
        # What keeps the mounts of a sandbox in place is called like a lock too.
        if not lock.name.startswith(PREFIX) and not lock.is_relative_to(ours):
            yield lock


def _is_old(lock: Path) -> bool:
    try:
        return time.time() - lock.lstat().st_mtime > _OLD
    except FileNotFoundError:
        return False


def _drop(lock: Path, places: tuple[Path, ...]) -> str:
    if left_locks.drop((lock,), places):
        raise Busy(f"a git that is still at work may hold '{printable(str(lock))}'")
    return f"removed '{printable(str(lock))}'"
