"""`git parallel plan`: what can run together, in what order, and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from ..git.refs import snapshot
from ..names import Oid, TaskId, printable
from ..overlap.footprint import Footprint
from ..overlap.meet import Overlap, find_overlaps
from ..project.declared import (
    is_unfinished,
    read_tasks,
    require_tasks,
    singletons,
    uncommitted_documents,
    warn_of_uncommitted,
)
from ..project.footprints import footprints
from ..project.open import open_project
from ..schedule.apart import why_apart
from ..schedule.plan import Plan, make_plan
from ..schedule.record import TaskRecord
from ..tasks.task import Problem, Task


@dataclass(frozen=True, slots=True)
class PlanAnswer:
    """The plan and what it was made from; `unread` are documents that no commit has yet."""

    base: Oid
    target: str
    tasks: tuple[Task, ...]
    records: dict[TaskId, TaskRecord]
    footprints: dict[TaskId, Footprint]
    overlaps: tuple[Overlap, ...]
    plan: Plan
    problems: tuple[Problem, ...]
    warnings: tuple[str, ...]
    unread: tuple[str, ...]
    assume_independent: bool
    is_named: bool

    @property
    def unknown(self) -> tuple[TaskId, ...]:
        """The unfinished tasks of which nothing is known, so that nothing is promised of them."""
        return tuple(task for task, footprint in self.footprints.items() if footprint.is_unknown)

    @property
    def is_valid(self) -> bool:
        """Whether all the tasks asked about could run at the same time."""
        is_known = self.assume_independent or not self.unknown or len(self.footprints) < 2
        return not self.overlaps and is_known and not self._told_apart

    @property
    def reason(self) -> str:
        """Why the tasks can or cannot all run at the same time."""
        if self.overlaps:
            first = self.overlaps[0]
            more = f", and {len(self.overlaps) - 1} more pairs overlap" if len(self.overlaps) > 1 else ""
            return f"'{first.left}' and '{first.right}' overlap: {first.why}{more}"
        if self._told_apart:
            return self._told_apart
        if not self.is_valid:
            return f"what '{self.unknown[0]}' touches is unknown"
        return "no two of them touch the same path" if self.footprints else "there is nothing to plan"

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

    def independent_pairs(self) -> Iterator[tuple[TaskId, TaskId]]:
        """The pairs that can run at the same time: no overlap, nothing unknown, neither after the other."""
        known = [t for t in self.footprints if self.assume_independent or not self.footprints[t].is_unknown]
        meets = {frozenset((overlap.left, overlap.right)) for overlap in self.overlaps}
        tasks = {task.id: task for task in self.tasks}
        before = {task.id: self._all_before(task) for task in self.tasks}
        for left, right in combinations(known, 2):
            tied = left in before[right] or right in before[left]
            tied = tied or bool(why_apart(tasks[left], tasks[right], assume_independent=True))
            if not tied and frozenset((left, right)) not in meets:
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


def plan(directory: Path, spellings: Sequence[str] = (), *, assume_independent: bool = False) -> PlanAnswer:
    """Plan the named tasks, or all of them; raises UnknownTask or AmbiguousTask for a name that is none."""
    project = open_project(directory)
    declared = read_tasks(project)
    world = snapshot(project.git)
    chosen = require_tasks(project, declared, spellings) or declared.tasks
    unfinished = [task for task in chosen if is_unfinished(task, world.records)]
    prints, problems = footprints(project, unfinished, world, observe=True)
    overlaps = find_overlaps(list(prints.values()))
    return PlanAnswer(
        base=project.base,
        target=project.target.short,
        tasks=chosen,
        records=dict(world.records),
        footprints=prints,
        overlaps=overlaps,
        plan=make_plan(
            chosen,
            overlaps,
            named=[task.id for task in chosen] if spellings else (),
            records=world.records,
            everything={task.id: task for task in declared.tasks},
            singletons=singletons(project),
            assume_independent=assume_independent,
        ),
        problems=(*declared.problems, *problems),
        warnings=(
            *project.settings.warnings,
            *world.problems,
            *(warn_of_uncommitted(project) if chosen else ()),
        ),
        unread=() if chosen else uncommitted_documents(project),
        assume_independent=assume_independent,
        is_named=bool(spellings),
    )
