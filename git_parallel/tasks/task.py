"""The values that every source of tasks gives."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from ..errors import AmbiguousTask, UnknownTask
from ..names import TaskId, printable


class Kind(StrEnum):
    """What a task will do to a path that it declares."""

    MODIFY = "modify"
    CREATE = "create"
    DELETE = "delete"
    MOVE = "move"
    MENTION = "mention"  # named for reading, or as an example; never part of a footprint


class Status(StrEnum):
    """What a document says of a task. Only PLANNED tasks are launched."""

    PLANNED = "planned"
    IN_PROGRESS = "in progress"
    BLOCKED = "blocked"
    COMPLETE = "complete"


class Role(StrEnum):
    """What a task is to others: specs and items of a roadmap that claim one id are one task."""

    SPEC = "spec"
    ITEM = "item"
    TASK = "task"  # stands for itself


@dataclass(frozen=True, slots=True)
class Declared:
    """A path, directory (ending in `/`) or glob that a document says a task will touch.

    `written` is how the document spells it, where that differs from the path in the tree. `ranges` are
    the lines of the file as (first, last), from 1, where the document says which. `is_guess` marks a
    kind that no word of the document supports, `is_doubtful` what is a path only if the tree has it.
    """

    path: str
    kind: Kind
    source: str
    line: int
    written: str = ""
    ranges: tuple[tuple[int, int], ...] = ()
    is_guess: bool = False
    is_doubtful: bool = False


def ranges_of_both(
    left: tuple[tuple[int, int], ...], right: tuple[tuple[int, int], ...]
) -> tuple[tuple[int, int], ...]:
    """The lines that two statements on one file are about together; one without lines means the whole file."""
    return tuple(dict.fromkeys((*left, *right))) if left and right else ()


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a document that could not be understood or trusted, and where."""

    source: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{printable(self.source)}:{self.line}: {self.message}"


@dataclass(frozen=True, slots=True)
class Task:
    """One piece of work as the repository declares it.

    `declared` without a path that is written makes the task *unknown*: nothing is claimed about what
    it is independent of. `rivals` are other tasks whose documents claim the same short id.
    `documents` are all that speak of the task, its own first. `conflicts` are tasks that it may not run
    beside, `is_alone` one that may run beside no other, both as its document says. `patches` are files
    of the tree that hold what it would change, `undeclared` the tasks that it comes after and that no
    document declares, as they are written.
    """

    id: TaskId
    title: str
    source: str
    line: int
    declared: tuple[Declared, ...] = ()
    after: tuple[str, ...] = ()
    priority: float | None = None
    agent: str | None = None
    status: Status = Status.PLANNED
    prompt: str = ""
    estimate: float | None = None
    aliases: tuple[str, ...] = ()
    rivals: tuple[TaskId, ...] = ()
    documents: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    is_alone: bool = False
    patches: tuple[Declared, ...] = ()
    role: Role = Role.SPEC
    undeclared: tuple[str, ...] = ()

    @property
    def touched(self) -> tuple[Declared, ...]:
        """The declarations that are more than mentions."""
        return tuple(d for d in self.declared if d.kind is not Kind.MENTION)

    @property
    def is_unknown(self) -> bool:
        """Whether nothing is known of what this task will touch."""
        # Asked for every task that waits by every decision on a launch.
        return not any(d.kind is not Kind.MENTION for d in self.declared)


@dataclass(frozen=True, slots=True)
class TaskSet:
    """All tasks of a commit, in the order a reader meets them, and what was wrong with their documents."""

    tasks: tuple[Task, ...] = ()
    problems: tuple[Problem, ...] = ()

    def find(self, spelling: str) -> Task | None:
        """The task that answers to `spelling` (`20`, `PRIORITY 20`, `US-043`, `us-43`), None when none does.

        Raises AmbiguousTask when unrelated documents claim the spelling.
        """
        wanted = normal(spelling)
        # "SPEC-2" is no name for the second task of some list.
        is_numbered = _NUMBERED.match(spelling) is not None
        asked = [task for task in self.tasks if task.role is not Role.TASK] if is_numbered else self.tasks
        exact = [task for task in asked if task.id == wanted or normal(task.id) == wanted]
        found = exact or [task for task in asked if wanted in {normal(alias) for alias in task.aliases}]
        if len(found) > 1:
            ids = ", ".join(f"'{task.id}' ({printable(task.source)})" for task in found)
            raise AmbiguousTask(
                f"'{printable(spelling)}' is claimed by {len(found)} tasks: {ids}",
                hint="name one of them by its longer id, or renumber the others",
            )
        return found[0] if found else None

    def require(self, spelling: str) -> Task:
        """Like `find`, but raises UnknownTask with the nearest spellings when no task answers."""
        task = self.find(spelling)
        if task is None:
            near = _nearest(spelling, [str(task.id) for task in self.tasks])
            hint = f"did you mean {near}?" if near else "'git parallel tasks' lists the declared tasks"
            raise UnknownTask(f"no task is called '{printable(spelling)}'", hint=hint)
        return task


_NUMBERED = re.compile(r"(?:priority|spec)[ _-]{0,3}#?\d", re.IGNORECASE)


@lru_cache(maxsize=1 << 16)
def normal(spelling: str) -> str:
    """The form in which two spellings of one id are equal: `PRIORITY 020` and `20`, `US-043` and `us_43`."""
    words = "".join(c if c.isalnum() else " " for c in spelling.casefold()).split()
    if len(words) > 1 and words[0] in ("priority", "spec"):
        words = words[1:]
    return "-".join(word.lstrip("0") or "0" if word.isdigit() else word for word in words)


def _nearest(spelling: str, ids: Sequence[str]) -> str:
    import difflib

    below = [task_id for task_id in ids if task_id.startswith(f"{normal(spelling)}-")]
    if below:
        return " or ".join(f"'{task_id}'" for task_id in below[:3])
    return " or ".join(f"'{match}'" for match in difflib.get_close_matches(normal(spelling), ids, n=3))
