"""Sparse worktrees: which directories one holds, said to git for this worktree alone.

`git sparse-checkout set` switches on `extensions.worktreeConfig`, which makes other tools refuse the
repository (git-facts, section 0.8). So the two settings that it would write come by `includeIf`, one stanza
a sparse worktree in `parallel/sparse.gitconfig`, which the configuration of agent worktrees includes; the
directories stand in the admin directory, in `info/sparse-checkout`, where git itself has them. With both in
place `git sparse-checkout add` needs no setting any more and works as ever.

What one worktree alone is to ignore (`guard.leave_out`) comes the same way, from a file in its admin directory.
"""

import os
from collections.abc import Iterable
from pathlib import Path

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


def widen(git: Git, directories: Iterable[str]) -> None:
    """Check directories out in the sparse worktree that `git` works in, beside those that it holds.

    Nothing that is there is written over. Raises GitFailed, say, where another git is at work in it.
    """
    lines = "".join(f"{_quoted(folder)}\n" for folder in directories)
    git.run(*SWITCHED_ON, "sparse-checkout", "add", "--skip-checks", "--stdin", stdin=lines)


def held(git: Git) -> Cone:
    """The directories that the sparse worktree `git` works in holds by now, as it says itself."""
    # git quotes odd names here; such a one counts as not held, and to check it out again does no harm.
    return Cone(tuple(git.run(*SWITCHED_ON, "sparse-checkout", "list").stdout.splitlines()))


def _quoted(folder: str) -> str:
    escaped = folder.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
