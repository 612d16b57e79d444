"""What one document says of one task, before documents are joined and paths are looked up in the tree."""

from dataclasses import dataclass

from .prose.dependencies import After
from .task import Declared, Problem, Role, Status


@dataclass(frozen=True, slots=True)
class Draft:
    """One task as one document tells it.

    `short` is the id that it claims and `slug` are the words that tell it from another claimant;
    `aliases` are other spellings that it answers to. What `after`, `before` and `conflicts` name is
    looked for first among the drafts of the same `scope` (a document or a directory), then everywhere.
    `before` are tasks that wait for this one, `wave` the number of its wave within the scope, and
    `is_alone` means that it was declared to run beside no other. `patches` are patch files that say
    what it would change. `also` are the other files that it was put together from.
    """

    path: str
    line: int
    short: str
    title: str
    text: str = ""
    slug: str = ""
    role: Role = Role.TASK
    scope: str = ""
    aliases: tuple[str, ...] = ()
    declared: tuple[Declared, ...] = ()
    after: tuple[After, ...] = ()
    before: tuple[After, ...] = ()
    conflicts: tuple[str, ...] = ()
    wave: int | None = None
    is_alone: bool = False
    priority: float | None = None
    agent: str | None = None
    status: Status | None = None
    estimate: float | None = None
    patches: tuple[Declared, ...] = ()
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parsed:
    """All drafts of a document in its order, and what was wrong with it."""

    drafts: tuple[Draft, ...] = ()
    problems: tuple[Problem, ...] = ()
