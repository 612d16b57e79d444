"""Which git directory a directory belongs to, by its files alone: for where git itself cannot say it any more."""

from pathlib import Path

from .place import told_by

_WHAT_MAKES_ONE = ("objects", "refs", "HEAD")


def admin_around(directory: Path) -> Path | None:
    """The admin directory of the linked worktree around a directory, damaged or not; None where it is in none."""
    for folder in (directory, *directory.parents):
        if told := told_by(folder):
            return told if told.parent.name == "worktrees" else None
        if (folder / ".git").exists():
            return None
    return None


def common_of(admin: Path) -> Path | None:
    """The git directory that the worktree of an admin directory belongs to; None where there is none."""
    common = admin.parent.parent
    return common if all((common / name).exists() for name in _WHAT_MAKES_ONE) else None
