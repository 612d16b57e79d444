"""Workspaces of tasks, as GitPython repositories."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..commands.status import status
from ..schedule.record import TaskRecord

if TYPE_CHECKING:
    from git import Repo


@dataclass(frozen=True, slots=True)
class Workspace:
    """The worktree and branch of one task."""

    task: str
    branch: str
    path: Path
    record: TaskRecord

    @property
    def repo(self) -> "Repo":
        """The worktree as a GitPython repository, for reading and for work of one's own in it."""
        # 86 ms of import, which only those pay who ask for it.
        from git import Repo

        return Repo(self.path)


def workspaces(directory: Path) -> tuple[Workspace, ...]:
    """The workspaces of all tasks whose worktree is there, in the repository around `directory`."""
    return tuple(
        Workspace(row.record.id, row.record.branch, Path(row.record.worktree), row.record)
        for row in status(directory).rows
        if row.record.worktree and Path(row.record.worktree).is_dir()
    )
