"""What a merge leaves that was killed, beside records: a move of the target half done, locks of git's, and more."""

from ..errors import Busy, ParallelError
from ..git import left_locks, locks, under_way
from ..git.removal import remove
from ..git.room import is_inside
from ..git.scratch_worktree import has_dead_scratches
from ..names import printable
from .open import Project

# How the directories are called in which a merge keeps what its verifications say; in `parallel/tmp`.
LOGS = "verify-"


def is_any(project: Project) -> bool:
    """Whether there is anything of the kind, and no merge at work; light, since `status` asks it on every call."""
    common = project.common
    # Scratch worktrees are removed with the commands that ran there (see `repair`).
    is_left = under_way.is_any(common) or bool(left_locks.of_records(common)) or has_dead_scratches(common)
    return is_left and not locks.is_held(project.runtime / "merge.lock") and not is_inside(project.common)


def mend(project: Project) -> tuple[str, ...]:
    """Bring what is left to its end where no merge is at work; a sentence for what is to be told."""
    lock = locks.try_hold(project.runtime / "merge.lock")
    if lock is None:
        return ()
    try:
        return mend_alone(project)
    except ParallelError as error:
        return (f"a merge that was interrupted cannot be brought to its end: {error.message}",)
    finally:
        locks.let_go(lock)


def mend_alone(project: Project) -> tuple[str, ...]:
    """The same for who holds the lock of merges; raises Busy where a git may still be at work there, or GitFailed."""
    for logs in (project.runtime / "tmp").glob(f"{LOGS}*"):
        remove(logs)
    left_locks.drop(left_locks.of_records(project.common), (project.common, project.main))
    if not under_way.is_any(project.common):
        return ()
    # There is seldom anything to mend.
    from ..git import half_moved

    with under_way.alone(project.git, project.common) as git:
        move = under_way.find(project.common)
        # The git that was waited for may have brought it to its end.
        mended = half_moved.mend(git, project.common, move) if move else half_moved.Mended()
    if mended.locked:
        path = printable(str(mended.locked[0]))
        raise Busy(
            f"a git that is still at work may hold '{path}'",
            hint="run the command again when it has ended; if none is at work there, remove that file",
        )
    return tuple(
        f"'{printable(path)}' has been changed since a merge was interrupted there, and stays so"
        for path in mended.left
    )
