"""A submitted task as the queue knows it: what the scheduler's core is told of it, and its future."""

import os
import posixpath
from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import BadName
from ..names import TaskId, printable
from ..overlap import patterns
from ..overlap.footprint import Footprint, of_task
from ..tasks.task import Declared, Kind, Task
from .agent_task import AgentTask


@dataclass(slots=True, eq=False)
class Entry:
    """One submitted task; `open` are those before it that have not ended, `awaits` whom it is waiting for.

    `latest` is the error that its latest attempt failed with. Before `not_before`, on the monotonic clock, it
    may not begin, and `why` says so. `lock` is that of its agent type, while it runs; `obstacle` is why that
    could not be taken. With `has_patience` it waits however long it takes.
    """

    asked: AgentTask
    task: Task
    footprint: Footprint
    future: Future[Any]
    open: set[TaskId] = field(default_factory=set)
    failures: int = 0
    latest: BaseException | None = None
    not_before: float = 0.0
    why: str = ""
    lock: int | None = None
    obstacle: OSError | None = None
    awaits: "Entry | None" = None
    has_patience: bool = False

    @property
    def id(self) -> TaskId:
        """Its name."""
        return self.task.id


def entry_of(asked: AgentTask, future: Future[Any], root: Path) -> Entry:
    """The entry of a task whose paths are seen from `root`; raises BadName for a path that cannot be meant."""
    files = dict.fromkeys(_paths(asked, root))
    task = Task(
        id=TaskId(asked.id),
        title=asked.task_description,
        source="",
        line=0,
        declared=tuple(Declared(path, Kind.MODIFY, "", 0) for path in files),
        priority=float(asked.priority),
        agent=asked.agent_type,
        is_alone=asked.files_to_modify is None,
    )
    return Entry(asked, task, of_task(task), future)


def _paths(asked: AgentTask, root: Path) -> Iterable[str]:
    for given in asked.files_to_modify or ():
        text = os.fspath(given)
        path = Path(text)
        if path.is_absolute() and path.is_relative_to(root):
            text = path.relative_to(root).as_posix() + ("/" if text.endswith("/") else "")
        text = posixpath.normpath(text) + ("/" if text.endswith("/") else "") if text else text
        if text in (".", "./"):
            raise BadName(
                f"'{printable(os.fspath(given))}' is the whole repository",
                hint="files_to_modify=None is for a task of which nobody knows what it modifies",
            )
        if text and not patterns.is_magic(text) and (root / text).is_dir():
            text += "/"
        yield patterns.parse(text).text
