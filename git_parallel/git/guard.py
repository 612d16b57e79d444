"""The guard: hooks that act in agent worktrees only, put there without touching anybody else's.

One stanza at the end of `.git/config` includes `parallel/agent.gitconfig` for worktrees whose admin
directory is called `gp-*`; that file points `core.hooksPath` at our hooks. The main worktree and the
user's other worktrees see nothing of it. Each worktree has a folder `parallel/guard/gp-<id>/` that
the shell fast path reads.
"""

import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from . import locks, sparse
from .admin import PREFIX
from .command import Git

STANZA = f"includeIf.gitdir:./worktrees/{PREFIX}*.path"
GUARDED = ("pre-commit",)
# Names git knows; a hook of any other name is never started by it.
_CLIENT_HOOKS = (
    "applypatch-msg", "pre-applypatch", "post-applypatch", "pre-commit", "pre-merge-commit",
    "prepare-commit-msg", "commit-msg", "post-commit", "pre-rebase", "post-checkout", "post-merge",
    "pre-push", "post-rewrite", "reference-transaction", "post-index-change", "pre-auto-gc",
)  # fmt: skip
_PUSH_PREFIXES = ("/", ".", "https://", "http://", "ssh://", "git@", "git://", "file://")


def shipped() -> Path:
    """The folder with our hooks: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "hooks"
    return inside if inside.is_dir() else package.parent / "hooks"


def install(git: Git, common: Path) -> None:
    """Put the hooks, the agent configuration and the stanza in place, or bring them up to date."""
    parallel = common / "parallel"
    hooks = parallel / "hooks"
    hooks.mkdir(mode=0o700, exist_ok=True)
    theirs = users_hooks(git, common)
    wanted = {*GUARDED, *(name for name in _CLIENT_HOOKS if _is_hook(theirs, common, name))}
    for name in wanted:
        _copy(shipped() / ("pre-commit" if name in GUARDED else "pass-on"), hooks / name)
    for stray in hooks.iterdir():
        if stray.name not in wanted:
            stray.unlink()
    if _is_hook(theirs, common, "pre-commit"):
        _copy(shipped() / "pass-on", parallel / "guard" / "pass-on")
    else:
        (parallel / "guard" / "pass-on").unlink(missing_ok=True)
    _write(parallel / "guard" / "python", f"{sys.executable}\n")
    _write(parallel / "guard" / "user-hooks", f"{theirs}\n")
    _write(parallel / "agent.gitconfig", _agent_config(hooks))
    with locks.held(parallel / "lock"):
        sparse.list_anew(common)
    if not git.run("config", "--file", str(common / "config"), "--get-all", STANZA, answers=(0, 1)).stdout:
        git.run("config", "--file", str(common / "config"), "--add", STANZA, "parallel/agent.gitconfig")


def uninstall(git: Git, common: Path) -> None:
    """Take the stanza out again where no agent worktree is left that it could matter to."""
    worktrees = common / "worktrees"
    if worktrees.is_dir() and any(entry.name.startswith(PREFIX) for entry in worktrees.iterdir()):
        return
    git.run("config", "--file", str(common / "config"), "--unset-all", STANZA, answers=(0, 5))


def write_owned(common: Path, admin: str, paths: Iterable[str]) -> None:
    """Tell the fast path what a worktree may surely change: exact paths, and directories ending in `/`."""
    folder = common / "parallel" / "guard" / admin
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # A path with a newline cannot stand in a list of lines; the slow path decides it.
    _write(folder / "own", "".join(f"{path}\n" for path in sorted(paths) if "\n" not in path))


def add_owned(common: Path, admin: str, paths: Iterable[str]) -> None:
    """Tell the fast path of paths that a worktree has claimed since."""
    folder = common / "parallel" / "guard" / admin
    if folder.is_dir():
        with (folder / "own").open("a", encoding="utf-8", errors="surrogateescape") as file:
            file.write("".join(f"{path}\n" for path in paths if "\n" not in path))


def forget(common: Path, admin: str) -> None:
    """Remove what `write_owned` wrote."""
    shutil.rmtree(common / "parallel" / "guard" / admin, ignore_errors=True)


def users_hooks(git: Git, common: Path) -> str:
    """The user's own hooks directory, as git would find it outside agent worktrees; may be relative."""
    out = git.run(f"--git-dir={common}", "config", "--type=path", "core.hooksPath", answers=(0, 1))
    return out.stdout.rstrip("\n") or str(common / "hooks")


def _is_hook(folder: str, common: Path, name: str) -> bool:
    # A relative hooks path means the worktree's top; what the main worktree has there is our best guess.
    return os.access(common.parent / folder / name, os.X_OK)


def _agent_config(hooks: Path) -> str:
    quoted = str(hooks).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    push = "".join(f"\tpushInsteadOf = {prefix}\n" for prefix in _PUSH_PREFIXES)
    return (
        "# Written by git-parallel for agent worktrees; it is made anew at every launch.\n"
        f'[core]\n\thooksPath = "{quoted}"\n\tfsync = committed\n'
        "[gc]\n\tauto = 0\n\tpackRefs = false\n"
        "[maintenance]\n\tauto = false\n"
        f'[url "git-parallel-no-push://"]\n{push}'
        f"[include]\n\tpath = {sparse.INCLUDED}\n"
    )


def _copy(source: Path, target: Path) -> None:
    data = source.read_bytes()
    if target.is_file() and target.read_bytes() == data and os.access(target, os.X_OK):
        return
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = target.with_name(f".{target.name}.{os.getpid()}")
    aside.write_bytes(data)
    aside.chmod(0o700)
    aside.replace(target)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.write_text(text, "utf-8", "surrogateescape")
    aside.replace(path)
