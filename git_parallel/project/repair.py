"""Bringing the records up to what is really the case, after whatever died."""

from ..agents import process
from ..git import locks, worktree
from ..git.refs import Snapshot, Stored, snapshot
from ..schedule.record import State
from ..tasks.task import TaskSet
from . import landing
from .attempt import write
from .open import Project
from .settling import is_adrift, settle


def is_needed(project: Project, world: Snapshot) -> bool:
    """Whether some record contradicts what is the case."""
    return any(_contradicts(project, stored) for stored in world.tasks.values())


def repair(project: Project, tasks: TaskSet) -> tuple[str, ...]:
    """Mend every record that contradicts what is the case; a sentence for each."""
    worktree.drop_dead_scratches(project.common)
    said = []
    for task_id, stored in snapshot(project.git).tasks.items():
        if landing.interrupted(project, stored):
            mended = landing.finish_interrupted(project, stored)
            said.append(f"the merge of '{task_id}' had been interrupted: {mended.record.state}")
        elif _runs_unrecorded(project, stored):
            write(project, stored, stored.record.to(State.RUNNING, started=_started(project, stored)))
            said.append(f"'{task_id}' was launched by a command that died: running")
        elif is_adrift(project, stored.record):
            settled = settle(project, tasks, task_id)
            reason = f" ({settled.record.reason})" if settled.record.reason else ""
            said.append(f"'{task_id}' had ended unseen: {settled.record.state}{reason}")
    return tuple(said)


def _contradicts(project: Project, stored: Stored) -> bool:
    return (
        landing.interrupted(project, stored)
        or _runs_unrecorded(project, stored)
        or is_adrift(project, stored.record)
    )


def _runs_unrecorded(project: Project, stored: Stored) -> bool:
    """Whether the launching command died between starting the keeper and recording it."""
    return (
        stored.record.state is State.READY
        and _started(project, stored) is not None
        and process.is_alive(project.tasks_runtime, stored.record.id)
        and not locks.is_held(project.runtime / "coordinator.lock")
    )


def _started(project: Project, stored: Stored) -> float | None:
    start = process.read_start(project.tasks_runtime, stored.record.id, stored.record.attempt)
    return start.started if start else None
