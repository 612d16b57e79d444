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
    """Remove the directories of this repository whose workspaces are gone; `tasks/<id>.port` is there with one."""
    prefix = _prefix(common)
    for folder in temporary_root().glob(f"{prefix}*"):
        if not (common / "parallel" / "tasks" / f"{folder.name.removeprefix(prefix)}.port").exists():
            if folder.is_symlink():
                folder.unlink(missing_ok=True)
            else:
                shutil.rmtree(folder, ignore_errors=True)


def _prefix(common: Path) -> str:
    return hashlib.sha256(str(common).encode("utf-8", "surrogateescape")).hexdigest()[:8] + "-"
