"""A temporary directory for each workspace: private, short, and gone with the workspace."""

import hashlib
import os
import shutil
from pathlib import Path

from ..names import TaskId
from .private import private, temporary_root


def make(common: Path, task: TaskId) -> Path:
    """The directory of a task's workspace, made if it is missing: something may clean up there now and then."""
    folder = temporary_root() / f"{_prefix(common)}{task}"
    if folder.is_symlink() and folder.lstat().st_uid == os.getuid():
        # What an agent has put in its place is not to fail every attempt after it; where it leads to stays.
        folder.unlink()
    return private(folder)


def drop_stale(common: Path) -> None:
    """Remove the directories of this repository whose workspaces are gone."""
    for folder in stale(common):
        if folder.is_symlink():
            folder.unlink(missing_ok=True)
        else:
            shutil.rmtree(folder, ignore_errors=True)


def stale(common: Path) -> list[Path]:
    """The directories of this repository whose workspaces are gone; `tasks/<id>.port` is there with one."""
    prefix, tasks = _prefix(common), common / "parallel" / "tasks"
    folders = temporary_root().glob(f"{prefix}*")
    return [one for one in folders if not (tasks / f"{one.name.removeprefix(prefix)}.port").exists()]


def _prefix(common: Path) -> str:
    return hashlib.sha256(str(common).encode("utf-8", "surrogateescape")).hexdigest()[:8] + "-"
