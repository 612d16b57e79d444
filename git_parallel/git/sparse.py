"""Sparse worktrees: which directories one holds, said to git for this worktree alone.

`git sparse-checkout set` switches on `extensions.worktreeConfig`, which makes other tools refuse the
repository (git-facts, section 0.8). So the two settings that it would write come by `includeIf`, one stanza
a sparse worktree in `parallel/sparse.gitconfig`, which the configuration of agent worktrees includes; the
directories stand in the admin directory, in `info/sparse-checkout`, where git itself has them. With both in
place `git sparse-checkout add` needs no setting any more and works as ever.

What one worktree alone is to ignore (git.left_out) comes the same way, from a file in its admin directory.
"""

import os
import re
from collections.abc import Iterable
from pathlib import Path

from ..errors import GitFailed
from ..names import printable
from ..overlap.cone import Cone
from .admin import PREFIX
from .command import Git

INCLUDED = "sparse.gitconfig"
OWN = "gp-exclude.gitconfig"
_SWITCHES = "cone.gitconfig"
_ON = ("sparseCheckout", "sparseCheckoutCone")
# For git in a worktree that may not be listed yet.
SWITCHED_ON = tuple(word for name in _ON for word in ("-c", f"core.{name}=true"))
_SPECIAL = str.maketrans({letter: f"\\{letter}" for letter in "\\*?["})
_ESCAPED = re.compile(r"\\(.)")


def is_sparse(admin: Path) -> bool:
    """Whether a worktree holds some directories only."""
    return (admin / "info" / "sparse-checkout").is_file()


def patterns_of(cone: Cone) -> str:
    """The text of git's `info/sparse-checkout` for a cone."""
    above = {folder[:at] for folder in cone.directories for at, letter in enumerate(folder) if letter == "/"}
    lines = ["/*", "!/*/"]
    for folder in sorted({*above, *cone.directories}):
        named = folder.translate(_SPECIAL)
        lines.append(f"/{named}/")
        if folder in above:
            lines.append(f"!/{named}/*/")
    return "".join(f"{line}\n" for line in lines)


def list_anew(common: Path) -> None:
    """Have git take the worktrees that are sparse now for sparse, and no others; hold the lock of worktrees.

    Those with a configuration of their own, OWN, get it.
    """
    admins = sorted((common / "worktrees").glob(f"{PREFIX}*"))
    included = [(admin.name, _SWITCHES) for admin in admins if is_sparse(admin)]
    included += [
        (admin.name, f"../worktrees/{admin.name}/{OWN}") for admin in admins if (admin / OWN).is_file()
    ]
    listed = "".join(
        f'[includeIf "gitdir:**/worktrees/{name}"]\n\tpath = {path}\n' for name, path in included
    )
    switches = "[core]\n" + "".join(f"\t{name} = true\n" for name in _ON)
    # What is named by the other file is there first.
    for name, text in ((_SWITCHES, switches), (INCLUDED, listed)):
        path = common / "parallel" / name
        if not path.exists() and not listed:
            continue
        if not path.exists() or path.read_text("utf-8") != text:
            aside = path.with_name(f".{name}.{os.getpid()}")
            aside.write_text(text, "utf-8")
            aside.replace(path)


def held(git: Git) -> Cone:
    """The directories that the sparse worktree `git` works in holds by now.

    Raises GitFailed where it was given other patterns than those of directories.
    """
    found = _cone_of(_file(git).read_text("utf-8", "surrogateescape"))
    if found is None:
        raise GitFailed("the sparse checkout of this worktree was given patterns that are no directories")
    return found


def widen(git: Git, directories: Iterable[str]) -> None:
    """Check directories out in the sparse worktree at whose top `git` works, beside those that it holds.

    Nothing that is there is written over, and nothing is removed: `git sparse-checkout add` would take away the
    directories that it does not hold, with the ignored files in them. Raises GitFailed where something is in the
    way, or where another git is at work in it.
    """
    more = held(git).with_more(directories)
    coming = [path for path in _left_out(git) if more.holds(path)]
    # What a kill leaves after this git takes for held, for it is there.
    _feed(git, coming, "checkout-index", "--ignore-skip-worktree-bits", "--index", "--quiet", "-z", "--stdin")
    missing = [path for path in coming if not _is_there(git, path)]
    if missing:
        raise GitFailed(f"something is in the way of '{printable(missing[0])}'")
    _write(git, held(git).with_more(directories))
    _feed(git, coming, "update-index", "--no-skip-worktree", "-z", "--stdin")


def leave_out(git: Git) -> None:
    """Have a new index leave out what the sparse worktree does not hold, and what is not there all the same."""
    cone = held(git)
    paths = git.run("ls-files", "-z").fields
    beyond = [path for path in paths if not cone.holds(path) and not _is_there(git, path)]
    _feed(git, beyond, "update-index", "--skip-worktree", "-z", "--stdin")


def _left_out(git: Git) -> list[str]:
    marks = git.run(*SWITCHED_ON, "ls-files", "-t", "-z").fields
    return [mark[2:] for mark in marks if mark[0] == "S"]


def _feed(git: Git, paths: Iterable[str], *arguments: str) -> None:
    lines = "".join(f"{path}\0" for path in paths)
    if lines:
        git.run(*SWITCHED_ON, *arguments, stdin=lines)


def _is_there(git: Git, path: str) -> bool:
    return os.path.lexists(git.directory / path)


def _file(git: Git) -> Path:
    told = git.run("rev-parse", "--git-path", "info/sparse-checkout").stdout.removesuffix("\n")
    return git.directory / told


def _write(git: Git, cone: Cone) -> None:
    path = _file(git)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.write_text(patterns_of(cone), "utf-8", "surrogateescape")
    aside.replace(path)


def _cone_of(text: str) -> Cone | None:
    """The cone whose patterns a text is, as we write them and git does; None where it is none."""
    lines = text.split("\n")
    above = {line.removeprefix("!").removesuffix("*/") for line in lines if line.endswith("/*/")}
    folders = [line for line in lines[2:] if line and not line.startswith("!") and line not in above]
    cone = Cone().with_more(_ESCAPED.sub(r"\1", line.strip("/")) for line in folders)
    return cone if sorted(lines) == sorted(patterns_of(cone).split("\n")) else None
