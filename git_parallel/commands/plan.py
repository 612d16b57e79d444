"""`git parallel plan`: what can run together, in what order, and why."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest
from itertools import combinations, islice
from pathlib import Path

from ..git.refs import Snapshot, snapshot
from ..names import Oid, OtherWork, TaskId, Work, printable
from ..overlap.drift import Drift, find_drift
from ..overlap.footprint import Footprint
from ..overlap.meet import Overlaps
from ..overlap.pair import Overlap
from ..overlap.risk import Risk
from ..project import patches
from ..project.collector import collector_paused
from ..project.declared import (
    Declared,
    is_unfinished,
    read,
    require_tasks,
    singletons,
    uncommitted_documents,
    warn_of_uncommitted,
)
from ..project.open import Project, open_project
from ..project.sight import Sight, see
from ..project.wanted import Wanted
from ..schedule.apart import why_apart
from ..schedule.estimate import Basis, Estimates, estimates
from ..schedule.merging import merge_order
from ..schedule.order import launch_order
from ..schedule.plan import Plan, dependencies, make_plan
from ..schedule.record import State, TaskRecord
from ..schedule.timeline import MOST, Timeline, timeline
from ..tasks.task import Problem, Task

# More pairs than this are counted and not compared with each other to find the worst.
_MOST_COMPARED = 5_000
# The square of so many tasks is a list that somebody can still read.
_MOST_PAIRED = 1_000


@dataclass(frozen=True, slots=True)
class PlanAnswer:
    """The plan and what it was made from; `unread` are documents that no commit has yet.

    `footprints` are those of the unfinished tasks asked about; in `overlaps` all works in flight take part.
    `stale` are works that the target cannot take in any more, with the paths in conflict.
    """

    base: Oid
    target: str
    tasks: tuple[Task, ...]
    records: dict[TaskId, TaskRecord]
    footprints: dict[TaskId, Footprint]
    others: tuple[Footprint, ...]
    overlaps: Overlaps
    plan: Plan
    timeline: Timeline | None
    estimates: Estimates
    slots: int
    merge_order: tuple[TaskId, ...]
    drifts: tuple[Drift, ...]
    stale: Mapping[Work, tuple[str, ...]]
    problems: tuple[Problem, ...]
    warnings: tuple[str, ...]
    unread: tuple[str, ...]
    assume_independent: bool
    singletons: frozenset[str] = frozenset()
    is_named: bool = False
    prints: Mapping[Work, Footprint] = field(default_factory=dict)

    @property
    def unknown(self) -> tuple[TaskId, ...]:
        """The unfinished tasks of which nothing is known, so that nothing is promised of them."""
        return tuple(task for task, footprint in self.footprints.items() if footprint.is_unknown)

    @property
    def is_valid(self) -> bool:
        """Whether all the tasks asked about could run at the same time."""
        return next(self._apart(), None) is None and not self._told_apart and self._is_known

    @property
    def reason(self) -> str:
        """Why the tasks can or cannot all run at the same time."""
        apart = tuple(islice(self._apart(), _MOST_COMPARED))
        if apart:
            first, more = apart[0], len(apart) - 1
            count = f"{more} more pairs are" if more > 1 else "one more pair is"
            others = f", and {count} kept apart" if more else ""
            return f"'{first.left}' and '{first.right}' overlap: {first.why}{others}"
        if self._told_apart:
            return self._told_apart
        if not self._is_known:
            return f"what '{self.unknown[0]}' touches is unknown"
        if not self.footprints:
            return "there is nothing to plan"
        return (
            "no two of them have to be kept apart" if self.overlaps else "no two of them touch the same path"
        )

    def worst(self, most: int) -> tuple[Overlap, ...]:
        """The overlaps that deserve attention first; of very many, of the first ones."""
        some = islice(self.overlaps, _MOST_COMPARED)
        return tuple(nsmallest(most, some, key=lambda o: (-o.risk.severity, -o.excludes, -o.likelihood)))

    def independent_pairs(self) -> Iterator[tuple[TaskId, TaskId]] | None:
        """The pairs that can run at the same time: not kept apart by an overlap, nothing unknown, neither after
        the other. None where there are too many tasks to pair.
        """
        return self._independent_pairs() if len(self.footprints) <= _MOST_PAIRED else None

    def blockers(self) -> dict[TaskId, TaskId]:
        """For tasks behind others: one of the wave before, or one that runs, which they may not run beside."""
        running = [task for task, record in self.records.items() if _is_running(record)]
        found: dict[TaskId, TaskId] = {}
        before: Sequence[TaskId] = ()
        for wave in self.plan.waves:
            earlier = [task for task in (*before, *running) if task in self.overlaps.position]
            if earlier:
                positions = {self.overlaps.position[task]: task for task in earlier}
                for task in wave:
                    if other := self._blocker(task, positions):
                        found[task] = other
            before = wave
        return found

    def _blocker(self, task: TaskId, earlier: Mapping[int, TaskId]) -> TaskId | None:
        here = self.overlaps.position.get(task)
        for at in sorted(self.overlaps.met(here) & earlier.keys()) if here is not None else ():
            overlap = self.overlaps.between(task, earlier[at])
            if overlap and overlap.excludes:
                return earlier[at]
        return None

    @property
    def _is_known(self) -> bool:
        return self.assume_independent or not self.unknown or len(self.footprints) < 2

    def _apart(self) -> Iterator[Overlap]:
        """The overlaps that keep two of the tasks asked about apart."""
        mine = self.footprints
        return (o for o in self.overlaps if o.excludes and o.left in mine and o.right in mine)

    @property
    def _told_apart(self) -> str:
        """The first thing that a document says against running all these tasks at the same time."""
        for task in self.tasks:
            if task.id not in self.footprints or len(self.footprints) < 2:
                continue
            if task.is_alone:
                return f"'{task.id}' runs alone: its document says so"
            other = next((name for name in task.conflicts if name in self.footprints), None)
            if other is not None:
                return f"'{task.id}' conflicts with '{other}', as {printable(task.source)} says"
        return ""

    def _independent_pairs(self) -> Iterator[tuple[TaskId, TaskId]]:
        known = [t for t in self.footprints if self.assume_independent or not self.footprints[t].is_unknown]
        meets = {(o.left, o.right) for o in self.overlaps if o.excludes}
        tasks = {task.id: task for task in self.tasks}
        before = {task.id: self._all_before(task) for task in self.tasks}
        for left, right in combinations(known, 2):
            tied = left in before[right] or right in before[left]
            tied = tied or bool(why_apart(tasks[left], tasks[right], assume_independent=True))
            if not tied and (left, right) not in meets:
                yield left, right

    def _all_before(self, task: Task) -> set[str]:
        tasks: dict[str, Task] = {other.id: other for other in self.tasks}
        found: set[str] = set()
        todo = list(task.after)
        while todo:
            name = todo.pop()
            if name not in found:
                found.add(name)
                todo += tasks[name].after if name in tasks else ()
        return found


def plan(directory: Path, spellings: Sequence[str] = (), wanted: Wanted | None = None) -> PlanAnswer:
    """Plan the named tasks, or all of them; raises UnknownTask or AmbiguousTask for a name that is none."""
    with collector_paused():
        return _plan(directory, spellings, wanted or Wanted())


def _plan(directory: Path, spellings: Sequence[str], wanted: Wanted) -> PlanAnswer:
    project = open_project(directory)
    declared = read(project)
    world = snapshot(project.git)
    chosen = require_tasks(project, declared.tasks, spellings) or declared.tasks.tasks
    unfinished = [task for task in chosen if is_unfinished(task, world.records)]
    extra = patches.footprints(wanted.patches)
    seen = see(
        project,
        declared,
        world,
        unfinished,
        others=wanted.other_work or project.settings.other_work,
        extra=extra,
        level=wanted.level,
    )
    alone = singletons(project)
    everything = {task.id: task for task in declared.tasks.tasks}
    made = make_plan(
        chosen,
        seen.overlaps,
        named=[task.id for task in chosen] if spellings else (),
        records=world.records,
        everything=everything,
        singletons=alone,
        assume_independent=wanted.assume_independent,
    )
    waves = {task for wave in made.waves for task in wave}
    planned = [task for task in chosen if task.id in waves]
    expected = estimates([*planned, *_running(declared, world)], world.records, everything)
    return PlanAnswer(
        base=project.base,
        target=project.target.short,
        tasks=chosen,
        records=dict(world.records),
        footprints={task.id: seen.prints[task.id] for task in unfinished},
        others=tuple(p for p in seen.prints.values() if isinstance(p.work, OtherWork)),
        overlaps=seen.overlaps,
        plan=made,
        timeline=_timeline(project, planned, seen, world, expected, everything, wanted, alone),
        estimates=expected,
        slots=project.settings.max_parallel,
        merge_order=_merge_order(seen, world, everything),
        drifts=tuple(_drifts(seen, world)),
        stale=seen.stale,
        problems=(*declared.tasks.problems, *seen.problems),
        warnings=(
            *project.settings.warnings,
            *world.problems,
            *seen.warnings,
            *(warn_of_uncommitted(project) if chosen else ()),
        ),
        unread=() if chosen else uncommitted_documents(project),
        assume_independent=wanted.assume_independent,
        singletons=alone,
        is_named=bool(spellings),
        prints=seen.prints,
    )


def _running(declared: Declared, world: Snapshot) -> list[Task]:
    return [
        task
        for task in declared.tasks.tasks
        if task.id in world.records and _is_running(world.records[task.id])
    ]


def _is_running(record: TaskRecord) -> bool:
    return record.state is State.RUNNING


def _timeline(
    project: Project,
    planned: Sequence[Task],
    seen: Sight,
    world: Snapshot,
    expected: Estimates,
    everything: Mapping[TaskId, Task],
    wanted: Wanted,
    alone: frozenset[str],
) -> Timeline | None:
    if len(planned) > MOST:
        return None
    waits, _ = dependencies({task.id: task for task in planned}, records=world.records, everything=everything)
    now = time.time()
    running = {}
    for task, record in world.records.items():
        if _is_running(record):
            ago = now - record.started if record.started and expected.basis is not Basis.EQUAL else 0.0
            known = everything.get(task) or Task(task, record.title, record.source, 1)
            running[known] = max(0.0, expected.of.get(task, 0.0) - ago)
    return timeline(
        launch_order(planned, waits),
        seen.overlaps,
        waits=waits,
        seconds=expected.of,
        slots=project.settings.max_parallel,
        running=running,
        singletons=alone,
        assume_independent=wanted.assume_independent,
    )


def _merge_order(seen: Sight, world: Snapshot, everything: Mapping[TaskId, Task]) -> tuple[TaskId, ...]:
    """The order for the tasks that wait for their merge; nothing where there is no choice."""
    ready = [
        task
        for task, record in world.records.items()
        if record.state in (State.SUCCEEDED, State.CONFLICTED) and task in seen.prints
    ]
    if len(ready) < 2:
        return ()
    mine = set(ready)
    conflicts = (
        (task, TaskId(overlap.right), overlap.likelihood)
        for task in ready
        for overlap in seen.overlaps.of(task)
        if overlap.left == task and overlap.right in mine and overlap.risk is not Risk.PREDICTED
    )
    after = {task: everything[task].after for task in ready if task in everything}
    return merge_order(ready, conflicts, after=after)


def _drifts(seen: Sight, world: Snapshot) -> Iterator[Drift]:
    for task, record in world.records.items():
        if record.is_unfinished and task in seen.prints:
            found = find_drift(seen.prints[task], seen.overlaps)
            if found is not None:
                yield found
