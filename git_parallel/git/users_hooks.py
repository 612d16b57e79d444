"""The hooks that the user has, which `core.hooksPath` of agent worktrees would put out of work."""

import os
from pathlib import Path

from .command import Git

# Names git knows; a hook of any other name is never started by it. Left out are those of servers, and those whose
# mere presence changes what git does.
_CLIENT_HOOKS = (
    "applypatch-msg", "pre-applypatch", "post-applypatch", "pre-commit", "pre-merge-commit",
    "prepare-commit-msg", "commit-msg", "post-commit", "pre-rebase", "post-checkout", "post-merge",
    "pre-push", "post-rewrite", "reference-transaction", "post-index-change", "pre-auto-gc",
)  # fmt: skip


def folder(git: Git, common: Path) -> str:
    """Their directory, as git would find it outside agent worktrees; may be relative to a worktree's top."""
    out = git.run(f"--git-dir={common}", "config", "--type=path", "core.hooksPath", answers=(0, 1))
    return out.stdout.removesuffix("\n") or str(common / "hooks")


def names(folder: str, common: Path) -> frozenset[str]:
    """Those that are there and would be run."""
    # A relative path means the worktree's top; what the main worktree has there is our best guess.
    return frozenset(name for name in _CLIENT_HOOKS if os.access(common.parent / folder / name, os.X_OK))
