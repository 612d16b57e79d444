"""What a prune, an undo or an expiry leaves that was killed: it is taken back, or brought to its end."""

import os
from collections.abc import Collection, Mapping
from contextlib import suppress

from ...errors import ParallelError
from ...git import left_locks, locks, stanza
from ...git.checkouts import path_of
from ...git.trash import away, expiring
from ...git.trash.entry import Entry, folder_of, has_begun_only, is_being_restored, is_expiring, read_all
from ...git.trash.moving import discard
from ...names import Oid, RefName
from ..aside import bring_back
from ..open import Project
from .alone import LOCK
from .half_way import half_way, locks_of_trash, ownerless, time_of


def mend(project: Project, trash: Mapping[RefName, Oid]) -> tuple[str, ...]:
    """Bring what is left to its end where no prune is at work; a sentence for each."""
    lock = locks.try_hold(project.runtime / LOCK)
    if lock is None:
        return ()
    try:
        return mend_alone(project, trash)
    finally:
        locks.let_go(lock)


def mend_alone(
    project: Project, trash: Mapping[RefName, Oid], wanted: Collection[Entry] = ()
) -> tuple[str, ...]:
    """The same for who holds the lock of prunes; what cannot be mended stays as it is, and the reason is said.

    What is `wanted` is about to be brought back, and left alone.
    """
    said = []
    clear_way(project, trash, wanted)
    for entry in (one for one in _half_way(project, trash) if one not in wanted):
        try:
            said.append(mended(project, entry))
        except ParallelError as error:
            said.append(f"what was begun with '{entry.task}' cannot be brought to its end: {error.message}")
    return tuple(said)


def clear_way(project: Project, trash: Mapping[RefName, Oid], wanted: Collection[Entry] = ()) -> None:
    """Remove what is in nobody's interest: rests in the trash, and locks that a killed git of ours has left.

    For who holds the lock of prunes; `wanted` are entries that are to be brought back, to whose branches a git may have
    come before.
    """
    stanza.drop_left(project.common)
    rest = list(ownerless(project, trash))
    common, entries = project.common, _half_way(project, trash)
    found = [*locks_of_trash(project), *(common / f"{entry.branch}.lock" for entry in (*entries, *wanted))]
    began = [int(entry.time) for entry in entries] + [time_of(folder) for folder in rest]
    packed = common / "packed-refs.lock"
    with suppress(FileNotFoundError):
        # That one anybody takes; but one that is older than what was begun cannot be its.
        if began and packed.lstat().st_mtime_ns >= min(began):
            found.append(packed)
    there = [lock for lock in found if os.path.lexists(lock)]
    if there:
        worktrees = (path_of(admin) for admin in (common / "worktrees").glob("*"))
        left_locks.drop(
            there, {common, project.main, *(path for path in worktrees if path and path.is_dir())}
        )
    for folder in rest:
        discard(folder)


def _half_way(project: Project, trash: Mapping[RefName, Oid]) -> Collection[Entry]:
    return read_all(project.git, {ref: trash[ref] for ref in half_way(project, trash)}).values()


def mended(project: Project, entry: Entry) -> str:
    """Bring one entry to its end, holding the lock of prunes; what has become of it. Raises what keeps it from that."""
    git, common, task = project.git, project.common, entry.task
    if is_expiring(common, entry):
        expiring.expire(git, common, entry)
        return f"the trash of '{task}' was being freed: it is free now"
    if is_being_restored(common, entry):
        bring_back(project, entry)
        return f"an undo of '{task}' had been interrupted: it is back"
    if has_begun_only(git, common, entry):
        away.take_back(git, common, entry)
        return f"a prune of '{task}' had been interrupted: it was left where it is"
    is_gone = not folder_of(common, entry).exists()
    done = away.complete(git, common, [entry])
    if done.failed:
        raise ParallelError(done.failed[task])
    if is_gone:
        return f"the files of '{task}' in the trash are gone; its commits are kept"
    return f"a prune of '{task}' had been interrupted: it is in the trash now"
