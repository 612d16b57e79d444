"""Where a task in a sandbox has what is its own; light, since agents ask for it often (see `sandbox`)."""

import os
from dataclasses import dataclass
from pathlib import Path

from ..names import TaskId
from .admin import PREFIX

# In a sandbox the shared git directory itself is mounted here, within what stands for it.
REAL = "gp-real"


@dataclass(frozen=True, slots=True)
class Room:
    """Where a task in a sandbox has what is its own."""

    path: Path

    @property
    def git(self) -> Path:
        """What is mounted over the shared git directory."""
        return self.path / "git"

    @property
    def heads(self) -> Path:
        """What is mounted over the directory of the branch."""
        return self.path / "heads"

    @property
    def logs(self) -> Path:
        """What is mounted over the directory of the branch's log."""
        return self.path / "logs"

    @property
    def told(self) -> Path:
        """Where an agent tells of its progress."""
        return self.path / "told"

    @property
    def taken(self) -> Path:
        """Where the real branch was when the agent was given it, or its work was last taken over."""
        return self.path / "taken"


def room_of(common: Path, task: TaskId) -> Room:
    """The room of a task, whether there is one or not."""
    return room_at(common, f"{PREFIX}{task}")


def room_at(common: Path, admin: str) -> Room:
    """The same by the name of its worktree's admin directory."""
    return Room(common / "parallel" / "sandbox" / admin)


def is_inside(common: Path) -> bool:
    """Whether we are in a sandbox ourselves."""
    try:
        # A folder of that name anybody can make, but not one that cannot be written.
        return bool(os.statvfs(common / REAL).f_flag & os.ST_RDONLY)
    except FileNotFoundError:
        return False
