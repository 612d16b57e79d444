"""What git is to ignore in one agent worktree alone: links that were put there, which are no directories to git."""

import os
import re
from collections.abc import Iterable
from pathlib import Path

from . import locks, sparse
from .command import Git
from .written import as_lines, lines, put, quoted

_LEFT_OUT, _EXCLUDES = "gp-leftout", "gp-excludes"
_HEAD = "# Written by git-parallel for one agent worktree; it is made anew when needed.\n"


def leave_out(git: Git, common: Path, worktree: Path, paths: Iterable[str] = ()) -> None:
    """Have git ignore these paths, and those of earlier calls, in one agent worktree.

    What is there and is no link is somebody's work, and ignored no longer. A path with a newline cannot be.
    """
    admin = Path((worktree / ".git").read_text("utf-8", "surrogateescape")[len("gitdir: ") :].rstrip("\n"))
    if admin.parent.resolve() != (common / "worktrees").resolve():
        # An agent may write there what it likes.
        return
    known = lines(admin / _LEFT_OUT)
    asked = dict.fromkeys((*known, *(path for path in paths if "\n" not in path)))
    wanted = [
        path for path in asked if not os.path.lexists(worktree / path) or (worktree / path).is_symlink()
    ]
    if wanted == known:
        return
    with locks.held(common / "parallel" / "lock"):
        # git reads one such file only, so it has to say what the user's own says as well.
        put(admin / _EXCLUDES, as_lines((*lines(_users_excludes(git, common)), *map(_as_pattern, wanted))))
        put(admin / sparse.OWN, f'{_HEAD}[core]\n\texcludesFile = "{quoted(admin / _EXCLUDES)}"\n')
        put(admin / _LEFT_OUT, as_lines(wanted))
        sparse.list_anew(common)


def _users_excludes(git: Git, common: Path) -> Path:
    """The user's own file of what is ignored everywhere, as git would find it outside agent worktrees."""
    out = git.run(f"--git-dir={common}", "config", "--type=path", "core.excludesFile", answers=(0, 1))
    if out.status == 0:
        return common.parent / out.stdout.removesuffix("\n")
    given = os.environ.get("XDG_CONFIG_HOME", "")
    return (Path(given) if given else Path.home() / ".config") / "git" / "ignore"


def _as_pattern(path: str) -> str:
    """The line of an ignore file that means this path and no other."""
    escaped = re.sub(r"([\\*?\[])", r"\\\1", path)
    return f"/{escaped[:-1]}\\ " if escaped.endswith(" ") else f"/{escaped}"
