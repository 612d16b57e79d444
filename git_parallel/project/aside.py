"""Putting a task's worktree and branch aside, into the trash, so that the task can begin anew."""

from ..agents import process
from ..errors import Busy, Unusable
from ..git.checkouts import checkouts, elsewhere
from ..git.place import Place
from ..git.refs import TRASH, branches, snapshot
from ..git.trash.away import Parcel, put_away
from ..git.trash.back import restore
from ..git.trash.entry import Entry, is_back, place_of, read_all
from ..names import TaskId, printable
from ..schedule.record import TaskRecord
from .furnishing import drop_stale
from .guarding import arm
from .open import Project


def set_aside(project: Project, record: TaskRecord, place: Place) -> Entry | None:
    """Put what a task has into the trash, from where one command brings it back; None where it has nothing.

    Raises Unusable where somebody uses it.
    """
    for entry in in_trash(project, record.id):
        # Else it would take what comes next into this place for its own.
        if is_back(project.common, entry):
            bring_back(project, entry)
    branch = branches(project.git, [place.branch]).get(place.branch)
    if branch is None and not place.path.exists() and not place.admin.exists():
        return None
    alive = "its agent is running" if process.is_alive(project.tasks_runtime, record.id) else ""
    reason = alive or why_held_there(project, place) or why_occupied(place)
    if branch is None and not reason:
        reason = f"its branch '{record.branch}' is gone, but its worktree is not"
    if branch and branch.oddity and not reason:
        reason = f"its branch '{record.branch}' is {branch.oddity}"
    if not reason and branch:
        away = put_away(project.git, project.common, [Parcel(record.id, place, branch.oid)])
        drop_stale(project)
        if away.entries:
            return away.entries[0]
        reason = away.failed[record.id]
    raise Unusable(
        f"what '{record.id}' has cannot be put into the trash: {reason}",
        hint=f"look at '{printable(str(place.path))}'",
    )


def in_trash(project: Project, task: TaskId) -> list[Entry]:
    """What the trash has of a task, the oldest first."""
    trash = snapshot(project.git).trash
    mine = {ref: oid for ref, oid in trash.items() if ref.startswith(f"{TRASH}{task}/")}
    return sorted(read_all(project.git, mine).values(), key=lambda entry: int(entry.time))


def bring_back(project: Project, entry: Entry, *, is_armed: bool = False) -> None:
    """Undo, or go on with undoing, what was put into the trash; `is_armed` says that the hooks are in their place.

    Raises Unusable where its places are taken, Busy where the checkout of an undo that was killed is not at its end.
    """
    place = place_of(project.common, entry)
    if is_back(project.common, entry) and not place.index.exists():
        at_work = why_occupied(place)
        if at_work:
            raise Busy(
                f"an undo of '{entry.task}' was killed, and is still being worked on: {at_work}",
                hint="run it again when that has ended",
            )
    if not is_armed:
        # The last prune may have taken them away.
        arm(project)
    restore(project.git, project.common, entry)


def why_held_there(project: Project, place: Place) -> str:
    """Why a worktree and its branch must stay where they are; empty where nothing holds them there."""
    other = elsewhere(checkouts(project.git, project.common), place.path, place.branch)
    if other is not None:
        return f"its branch is {other.how} in '{printable(str(other.path))}'"
    if (place.admin / "locked").exists():
        return "its worktree is locked"
    return ""


def why_occupied(place: Place) -> str:
    """Which process works in a worktree, or has a file of it open; empty where none does."""
    # It is looked for only where something is to be moved.
    from ..agents.occupants import occupants

    for pid, what in occupants([place.path]).get(place.path, ())[:1]:
        return f"process {pid} {what} its worktree"
    return ""
