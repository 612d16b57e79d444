"""Files that git-lfs keeps outside of git: their content where it is on this machine, their pointer elsewhere."""

import shutil
from pathlib import Path

from ..git.command import Git

_LEFT = "Skipped checkout for "


def fill(git: Git, common: Path, worktree: Path) -> str:
    """Put the contents that are here in the place of their pointers; what is to be said of others, or nothing."""
    if not (common / "lfs").is_dir() or shutil.which("git-lfs") is None:
        return ""
    # It takes from the local store and asks no server.
    out = git.at(worktree).run("lfs", "checkout", answers=tuple(range(256)))
    left = (out.stdout + out.stderr).count(_LEFT)
    if not left:
        return ""
    whose = "1 file is" if left == 1 else f"{left} files are"
    return (
        f"{whose} a pointer of git-lfs in new worktrees, for the content is not here; 'git lfs fetch' gets it"
    )
