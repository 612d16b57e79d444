"""A document that is one long list of tasks: boxes with ids, what stands below each, in sections."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from ...names import printable
from ..document import Document
from ..naming import LONGEST_ID, slugified
from ..task import Declared, Kind, Problem
from .boxes import Item, read_items

MOST_TASKS = 5_000  # a list of more was written by nobody
_LONGEST_TITLE = 200
_PREFIX = re.compile(r"[A-Za-z]{1,40}_(?=[0-9])")  # `speck_001-core.tasks.md`


@dataclass(frozen=True, slots=True)
class Head:
    """What the text of a box begins with: its id, and whether it may be done beside its neighbours."""

    number: str
    sentence: str
    is_parallel: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A heading over boxes: `count` tells sections of one document apart."""

    count: int = 0
    level: int = 0
    text: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """One box with an id, the section it is in, the items below it, and its last line."""

    head: Head
    box: Item
    section: Section
    details: tuple[Item, ...]
    last: int

    @property
    def title(self) -> str:
        """The sentence of the box, cut between words where it is no title any more."""
        text = self.head.sentence.strip("* ✓✅")
        return text if len(text) <= _LONGEST_TITLE else text[:_LONGEST_TITLE].rpartition(" ")[0] + " …"


@dataclass(slots=True)
class Checklist:
    """Reads the entries of a document: `head` knows an id, `is_section` a heading that ends a section.

    `like_an_id` knows what a task begins with that was meant to have an id, `like_a_task` more of it that
    below a task may be a detail. `is_meant` tells that ids stand behind what was meant as a box.
    """

    document: Document
    head: Callable[[str], Head | None]
    is_section: Callable[[Item], bool]
    like_an_id: re.Pattern[str]
    like_a_task: re.Pattern[str] | None = None
    is_meant: bool = False
    problems: list[Problem] = field(default_factory=list)
    _section: Section = field(default_factory=Section)
    _open: tuple[Head, Item] | None = None
    _details: list[Item] = field(default_factory=list)
    _indent: int = 0  # of the last task, or of what was meant as one

    def entries(self) -> tuple[Entry, ...]:
        """All entries in order, each id once: the first stands, the second is a problem."""
        lines: dict[str, int] = {}
        kept: list[Entry] = []
        for entry in self._all():
            key = entry.head.number.casefold()
            if key in lines:
                self._say(
                    entry.box.number,
                    f"'{entry.head.number}' stands twice; the one at line {lines[key]} is taken",
                )
            elif len(kept) == MOST_TASKS:
                self._say(entry.box.number, f"more than {MOST_TASKS} tasks, the rest is not read")
                break
            else:
                lines[key] = entry.box.number
                kept.append(entry)
        return tuple(kept)

    def _all(self) -> Iterator[Entry]:
        for item in read_items(self.document):
            head = self.head(item.text) if item.mark else None
            if head is None and self._open and not item.level and item.indent > self._open[1].indent:
                self._details.append(item)
                self._look(item)
                continue
            yield from self._close(item.number)
            if head is not None:
                self._open, self._indent = (head, item), item.indent
                continue
            self._look(item)
            if item.level and self.is_section(item):
                self._section = Section(self._section.count + 1, item.level, item.text, item.number)
        yield from self._close(len(self.document.lines) + 1)

    def _look(self, item: Item) -> None:
        """Report what was meant as a task and is none."""
        text = item.text if item.mark else item.behind
        if not text:
            return
        is_detail = item.indent > self._indent
        if not item.mark and self.head(text):
            self.is_meant = True
            self._say(item.number, f"no box that can be understood before '{text[:40]}'; no task")
        elif self._is_like(text, is_detail=is_detail):
            is_struck = text.lstrip("*_ ").startswith("~~")
            why = "struck through" if is_struck else "whose id cannot be understood"
            self._say(item.number, f"a box {why}: '{text[:40]}'")
        else:
            return
        self._indent = min(self._indent, item.indent) if is_detail else item.indent

    def _is_like(self, text: str, *, is_detail: bool) -> bool:
        patterns = (self.like_an_id, None if is_detail else self.like_a_task)
        return any(pattern.match(text) for pattern in patterns if pattern)

    def _close(self, number: int) -> Iterator[Entry]:
        if self._open is not None:
            head, box = self._open
            yield Entry(head, box, self._section, tuple(self._details), number - 1)
        self._open, self._details = None, []

    def _say(self, line: int, message: str) -> None:
        self.problems.append(Problem(self.document.path, line, printable(message)))


def text_of(document: Document, entry: Entry, above: Sequence[int] = ()) -> str:
    """The lines of an entry, behind the lines with the numbers `above`."""
    lines = [document.lines[number - 1].strip() for number in above]
    own = document.lines[entry.box.number - 1 : entry.last]
    return "\n".join((*lines, *own)).rstrip()


def list_name(path: str) -> str:
    """What a list of tasks belongs to: its directory, or what its own name says more (`x.tasks.md`)."""
    *above, name = path.split("/")
    stem = name.removesuffix(".md").removesuffix("tasks").rstrip(".-_")
    return _PREFIX.sub("", stem or (above[-1] if above else ""), count=1)


def scoped_id(scope: str, number: str) -> str:
    """`number` behind the scope's words, of which as many are left as an id has room for."""
    tail = slugified(number)
    room = LONGEST_ID - len(tail) - 1
    head = scope if len(scope) <= room else scope[: room + 1].rpartition("-")[0] or scope[:room]
    return f"{head.strip('-')}-{tail}".strip("-")


def made_once(declared: Sequence[Declared], made: set[str]) -> Iterator[Declared]:
    """The declarations of the next task of a list; what an earlier one, noted in `made`, creates is there."""
    for one in declared:
        if one.kind is Kind.CREATE:
            if one.path in made:
                one = replace(one, kind=Kind.MODIFY, is_guess=True)
            made.add(one.path)
        yield one
