"""Worktrees made atomically, and looked at.

`git worktree add` is racy (other git commands fail while it runs) and a kill in the middle of it can
leave a repository in which no git command works (an empty `commondir`; git-facts, section 0). So the
admin directory is built aside, in `parallel/tmp/`, and renamed in when it is whole. Every step can be
repeated: after a crash the same call completes what is there.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ..errors import GitFailed, Unusable
from ..names import Oid, printable
from ..overlap.cone import Cone
from . import crowd, locks, pool, sparse
from .command import Git
from .look import look
from .made_branches import MADE
from .place import Place, is_taken, points_to
from .refs import RefChange, apply

# Moves a checkout and nothing else: no option of the user's makes it stash, squash or write over a file.
FAST_FORWARD = (
    "merge", "--ff-only", "--commit", "--no-squash", "--quiet", "--no-stat", "--no-autostash",
    "--no-verify-signatures", "--no-overwrite-ignore",
)  # fmt: skip


def require_free(git: Git, place: Place) -> None:
    """Raise Unusable when the branch or the directory that a new worktree wants is somebody's."""
    if git.find_ref(place.branch):
        raise Unusable(
            f"a branch '{place.branch.short}' exists already and is not git-parallel's",
            hint=f"rename it with 'git branch -m {place.branch.short} NEW', or set parallel.branch",
        )
    if place.path.is_symlink() or (place.path.exists() and is_taken(place.path)):
        raise Unusable(
            f"'{printable(str(place.path))}' exists already",
            hint="move it away, or set parallel.worktree",
        )
    if place.admin.exists():
        raise Unusable(
            f"git already knows a worktree '{place.admin.name}'",
            hint=f"look at it with 'git worktree list'; its admin directory is {printable(str(place.admin))}",
        )


def ensure(
    git: Git,
    common: Path,
    place: Place,
    *,
    base: Oid,
    is_fresh: bool,
    cone: Cone | None = None,
    is_pooled: bool = False,
) -> None:
    """Make the branch (at `base`), the worktree and its checkout, or complete what a crash left of them.

    Of a `cone` the checkout is sparse, where the worktree is made anew. The caller has recorded the intent
    first. Where no agent has been yet (`is_fresh`) a half-made checkout is made anew; elsewhere no file
    that is there is written over. With `is_pooled` a full one takes over a spotless checkout of the trash,
    where there is one, and may itself become one. Raises GitFailed or Unusable and removes nothing.
    """
    # What git-lfs keeps on a server would be waited for, file by file; `workspace.large` fills in what is here.
    git = git.with_environment(GIT_LFS_SKIP_SMUDGE="1")
    with locks.held(common / "parallel" / "lock"):
        if git.find_ref(place.branch) is None:
            # The intent is recorded and nobody else makes this branch: a lock is a killed launch's.
            (common / f"{place.branch}.lock").unlink(missing_ok=True)
            apply(git, RefChange(place.branch, new=base, old=None), reason=MADE)
        if is_fresh and is_pooled and cone is None and not place.admin.exists() and not place.path.exists():
            _take_over(git, common, place, base)
        is_new = _make_directory(place)
        if not place.admin.exists():
            make_admin(common, place.admin, place.path, head=f"ref: {place.branch}", files=_files_of(cone))
            sparse.list_anew(common)
    with alone(git, place) as lone:
        is_bare = is_fresh and not place.index.exists()
        if is_bare:
            _populate(lone, common, place, is_pooled=is_pooled and cone is None)
        elif is_fresh:
            # Of a dead one that came as far as this.
            (place.admin / pool.FROM).unlink(missing_ok=True)
        else:
            _mend(lone, place, is_new=is_new)
            _catch_up(lone, place, base=base)
    if is_bare:
        _tell(git, place)


def discard(git: Git, common: Path, place: Place, *, base: Oid) -> None:
    """Take back what `ensure` made, for a place in which no agent ever ran (say, the disk was full).

    While a checkout is going on there it stays: whoever makes it sees what has become of it.
    """
    if locks.is_held(place.lock):
        return
    with locks.held(common / "parallel" / "lock"):
        if place.admin.exists() and points_to(place.path / ".git", place.admin):
            aside = common / "parallel" / "tmp" / f"{place.admin.name}.{os.getpid()}.gone"
            place.admin.rename(aside)
            shutil.rmtree(aside, ignore_errors=True)
            sparse.list_anew(common)
        if points_to(place.path / ".git", place.admin):
            shutil.rmtree(place.path, ignore_errors=True)
        if git.find_ref(place.branch) == base:
            apply(git, RefChange(place.branch, new=None, old=base), reason="parallel: take back the branch")


@contextmanager
def alone(git: Git, place: Place) -> Iterator[Git]:
    """Check out with the git that is given, when no earlier one of ours is at work in the worktree any more.

    A git whose coordinator was killed goes on, and would write over the work of the next agent.
    """
    lock = locks.hold(place.lock)
    try:
        yield git.holding(lock)
    finally:
        locks.let_go(lock)


