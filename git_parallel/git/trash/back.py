"""Bringing back out of the trash what was put there, to where it was; what was begun of that is gone on with."""

import os
from pathlib import Path

from ...errors import ParallelError, Unusable
from ...names import printable
from .. import locks, pool, sparse
from ..command import Git
from ..place import Place, is_joined, is_taken, points_to
from ..refs import RefChange, apply
from ..removal import remove
from ..shield import shielded
from ..worktree import alone, check_out, write_whole
from .away import drop, move_runtime
from .entry import Entry, folder_of, is_back, place_of
from .moving import copy, differences, is_elsewhere, rename


def restore(git: Git, common: Path, entry: Entry) -> None:
    """Bring an entry back to where it was; raises Unusable where its places are taken."""
    folder = folder_of(common, entry)
    place = place_of(common, entry)
    tip = git.find_ref(entry.branch)
    # Somebody may have worked on in what an undo that was killed at its end had brought back.
    if tip not in (None, entry.tip) and not is_back(common, entry):
        raise Unusable(
            f"a branch '{entry.branch.short}' exists again, at another commit",
            hint=f"rename it first: git branch -m {entry.branch.short} NEW",
        )
    is_handed = (folder / pool.HANDED).exists()
    with shielded(), locks.held(common / "parallel" / "lock"):
        _require_room(folder, place, is_handed=is_handed)
        # Somebody may have emptied the trash by hand; the branch comes back all the same.
        folder.mkdir(mode=0o700, exist_ok=True)
        (folder / "restoring").touch(mode=0o600)
        if tip is None and entry.tip is not None:
            _make_branch(git, common, entry)
        place.path.parent.mkdir(parents=True, exist_ok=True)
        place.admin.parent.mkdir(exist_ok=True)
        if not is_handed:
            _bring_files(folder, place)
        rename(folder / "admin", place.admin)
        _join(place)
        sparse.list_anew(common)
        if (folder / "branch.log").exists():
            log = common / "logs" / entry.branch
            log.parent.mkdir(parents=True, exist_ok=True)
            # Once only: an undo that goes on must not take from it what was logged since.
            (folder / "branch.log").replace(log)
        if (folder / "runtime").is_dir():
            move_runtime(folder / "runtime", common / "parallel" / "tasks", entry.task)
        if is_handed:
            _make_anew(git, folder, place)
        elif place.path.exists():
            # By now it is a copy at most.
            remove(folder / "worktree")
        drop(git, common, entry, why="undo")


def _make_branch(git: Git, common: Path, entry: Entry) -> None:
    folder = folder_of(common, entry)
    try:
        change = RefChange(entry.branch, new=entry.tip, old=None)
        apply(git, change, reason=f"parallel: undo prune {entry.task}")
    except ParallelError:
        # Nothing has been moved yet, unless this goes on with an undo that was killed; but by the mark the next command
        # knows whose lock it is that a killed git has left.
        if (folder / "admin").exists() and not (common / f"{entry.branch}.lock").exists():
            (folder / "restoring").unlink()
        raise


def _require_room(folder: Path, place: Place, *, is_handed: bool) -> None:
    """Raise Unusable where somebody has made something where an entry is to be brought back to."""
    path, admin = place.path, place.admin
    taken = [admin] if (folder / "admin").exists() and os.path.lexists(admin) else []
    if is_handed:
        # What an undo that was killed had made is gone on with.
        is_ours = not path.exists() or points_to(path / ".git", admin) or not is_taken(path)
        taken += [] if is_ours else [path]
    elif (folder / "worktree").exists() and os.path.lexists(path) and not _is_copied_back(folder, path):
        taken.insert(0, path)
    if taken:
        raise Unusable(f"'{printable(str(taken[0]))}' exists again", hint="move it away first")


def _is_copied_back(folder: Path, path: Path) -> bool:
    """Whether what is in a worktree's place is what an undo that was killed has copied there."""
    if not (folder / "restoring").exists() or path.is_symlink() or not is_elsewhere(path, folder):
        return False
    # With its admin directory in its place it is somebody's workplace again.
    return not (folder / "admin").exists() or next(differences(folder / "worktree", path), None) is None


def _bring_files(folder: Path, place: Place) -> None:
    source = folder / "worktree"
    if not source.exists() or place.path.exists():
        return
    if is_elsewhere(source, place.path.parent):
        copy(source, place.path)
    else:
        rename(source, place.path)


def _join(place: Place) -> None:
    """Have a worktree lead to its admin directory: the repository may have been moved meanwhile."""
    dot_git = place.path / ".git"
    if dot_git.is_file() and place.admin.is_dir() and not is_joined(place):
        write_whole(dot_git, f"gitdir: {place.admin}\n")


def _make_anew(git: Git, folder: Path, place: Place) -> None:
    """Make the checkout of an entry whose own was handed on."""
    if (folder / "worktree").exists():
        # Killed before it was moved away it is here still, and is the next task's all the same.
        place.index.unlink(missing_ok=True)
        remove(folder / "worktree")
    place.path.mkdir(exist_ok=True)
    write_whole(place.path / ".git", f"gitdir: {place.admin}\n")
    with alone(git, place) as lone:
        # With an index it is made, and somebody may have worked there since.
        if not place.index.exists():
            check_out(lone, place)
