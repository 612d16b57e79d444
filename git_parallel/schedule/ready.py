"""What may be launched now, and for everything else the sentence why it waits."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ..names import TaskId
from ..overlap.meet import Overlaps
from ..tasks.task import Task
from .apart import runs_alone, why_apart


@dataclass(frozen=True, slots=True)
class Decision:
    """The tasks to launch now, in order, and why each of the others waits."""

    launch: tuple[TaskId, ...]
    waiting: Mapping[TaskId, str]


@dataclass(frozen=True, slots=True)
class Scene:
    """What the decision is made on: who waits, who runs, what has landed, and how many slots there are.

    `overlaps` are those of all of them, `waits` what each task comes after and is not done yet, `slots`
    how many may run at once, and `scarce` why there are not more of them.
    """

    waiting: Sequence[Task]
    running: Sequence[Task]
    overlaps: Overlaps
    waits: Mapping[TaskId, Sequence[str]]
    slots: int
    scarce: str = "all slots are taken"
    singletons: Collection[str] = ()
    assume_independent: bool = False


def next_launches(scene: Scene) -> Decision:
    """Take the waiting tasks in their order and launch each one that nothing speaks against."""
    running = list(scene.running)
    launch = []
    waiting = {}
    for task in scene.waiting:
        reason = _why_not(task, running, scene)
        if not reason and len(running) >= scene.slots:
            reason = scene.scarce
        if reason:
            waiting[task.id] = reason
            # A task that runs alone would never find the house empty if others kept slipping past it.
            is_alone = runs_alone(task, assume_independent=scene.assume_independent)
            if is_alone and not scene.waits.get(task.id):
                behind = scene.waiting[scene.waiting.index(task) + 1 :]
                waiting |= {t.id: f"'{task.id}' runs alone and is next" for t in behind}
                break
        else:
            launch.append(task.id)
            running.append(task)
    return Decision(tuple(launch), waiting)


def _why_not(task: Task, running: Sequence[Task], scene: Scene) -> str:
    open_dependencies = scene.waits.get(task.id, ())
    if open_dependencies:
        return "after " + ", ".join(f"'{name}'" for name in open_dependencies) + ", not merged yet"
    for other in running:
        overlap = scene.overlaps.between(task.id, other.id)
        if overlap and overlap.excludes:
            return f"overlaps '{other.id}', which is running ({overlap.why})"
        why = why_apart(task, other, singletons=scene.singletons, assume_independent=scene.assume_independent)
        if why:
            return why
    return ""
