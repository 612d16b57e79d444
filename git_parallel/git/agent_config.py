"""The configuration that git has in agent worktrees only, and the one of the submodules in them."""

import shutil
from pathlib import Path

from . import sparse
from .written import quoted

AGENTS, SUBMODULES = "agent.gitconfig", "submodule.gitconfig"
_HEAD = "# Written by git-parallel for agent worktrees; it is made anew at every launch.\n"
_NO_LFS = '[filter "lfs"]\n\tprocess =\n\tsmudge =\n\tclean =\n\trequired = false\n'
_PUSH_PREFIXES = ("/", ".", "https://", "http://", "ssh://", "git@", "git://", "file://")


def texts(common: Path, *, may_push: bool) -> dict[Path, str]:
    """What each of the files is to hold."""
    parallel = common / "parallel"
    no_push = "" if may_push else _no_push()
    # Where git-lfs is gone, its pointers are plain files; a filter that is missing would stop every checkout.
    pointers = "" if shutil.which("git-lfs") else _NO_LFS
    return {
        parallel / AGENTS: (
            f'{_HEAD}[core]\n\thooksPath = "{quoted(parallel / "hooks")}"\n\tfsync = committed\n'
            "[gc]\n\tauto = 0\n\tpackRefs = false\n"
            "[maintenance]\n\tauto = false\n"
            f"{pointers}{no_push}"
            f"[include]\n\tpath = {sparse.INCLUDED}\n"
        ),
        # Submodules have a configuration of their own, which includes this one. Their hooks are not for us.
        parallel / SUBMODULES: _HEAD + no_push,
    }


def _no_push() -> str:
    # A scheme of its own, which `git-remote-git-parallel-no-push` answers with what to do instead.
    push = "".join(f"\tpushInsteadOf = {prefix}\n" for prefix in _PUSH_PREFIXES)
    return f'[url "git-parallel-no-push://"]\n{push}'
