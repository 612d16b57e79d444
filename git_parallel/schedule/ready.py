"""What may be launched now, and for everything else the sentence why it waits."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ..names import TaskId
from ..tasks.task import Task
from .apart import runs_alone
from .company import Company
from .reasons import Reasons
from .scene import Scene as Scene

# A task that so many newcomers were launched before is next, whatever its priority.
PATIENCE = 8
# Of so many tasks it is told that they are next. To compare all that wait for a slot with each other would
# cost the square of them.
AHEAD = 2


@dataclass(frozen=True, slots=True)
class Decision:
    """The tasks to launch now, in order, and why each of the others waits.

    The sentences are made when somebody asks for them. `next` are the first of the waiting ones that wait
    for a slot and nothing else and may all run together.
    """

    launch: tuple[TaskId, ...]
    waiting: Mapping[TaskId, str]
    next: tuple[TaskId, ...] = ()


def next_launches(scene: Scene) -> Decision:
    """Take the waiting tasks in their order and launch each one that nothing speaks against.

    Whoever waits for another to end may be passed by tasks that do not prolong that: first come first
    served with backfilling (Lifka, "The ANL/IBM SP Scheduling System", 1995), without promising a time.
    A task that has been overtaken too often, and one that needs the whole house, keeps its place: nobody
    that it could not run beside is launched before it.
    """
    running, placed, first_come = (_company(scene, tasks) for tasks in (scene.running, scene.running, ()))
    launch: list[TaskId] = []
    following: list[TaskId] = []
    stood: dict[TaskId, int] = {}
    late = {task for task, times in scene.overtaken.items() if times >= PATIENCE}
    early, first = _too_early(scene), 0
    is_full = len(running) >= scene.slots
    for task in _in_turn(scene, late):
        stood[task.id] = first
        if task.id in early:
            continue
        # Once the house is full and it is known who is next, nobody has to be compared with anybody.
        if not (is_full and len(following) >= AHEAD) and first_come.admits(task) and running.admits(task):
            if not is_full:
                del stood[task.id]
                launch.append(task.id)
                running.join(task)
                placed.join(task)
                is_full = len(running) >= scene.slots
                continue
            if placed.admits(task):
                following.append(task.id)
                placed.join(task)
        if task.id in late or runs_alone(task, assume_independent=scene.assume_independent):
            # It would never be launched if others kept slipping past it.
            first_come.join(task)
            first += 1
    return Decision(tuple(launch), Reasons(scene, running.tasks, first_come.tasks, stood), tuple(following))


def overtaken(scene: Scene, decision: Decision, came: Mapping[TaskId, int]) -> dict[TaskId, int]:
    """How many newcomers have been launched before each waiting task, with this decision carried out.

    `came` says when each task came to wait. Tasks that came together do not overtake each other: they
    come to an end. One that may not begin yet anyway is not overtaken.
    """
    launched = {task: came[task] for task in decision.launch}
    latest, early = max(launched.values(), default=0), _too_early(scene)
    found = {}
    for task in scene.waiting:
        if task.id in launched or task.id in early:
            continue
        times, mine = scene.overtaken.get(task.id, 0), came[task.id]
        if mine < latest:
            times += sum(other > mine for other in launched.values())
        found[task.id] = times
    return found


def _company(scene: Scene, tasks: Sequence[Task]) -> Company:
    return Company(
        tasks, scene.overlaps, singletons=scene.singletons, assume_independent=scene.assume_independent
    )


def _in_turn(scene: Scene, late: Collection[TaskId]) -> Sequence[Task]:
    """The waiting tasks in their order, but those first that have been overtaken too often."""
    return sorted(scene.waiting, key=lambda task: task.id not in late) if late else scene.waiting


def _too_early(scene: Scene) -> set[TaskId]:
    """Those that may not be launched whatever runs."""
    waits = {task for task, missing in scene.waits.items() if missing}
    return waits | {task for task, why in scene.delayed.items() if why}
