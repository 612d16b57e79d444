"""The backlog: how many tasks are ready to be run, and who writes specs when they become too few."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..names import Oid, TaskId
from ..schedule.ready import Scene
from ..schedule.record import State, TaskRecord
from ..tasks.task import Declared, Kind, Task
from .attempt import Order

ID = "write-specs"


@dataclass(frozen=True, slots=True)
class Writer:
    """The agent type that writes specs, how its agent is started, and the globs of what it may write."""

    agent: str
    order: Order
    globs: tuple[str, ...]


@dataclass(slots=True)
class Backlog:
    """Sees to it that so many tasks are `wanted` ready; `writer` is None where only people write specs."""

    wanted: int
    writer: Writer | None = None
    tasks: dict[TaskId, Task] = field(default_factory=dict)
    _has_told: bool = False
    _asked_at: Oid | None = None
    _asked_with: tuple[set[TaskId], set[TaskId]] | None = None

    def mind(
        self, scene: Scene, declared: Sequence[Task], records: Mapping[TaskId, TaskRecord], tip: Oid | None
    ) -> tuple[str, Task | None]:
        """What to say of the backlog, if that is new, and the task of writing specs, where it is time for one.

        A writer is not asked again before the target has moved since: what it wrote is not there yet. Nor
        before something is declared or merged that it has not made: its own work may lead to no task, for ever.
        """
        ready = [t for t in scene.waiting if not scene.waits.get(t.id) and t.id not in scene.delayed]
        count = sum(task.id not in self.tasks for task in ready)
        if count >= self.wanted:
            self._has_told = False
            return "", None
        said = "" if self._has_told else f"{_ready(count)} to be run; the backlog is to be {self.wanted}"
        self._has_told = True
        busy = {task.id for task in (*scene.waiting, *scene.running)}
        if self.writer is None or tip == self._asked_at or busy & self.tasks.keys():
            return said, None
        seen = {task.id for task in declared} - self.tasks.keys()
        merged = {
            task for task, record in records.items() if record.state is State.MERGED
        } - self.tasks.keys()
        if (seen, merged) == self._asked_with:
            return said, None
        self._asked_at, self._asked_with = tip, (seen, merged)
        number = 1
        while f"{ID}-{number}" in records or f"{ID}-{number}" in self.tasks:
            number += 1
        task = _writing(self.writer, declared, ready=count, wanted=self.wanted, number=number)
        self.tasks[task.id] = task
        return said, task


def _ready(count: int) -> str:
    return "1 task is ready" if count == 1 else f"{count or 'no'} tasks are ready"


def _writing(writer: Writer, declared: Sequence[Task], *, ready: int, wanted: int, number: int) -> Task:
    """The task of writing specs for what is declared without saying which files it touches."""
    lines = [
        "# Write specs",
        "",
        f"{_ready(ready)} to be run; there are to be {wanted}. Write specifications for the next pieces of work,",
        "each in a file of its own where this repository keeps its specs, and name in each the files that the",
        "work will touch, one to a line, as in:",
        "",
        "    **File**: `src/example.py`",
    ]
    vague = [task for task in declared if task.is_unknown]
    if vague:
        lines += ["", "These are declared, and do not say which files they touch:", ""]
        lines += [f"- {task.id}: {task.title} ({task.source}:{task.line})" for task in vague]
    name = TaskId(f"{ID}-{number}")
    return Task(
        id=name,
        title=f"Write specs ({number})",
        source="",
        line=1,
        agent=writer.agent,
        declared=tuple(Declared(glob, Kind.CREATE, "", 1) for glob in writer.globs),
        prompt="\n".join([*lines, ""]),
    )
