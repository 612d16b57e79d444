"""The names of git's admin directories for our worktrees; light, since hooks and agents ask for them often."""

from pathlib import Path

from ..errors import BadName
from ..names import TaskId

# Fixed, for it is what `includeIf` matches.
PREFIX = "gp-"


def task_of(admin: Path) -> TaskId | None:
    """The task whose worktree has this admin directory; None where it is that of no task."""
    if not admin.name.startswith(PREFIX):
        return None
    try:
        return TaskId(admin.name.removeprefix(PREFIX))
    except BadName:
        # A scratch worktree, in which a verify command may commit what it likes.
        return None
