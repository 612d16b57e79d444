"""The guard: hooks that act in agent worktrees only, put there without touching anybody else's.

One stanza at the end of `.git/config` (git.stanza) includes `parallel/agent.gitconfig` (git.agent_config) for
worktrees whose admin directory is called `gp-*`; that file points `core.hooksPath` at our hooks. The main worktree
and the user's other worktrees see nothing of it. Each worktree has a folder `parallel/guard/gp-<id>/` that the
shell fast path reads (git.ground).
"""

import hashlib
import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ..names import TaskId, printable
from . import agent_config, locks, sparse, stanza, users_hooks
from .admin import PREFIX, task_of
from .command import Git
from .written import is_there, put

# Our hooks, and the files that they come from.
GUARDED = {
    "pre-commit": "pre-commit",
    "pre-applypatch": "pre-commit",
    "pre-push": "pre-push",
    "reference-transaction": "reference-transaction",
}
_PROGRAM, _DATA = 0o700, 0o600
_STAMP = "made"


class _File(NamedTuple):
    """A file of the guard: where it is, what it holds and its mode; `is_theirs` stands for a hook of the user's."""

    path: Path
    data: bytes
    mode: int
    is_theirs: bool = False


def shipped() -> Path:
    """The folder with our hooks: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "hooks"
    return inside if inside.is_dir() else package.parent / "hooks"


def install(git: Git, common: Path, *, may_push: bool = False) -> tuple[str, ...]:
    """Put hooks, configuration and stanza in place or in order; what somebody else had changed, a sentence each.

    What another version of git-parallel had left, other settings or hooks of the user's that are new are no such thing.
    """
    wanted = tuple(_files(git, common, may_push=may_push))
    stamp, made = common / "parallel" / "guard" / _STAMP, _stamp(wanted)
    found = _changed(git, common, wanted) if is_there(stamp, made, mode=_DATA) else []
    with locks.held(common / "parallel" / "lock"):
        for file in wanted:
            put(file.path, file.data, mode=file.mode)
        put(stamp, made)
        for stray in _strays(common, wanted):
            stray.unlink()
        sparse.list_anew(common)
    stanza.add(git, common)
    for admin, hooks in _hooks_of_all(git, common).items():
        if hooks != str(common / "parallel" / "hooks"):
            _insist(git, common, admin)
    return tuple(found)


def inspect(git: Git, common: Path, *, may_push: bool = False) -> tuple[str, ...]:
    """What of the guard is not as we leave it: missing, altered, not executable or put out of work."""
    wanted = tuple(_files(git, common, may_push=may_push))
    new = [file for file in wanted if file.is_theirs and not os.path.lexists(file.path)]
    return (
        *(f"your own {file.path.name} hook would not run in agent worktrees yet" for file in new),
        *_changed(git, common, wanted),
    )


def tampered(git: Git, common: Path, *, may_push: bool = False) -> tuple[str, ...]:
    """The same, but what another installation or version of git-parallel has made is not for that reason altered."""
    wanted = tuple(_files(git, common, may_push=may_push))
    there = tuple(file._replace(data=_data(file.path) or file.data) for file in wanted)
    is_as_made = is_there(common / "parallel" / "guard" / _STAMP, _stamp(there), mode=_DATA)
    return tuple(_changed(git, common, there if is_as_made else wanted))


def _data(path: Path) -> bytes | None:
    try:
        return None if path.is_symlink() else path.read_bytes()
    except OSError:
        return None


def _changed(git: Git, common: Path, wanted: Sequence[_File]) -> list[str]:
    found = [
        f"{printable(str(file.path.relative_to(common)))} is {_what_is_wrong(file)}"
        for file in wanted
        if not is_there(file.path, file.data, mode=file.mode)
        if not file.is_theirs or os.path.lexists(file.path)
    ]
    pass_on = (shipped() / "pass-on").read_bytes()
    found += [
        f"{printable(str(stray.relative_to(common)))} is no hook of ours"
        for stray in _strays(common, wanted)
        # One that handed on to a hook of the user's that is gone.
        if not is_there(stray, pass_on, mode=_PROGRAM)
    ]
    if not stanza.is_in(git, common):
        found.append("the stanza of git-parallel is not in .git/config")
    ours = str(common / "parallel" / "hooks")
    return found + [
        f"worktree {admin.name} runs its hooks from '{printable(hooks)}'"
        for admin, hooks in _hooks_of_all(git, common).items()
        if hooks != ours
    ]


def is_installed(git: Git, common: Path) -> bool:
    """Whether the guard was put here and has not been taken away."""
    return (common / "parallel" / agent_config.AGENTS).exists() or stanza.is_in(git, common)


def tasks(common: Path) -> tuple[TaskId, ...]:
    """The tasks that have a worktree here."""
    return tuple(task for admin in _admins(common) if (task := task_of(admin)))


def leave(git: Git, common: Path) -> None:
    """Take everything out again where no agent worktree is left that it could matter to."""
    if not any(_admins(common)):
        uninstall(git, common)


def uninstall(git: Git, common: Path) -> bool:
    """Take the stanza out of the configuration, and the hooks away; whether there was anything of it."""
    parallel = common / "parallel"
    was_there = stanza.remove(git, common)
    for name in (agent_config.AGENTS, agent_config.SUBMODULES):
        (parallel / name).unlink(missing_ok=True)
    shutil.rmtree(parallel / "hooks", ignore_errors=True)
    for file in (parallel / "guard").glob("*"):
        if file.is_file():
            file.unlink()
    shutil.rmtree(parallel / "guard" / "theirs", ignore_errors=True)
    return was_there


def watched(common: Path) -> set[str]:
    """The files by which the guard works: whoever changes one of them may have put it out of work."""
    parallel = common / "parallel"
    own = ("judge", "judge.py", "own.awk", "python", "awk")
    return {
        str(path)
        for path in (
            common / "config",
            parallel / agent_config.AGENTS,
            *(parallel / "hooks" / name for name in GUARDED),
            *(parallel / "guard" / name for name in own),
        )
    }


def _files(git: Git, common: Path, *, may_push: bool) -> Iterator[_File]:
    """All that is to lie in the runtime directory."""
    parallel, source = common / "parallel", shipped()
    hooks, own = parallel / "hooks", parallel / "guard"
    folder = users_hooks.folder(git, common)
    theirs = users_hooks.names(folder, common)
    pass_on = (source / "pass-on").read_bytes()
    for name, file in GUARDED.items():
        yield _File(hooks / name, (source / file).read_bytes(), _PROGRAM)
    for name in sorted(theirs):
        place = own / "theirs" if name in GUARDED else hooks
        yield _File(place / name, pass_on, _PROGRAM, is_theirs=True)
    yield _File(own / "judge", (source / "judge").read_bytes(), _PROGRAM)
    yield _File(own / "own.awk", (source / "own.awk").read_bytes(), _DATA)
    yield _File(own / "judge.py", _judge().encode("utf-8", "surrogateescape"), _DATA)
    yield _File(own / "python", f"{sys.executable}\n".encode("utf-8", "surrogateescape"), _DATA)
    yield _File(own / "awk", f"{shutil.which('awk') or 'awk'}\n".encode("utf-8", "surrogateescape"), _DATA)
    yield _File(own / "user-hooks", f"{folder}\n".encode("utf-8", "surrogateescape"), _DATA)
    if may_push:
        yield _File(own / "may-push", b"", _DATA)
    for path, text in agent_config.texts(common, may_push=may_push).items():
        yield _File(path, text.encode("utf-8", "surrogateescape"), _DATA)


def _stamp(wanted: Iterable[_File]) -> bytes:
    """What tells files that somebody changed from those that another version, or other settings, had made."""
    ours = [file for file in wanted if not file.is_theirs]
    digest = hashlib.sha256(b"\0".join(file.data for file in ours)).hexdigest()
    return f"{digest}\n".encode()


def _strays(common: Path, wanted: Sequence[_File]) -> list[Path]:
    """What lies among the hooks and is none that we want: of a user's hook that is gone, or put there by somebody."""
    known = {file.path for file in wanted}
    parallel = common / "parallel"
    places = (parallel / "hooks").glob("*"), (parallel / "guard" / "theirs").glob("*")
    found = [path for place in places for path in place if path not in known and not path.is_dir()]
    leave_to_push = parallel / "guard" / "may-push"
    return [*found, *([leave_to_push] if leave_to_push.exists() and leave_to_push not in known else [])]