def _make_directory(place: Place) -> bool:
    """Make the worktree's directory with its `.git` file; whether it was not there."""
    dot_git = place.path / ".git"
    if points_to(dot_git, place.admin):
        return False
    if place.path.exists() and is_taken(place.path):
        raise Unusable(f"'{printable(str(place.path))}' exists already", hint="move it away and run again")
    try:
        place.path.mkdir(parents=True, exist_ok=True)
        write_whole(dot_git, f"gitdir: {place.admin}\n")
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise GitFailed(f"cannot make '{printable(str(place.path))}': {why}") from error
    return True


def _take_over(git: Git, common: Path, place: Place, base: Oid) -> None:
    """Have a checkout of the trash here, to be turned into that of `base`, where the trash has one to give."""
    spare = pool.find_spare(git, common, place.path, base)
    if spare is not None:
        # From now on an undo makes that checkout anew.
        write_whole(spare.folder / pool.HANDED, f"{place.admin.name}\n")
        files = {pool.FROM: spare.tip, pool.MADE: spare.made}
        make_admin(common, place.admin, place.path, head=f"ref: {place.branch}", files=files)
        pool.hand_over(spare, place.path, place.admin)


def _files_of(cone: Cone | None) -> dict[str, str]:
    return {} if cone is None else {"info/sparse-checkout": sparse.patterns_of(cone)}


def make_admin(
    common: Path, admin: Path, path: Path, *, head: str, files: Mapping[str, str] | None = None
) -> None:
    """Make git's admin directory of a worktree, whole or not at all; hold the lock of worktrees."""
    aside = common / "parallel" / "tmp" / admin.name
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(mode=0o777)
    write_whole(aside / "HEAD", f"{head}\n")
    write_whole(aside / "commondir", "../..\n")
    write_whole(aside / "gitdir", f"{path / '.git'}\n")
    for name, text in (files or {}).items():
        (aside / name).parent.mkdir(exist_ok=True)
        write_whole(aside / name, text)
    admin.parent.mkdir(exist_ok=True)
    aside.rename(admin)


def _populate(git: Git, common: Path, place: Place, *, is_pooled: bool) -> None:
    is_handed_over = (place.admin / pool.FROM).exists()
    if not is_handed_over or not pool.turn(git, common, place.path, place.admin):
        if is_handed_over:
            pool.forgo(common, place.path, place.admin)
        if is_pooled:
            (place.admin / pool.MADE).write_text(pool.making(git, common))
        check_out(git, place)


def _tell(git: Git, place: Place) -> None:
    """Run the user's own hook for a new checkout."""
    here = git.at(place.path)
    null = "0" * len(tip) if (tip := git.find_ref(place.branch)) else ""
    # What `git worktree add` does at its end; a hook that fails does not undo the checkout there either.
    here.run_bytes(
        "hook",
        "run",
        "--ignore-missing",
        "post-checkout",
        "--",
        null,
        tip or "",
        "1",
        answers=tuple(range(256)),
    )


def check_out(git: Git, place: Place) -> None:
    """Make the checkout of HEAD where there is none, writing over whatever a dead one has left; be `alone` there."""
    # No agent has run here (there is no index yet), so a lock can only be a dead checkout's.
    (place.admin / "index.lock").unlink(missing_ok=True)
    switched = sparse.SWITCHED_ON if sparse.is_sparse(place.admin) else ()
    with crowd.in_company() as workers:
        git.at(place.path).run(*switched, *workers, "read-tree", "--reset", "-u", "HEAD")


def _mend(git: Git, place: Place, *, is_new: bool) -> None:
    """Give a worktree that an agent has been in what it lacks; its files stay as they are."""
    here = git.at(place.path)
    if not place.index.exists():
        here.run("read-tree", "HEAD")
        if sparse.is_sparse(place.admin):
            # That marks nothing as left out; what is not there would be a deletion.
            sparse.leave_out(here)
    if is_new:
        # Somebody removed the directory; what was staged in it is still in the index.
        here.run("checkout-index", "--all", "--quiet")


def _catch_up(git: Git, place: Place, *, base: Oid) -> None:
    """Bring a branch on which nothing was done to the base of its next attempt; anything else stays."""
    tip = git.find_ref(place.branch)
    if tip is None or tip == base or not git.is_ancestor(old=tip, new=base):
        return
    seen = look(git, place)
    if seen.is_clean and seen.head == place.branch:
        git.at(place.path).run(*FAST_FORWARD, base)


def write_whole(path: Path, text: str) -> None:
    """Write a file that is on the disk when this returns."""
    with path.open("w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def clear_locks_of_the_dead(common: Path, place: Place) -> None:
    """Remove the locks that a killed agent's git left in its own worktree; call only when it is dead."""
    for lock in (
        place.admin / "index.lock",
        place.admin / "HEAD.lock",
        common / f"{place.branch}.lock",
    ):
        lock.unlink(missing_ok=True)
