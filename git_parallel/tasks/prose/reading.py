"""One pass over the lines of a task: what it will touch, what it waits for, and what is said of it.

A heading or a label opens a *scope* that gives the lines below it a meaning; a line in no scope
declares only when its own words do (`Create \\`path\\``, `path (NEW)`). Every other path is a mention.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from ..task import Declared, Kind, Problem, Status
from . import paths
from .declarations import Declarations, is_looked_up_later
from .dependencies import After, is_none, leading_dependency, names_somebody
from .fences import Fence, Found
from .labels import Meaning, Role, meaning
from .markdown import Line, cells, label
from .pathlike import is_doubtful
from .paths import Named
from .places import Places
from .rows import Table
from .sayings import Sayings
from .scopes import Block, Scopes
from .wording import Said, free, item

_TARGET = re.compile(r"\b(?:to|into)[ \t]+`?((?:[\w.-]{1,80}/){1,12})`?", re.IGNORECASE)
# Prose without any of these neither declares nor labels anything.
_TELLING = re.compile(r"[`:：/]|\*\*|^(?:[Dd]epends on|[Bb]locked by|[Rr]equires|~~) ?").search
_WAITS = re.compile(
    r"\**(depends on|blocked by|requires)\**[ \t]+(?=(?:spec|us|priority|task|bug|#)[ \t_#-]{0,2}\d)",
    re.IGNORECASE,
)
_NO_FILES = re.compile(
    r"[(_~*\s]{0,4}(?:none|n/?a\b|no\b|tbd|to be|-|—|see\b|about|several|various|multiple|below|the following|\d|~)",
    re.IGNORECASE,
)
_PLACED = (Role.FILES, Role.PLACE)
_WAITING = (Role.AFTER, Role.BEFORE)
_DEEPEST_FACT = 1  # a label further in speaks of a step, not of the task


class Facts(NamedTuple):
    """What the lines of one task say."""

    declared: tuple[Declared, ...]
    after: tuple[After, ...]
    before: tuple[After, ...]
    status: Status | None
    agent: str | None
    priority: float | None
    estimate: float | None
    stories: tuple[str, ...]
    patches: tuple[Declared, ...]
    problems: tuple[Problem, ...]


def read_facts(source: str, lines: Iterable[Line]) -> Facts:
    """The facts in `lines`. A task says its own status before its second heading; steps have theirs below."""
    reader = _Reader(Declarations(source))
    for line in lines:
        reader.read(line)
    reader.finish()
    said = reader.sayings
    return Facts(
        reader.declarations.declared(),
        tuple(dict.fromkeys(said.after)),
        tuple(dict.fromkeys(said.before)),
        said.status,
        said.agent,
        said.priority,
        said.estimate,
        tuple(dict.fromkeys(said.stories)),
        tuple(dict.fromkeys(said.patches)),
        tuple(reader.declarations.problems),
    )


@dataclass(slots=True)
class _Reader:
    declarations: Declarations
    sayings: Sayings = field(default_factory=Sayings)
    headings: int = 0
    scopes: Scopes = field(default_factory=Scopes)
    places: Places = field(default_factory=Places)
    fence: Fence = field(default_factory=Fence)
    table: Table | None = None
    in_fence: bool = False
    last_declared: int = 0
    last_row: int = 0
    wraps: bool = False  # whether the paths behind that label go on in the next line
    wrapped: bool = False  # whether they began in the label's own line
    awaited: tuple[int, Meaning] | None = None  # a dependency label whose value may follow in the next line
    unfilled: tuple[int, str] | None = None  # the label of a list of files in which none was named yet
    spread: tuple[int, Meaning] | None = None  # what a label above headings of this level says of them all
    last_files: int = 0  # the line of the last label that named files

    def read(self, line: Line) -> None:
        """Take in the next line."""
        if line.fence:
            self._fence(line)
            return
        if self.in_fence:
            self._close_fence()
        if line.level:
            self._heading(line)
        elif line.text.startswith("|"):
            self._row(line)
        elif line.text.startswith(">"):
            self._mention(line)
        elif line.text:
            self._text(line)

    # headings

    def _heading(self, line: Line) -> None:
        kept, self.unfilled = self.unfilled, None
        self.leave_places()
        self.headings += 1
        is_title = self.headings == 1
        found = None if is_title else meaning(line.text)
        if self.spread and self.spread[0] > line.level:
            self.spread = None
        if kept and found is None and self.scopes.blocks:
            # "**Files to modify**:" above "### Backend" means the lists of all such headings.
            self.unfilled, self.spread = kept, (line.level, self.scopes.blocks[-1].meaning)
        elif kept:
            self.unfilled = kept
            self._end_list()
        if self.spread and found is None:
            found = self.spread[1]
        # The first heading is the title; what it speaks of is no section, and names no file to touch.
        self.scopes.enter_section(line.level, found, "" if is_title else line.text)
        self.fence.above, self.fence.folder = line, ""
        named = (paths.quoted(line.text) if "`" in line.text else ()) or _whole(line.text)
        if is_title:
            self.declarations.mention(named, line.number)
        elif found is None or found.role is not Role.AFTER:
            self._declare(named, line, paths.qualifier_kind(line.text) if "(" in line.text else None)

    # labels and list items

    def _text(self, line: Line) -> None:
        self.fence.above, self.fence.folder = line, self.places.folder
        if (self.wraps or self.awaited) and self._goes_on(line):
            return
        if self.unfilled and _is_subtitle(line):
            return
        if self.scopes.blocks:
            self.scopes.reach(line)
            if not self.scopes.blocks:
                self._end_list()
        if self.places.folder:
            self.places.reach(line.indent)
        if not line.is_item and not self.wraps and not self.scopes.blocks and not _TELLING(line.text):
            return
        if line.text.startswith("~~"):
            self._mention(line)
            return
        split = label(line.text) or _sentence(line.text)
        found = meaning(split[0]) if split else None
        if split and found and not self._is_dependency(line, split[0]):
            self._label(line, split[0], split[1], found)
        else:
            self._line(line, split)
        self._mention(line)

    def _goes_on(self, line: Line) -> bool:
        """Whether a line only goes on with the value of the label above it."""
        if line.is_item:
            return False
        if self.wraps and line.number == self.last_files + 1 and (named := paths.leading(line.text)):
            self.last_files = line.number
            self.wraps = not self.wrapped or line.text.endswith(",")
            self._declare(named, line, None)
            return True
        awaited, self.awaited = self.awaited, None
        if awaited and line.number == awaited[0] + 1:
            self._waits(line, "", line.text, awaited[1])
            return True
        return False

    def _is_dependency(self, line: Line, name: str) -> bool:
        """Whether a label is the id of a task in a list of tasks: `- PRIORITY 4.1: Title`."""
        block = self.scopes.block if line.is_item else None
        is_listed = block is not None and block.meaning.role in _WAITING
        return is_listed and bool(leading_dependency(name))

    def _label(self, line: Line, name: str, value: str, found: Meaning) -> None:
        if found.role in _PLACED:
            self._files(line, value, found)
        elif found.role in _WAITING:
            found = self._waits(line, name, value, found)
        elif found.role is Role.COVERAGE:
            # What is measured is the subject of a test, not what the test's author will change.
            if 0 < line.number - self.last_files < 3:
                self.declarations.demote(self.last_files)
        elif found.role is Role.PATCH:
            self._patch(line, value)
        else:
            in_header = self.headings <= 1 and line.indent <= _DEEPEST_FACT
            self.sayings.take(value, found, in_header=in_header)
        if not value and found.role in (Role.FILES, Role.MENTION, Role.AFTER, Role.BEFORE, Role.PATCH):
            target = _TARGET.search(name) if found.kind is Kind.MOVE else None
            self._end_list()
            if found.role is Role.FILES and found.is_strict and not self.scopes.is_mention:
                self.unfilled = (line.number, name)
            self.scopes.enter_list(
                Block(line.indent, found, line.is_item, target=target.group(1) if target else "")
            )

    def _end_list(self) -> None:
        """Report a list of files that named none."""
        if self.unfilled is not None:
            number, name = self.unfilled
            self.unfilled = None
            self.declarations.note(f"no path can be read below '{name}'", number)

    def _patch(self, line: Line, text: str) -> None:
        named = [name for name in paths.leading(text) if not name.problem]
        self.sayings.patches += [
            Declared(n.path, Kind.MENTION, self.declarations.source, line.number) for n in named
        ]

    def _waits(self, line: Line, name: str, value: str, found: Meaning) -> Meaning:
        """Note the tasks in a label such as `Requires US-035 Complete`, or else in its value."""
        if self.scopes.is_mention or (line.indent > _DEEPEST_FACT and self.headings > 1):
            return found
        self.awaited = None if value else (line.number, found)
        named, is_label = self.sayings.wait(name, value, found)
        if not named and found.is_strict and not is_none(value) and names_somebody(value):
            self.declarations.note(f"no task can be read from '{value}'", line.number)
        # A label that has said it all: the list below it only explains.
        return Meaning(Role.MENTION, Kind.MENTION) if is_label else found

    def _files(self, line: Line, value: str, found: Meaning) -> None:
        named = paths.leading(value) or paths.quoted(value)
        if value and not named and found.role is Role.FILES:
            # Behind such a label even `src` or `Makefile.in` is a path; prose is said to be none,
            # unless it counts (`3 files`), which is meant for people.
            named = paths.sole(value)
            is_said = found.is_strict and not _NO_FILES.match(value)
            if not named and is_said and not self.scopes.is_mention:
                self.declarations.note(f"no path can be read from '{value}'", line.number)
        if found.role is Role.PLACE and not named and "/" in value:
            # "**Location**: src/api" is a directory as well as `src/api/` is.
            named = tuple(
                replace(name, path=name.path + "/") for name in paths.sole(value) if not name.problem
            )
        self.last_files, self.wraps, self.wrapped = line.number, not value or value[-1] == ",", bool(value)
        under = self.places.joined(line.indent, named)
        if under:
            named = under
        elif found.role is Role.PLACE and len(named) == 1 and named[0].path.endswith("/"):
            self.leave_places()
            self.places.enter(line, named[0])
            return
        self._declare(named, line, found.kind)

    def finish(self) -> None:
        """Take the end of the lines for the end of everything that is open."""
        if self.in_fence:
            self._close_fence()
        self._end_list()
        self.leave_places()

    def leave_places(self) -> None:
        """Declare the directories of which no file was named."""
        for line, named in self.places.leave():
            self._declare((named,), line, None)

    def _line(self, line: Line, split: tuple[str, str] | None) -> None:
        """A line without a label of ours: an item of the list it stands in, or free text."""
        block = self.scopes.block
        role = block.meaning.role if block else None
        if block and role is Role.FILES and (line.is_item or self.scopes.in_list):
            if is_none(line.text):
                self.unfilled = None
            self._item(line, item(line, block, split), is_loose=block.is_leading)
        elif block and role is Role.FILES and (named := _only_paths(line.text)):
            self._declare(named, line, block.meaning.kind)
        elif block and role in _WAITING and line.is_item:
            self.sayings.wait_in_list(line.text, block.meaning, is_section=not self.scopes.in_list)
        elif role is Role.PATCH and line.is_item:
            self._patch(line, line.text)
        else:
            said = free(line, split)
            self._item(line, said, is_loose=True)
            if said.kind and not said.named and line.is_item:
                # "3. **Update the documentation**:" gives the paths in the list below it their meaning.
                found = Meaning(Role.FILES, said.kind)
                self.scopes.enter_list(Block(line.indent, found, is_item=True, is_leading=True))

    def _item(self, line: Line, said: Said, *, is_loose: bool) -> None:
        """Declare what an item says; names below a directory, or beside its label, lie in it."""
        named = said.named or (paths.leading(line.text) if self.places.folder and line.is_item else ())
        under = self.places.joined(line.indent, named) if line.is_item else ()
        if under:
            self._declare(under, line, said.kind, is_loose=is_loose)
            return
        is_directory = len(said.named) == 1 and said.named[0].path.endswith("/") and not said.named[0].problem
        if line.is_item and is_directory and not self.scopes.is_mention:
            self.leave_places()
            kind = said.named[0].kind or said.kind
            self.places.enter(line, replace(said.named[0], kind=kind), is_bullet=True)
            self.unfilled = None
            return
        self._declare_said(said, line, is_loose=is_loose)

    # tables and fences

    def _row(self, line: Line) -> None:
        if self._is_property(line):
            return
        is_next, self.last_row = line.number == self.last_row + 1, line.number
        if self.table is None or not is_next:
            self.table = Table.of(line.text)
            return
        self.scopes.reach(line)
        block = self.scopes.block
        in_files = block is not None and block.meaning.role is Role.FILES
        named, kind = self.table.named(line.text, in_files=in_files)
        self._declare(named, line, kind or (block.meaning.kind if block else None))
        self._mention(line)

    def _is_property(self, line: Line) -> bool:
        """Take in a row such as `| Depends on | SPEC-8 |`, in which a label and its value stand side by side."""
        row = cells(line.text)
        found = meaning(row[0].strip("*` ")) if len(row) == 2 and self.headings <= 1 else None
        if found is None or found.role not in (*_WAITING, Role.STATUS):
            return False
        self._label(line, row[0], row[1], found)
        return True

    def _fence(self, line: Line) -> None:
        if line.fence > 1:
            self._declare_found(self.fence.read(line))
            return
        if self.in_fence:
            self._close_fence()
        self.in_fence = True
        block = self.scopes.block
        self.fence.is_list = block is not None and block.meaning.role is Role.FILES
        found = tuple(self.fence.open(line, self.scopes))
        if found and self.places.folder and found[0].named.path.startswith(self.places.folder):
            self.places.use()
        self._declare_found(found)

    def _close_fence(self) -> None:
        self.in_fence = False
        self._declare_found(self.fence.close())

    def _declare_found(self, found: Iterable[Found]) -> None:
        for one in found:
            at = Line(one.line, 0, 0, False, 0, "")
            if one.guess is Kind.MENTION:
                self.declarations.mention((one.named,), one.line)
            else:
                self._declare((one.named,), at, None, is_loose=True, guess=one.guess)

    # results

    def _declare_said(self, said: Said, line: Line, *, is_loose: bool) -> None:
        self._declare(said.named, line, said.kind, is_loose=is_loose)

    def _declare(
        self,
        named: Iterable[Named],
        line: Line,
        kind: Kind | None,
        *,
        is_loose: bool = False,
        guess: Kind = Kind.MODIFY,
    ) -> None:
        """Write down what a line names; in loose text an unusable path is an example, elsewhere a problem."""
        if named:
            self.unfilled = None
        if named and self.scopes.is_mention:
            self.declarations.mention(named, line.number)
            return
        for name in named:
            if not name.problem or is_looked_up_later(name):
                self.last_declared = line.number
                doubtful = is_loose and is_doubtful(name.path)
                said = name.kind or kind
                self.declarations.keep(name, said, line.number, guess=guess, is_doubtful=doubtful)
            elif not is_loose:
                self.declarations.refuse(name, line.number)

    def _mention(self, line: Line) -> None:
        ticks = line.text.count("`")
        if ticks > 2 or (ticks == 2 and self.last_declared != line.number):
            self.declarations.mention(paths.quoted(line.text), line.number)


def _is_subtitle(line: Line) -> bool:
    """Whether a line is a title within a list of files: `**Backend**:`."""
    is_bold = not line.is_item and line.text.startswith("**") and line.text.rstrip("*").endswith(":")
    return is_bold and meaning(line.text.strip("*: ")) is None


def _sentence(text: str) -> tuple[str, str] | None:
    """A dependency that is told without a colon: `Depends on SPEC-11`, `**Blocked by** SPEC-14`."""
    match = _WAITS.match(text)
    return (match.group(1), text[match.end() :]) if match else None


def _only_paths(text: str) -> tuple[Named, ...]:
    """The paths of a line that holds nothing else."""
    named = paths.leading(text)
    return named if len(text.split()) <= len(named) else ()


def _whole(text: str) -> tuple[Named, ...]:
    """The path that a heading consists of, apart from a number before it."""
    if "/" not in text:
        return ()
    words = text.split()
    words = words[1:] if words and words[0].rstrip(".)").isdigit() else words
    return paths.leading(" ".join(words)) if words and "/" in words[0] else ()
