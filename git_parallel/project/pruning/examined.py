"""What is known of one task when it is judged whether it may be put away."""

from dataclasses import dataclass

from ...git.place import Place
from ...git.refs import Stored
from ...names import Oid, TaskId
from ...schedule.record import TaskRecord


@dataclass(frozen=True, slots=True)
class Contents:
    """What would go with a worktree beside its commits; paths by which git names them.

    `changed` is uncommitted, `hidden` what git was told not to look at, `precious` what is ignored and neither
    disposable nor as it was given. `head` is what is checked out: the full name of a branch, or a commit, which has
    `detached` commits that no branch has. `refs` are its own alone, `repositories` lie in ignored directories, and of
    each of the `submodules` it is said what is only there.
    """

    changed: tuple[str, ...] = ()
    untracked: tuple[str, ...] = ()
    precious: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    head: str = ""
    detached: int = 0
    refs: tuple[str, ...] = ()
    repositories: tuple[str, ...] = ()
    submodules: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Examined:
    """A task with a worktree or a branch, and what is the case with them.

    `tip` is where its branch is, `oddity` what that branch is instead of a name for one commit. `busy` says who is at
    work for the task, `elsewhere` where else its branch is checked out, `inner` which other worktree lies in this one,
    `is_locked` that somebody has locked it. `is_landed` is whether the target has its work, `dropped` are commits that
    were reset away in it, `stashes` what was stashed there, `users` are processes, each with what it does there.
    `is_there` and `is_known` are whether the directory exists and whether git knows it as the task's worktree; one that
    `is_strange` is that of something else. `unseen` is why nobody can look into it.
    """

    stored: Stored
    place: Place
    tip: Oid | None
    is_there: bool
    is_known: bool
    oddity: str = ""
    busy: str = ""
    elsewhere: str = ""
    inner: str = ""
    is_strange: bool = False
    unseen: str = ""
    is_locked: bool = False
    is_landed: bool = False
    contents: Contents = Contents()
    dropped: tuple[Oid, ...] = ()
    stashes: tuple[str, ...] = ()
    users: tuple[tuple[int, str], ...] = ()

    @property
    def task(self) -> TaskId:
        """Whose it is."""
        return self.stored.record.id

    @property
    def record(self) -> TaskRecord:
        """Its record."""
        return self.stored.record
