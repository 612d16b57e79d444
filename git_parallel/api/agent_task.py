"""What is submitted to a queue: a piece of work for an agent type, and the files that it will modify."""

import re
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import count
from os import PathLike
from typing import Any, TypeAlias

from ..errors import BadInput
from ..names import TaskId, printable

_numbers = count(1)
_LONGEST = 32

Before: TypeAlias = "Future[Any] | AgentTask | str"


@dataclass(frozen=True, slots=True, eq=False)
class AgentTask:
    """One piece of work: `execute_fn` is called without arguments, and what it returns is the future's result.

    `files_to_modify` are paths, directories (ending in `/`) or globs, from the root of the repository; an
    empty list says that it modifies none, None that nobody knows, and then it runs alone. Of `priority` the
    smaller number is sooner, as PRIORITY 1 comes before PRIORITY 20. It begins when all that it `depends_on`
    has succeeded: futures, tasks, or their ids. An exception is tried again `retries` times, the first time
    after `retry_delay` seconds, then after twice as long each.
    """

    agent_type: str
    task_description: str
    files_to_modify: Sequence[str | PathLike[str]] | None
    execute_fn: Callable[[], Any]
    priority: float = 0
    depends_on: Sequence[Before] = ()
    retries: int = 0
    retry_delay: float = 0.0
    id: str = ""

    def __post_init__(self) -> None:
        """Check what can be checked before anything waits for it."""
        if not isinstance(self.agent_type, str) or not self.agent_type:
            raise BadInput(f"not an agent type: {self.agent_type!r}")
        if not callable(self.execute_fn):
            raise BadInput(f"execute_fn of '{printable(self.agent_type)}' cannot be called")
        if isinstance(self.files_to_modify, str | PathLike) or isinstance(self.depends_on, str | AgentTask):
            raise BadInput("files_to_modify and depends_on are lists", hint="write [...] around a single one")
        if self.retries < 0 or not 0 <= self.retry_delay < float("inf"):
            raise BadInput("retries and retry_delay cannot be below 0, and seconds have an end")
        is_number = isinstance(self.priority, int | float) and not isinstance(self.priority, bool)
        if not is_number or self.priority != self.priority:
            raise BadInput(f"not a priority: {self.priority!r}", hint="a number; the smaller is sooner")
        object.__setattr__(self, "id", str(TaskId(self.id or _name_of(self.agent_type))))


def _name_of(agent: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", agent.lower())[:_LONGEST].strip("-")
    return f"{slug or 'task'}-{next(_numbers)}"
