"""Where a record and the world have parted: what a command that died left behind.

Light on purpose: `status` asks this on every call, and pays for the mending only where it is needed.
"""

from ..agents import process
from ..git import locks, under_way
from ..git.refs import Snapshot, Stored
from ..schedule.record import State, TaskRecord
from . import cut_off
from .open import Project
from .pruning import half_way


def is_any(project: Project, world: Snapshot) -> bool:
    """Whether some record contradicts what is the case, or a merge has left something half done."""
    return (
        cut_off.is_any(project)
        or half_way.is_any(project, world.trash)
        or any(
            is_merge_interrupted(project, stored)
            or (runs_unrecorded(project, stored) and not is_coordinated(project))
            or is_adrift(project, stored.record)
            for stored in world.tasks.values()
        )
    )


def is_adrift(project: Project, record: TaskRecord) -> bool:
    """Whether the record says that an agent runs, and nothing of it is alive."""
    if record.state not in (State.READY, State.RUNNING) or process.is_alive(project.tasks_runtime, record.id):
        return False
    # A launch that never came to a start record is no attempt; `run` takes it up again.
    started = process.read_start(project.tasks_runtime, record.id, record.attempt)
    ended = process.read_exit(project.tasks_runtime, record.id, record.attempt)
    return record.state is State.RUNNING or started is not None or ended is not None


def runs_unrecorded(project: Project, stored: Stored) -> bool:
    """Whether an agent lives whose launch is not recorded; a coordinator may be about to do that."""
    return (
        stored.record.state is State.READY
        and started(project, stored) is not None
        and process.is_alive(project.tasks_runtime, stored.record.id)
    )


def is_coordinated(project: Project) -> bool:
    """Whether some `git parallel run` is at work."""
    return locks.is_held(project.runtime / "coordinator.lock")


def is_merge_interrupted(project: Project, stored: Stored) -> bool:
    """Whether a record says merging and no process is at it, and it is known what became of the target."""
    return (
        stored.record.state is State.MERGING
        and not locks.is_held(project.runtime / "merge.lock")
        and not under_way.is_any(project.common)
    )


def started(project: Project, stored: Stored) -> float | None:
    """When the agent of the latest attempt was started; None where it never came to that."""
    start = process.read_start(project.tasks_runtime, stored.record.id, stored.record.attempt)
    return start.started if start else None
