"""What may be launched now, and for everything else the sentence why it waits."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from ..names import TaskId
from ..overlap.meet import Overlaps
from ..tasks.task import Task
from .apart import runs_alone, why_apart

# A task that so many newcomers were launched before is next, whatever its priority.
PATIENCE = 8
# Of so many tasks it is told that they are next. To compare all that wait for a slot with each other would
# cost the square of them.
AHEAD = 2


@dataclass(frozen=True, slots=True)
class Decision:
    """The tasks to launch now, in order, and why each of the others waits.

    `next` are the first of the waiting ones that wait for a slot and nothing else and may all run together.
    """

    launch: tuple[TaskId, ...]
    waiting: Mapping[TaskId, str]
    next: tuple[TaskId, ...] = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """What the decision is made on: who waits, who runs, what has landed, and how many slots there are.

    `waiting` are in the order of `schedule.order`, `overlaps` those of all of them. `waits` is what each
    task comes after and is not done yet, where `done_means` says what that is; `delayed` why one may
    not begin yet whatever the others do; `overtaken` how many newcomers were launched before it.
    `slots` is how many may run at once, and `scarce` why there are not more of them.
    """

    waiting: Sequence[Task]
    running: Sequence[Task]
    overlaps: Overlaps
    waits: Mapping[TaskId, Sequence[str]]
    slots: int
    scarce: str = "all slots are taken"
    singletons: Collection[str] = ()
    assume_independent: bool = False
    done_means: str = "merged"
    delayed: Mapping[TaskId, str] = field(default_factory=dict)
    overtaken: Mapping[TaskId, int] = field(default_factory=dict)


def next_launches(scene: Scene) -> Decision:
    """Take the waiting tasks in their order and launch each one that nothing speaks against.

    Whoever waits for another to end may be passed by tasks that do not prolong that: first come first
    served with backfilling (Lifka, "The ANL/IBM SP Scheduling System", 1995), without promising a time.
    A task that has been overtaken too often, and one that needs the whole house, keeps its place: nobody
    that it could not run beside is launched before it.
    """
    running, placed = list(scene.running), list(scene.running)
    launch: list[TaskId] = []
    following: list[TaskId] = []
    waiting = {}
    first_come: list[Task] = []
    for task in sorted(scene.waiting, key=lambda task: not _is_due(task, scene)):
        reason = _why_not_yet(task, scene)
        if not reason:
            reason = _why_beside(task, running, first_come, scene)
            if not reason and len(running) >= scene.slots:
                reason = scene.scarce
                if len(following) < AHEAD and not _why_beside(task, placed, first_come, scene):
                    following.append(task.id)
                    placed.append(task)
            if reason and _keeps_its_place(task, scene):
                first_come.append(task)
        if reason:
            waiting[task.id] = reason
        else:
            launch.append(task.id)
            running.append(task)
            placed.append(task)
    order = {task.id: waiting[task.id] for task in scene.waiting if task.id in waiting}
    return Decision(tuple(launch), order, tuple(following))


def overtaken(scene: Scene, decision: Decision, came: Mapping[TaskId, int]) -> dict[TaskId, int]:
    """How many newcomers have been launched before each waiting task, with this decision carried out.

    `came` says when each task came to wait. Tasks that came together do not overtake each other: they
    come to an end. One that may not begin yet anyway is not overtaken.
    """
    found = {}
    for task in scene.waiting:
        if task.id in decision.waiting and not _why_not_yet(task, scene):
            newer = sum(came[launched] > came[task.id] for launched in decision.launch)
            found[task.id] = scene.overtaken.get(task.id, 0) + newer
    return found


def _is_due(task: Task, scene: Scene) -> bool:
    return scene.overtaken.get(task.id, 0) >= PATIENCE


def _keeps_its_place(task: Task, scene: Scene) -> bool:
    """Whether a task would never be launched if others kept slipping past it."""
    return _is_due(task, scene) or bool(runs_alone(task, assume_independent=scene.assume_independent))


def _why_not_yet(task: Task, scene: Scene) -> str:
    """Why a task may not be launched whatever runs."""
    missing = scene.waits.get(task.id, ())
    if missing:
        return "after " + ", ".join(f"'{name}'" for name in missing) + f", not {scene.done_means} yet"
    return scene.delayed.get(task.id, "")


def _why_beside(task: Task, running: Sequence[Task], first_come: Sequence[Task], scene: Scene) -> str:
    """Why a task may not be launched beside those that run and before those that were first."""
    for other in first_come:
        if runs_alone(other, assume_independent=scene.assume_independent):
            return f"'{other.id}' runs alone and is next"
        overlap = scene.overlaps.between(task.id, other.id)
        if overlap and overlap.excludes:
            return f"overlaps '{other.id}', which has waited long and is next ({overlap.why})"
        if why_apart(task, other, singletons=scene.singletons, assume_independent=scene.assume_independent):
            return f"may not run beside '{other.id}', which has waited long and is next"
    for other in running:
        overlap = scene.overlaps.between(task.id, other.id)
        if overlap and overlap.excludes:
            return f"overlaps '{other.id}', which is running ({overlap.why})"
        why = why_apart(task, other, singletons=scene.singletons, assume_independent=scene.assume_independent)
        if why:
            return why
    return ""
