"""Drift as `status` shows it: what running tasks touch beyond their word, and what the plan is because of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..git.refs import Snapshot
from ..names import TaskId
from ..overlap.drift import Drift, find_drift
from ..schedule.plan import make_plan
from ..schedule.record import State
from .declared import Declared, is_unfinished, read, singletons
from .open import Project
from .sight import Sight, see


@dataclass(frozen=True, slots=True)
class Drifting:
    """The drifts of running tasks, and the waves of the tasks to come where any collides.

    `declared` and `sight` are what was looked at for it.
    """

    drifts: Mapping[TaskId, Drift]
    waves: tuple[tuple[TaskId, ...], ...]
    declared: Declared
    sight: Sight


def look(project: Project, world: Snapshot) -> Drifting:
    """Look at the worktrees of running tasks, in a hurry."""
    declared = read(project)
    tasks = declared.tasks.tasks
    unfinished = [task for task in tasks if is_unfinished(task, world.records)]
    seen = see(project, declared, world, unfinished, is_hurried=True)
    drifts = {}
    for task, record in world.records.items():
        if record.state is State.RUNNING and task in seen.prints:
            drift = find_drift(seen.prints[task], seen.overlaps)
            if drift is not None:
                drifts[task] = drift
    if not any(drift.collides for drift in drifts.values()):
        return Drifting(drifts, (), declared, seen)
    plan = make_plan(
        tasks,
        seen.overlaps,
        records=world.records,
        everything={task.id: task for task in tasks},
        singletons=singletons(project),
    )
    return Drifting(drifts, plan.waves, declared, seen)
