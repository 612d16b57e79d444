"""Worktrees of tasks at which a second look is due; light, since `status` asks for them on every call."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from .admin import PREFIX

# The files without which git does not know a worktree; with an empty `commondir` it knows nothing any more.
PARTS = ("commondir", "gitdir", "HEAD")
# What git takes there for itself, and a git that is killed leaves.
LOCKS = ("index.lock", "HEAD.lock")


def find_suspects(common: Path) -> Iterator[Path]:
    """The admin directories of tasks in which a part is missing or empty, or a lock stands; and our lock of the
    configuration, which has a second name (see `stanza`).
    """
    lock = common / "config.lock"
    with suppress(FileNotFoundError):
        if lock.stat().st_nlink > 1:
            yield lock
    with suppress(FileNotFoundError), os.scandir(common / "worktrees") as admins:
        for admin in admins:
            if admin.name.startswith(PREFIX) and _is_suspect(admin.path):
                yield Path(admin.path)


def _is_suspect(admin: str) -> bool:
    try:
        with os.scandir(admin) as files:
            found = {file.name: file for file in files}
        return any(name in found for name in LOCKS) or not all(found[part].stat().st_size for part in PARTS)
    except (OSError, KeyError):
        return True
