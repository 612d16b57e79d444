"""Whose worktree it is that a command was given in."""

from dataclasses import dataclass
from pathlib import Path

from ..errors import BadInput
from ..git.admin import task_of
from ..git.command import Git
from ..names import TaskId


@dataclass(frozen=True, slots=True)
class Standing:
    """The task of a worktree, and the git directory that it shares with all others."""

    task: TaskId
    common: Path

    @property
    def runtime(self) -> Path:
        """Where the files of agents lie."""
        return self.common / "parallel" / "tasks"


def standing(directory: Path) -> Standing:
    """The task whose worktree this is; raises BadInput elsewhere. One question to git, no more."""
    return required(find_standing(directory))


def required(found: Standing | None) -> Standing:
    """What was found; raises BadInput where nothing was."""
    if found is None:
        raise BadInput(
            "this is not the worktree of a task", hint="'git parallel status' tells where they are"
        )
    return found


def find_standing(directory: Path) -> Standing | None:
    """The task whose worktree this is; None elsewhere. One question to git, no more."""
    return standing_at(Path(Git(directory).run("rev-parse", "--absolute-git-dir").stdout.removesuffix("\n")))


def standing_at(own: Path) -> Standing | None:
    """The task whose worktree has `own` for its git directory; None where it is that of no task."""
    task = task_of(own) if own.parent.name == "worktrees" else None
    return None if task is None else Standing(task, own.parent.parent)
