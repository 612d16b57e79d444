"""From the spellings that documents use for other tasks to the ids of tasks."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from ..names import TaskId
from .draft import Draft
from .naming import short_id, slugified
from .prose.dependencies import After
from .task import Role, Task, normal

_IN_LIST = re.compile(r"(?:task-)?[\d-]+")
_PREFIX = re.compile(r"[a-z]+-(?=\d)")


def resolved(tasks: Sequence[Task], drafts: Sequence[Sequence[Draft]]) -> list[Task]:
    """The tasks with the ids of those that they wait for or conflict with; `drafts` are those of each task.

    A spelling means a task of the same scope before it means any other. What names no task stays as it
    is written, so that the plan can say what is missing.
    """
    names = _Names(tasks, drafts)
    after: dict[TaskId, dict[str, None]] = {task.id: {} for task in tasks}
    conflicts: dict[TaskId, dict[str, None]] = {task.id: {} for task in tasks}
    later: list[tuple[TaskId, str]] = []
    undeclared: dict[TaskId, list[str]] = {task.id: [] for task in tasks}
    for task, told in zip(tasks, drafts, strict=True):
        for draft in told:
            for one in draft.after:
                for name, is_declared in names.find(task, draft.scope, (one,)):
                    after[task.id].setdefault(name)
                    if not is_declared:
                        undeclared[task.id].append(one.spelling)
            later += [(task.id, other) for other, _ in names.find(task, draft.scope, draft.before)]
            clashing = (After(name) for name in draft.conflicts)
            conflicts[task.id] |= dict.fromkeys(name for name, _ in names.find(task, draft.scope, clashing))
    for first, name in later:
        # What a task says of itself outranks what another says of it.
        if name in after and name not in after[first]:
            after[TaskId(name)].setdefault(first)
    for task_id, earlier in _waves(tasks, drafts):
        after[task_id] |= dict.fromkeys(earlier)
    return [
        replace(
            task,
            after=tuple(after[task.id]),
            conflicts=tuple(conflicts[task.id]),
            undeclared=tuple(dict.fromkeys(undeclared[task.id])),
        )
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
        self._folders: dict[str, list[str]] = defaultdict(list)
        self._own: dict[TaskId, set[str]] = {}
        for task, told in zip(tasks, drafts, strict=True):
            spellings = {normal(alias) for alias in task.aliases}
            for spelling in spellings:
                # The numbers within a list mean nothing outside it.
                if task.role is not Role.TASK or not _IN_LIST.fullmatch(spelling):
                    self._claimed[spelling].add(task.id)
            self._own[task.id] = {normal(task.id), *spellings}
            for draft in told:
                if draft.scope:
                    for spelling in (draft.short, *draft.aliases):
                        key = normal(spelling)
                        self._scoped[draft.scope, key].add(task.id)
                        self._scoped[draft.scope, key.removeprefix("task-")].add(task.id)
        for scope in dict.fromkeys(scope for scope, _ in self._scoped):
            self._folders[scope.rpartition("/")[2]].append(scope)

    def find(self, task: Task, scope: str, afters: Iterable[After]) -> Iterator[tuple[str, bool]]:
        """The ids that the spellings mean, without the task itself, and whether any document declares them."""
        for after in afters:
            key = normal(after.spelling)
            is_placed = "/" in after.spelling
            found = self._in_folder(after.spelling) if is_placed else self._in_scope(scope, key)
            if not found:
                found = {self._exact[key]} if key in self._exact else self._claimed.get(key, set())
                if key in self._own[task.id]:
                    continue
            if task.id in found:
                continue
            if len(found) == 1:
                yield next(iter(found)), True
            elif found or after.is_sure:
                yield _missing_id(after.spelling), bool(found)

    def _in_folder(self, spelling: str) -> set[TaskId]:
        """What `auth/003` means: a task in a directory that is called so, never the 003 of another one."""
        folder, _, name = spelling.rpartition("/")
        named = self._folders.get(folder.rpartition("/")[2], ())
        scopes = (scope for scope in named if f"/{scope}".endswith(f"/{folder}"))
        return {found for scope in scopes for found in self._scoped.get((scope, normal(name)), ())}

    def _in_scope(self, scope: str, key: str) -> set[TaskId]:
        """What a spelling means among its neighbours, who may spell its prefix otherwise (`task-1`, `BACK-1`)."""
        if not scope:
            return set()
        return self._scoped.get((scope, key)) or self._scoped.get((scope, _PREFIX.sub("", key))) or set()


def _missing_id(spelling: str) -> str:
    """The id of a task that no document declares, as a record may have it."""
    return (
        short_id(spelling)
        if re.fullmatch(r"\d+(?:\.\d+)?", spelling)
        else slugified(spelling) or spelling.strip()
    )


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
