"""`git parallel prune`: what is merged, clean and dead goes to the trash; everything else stays, and why."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import BadInput
from ..git import guard, pool, spotless
from ..git.refs import Snapshot, Stored, snapshot
from ..git.trash.away import Parcel, put_away
from ..git.trash.entry import Entry
from ..names import TaskId
from ..project import adrift, coordinator
from ..project.furnishing import drop_stale
from ..project.open import Project, make_runtime, open_project
from ..project.persons import require_person
from ..project.pruning import interrupted
from ..project.pruning.alone import alone
from ..project.pruning.examined import Examined
from ..project.pruning.half_way import tasks_half_way
from ..project.pruning.reading import examine
from ..project.pruning.reasons import obstacles, reasons
from ..schedule.record import State
from ..tasks.task import TaskSet


@dataclass(frozen=True, slots=True)
class PruneAnswer:
    """What was put into the trash, and what was kept for which reasons.

    `forcible` are those of the kept that would go by force, `landed` those of the removed of which nobody had known
    that the target has their work. Of a rehearsal `removed` would be.
    """

    removed: tuple[Entry, ...]
    kept: Mapping[TaskId, tuple[str, ...]]
    forcible: tuple[TaskId, ...] = ()
    mended: tuple[str, ...] = ()
    landed: tuple[TaskId, ...] = ()
    is_rehearsal: bool = False


def prune(
    directory: Path, spellings: Sequence[str] = (), *, is_forced: bool = False, is_rehearsal: bool = False
) -> PruneAnswer:
    """Put away the worktrees and branches of the named tasks, or of all that are finished.

    Forced, also what is not finished or would be lost goes to the trash, from where one command brings it back; not
    where an agent is at work. A rehearsal changes nothing. Raises Refused where an agent wants to force it.
    """
    if is_forced and not spellings:
        raise BadInput("--force needs the tasks by name", hint="git parallel prune --force ID...")
    if is_forced and not is_rehearsal:
        require_person(directory, "what is put away by force")
    project = open_project(directory)
    make_runtime(project)
    with alone(project):
        mended = () if is_rehearsal else _mended(project)
        world = snapshot(project.git)
        judged = _judged(project, world, spellings, is_forced=is_forced)
        going, kept = judged.going, judged.kept
        landed = tuple(one.task for one, _ in going if one.is_landed and one.record.state in _LANDS)
        if is_rehearsal:
            removed = tuple(_would_be(one, against) for one, against in going)
            return PruneAnswer(removed, kept, judged.forcible, mended, landed, is_rehearsal=True)
        _record_landed(project, [one for one, _ in going if one.task in landed])
        away = put_away(project.git, project.common, list(_parcels(project, going)))
        drop_stale(project)
        if not coordinator.is_in_office(project):
            # Who coordinates has put the guard there for agents that are still to come.
            guard.leave(project.git, project.common)
    failed = {task: (why,) for task, why in away.failed.items()}
    return PruneAnswer(away.entries, {**kept, **failed}, judged.forcible, mended, landed)


_STUCK = "a prune or an undo of it was interrupted, and cannot be brought to its end"
# States from which a task is merged when its work is found on the target.
_LANDS = (State.SUCCEEDED, State.FAILED, State.CONFLICTED, State.REJECTED)


@dataclass(frozen=True, slots=True)
class _Judged:
    """What is to go, each with what speaks against it, and what stays and why; see PruneAnswer."""

    going: tuple[tuple[Examined, tuple[str, ...]], ...]
    kept: Mapping[TaskId, tuple[str, ...]]
    forcible: tuple[TaskId, ...]


def _judged(project: Project, world: Snapshot, spellings: Sequence[str], *, is_forced: bool) -> _Judged:
    chosen, kept = _chosen(project, world, spellings)
    stuck = tasks_half_way(project, world.trash)
    kept |= {one.record.id: (_STUCK,) for one in chosen if one.record.id in stuck}
    going, forcible = [], []
    for one in examine(project, [one for one in chosen if one.record.id not in stuck]):
        hard, against = obstacles(one), reasons(one, target=project.target.short)
        if not hard and (is_forced or not against):
            going.append((one, against))
            continue
        kept[one.task] = (*hard, *against)
        if not hard:
            forcible.append(one.task)
    return _Judged(tuple(going), kept, tuple(forcible))


def _mended(project: Project) -> tuple[str, ...]:
    world = snapshot(project.git)
    said = interrupted.mend_alone(project, world.trash)
    if adrift.is_any(project, world):
        # There is seldom anything to mend, and the documents are needed for nothing else.
        from ..project import repair
        from ..project.declared import read_tasks

        return (*said, *repair.repair(project, read_tasks(project)))
    return said


def _chosen(
    project: Project, world: Snapshot, spellings: Sequence[str]
) -> tuple[list[Stored], dict[TaskId, tuple[str, ...]]]:
    """The records that are asked for; of a named task without one, that it has none."""
    if not spellings:
        return list(world.tasks.values()), {}
    from ..project.declared import find_recorded, read_tasks

    # The documents are read only for a name that is not the id of a record.
    tasks = TaskSet() if all(text in world.tasks for text in spellings) else read_tasks(project)
    wanted = dict.fromkeys(find_recorded(text, tasks, world) for text in spellings)
    unrun: dict[TaskId, tuple[str, ...]] = {
        task: ("it has not been run",) for task in wanted if task not in world.tasks
    }
    return [world.tasks[task] for task in wanted if task in world.tasks], unrun


def _record_landed(project: Project, some: Sequence[Examined]) -> None:
    """Record that the target has the work of tasks that somebody else has merged."""
    if not some:
        return
    from ..project.landing.recording import record_each

    changes = []
    for one in some:
        current = replace(one.record, tip=one.tip, target=project.target.short)
        merging = current.to(State.MERGING, candidate=project.base)
        merged = merging.to(State.MERGED, reason="the target has it already")
        changes.append((one.stored, (merging, merged)))
    record_each(project, changes)


def _parcels(project: Project, going: Iterable[tuple[Examined, tuple[str, ...]]]) -> Iterator[Parcel]:
    wanted = project.settings.pool
    spare = wanted - sum(1 for _ in pool.spares(project.common)) if wanted else 0
    for one, against in going:
        is_spotless = (
            spare > 0
            and not against
            and one.is_there
            and spotless.is_spotless(project.git, project.common, one.place.path, one.place.admin)
        )
        spare -= is_spotless
        # What was looked at tells; what could not be is asked for once more.
        is_staged = bool(one.contents.changed) or not one.contents.head
        yield Parcel(one.task, one.place, one.tip, is_spotless, is_staged, against)


def _would_be(one: Examined, against: tuple[str, ...]) -> Entry:
    return Entry(one.task, "0", one.place.branch, one.tip, str(one.place.path), str(one.place.admin), against)
