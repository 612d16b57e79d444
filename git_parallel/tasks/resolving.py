"""From the spellings of dependencies to the ids of tasks."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ..names import TaskId
from .dependencies import After
from .naming import short_id
from .task import Task, normal


def resolved(tasks: Sequence[Task], afters: Sequence[tuple[After, ...]]) -> list[Task]:
    """The tasks with the ids of the tasks that they wait for; what names no task stays as it is written."""
    exact = {normal(task.id): task.id for task in tasks}
    claimed: dict[str, set[TaskId]] = defaultdict(set)
    for task in tasks:
        for alias in task.aliases:
            claimed[normal(alias)].add(task.id)
    return [
        replace(task, after=tuple(dict.fromkeys(_names(task, after, exact, claimed))))
        for task, after in zip(tasks, afters, strict=True)
    ]


def _names(
    task: Task, afters: Iterable[After], exact: dict[str, TaskId], claimed: dict[str, set[TaskId]]
) -> Iterable[str]:
    own = {normal(task.id), *map(normal, task.aliases)}
    for after in afters:
        key = normal(after.spelling)
        found = {exact[key]} if key in exact else claimed.get(key, set())
        if key in own or task.id in found:
            continue
        if len(found) == 1:
            yield next(iter(found))
        elif found or after.is_sure:
            yield short_id(after.spelling)
