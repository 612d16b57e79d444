"""Putting worktrees and their branches into the trash: the intent first, then the files, the branch last.

A kill between any two steps loses nothing. Where the worktree is still in its place the whole is taken back, else
it is brought to its end.
"""

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from ...errors import GitFailed, ParallelError, Stale, in_words
from ...names import Oid, TaskId, printable
from .. import ground, locks, pool, sandbox, sparse
from ..command import Git, book_entry
from ..packing import Batch
from ..place import Place
from ..refs import RefChange, apply, branches
from ..shield import shielded
from .entry import Entry, folder_of, message_of, place_of
from .moving import copy, discard, is_elsewhere, remove_copied, rename
from .objects import Pinned, pinned, tree_of


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is to be put away of a task; one that `is_spotless` may be handed on to the next task (git.pool).

    `is_staged` is whether its index may hold what the commit of its HEAD has not.
    """

    task: TaskId
    place: Place
    tip: Oid | None
    is_spotless: bool = False
    is_staged: bool = True
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Away:
    """What is in the trash now, and what could not be put there and why."""

    entries: tuple[Entry, ...]
    failed: Mapping[TaskId, str]


def put_away(git: Git, common: Path, parcels: Sequence[Parcel]) -> Away:
    """Put worktrees and branches into the trash, in one go; raises Stale, with nothing done, where a ref is taken."""
    if not parcels:
        return Away((), {})
    # One time for all, so that they can be brought back together.
    now = str(time.time_ns())
    entries = [
        Entry(
            one.task, now, one.place.branch, one.tip, str(one.place.path), str(one.place.admin), one.reasons
        )
        for one in parcels
    ]
    _intend(git, entries, pinned(git, common, [(one.place, one.tip, one.is_staged) for one in parcels]))
    away = complete(git, common, entries)
    gone = {entry.task: entry for entry in away.entries}
    for one in parcels:
        if one.is_spotless and one.task in gone:
            (folder_of(common, gone[one.task]) / pool.SPOTLESS).write_text(str(one.tip))
    return away


def _intend(git: Git, entries: Sequence[Entry], hoards: Sequence[Pinned]) -> None:
    """Write the refs that keep everything, before anything is moved."""
    batch = Batch(git.algorithm)
    changes = []
    for entry, hoard in zip(entries, hoards, strict=True):
        tree = batch.add("tree", tree_of(hoard))
        keep = batch.add("commit", book_entry(tree, hoard.commits, message_of(entry)))
        changes.append(RefChange(entry.ref, new=keep, old=None))
    batch.write(git)
    apply(git, *changes, reason=f"parallel: prune {_named(entries)}")


_Step: TypeAlias = Callable[[Git, Path, Entry], None]


def complete(git: Git, common: Path, entries: Sequence[Entry]) -> Away:
    """Do, or go on with, the putting away of entries; one that cannot be moved stays, and does not keep the others."""
    failed: dict[TaskId, str] = {}

    def each(some: Sequence[Entry], step: _Step) -> list[Entry]:
        done = []
        for entry in some:
            try:
                step(git, common, entry)
                done.append(entry)
            except (ParallelError, OSError) as error:
                failed[entry.task] = error.message if isinstance(error, ParallelError) else in_words(error)
        return done

    ready = each(entries, _prepare)
    # A worktree without its admin directory is only files; an admin directory without its worktree is what
    # `git worktree prune` deletes.
    with shielded(), locks.held(common / "parallel" / "lock"):
        moved = each(ready, _move)
        sparse.list_anew(common)
        _delete_branches(git, moved)
    done = each(moved, _finish)
    for entry in entries:
        if entry not in done and not (folder_of(common, entry) / "worktree").exists():
            with suppress(ParallelError):
                take_back(git, common, entry)
    return Away(tuple(done), failed)


def _prepare(_git: Git, common: Path, entry: Entry) -> None:
    folder, place = folder_of(common, entry), place_of(common, entry)
    folder.mkdir(mode=0o700, exist_ok=True)
    # A checkout may be at work that has outlived who began it.
    locks.wait(place.lock)
    reflog = common / "logs" / entry.branch
    if reflog.exists() and not (folder / "branch.log").exists():
        shutil.copyfile(reflog, folder / "branch.log")
    is_missing = place.path.exists() and not (folder / "worktree").exists()
    if is_missing and is_elsewhere(place.path, folder):
        copy(place.path, folder / "copy")
        (folder / "copied").touch(mode=0o600)


def _move(_git: Git, common: Path, entry: Entry) -> None:
    folder, place = folder_of(common, entry), place_of(common, entry)
    rename(place.admin, folder / "admin")
    is_copied = (folder / "copied").exists()
    rename(folder / "copy" if is_copied else place.path, folder / "worktree")


def _delete_branches(git: Git, entries: Sequence[Entry]) -> None:
    at = branches(git, [entry.branch for entry in entries])
    gone = [
        RefChange(entry.branch, new=None, old=entry.tip)
        for entry in entries
        if entry.branch in at and at[entry.branch].oid == entry.tip and not at[entry.branch].oddity
    ]
    reason = f"parallel: prune {_named(entries)}"
    try:
        if gone:
            apply(git, *gone, reason=reason)
    except Stale:
        for change in gone:
            # Somebody goes on with this one at this moment; what was put away is what it was.
            with suppress(Stale):
                apply(git, change, reason=reason)


def _finish(_git: Git, common: Path, entry: Entry) -> None:
    folder, place = folder_of(common, entry), place_of(common, entry)
    if (folder / "copied").exists():
        remove_copied(place.path, folder / "worktree", suffix=entry.time)
    ground.forget(common, place.admin.name)
    sandbox.forget(common, place)
    move_runtime(common / "parallel" / "tasks", folder / "runtime", entry.task)
    (folder / "done").touch(mode=0o600)


def take_back(git: Git, common: Path, entry: Entry) -> None:
    """Leave a worktree where it still is: what was begun of putting it away is undone, and nothing is in the trash."""
    folder = folder_of(common, entry)
    with shielded(), locks.held(common / "parallel" / "lock"):
        rename(folder / "admin", place_of(common, entry).admin)
        sparse.list_anew(common)
    if (folder / "runtime").is_dir():
        move_runtime(folder / "runtime", common / "parallel" / "tasks", entry.task)
    drop(git, common, entry, why="take back")


def drop(git: Git, common: Path, entry: Entry, *, why: str) -> None:
    """Forget an entry of which nothing is in the trash any more; raises GitFailed where there is."""
    folder = folder_of(common, entry)
    if (folder / "worktree").exists() or (folder / "admin").exists():
        raise GitFailed(f"'{printable(str(folder))}' still holds what was to be brought back")
    keep = git.find_ref(entry.ref)
    if keep:
        apply(git, RefChange(entry.ref, new=None, old=keep), reason=f"parallel: {why} prune {entry.task}")
    discard(folder)


def move_runtime(source: Path, target: Path, task: TaskId) -> None:
    """Move the locks and records of a task's attempts; a '.' ends the id, so no other task's are meant."""
    target.mkdir(mode=0o700, exist_ok=True)
    for path in source.glob(f"{task}.*"):
        path.rename(target / path.name)


def _named(entries: Sequence[Entry]) -> str:
    return ", ".join(entry.task for entry in entries)