def _what_is_wrong(file: _File) -> str:
    if not os.path.lexists(file.path):
        return "missing"
    return (
        "not executable"
        if is_there(file.path, file.data, mode=_DATA) and file.mode == _PROGRAM
        else "altered"
    )


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


def _admins(common: Path) -> list[Path]:
    """The admin directories of agent worktrees."""
    found = (common / "worktrees").glob(f"{PREFIX}*")
    return sorted(admin for admin in found if (admin / "gitdir").exists())


def _hooks_of_all(git: Git, common: Path) -> dict[Path, str]:
    """Where git has the hooks of each agent worktree from; asked once for all that cannot differ."""
    admins = _admins(common)
    if not admins:
        return {}
    # Only what git includes under some condition, and what a worktree has for itself, can make a difference.
    out = git.run(f"--git-dir={common}", "config", "-z", "--get-regexp", r"^includeif\.", answers=(0, 1))
    are_alike = not any(stanza.tells_worktrees_apart(entry.partition("\n")[0]) for entry in out.fields)
    alike = [admin for admin in admins if are_alike and not (admin / "config.worktree").exists()]
    found = dict.fromkeys(alike, _hooks_of(git, alike[0])) if alike else {}
    return found | {admin: _hooks_of(git, admin) for admin in admins if admin not in found}


def _hooks_of(git: Git, admin: Path) -> str:
    """Where git has the hooks of a worktree from, by all configuration there is."""
    out = git.run(f"--git-dir={admin}", "config", "--type=path", "core.hooksPath", answers=(0, 1))
    return out.stdout.removesuffix("\n")


def _insist(git: Git, common: Path, admin: Path) -> None:
    """Have our hooks run in a worktree where something else has the last word."""
    stanza.remove(git, common)
    stanza.add(git, common)
    ours = str(common / "parallel" / "hooks")
    if _hooks_of(git, admin) != ours and (admin / "config.worktree").exists():
        # `extensions.worktreeConfig` is on, and what stands here beats every include.
        git.run("config", "--file", str(admin / "config.worktree"), "core.hooksPath", ours)
