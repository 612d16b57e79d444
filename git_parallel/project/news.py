"""What has changed in the repository while a run goes on: other commands, other people, merges."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ..errors import GitFailed
from ..git.refs import Snapshot, Stored, snapshot
from ..names import TaskId
from ..overlap.meet import Overlaps
from ..schedule.candidates import Candidates, candidates
from ..schedule.record import State, TaskRecord
from ..tasks.task import Task, TaskSet
from .declared import Declared, read_tasks
from .footprints import footprints
from .limits import Limits
from .open import Project
from .sight import see


@dataclass(frozen=True, slots=True)
class News:
    """The repository as it is now: the project at the target's commit, what it declares, and all records.

    `newcomers` are tasks that the run can take on now; `overlaps`, None where nothing that matters has
    changed, are those of them and of all that were concerned.
    """

    project: Project
    tasks: TaskSet
    world: Snapshot
    newcomers: tuple[Task, ...] = ()
    overlaps: Overlaps | None = None


def read_news(
    project: Project,
    tasks: TaskSet,
    added: Sequence[Task],
    limits: Limits,
    concerned: Sequence[Task],
    at_first: Mapping[TaskId, Stored],
) -> News:
    """Look again; documents are read only where the target has moved. `added` are tasks of the run's own.

    A run that stands takes on whatever is declared, others only what somebody has asked for once more since
    things were as in `at_first`.
    """
    base = project.git.find_ref(project.target) or project.base
    world = snapshot(project.git)
    has_moved = base != project.base
    fresh = replace(project, base=base)
    given = {task for task, record in world.records.items() if record.is_delegated}
    is_new = has_moved or not given <= {task.id for task in tasks.tasks}
    declared = read_tasks(fresh) if is_new else tasks
    known = {task.id: task for task in (*added, *declared.tasks)}
    mine = {task.id for task in concerned}
    asked_again = {
        task
        for task, stored in world.tasks.items()
        if stored.record.state is State.PLANNED and stored != at_first.get(task)
    }
    wanted = known.values() if limits.is_standing else [known[task] for task in asked_again if task in known]
    found = taken_on(limits, wanted, mine, records=world.records, tasks=known).tasks
    overlaps = None
    if found or has_moved:
        current = [known.get(task.id, task) for task in concerned]
        overlaps = overlaps_of(fresh, declared, [*current, *found], world)
    return News(fresh, declared, world, found, overlaps)


def taken_on(
    limits: Limits,
    chosen: Iterable[Task],
    busy: set[TaskId],
    *,
    records: Mapping[TaskId, TaskRecord],
    tasks: Mapping[TaskId, Task],
    named: bool = False,
) -> Candidates:
    """Which of the chosen tasks a run takes on, when those that are `busy` are at it already."""
    # In a run that merges or stacks, or stays, what others come after will be there for them in the end.
    will_come = busy if limits.merge or limits.is_stacking else set[TaskId]()
    return candidates(
        [task for task in chosen if task.id not in busy],
        named=named,
        records=records,
        everything=tasks,
        in_flight={*records, *busy} if limits.is_standing else will_come,
        is_stacking=limits.is_stacking,
        retries=limits.retries if limits.is_standing else None,
    )


def overlaps_of(project: Project, tasks: TaskSet, concerned: Sequence[Task], world: Snapshot) -> Overlaps:
    """Where these meet as things are now: what runs may touch more than it declared."""
    try:
        return see(project, Declared(tasks, {}), world, concerned).overlaps
    except (GitFailed, OSError):
        # What branches show is more than what is declared, but no reason to run nothing.
        prints, _ = footprints(concerned, world)
        return Overlaps(prints.values(), exclusion=project.settings.exclusion())
