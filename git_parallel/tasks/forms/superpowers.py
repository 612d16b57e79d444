"""A plan of superpowers: `### Task N: Name`, a `**Files:**` block in each, steps with boxes."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..document import Document
from ..draft import Draft, Parsed
from ..naming import slugified
from ..prose.collecting import Collected
from ..prose.dependencies import After, dependencies
from ..prose.labels import Role, meaning
from ..prose.markdown import label
from ..prose.status import status_of_heading
from ..task import Problem, Status
from .boxes import Item, read_items
from .checklist import made_once, scoped_id

_TASK = re.compile(
    r"\W{0,6}task[ \t]+([0-9]{1,4}(?:\.[0-9]{1,3})?[a-z]?)(?!\w)[ \t]*[:.—–-]{0,2}[ \t]*", re.IGNORECASE
)
_STEP = re.compile(r"\W{0,4}step[ \t]+[0-9]", re.IGNORECASE)
_DATE = re.compile(r"[0-9]{4}-[0-9][0-9]-[0-9][0-9][-_]?")
_LEVELS = range(1, 5)
_READING = frozenset(
    ("read", "reference", "references", "check", "verify", "see", "run", "context", "review")
)
_TESTING = frozenset(("test", "tests"))


@dataclass(frozen=True, slots=True)
class _Part:
    """One task of the plan: its heading, the items up to the next heading of its level, its last line."""

    number: str
    title: str
    heading: Item
    items: tuple[Item, ...]
    last: int


def parse(document: Document) -> Parsed | None:
    """The tasks of a plan; None for a document whose tasks have neither files nor steps."""
    parts = tuple(_parts(document))
    if not any(_is_plan(item) for part in parts for item in part.items):
        return None
    problems: list[Problem] = []
    name = _plan_name(document.path)
    lines: dict[str, int] = {}
    made: set[str] = set()
    before: tuple[After, ...] = ()
    drafts = []
    for part in parts:
        number = part.number.casefold()
        if number in lines:
            message = f"'Task {part.number}' stands twice; the one at line {lines[number]} is taken"
            problems.append(Problem(document.path, part.heading.number, message))
            continue
        lines[number] = part.heading.number
        collected = _files(document, part.items)
        problems += collected.problems
        said = (after for value in collected.waits for after in dependencies(value))
        drafts.append(
            Draft(
                path=document.path,
                line=part.heading.number,
                short=scoped_id(name, number),
                title=part.title or f"Task {part.number}",
                text="\n".join(document.lines[part.heading.number - 1 : part.last]).rstrip(" \n-"),
                scope=document.path,
                aliases=(f"task {number}",),
                declared=tuple(made_once(collected.declared, made)),
                after=tuple(dict.fromkeys((*before, *said))),
                status=_status(part),
            )
        )
        before = (After(f"task {number}"),)
    return Parsed(tuple(drafts), tuple(problems))


def _plan_name(path: str) -> str:
    stem = path.rsplit("/", 1)[-1].removesuffix(".md")
    return slugified(_DATE.sub("", stem, count=1) or stem)


def _parts(document: Document) -> Iterator[_Part]:
    """Each heading of a task with what stands below it, up to the next task or a heading of its level."""
    heading: Item | None = None
    items: list[Item] = []
    for item in read_items(document):
        match = _TASK.match(item.text) if item.level in _LEVELS else None
        if heading is not None and (match or 0 < item.level <= heading.level):
            yield _part(heading, items, item.number - 1)
            heading = None
        if match:
            heading, items = item, []
        elif heading is not None:
            items.append(item)
    if heading is not None:
        yield _part(heading, items, len(document.lines))


def _part(heading: Item, items: Sequence[Item], last: int) -> _Part:
    match = _TASK.match(heading.text)
    assert match is not None  # it is a task because of this match
    return _Part(match[1], heading.text[match.end() :].strip(" *#✅"), heading, tuple(items), last)


def _is_plan(item: Item) -> bool:
    return _is_files(item) or _STEP.match(item.text) is not None


def _is_files(item: Item) -> bool:
    split = label(item.text) if not item.level and not item.is_item else None
    known = meaning(split[0]) if split else None
    return known is not None and known.role is Role.FILES


def _files(document: Document, items: Sequence[Item]) -> Collected:
    """What the `**Files:**` blocks say; steps, commands and code in them name files for other reasons."""
    collected = Collected(document.path)
    is_block = False
    for item in items:
        split = label(item.text) if not item.level else None
        known = meaning(split[0]) if split else None
        if is_block and item.is_item and not item.mark:
            _file(collected, item, split)
            continue
        is_block = _is_files(item)
        if split and known and is_block:
            if split[1]:
                collected.sentence(split[1], item.number)
        elif split and known and known.role is Role.AFTER:
            collected.waits.append(split[1])
    return collected


def _file(collected: Collected, item: Item, split: tuple[str, str] | None) -> None:
    """One line of the block: a path behind `Create:`, `Read:` and the like, or alone."""
    word = split[0].casefold().split()[:1] if split else item.text.casefold().split()[:1]
    first = word[0].strip("*:") if word else ""
    if first in _READING:
        collected.mentions(item.text, item.number)
    elif split and split[1] and first in _TESTING:
        collected.files(split[1], item.number, None)
    elif split and split[1]:
        collected.details((item,))
    else:
        collected.files(item.text, item.number, None)


def _status(part: _Part) -> Status:
    """Complete when every step is ticked, begun when one is."""
    said = {item.status for item in part.items if item.mark}
    if not said:
        return status_of_heading("", part.heading.text) or Status.PLANNED
    return said.pop() if len(said) == 1 else Status.IN_PROGRESS
