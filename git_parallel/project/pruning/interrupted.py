"""What a prune, an undo or an expiry leaves that was killed: it is taken back, or brought to its end."""

from collections.abc import Mapping

from ...errors import ParallelError
from ...git import locks
from ...git.removal import remove
from ...git.trash import away, expiring
from ...git.trash.entry import Entry, folder_of, has_begun_only, is_being_restored, is_expiring, read_all
from ...names import Oid, RefName
from ..aside import bring_back
from ..open import Project
from .alone import LOCK
from .half_way import half_way, ownerless


def mend(project: Project, trash: Mapping[RefName, Oid]) -> tuple[str, ...]:
    """Bring what is left to its end where no prune is at work; a sentence for each."""
    lock = locks.try_hold(project.runtime / LOCK)
    if lock is None:
        return ()
    try:
        return mend_alone(project, trash)
    finally:
        locks.let_go(lock)


def mend_alone(project: Project, trash: Mapping[RefName, Oid]) -> tuple[str, ...]:
    """The same for who holds the lock of prunes; what cannot be mended stays as it is, and the reason is said."""
    said = []
    doubtful = {ref: trash[ref] for ref in half_way(project, trash)}
    for entry in read_all(project.git, doubtful).values():
        try:
            said.append(mended(project, entry))
        except ParallelError as error:
            said.append(f"what was begun with '{entry.task}' cannot be brought to its end: {error.message}")
    for folder in ownerless(project, trash):
        remove(folder)
    return tuple(said)


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
