"""From the spellings that documents use for other tasks to the ids of tasks."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from ..names import TaskId
from .draft import Draft
from .naming import short_id
from .prose.dependencies import After
from .task import Task, normal


def resolved(tasks: Sequence[Task], drafts: Sequence[Sequence[Draft]]) -> list[Task]:
    """The tasks with the ids of those that they wait for or conflict with; `drafts` are those of each task.

    A spelling means a task of the same scope before it means any other. What names no task stays as it
    is written, so that the plan can say what is missing.
    """
    names = _Names(tasks, drafts)
    after: dict[TaskId, dict[str, None]] = {task.id: {} for task in tasks}
    conflicts: dict[TaskId, dict[str, None]] = {task.id: {} for task in tasks}
    later: list[tuple[TaskId, str]] = []
    for task, told in zip(tasks, drafts, strict=True):
        for draft in told:
            after[task.id] |= dict.fromkeys(names.find(task, draft.scope, draft.after))
            later += [(task.id, other) for other in names.find(task, draft.scope, draft.before)]
            conflicts[task.id] |= dict.fromkeys(
                names.find(task, draft.scope, (After(name) for name in draft.conflicts))
            )
    for first, name in later:
        # What a task says of itself outranks what another says of it.
        if name in after and name not in after[first]:
            after[TaskId(name)].setdefault(first)
    for task_id, earlier in _waves(tasks, drafts):
        after[task_id] |= dict.fromkeys(earlier)
    return [
        replace(task, after=tuple(after[task.id]), conflicts=tuple(conflicts[task.id]))
        if after[task.id] or conflicts[task.id]
        else task
        for task in tasks
    ]


class _Names:
    """Every spelling of every task, everywhere and by scope."""

    def __init__(self, tasks: Sequence[Task], drafts: Sequence[Sequence[Draft]]) -> None:
        self._exact = {normal(task.id): task.id for task in tasks}
        self._claimed: dict[str, set[TaskId]] = defaultdict(set)
        self._scoped: dict[tuple[str, str], set[TaskId]] = defaultdict(set)
        self._own: dict[TaskId, set[str]] = {}
        for task, told in zip(tasks, drafts, strict=True):
            spellings = {normal(alias) for alias in task.aliases}
            for spelling in spellings:
                self._claimed[spelling].add(task.id)
            self._own[task.id] = {normal(task.id), *spellings}
            for draft in told:
                if draft.scope:
                    for spelling in (draft.short, *draft.aliases):
                        self._scoped[draft.scope, normal(spelling)].add(task.id)

    def find(self, task: Task, scope: str, afters: Iterable[After]) -> Iterator[str]:
        """The ids that the spellings mean, without the task itself."""
        for after in afters:
            key = normal(after.spelling)
            found = self._scoped.get((scope, key), set()) if scope else set()
            if not found:
                found = {self._exact[key]} if key in self._exact else self._claimed.get(key, set())
                if key in self._own[task.id]:
                    continue
            if task.id in found:
                continue
            if len(found) == 1:
                yield next(iter(found))
            elif found or after.is_sure:
                yield short_id(after.spelling)


def _waves(
    tasks: Sequence[Task], drafts: Sequence[Sequence[Draft]]
) -> Iterator[tuple[TaskId, Sequence[TaskId]]]:
    """For each task in a declared wave the tasks of the wave before it, within its scope."""
    waves: Mapping[str, dict[int, list[TaskId]]] = defaultdict(lambda: defaultdict(list))
    for task, told in zip(tasks, drafts, strict=True):
        for draft in told:
            if draft.wave is not None:
                waves[draft.scope][draft.wave].append(task.id)
    for scope in waves.values():
        ordered = sorted(scope)
        for before, wave in pairwise(ordered):
            for task_id in scope[wave]:
                yield task_id, scope[before]
