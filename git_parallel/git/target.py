"""Moving the target branch, wherever it is checked out: files first, ref last, by compare-and-swap."""

import re
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import GitFailed, ParallelError, Stale
from ..names import Oid, RefName, printable
from . import half_moved, under_way
from .checkouts import checkouts
from .command import Git, Result
from .history import changed_paths
from .refs import RefChange, apply
from .shield import shielded
from .under_way import Move
from .worktree import FAST_FORWARD

# Seconds for which a lock is waited for that another git has for a moment, the user's prompt or his commit.
_PATIENCE = 2.0
_BETWEEN_TRIES = 0.02
_LOCKED = re.compile(r"Unable to create '(.+\.lock)': File exists")


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


def look(
    git: Git, common: Path, branch: RefName
) -> tuple[Path | Refused | None, tuple[tuple[str, str], ...]]:
    """Where a branch is checked out (see `find_checkout`), and what the user has there (see `dirt`)."""
    checkout = find_checkout(git, common, branch)
    return checkout, dirt(git, checkout) if isinstance(checkout, Path) else ()


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
    """Move a branch from `old` to `new`; None when it is done. The caller holds the lock of merges.

    Where the branch is checked out, `git merge --ff-only` of the ready commit moves files, index and
    ref in the order that a crash cannot turn into a revert. Never stashes, resets or overwrites, not
    even ignored files. What it is about to do is on the disk before, so that `half_moved` can bring it to
    its end. Raises Stale when the branch is not at `old` any more.
    """
    checkout = find_checkout(git, common, branch)
    if isinstance(checkout, Refused):
        return checkout
    if git.find_ref(branch) != old:
        raise _moved(branch)
    with under_way.alone(git, common) as lone, shielded():
        plan = Move(branch, old, new, reason)
        if checkout is None:
            _move_ref(lone, common, under_way.begin(common, plan))
            return None
        plan = replace(plan, before=under_way.look_ahead(git, common, plan, checkout))
        return _move_checkout(lone, common, under_way.begin(common, plan), checkout)


def _move_ref(git: Git, common: Path, plan: Move) -> None:
    try:
        apply(git, RefChange(plan.branch, new=plan.new, old=plan.old), reason=plan.reason)
    except ParallelError:
        half_moved.mend(git, common, plan)
        if half_moved.has_arrived(git, plan):
            return
        raise
    under_way.over(common)


def _move_checkout(git: Git, common: Path, plan: Move, checkout: Path) -> Refused | None:
    out = _fast_forwarded(git.at(checkout), plan)
    # The user may have switched branches in between, or commit on top already; only the ref itself is proof.
    if out.status == 0 and half_moved.has_arrived(git, plan):
        under_way.over(common)
        return None
    if out.status < 0:
        # What it has started may be writing still: whoever comes next waits for that, and so do the records.
        raise GitFailed(
            f"git was killed by signal {-out.status}", hint="run the command again; it mends what was left"
        )
    mended = half_moved.mend(git, common, plan, is_killed=False)
    if half_moved.has_arrived(git, plan):
        return None
    is_elsewhere = "Not possible to fast-forward" in out.stderr or "Diverging branches" in out.stderr
    if out.status == 0 or is_elsewhere or git.find_ref(plan.branch) != plan.old:
        raise _moved(plan.branch)
    blocking = tuple(line[1:] for line in out.stderr.splitlines() if line.startswith("\t"))
    return Refused(checkout, blocking or mended.left, _words(out))


def _fast_forwarded(here: Git, plan: Move) -> Result:
    """What git says to the move; a lock that somebody has is waited for as long as that is for a moment."""
    end = time.monotonic() + _PATIENCE
    while True:
        out = here.run(*FAST_FORWARD, plan.new, answers=_ALL, environment={"GIT_REFLOG_ACTION": plan.reason})
        if out.status == 0 or not _LOCKED.search(out.stderr) or time.monotonic() > end:
            return out
        time.sleep(_BETWEEN_TRIES)


# Also that it was killed.
_ALL = tuple(range(-64, 256))


def _words(out: Result) -> str:
    """Why git did not do it, in its own words, which come after hints and warnings."""
    if locked := _LOCKED.search(out.stderr):
        return f"another git has it locked; if none is at work there, remove '{printable(locked[1])}'"
    lines = [line for line in out.stderr.splitlines() if line.strip()]
    last = next((line for line in lines if not line.startswith(("hint:", "warning:"))), "git merge failed")
    words = next((line for line in lines if line.startswith(("error: ", "fatal: "))), last)
    return printable(words.removeprefix("error: ").removeprefix("fatal: "))


def _moved(branch: RefName) -> Stale:
    return Stale(f"'{branch.short}' was moved by somebody else first", hint="run the command again")


def _folders(path: str) -> list[str]:
    parts = path.rstrip("/").split("/")
    return ["/".join(parts[:n]) for n in range(1, len(parts))]
