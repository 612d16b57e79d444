"""Everything that work touches, seen at one moment: what `plan`, `status` and `run` decide on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ..errors import GitFailed
from ..git.refs import Snapshot
from ..git.scratch import scratch
from ..names import TaskId, Work
from ..overlap.exclusion import unions
from ..overlap.footprint import Footprint, Origin
from ..overlap.likelihood import Traffic
from ..overlap.meet import Overlaps
from ..overlap.predict import Lessons
from ..schedule.record import State
from ..tasks.task import Problem, Task
from . import footprints as prints
from . import lessons as history
from .declared import Declared
from .inflight import Flight, observe
from .open import Project
from .proving import Proven, prove


@dataclass(frozen=True, slots=True)
class Sight:
    """The footprints of all works by their names, where they meet, and what could not be seen.

    `stale` are works that the target cannot take in any more, with the paths in conflict.
    """

    prints: Mapping[Work, Footprint]
    overlaps: Overlaps
    stale: Mapping[Work, tuple[str, ...]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    warnings: tuple[str, ...] = ()


def see(
    project: Project,
    declared: Declared,
    world: Snapshot,
    tasks: Sequence[Task],
    *,
    others: str = "none",
    extra: Iterable[Footprint] = (),
    level: str = "",
    is_hurried: bool = False,
) -> Sight:
    """Look at `tasks`, at whatever other tasks have branches, at `others` and at `extra` footprints.

    In a hurry nothing is learnt from history, and git is not asked what it can merge.
    """
    exclusion = project.settings.exclusion(level)
    more = tuple({footprint.work: footprint for footprint in extra}.values())
    lined = {d.path for task in tasks for d in task.touched if d.ranges}
    lined |= {entry.path for footprint in more for entry in footprint.entries if entry.ranges}
    with scratch(project.common, like=project.base, union=unions(exclusion.hot)) as room:
        flight = observe(project, world, room, others=others, lined=lined)
        found, problems = prints.footprints(_with_flying(tasks, declared, world, flight), world, flight)
        taught, told = (None, ()) if is_hurried else _taught(project, declared, world, found.values())
        all_of_them = [
            *(taught.complete(footprint) if taught else footprint for footprint in found.values()),
            *prints.of_others(flight),
            *more,
        ]
        position = {footprint.work: at for at, footprint in enumerate(all_of_them)}
        proven = Proven() if is_hurried else prove(project, flight, room, position)
    return Sight(
        prints={footprint.work: footprint for footprint in all_of_them},
        overlaps=Overlaps(
            all_of_them,
            proofs=proven.proofs,
            exclusion=exclusion,
            traffic=taught.traffic if taught else Traffic(),
        ),
        stale=proven.stale,
        problems=problems,
        warnings=(*flight.problems, *told, *proven.problems),
    )


def _with_flying(tasks: Sequence[Task], declared: Declared, world: Snapshot, flight: Flight) -> list[Task]:
    """The tasks asked about, and those besides that run or have work in flight."""
    mine = {task.id for task in tasks}
    flying = {branch.work for branch in flight.branches if isinstance(branch.work, TaskId)}
    flying |= {task for task, record in world.records.items() if record.state is State.RUNNING}
    flying -= mine
    known = {task.id: task for task in declared.tasks.tasks}
    return [*tasks, *(known.get(TaskId(work)) or Task(TaskId(work), "", "", 1) for work in sorted(flying))]


def _taught(
    project: Project, declared: Declared, world: Snapshot, footprints: Iterable[Footprint]
) -> tuple[Lessons | None, tuple[str, ...]]:
    """What history teaches, where somebody declares something to learn about."""
    if not any(entry.origin is Origin.DECLARED for footprint in footprints for entry in footprint.entries):
        return None, ()
    try:
        return history.lessons(project, declared.tasks, world, declared.files), ()
    except GitFailed as error:
        return None, (f"nothing is learnt from earlier changes: {error.message}",)
