"""Sparse worktrees of tasks: what one begins with, and how it is widened."""

from collections.abc import Iterable, Mapping

from ..errors import BadName
from ..git import sparse
from ..git.command import Git
from ..git.history import paths_at
from ..names import Oid, TaskId
from ..overlap.cone import Cone, Cones, home
from ..overlap.footprint import of_task
from ..ownership.claims import of
from ..schedule.record import TaskRecord
from ..tasks.task import Task
from .open import Project


def cone_at_first(
    project: Project, task: Task, base: Oid, claims: Mapping[str, TaskId]
) -> tuple[str, ...] | None:
    """The directories that a sparse worktree of a task begins with; None where it needs the whole tree."""
    found = cone_of_task(task, Cones(paths_at(project.git, base)), claims)
    return found.directories if found else None


def cone_of_task(task: Task, cones: Cones, claims: Mapping[str, TaskId]) -> Cone | None:
    """What a task needs of a tree, as far as its documents and its claims tell."""
    try:
        footprint = of_task(task, of(claims, task.id))
    except BadName:
        # A pattern that means nothing; the plan says so, and nothing is known of what it touches.
        return None
    return cones.of(footprint)


def cone_recorded(record: TaskRecord, claims: Mapping[str, TaskId]) -> Cone | None:
    """What the worktree of a task is to hold that has to be made again: what it was made with, and its claims."""
    if record.cone is None:
        return None
    return Cone().with_more((*record.cone, *(path.rpartition("/")[0] for path in of(claims, record.id))))


def widen(project: Project, here: Git, paths: Iterable[str]) -> tuple[str, ...]:
    """Check out what a sparse worktree lacks of the directories of `paths`; these directories.

    `here` is git at the worktree's top. Raises GitFailed where they cannot be.
    """
    held = sparse.held(here)
    asked = [path for path in paths if not held.covers(path.rpartition("/")[0])]
    if not asked:
        return ()
    tree = paths_at(project.git, Oid(here.run("rev-parse", "HEAD").stdout.strip()))
    homes = {path: home(path, tree) for path in asked}
    # Of a directory above those that are held only the files are there.
    lacking = {
        folder
        for path, folder in homes.items()
        if not (held.covers(folder) if folder == path else held.holds(path))
    }
    more = Cone().with_more(lacking).directories
    if more:
        sparse.widen(here, more)
    return more
