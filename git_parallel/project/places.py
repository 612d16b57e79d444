"""Where a task's worktree is or will be, and whether an agent has ever been there."""

from pathlib import Path

from ..agents import process
from ..errors import ParallelError
from ..git import worktree
from ..git.checkouts import path_of
from ..git.look import look
from ..git.place import Place, admin_of
from ..names import Oid, RefName, TaskId
from ..schedule.record import State, TaskRecord
from .open import Project


def place_of_record(project: Project, record: TaskRecord) -> Place:
    """Where a task's worktree is: the templates may have changed, and `git worktree move` may have moved it."""
    admin = admin_of(project.common, record.id)
    path = path_of(admin) or Path(record.worktree)
    return Place(path, RefName.of_branch(record.branch), admin)


def place_for(project: Project, task: TaskId, record: TaskRecord | None) -> tuple[Place, bool]:
    """Where the next attempt will be, and whether no agent was ever there: a new place, or one half made.

    Raises Unusable where the names of a new one are taken.
    """
    if record is not None and record.branch:
        place = place_of_record(project, record)
        if record.state is State.READY:
            return place, not was_anybody_there(project, record, place)
        if project.git.find_ref(place.branch) or place.path.exists() or place.admin.exists():
            return place, False
    place = project.place_of(task)
    worktree.require_free(project.git, place)
    return place, True


def was_anybody_there(project: Project, record: TaskRecord, place: Place) -> bool:
    """Whether any attempt so far came to an agent, or a person may have been in what an earlier one has left."""
    if record.attempt > 1 and place.index.exists():
        return True
    attempts = range(1, record.attempt + 1)
    return any(process.read_start(project.tasks_runtime, record.id, attempt) for attempt in attempts)


def is_as_made(project: Project, place: Place, base: Oid) -> bool:
    """Whether a worktree holds nothing beyond `base`, ignored files aside; one that cannot be looked at may."""
    tip = project.git.find_ref(place.branch)
    if tip is not None and tip != base:
        return False
    if not place.path.exists() or not place.index.exists():
        # The checkout is not complete, so nobody has been told of it.
        return True
    try:
        seen = look(project.git, place, hidden=True)
    except (ParallelError, OSError):
        return False
    return seen.is_clean and seen.head == place.branch
