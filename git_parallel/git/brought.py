"""Where a branch was brought by whoever stands on it, as the logs of HEAD tell."""

import os
from collections.abc import Iterator
from pathlib import Path

from ..errors import BadName
from ..names import Oid, RefName
from .admin import PREFIX

_END = 1 << 14


def brought_to(common: Path, branch: RefName) -> tuple[Oid, ...]:
    """The commit that HEAD came to stand at last in each worktree, agents' apart, in which a branch is checked out.

    git writes that whenever something there moves the branch; from another worktree it can be moved without. Nothing
    is told where nothing was written.
    """
    found = (_last(admin / "logs" / "HEAD") for admin in _holders(common, branch))
    return tuple(oid for oid in found if oid is not None)


def is_moving(common: Path, branch: RefName) -> bool:
    """Whether some git has a branch locked, and may have written what it is about to do."""
    heads = (admin / "HEAD.lock" for admin in _holders(common, branch))
    return any(lock.exists() for lock in (common / f"{branch}.lock", *heads))


def _holders(common: Path, branch: RefName) -> Iterator[Path]:
    others = (admin for admin in (common / "worktrees").glob("*") if not admin.name.startswith(PREFIX))
    for admin in (common, *others):
        try:
            head = (admin / "HEAD").read_text("utf-8", "surrogateescape")
        except OSError:
            continue
        if head == f"ref: {branch}\n":
            yield admin


def _last(log: Path) -> Oid | None:
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _END))
            line = file.read().decode("utf-8", "surrogateescape").rstrip("\n").rpartition("\n")[2]
        return Oid(line.split(" ", 2)[1])
    except (OSError, IndexError, BadName):
        return None
