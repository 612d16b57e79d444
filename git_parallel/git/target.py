"""Moving the target branch, wherever it is checked out: files first, ref last, by compare-and-swap."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from ..errors import Stale
from ..names import Oid, RefName, printable
from .checkouts import checkouts
from .command import Git
from .history import changed_paths
from .refs import RefChange, apply
from .shield import shielded
from .worktree import FAST_FORWARD


@dataclass(frozen=True, slots=True)
class Refused:
    """The target's checkout is in the way: the paths that are, and why; nothing was changed."""

    checkout: Path
    paths: tuple[str, ...]
    why: str


def find_checkout(git: Git, common: Path, branch: RefName) -> Path | Refused | None:
    """The worktree in which a branch is checked out; None where it is checked out nowhere.

    Refused where moving it would pull it away under somebody: in the middle of a rebase or a bisect,
    or checked out twice, for then the other checkout's index would take the move back.
    """
    here = [checkout for checkout in checkouts(git, common) if checkout.branch == branch]
    for checkout in here:
        if checkout.how != "checked out":
            return Refused(checkout.path, (), f"'{branch.short}' is {checkout.how} there")
    if len(here) > 1:
        return Refused(here[1].path, (), f"'{branch.short}' is checked out in {len(here)} worktrees")
    return here[0].path if here else None


def dirt(git: Git, checkout: Path) -> tuple[tuple[str, str], ...]:
    """What the user has changed, staged, or left untracked or ignored in a checkout: letters and path."""
    out = git.at(checkout).run(
        "-c", "status.showUntrackedFiles=all", "status", "--porcelain", "-z", "--no-renames",
        "--untracked-files=all", "--ignored=matching", "--ignore-submodules=all",
    )  # fmt: skip
    return tuple((entry[:2], entry[3:]) for entry in out.fields)


def in_the_way(git: Git, checkout: Path, *, old: Oid, new: Oid) -> tuple[str, ...]:
    """The user's changed, staged and untracked paths that moving from `old` to `new` would have to touch."""
    return meeting(dirt(git, checkout), changed_paths(git, [(old, new)])[old, new])


def meeting(theirs: Iterable[tuple[str, str]], changed: Collection[str]) -> tuple[str, ...]:
    """Those of the user's paths that a move would have to touch which changes these paths."""
    folders = {folder for path in changed for folder in _folders(path)}
    return tuple(
        path
        for mark, path in theirs
        if path in changed
        or (mark in ("??", "!!") and (path.rstrip("/") in folders) and not path.endswith("/"))
        or any(folder in changed for folder in _folders(path))
    )


def move(git: Git, common: Path, branch: RefName, *, old: Oid, new: Oid, reason: str) -> Refused | None:
    """Move a branch from `old` to `new`; None when it is done.

    Where the branch is checked out, `git merge --ff-only` of the ready commit moves files, index and
    ref in the order that a crash cannot turn into a revert. Never stashes, resets or overwrites, not
    even ignored files. Raises Stale when the branch is not at `old` any more.
    """
    checkout = find_checkout(git, common, branch)
    if isinstance(checkout, Refused):
        return checkout
    if checkout is None:
        apply(git, RefChange(branch, new=new, old=old), reason=reason)
        return None
    if git.find_ref(branch) != old:
        raise _moved(branch)
    with shielded():
        out = git.at(checkout).run(
            *FAST_FORWARD, new, answers=(0, 1, 2, 128), environment={"GIT_REFLOG_ACTION": reason}
        )
    if out.status == 0:
        # The user may have switched branches in between; only the ref itself is proof.
        if git.find_ref(branch) != new:
            raise _moved(branch)
        return None
    if "Not possible to fast-forward" in out.stderr or "Diverging branches" in out.stderr:
        raise _moved(branch)
    blocking = tuple(line[1:] for line in out.stderr.splitlines() if line.startswith("\t"))
    words = next((line for line in out.stderr.splitlines() if line.strip()), "git merge failed")
    return Refused(checkout, blocking, printable(words.removeprefix("error: ").removeprefix("fatal: ")))


def _moved(branch: RefName) -> Stale:
    return Stale(f"'{branch.short}' was moved by somebody else first", hint="run the command again")


def _folders(path: str) -> list[str]:
    parts = path.rstrip("/").split("/")
    return ["/".join(parts[:n]) for n in range(1, len(parts))]
