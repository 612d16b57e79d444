"""`git parallel merge --resolve`: a conflict made ready in the worktree of its task, for the user to resolve."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..git.refs import snapshot
from ..names import TaskId
from ..project import repair
from ..project.declared import find_recorded, read_tasks
from ..project.open import make_runtime, open_project
from ..project.resolving import Prepared, prepare_conflict
from ..schedule.record import TaskRecord


@dataclass(frozen=True, slots=True)
class ResolveAnswer:
    """What stands ready to be resolved, the branch that is merged there, and what is recorded of all tasks."""

    target: str
    prepared: Prepared
    records: Mapping[TaskId, TaskRecord]
    mended: tuple[str, ...]


def resolve(directory: Path, spelling: str) -> ResolveAnswer:
    """Begin the merge of the target in the worktree of a task, or find it begun.

    Raises UnknownTask, and Refused, with nothing changed, where that cannot be as things stand.
    """
    project = open_project(directory)
    project.git.require_identity()
    make_runtime(project)
    tasks = read_tasks(project)
    mended = repair.repair(project, tasks)
    world = snapshot(project.git)
    prepared = prepare_conflict(project, find_recorded(spelling, tasks, world))
    return ResolveAnswer(project.target.short, prepared, world.records, mended)
