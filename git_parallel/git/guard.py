"""The guard: hooks that act in agent worktrees only, put there without touching anybody else's.

One stanza at the end of `.git/config` includes `parallel/agent.gitconfig` for worktrees whose admin
directory is called `gp-*`; that file points `core.hooksPath` at our hooks. The main worktree and the
user's other worktrees see nothing of it. Each worktree has a folder `parallel/guard/gp-<id>/` that
the shell fast path reads.
"""

import os
import re
import shutil
import sys
from collections.abc import Collection, Iterable
from contextlib import suppress
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
_LEFT_OUT, _EXCLUDES = "gp-leftout", "gp-excludes"
SUBMODULE_CONFIG = "submodule.gitconfig"
_HEAD = "# Written by git-parallel for agent worktrees; it is made anew at every launch.\n"
_NO_LFS = '[filter "lfs"]\n\tprocess =\n\tsmudge =\n\tclean =\n\trequired = false\n'
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
    _write(parallel / "guard" / "judge.py", _judge())
    _write(parallel / "guard" / "user-hooks", f"{theirs}\n")
    _write_config(common)
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


def leave_out(git: Git, common: Path, worktree: Path, paths: Iterable[str] = ()) -> None:
    """Have git ignore these paths, and those of earlier calls, in one agent worktree: a link is no directory to git.

    What is there and is no link is somebody's work, and ignored no longer. A path with a newline cannot be.
    """
    admin = Path((worktree / ".git").read_text("utf-8", "surrogateescape")[len("gitdir: ") :].rstrip("\n"))
    if admin.parent.resolve() != (common / "worktrees").resolve():
        # An agent may write there what it likes.
        return
    known = _lines(admin / _LEFT_OUT)
    asked = dict.fromkeys((*known, *(path for path in paths if "\n" not in path)))
    wanted = [
        path for path in asked if not os.path.lexists(worktree / path) or (worktree / path).is_symlink()
    ]
    if wanted == known:
        return
    with locks.held(common / "parallel" / "lock"):
        # git reads one such file only, so it has to say what the user's own says as well.
        lines = (*_lines(_users_excludes(git, common)), *map(_as_pattern, wanted))
        _write(admin / _EXCLUDES, "".join(f"{line}\n" for line in lines))
        _write(admin / sparse.OWN, f'{_HEAD}[core]\n\texcludesFile = "{_quoted(admin / _EXCLUDES)}"\n')
        _write(admin / _LEFT_OUT, "".join(f"{path}\n" for path in wanted))
        sparse.list_anew(common)


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


def drop_owned(common: Path, admin: str, paths: Collection[str]) -> None:
    """Tell the fast path of paths that a worktree does not hold by claim any more, or only for a while."""
    own = common / "parallel" / "guard" / admin / "own"
    with suppress(FileNotFoundError):
        # Only a newline ends a line here: to `splitlines` other characters of a path do, too.
        known = own.read_text("utf-8", "surrogateescape").split("\n")
        left = [path for path in known if path not in paths]
        if left != known:
            _write(own, "\n".join(left))


def forget(common: Path, admin: str) -> None:
    """Remove what `write_owned` wrote."""
    shutil.rmtree(common / "parallel" / "guard" / admin, ignore_errors=True)


def users_hooks(git: Git, common: Path) -> str:
    """The user's own hooks directory, as git would find it outside agent worktrees; may be relative."""
    out = git.run(f"--git-dir={common}", "config", "--type=path", "core.hooksPath", answers=(0, 1))
    return out.stdout.rstrip("\n") or str(common / "hooks")


def _judge() -> str:
    """What the hooks hand to `python -ISE`: that starts in half the time, but finds no package by itself."""
    found = [path for path in sys.path if Path(path).is_absolute() and Path(path).is_dir()]
    return (
        "import sys\n"
        f"sys.path += [path for path in {found!r} if path not in sys.path]\n"
        "from git_parallel.ui.launch import main\n"
        'sys.argv[1:1] = ["hook"]\n'
        "main()\n"
    )


def _is_hook(folder: str, common: Path, name: str) -> bool:
    # A relative hooks path means the worktree's top; what the main worktree has there is our best guess.
    return os.access(common.parent / folder / name, os.X_OK)


def _write_config(common: Path) -> None:
    parallel = common / "parallel"
    _write(parallel / "agent.gitconfig", _agent_config(parallel / "hooks"))
    # Submodules have a configuration of their own, which includes this one. Their hooks are not for us.
    _write(parallel / SUBMODULE_CONFIG, _HEAD + _no_push())


def _users_excludes(git: Git, common: Path) -> Path:
    """The user's own file of what is ignored everywhere, as git would find it outside agent worktrees."""
    out = git.run(f"--git-dir={common}", "config", "--type=path", "core.excludesFile", answers=(0, 1))
    if out.status == 0:
        return common.parent / out.stdout.removesuffix("\n")
    given = os.environ.get("XDG_CONFIG_HOME", "")
    return (Path(given) if given else Path.home() / ".config") / "git" / "ignore"


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return []


def _as_pattern(path: str) -> str:
    """The line of an ignore file that means this path and no other."""
    escaped = re.sub(r"([\\*?\[])", r"\\\1", path)
    return f"/{escaped[:-1]}\\ " if escaped.endswith(" ") else f"/{escaped}"


def _agent_config(hooks: Path) -> str:
    # Where git-lfs is gone, its pointers are plain files; a filter that is missing would stop every checkout.
    pointers = "" if shutil.which("git-lfs") else _NO_LFS
    return (
        f'{_HEAD}[core]\n\thooksPath = "{_quoted(hooks)}"\n\tfsync = committed\n'
        "[gc]\n\tauto = 0\n\tpackRefs = false\n"
        "[maintenance]\n\tauto = false\n"
        f"{pointers}{_no_push()}"
        f"[include]\n\tpath = {sparse.INCLUDED}\n"
    )


def _no_push() -> str:
    push = "".join(f"\tpushInsteadOf = {prefix}\n" for prefix in _PUSH_PREFIXES)
    return f'[url "git-parallel-no-push://"]\n{push}'


def _quoted(path: Path) -> str:
    return str(path).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


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
