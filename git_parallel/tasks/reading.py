"""One pass over the lines of a task: what it will touch, what it waits for, and what is said of it.

A heading or a label opens a *scope* that gives the lines below it a meaning; a line in no scope
declares only when its own words do (`Create \\`path\\``, `path (NEW)`).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from . import paths
from .declarations import Declarations
from .dependencies import After, dependencies, leading_dependency
from .estimate import seconds
from .labels import VERBS, Meaning, Role, meaning
from .markdown import Line, cells, is_rule, label
from .paths import Named
from .status import status_of
from .task import Declared, Kind, Problem, Status
from .tree import Tree

_VERB = re.compile(
    r"[^\w`]{0,8}(" + "|".join(VERBS) + r")(?:d|s)?\b:?\*{0,2}:?"
    r"(?:[ \t]+(?:the|a|an|new|existing|file|files|module|test|tests|script|directory|in|at|all)\b){0,3}"
    r"[ \t]*:?[ \t]*",
    re.IGNORECASE,
)
_INTO = re.compile(r"\b(?:to|in|into|at|from)[ \t]+(?=`)")
_INTO_VERBS = re.compile(
    r"[^\w`]{0,8}(?:add|write|implement|extract|put|insert|register|wire|document)\b", re.IGNORECASE
)
_FENCE_COMMENT = re.compile(r"(?:#|//|--)[ \t]{1,4}([^\s`]{3,300})[ \t]{0,8}(\([^()]{1,60}\))?[ \t]{0,8}")
_FILE_COLUMNS = {"file", "files", "file path", "path", "filename", "source", "destination", "target"}
_CHANGE_COLUMNS = {"change", "changes", "action", "actions", "operation", "modification", "type of change"}
_AGENT = re.compile(r"[`*\s]{0,4}([a-z][a-z0-9_.-]{1,60})(?: agent)?`?(?:[ ,(;*].*)?")
_STORY = re.compile(r"\b(US-\d{1,6})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the lines of one task say."""

    declared: tuple[Declared, ...]
    after: tuple[After, ...]
    status: Status | None
    agent: str | None
    priority: float | None
    estimate: float | None
    stories: tuple[str, ...]
    problems: tuple[Problem, ...]


def read_facts(source: str, lines: Iterable[Line], *, status_anywhere: bool) -> Facts:
    """The facts in `lines`. A SPEC says its own status before its second heading; steps have theirs below."""
    reader = _Reader(Declarations(source), status_anywhere=status_anywhere)
    for line in lines:
        reader.read(line)
    reader.end_place()
    return Facts(
        reader.declarations.declared(),
        tuple(dict.fromkeys(reader.after)),
        reader.status,
        reader.agent,
        reader.priority,
        reader.estimate,
        tuple(dict.fromkeys(reader.stories)),
        tuple(reader.declarations.problems),
    )


@dataclass(slots=True)
class _Block:
    """The list below a label, or the section below a heading."""

    depth: int  # the indent of a label, the level of a heading
    meaning: Meaning
    is_item: bool = False  # whether the label is itself an item of a list


@dataclass(slots=True)
class _Reader:
    declarations: Declarations
    status_anywhere: bool
    after: list[After] = field(default_factory=list)
    stories: list[str] = field(default_factory=list)
    status: Status | None = None
    agent: str | None = None
    priority: float | None = None
    estimate: float | None = None
    headings: int = 0
    sections: list[_Block] = field(default_factory=list)
    blocks: list[_Block] = field(default_factory=list)
    place: tuple[int, int, Named] | None = None  # a directory whose files may follow: indent, line, name
    header: tuple[str, ...] = ()
    tree: Tree = field(default_factory=Tree)

    def read(self, line: Line) -> None:
        """Take in the next line."""
        if line.fence:
            self._fence(line)
        elif line.level:
            self._heading(line)
        elif not line.text or line.text.startswith(">"):
            self.header = ()
        elif line.text.startswith("|"):
            self._row(line)
        else:
            self._text(line)

    # headings

    def _heading(self, line: Line) -> None:
        self.end_place()
        self.headings += 1
        self.blocks.clear()
        while self.sections and self.sections[-1].depth >= line.level:
            self.sections.pop()
        found = meaning(line.text)
        named = tuple(n for n in paths.quoted(line.text)) or _whole(line.text)
        if self.headings > 1 and named and (found is None or found.role is not Role.AFTER):
            self._declare(named, line, paths.qualifier_kind(line.text) if "(" in line.text else None)
        # The first heading is the title; what it speaks of is no section.
        if self.headings > 1 and found and found.role in (Role.FILES, Role.MENTION, Role.AFTER):
            self.sections.append(_Block(line.level, found))

    # labels and list items

    def _text(self, line: Line) -> None:
        self._close_blocks(line)
        split = label(line.text)
        found = meaning(split[0]) if split else None
        if split and found:
            self._label(line, split[0], split[1], found)
            return
        if self.place and line.indent < self.place[0]:
            self.end_place()
        scope = self._scope()
        if scope and scope.role is Role.FILES and (line.is_item or self.blocks):
            self._file_item(line, scope, split)
        elif scope and scope.role is Role.AFTER and line.is_item:
            self._after_item(line, scope)
        else:
            self._free(line, split)

    def _label(self, line: Line, name: str, value: str, found: Meaning) -> None:
        if found.role in (Role.FILES, Role.PLACE):
            self._files(line, value, found)
        elif found.role is Role.AFTER:
            self._waits(name, value, found)
        else:
            self._said(value, found)
        if not value and found.role in (Role.FILES, Role.MENTION, Role.AFTER):
            self.blocks.append(_Block(line.indent, found, line.is_item))

    def _waits(self, name: str, value: str, found: Meaning) -> None:
        """Note the tasks in a label such as `Requires US-035 Complete`, or else in its value."""
        if not self._is_mention():
            inside = dependencies(name) if any(c.isdigit() for c in name) else ()
            self.after += inside or dependencies(value, is_strict=found.is_strict)

    def _files(self, line: Line, value: str, found: Meaning) -> None:
        named = paths.leading(value) or paths.quoted(value)
        if value and not named and found.role is Role.FILES:
            # Behind such a label even `src` or `Makefile.in` is a path; prose is said to be none,
            # unless it counts (`3 files`), which is meant for people.
            named = paths.sole(value)
            if not named and not self._is_mention() and not value[0].isdigit():
                self.declarations.note(f"no path can be read from '{value}'", line.number)
        under = self._under_place(line, named)
        if under is not None:
            named = under
        elif found.role is Role.PLACE and len(named) == 1 and named[0].path.endswith("/"):
            self.end_place()
            self.place = (line.indent, line.number, named[0])
            return
        self._declare(named, line, found.kind)

    def _under_place(self, line: Line, named: tuple[Named, ...]) -> tuple[Named, ...] | None:
        """The bare names of a `Files:` item put under the `Directory:` item above it."""
        if self.place is None:
            return None
        indent, _, place = self.place
        if indent != line.indent or not named or any("/" in name.path for name in named):
            self.end_place()
            return None
        self.place = None
        joined = [place.path + name.path for name in named]
        return tuple(
            Named(path, name.kind or place.kind, paths.pattern_problem(path))
            for path, name in zip(joined, named, strict=True)
        )

    def end_place(self) -> None:
        """Declare a directory that no list of its files followed."""
        if self.place is not None:
            indent, number, named = self.place
            self.place = None
            self._declare((named,), Line(number, indent, 0, False, 0, ""), None)

    def _said(self, value: str, found: Meaning) -> None:
        in_header = self.status_anywhere or self.headings <= 1
        if found.role is Role.ESTIMATE:
            self.estimate = seconds(value) if self.estimate is None else self.estimate
        elif found.role is Role.STATUS and in_header and self.status is None:
            self.status = status_of(value)
        elif found.role is Role.AGENT and in_header and self.agent is None:
            agent = _AGENT.fullmatch(value)
            self.agent = agent.group(1) if agent else None
        elif found.role is Role.PRIORITY and in_header and self.priority is None:
            self.priority = _number(value)
        elif found.role is Role.STORY and in_header:
            self.stories += [story.upper() for story in _STORY.findall(value)]

    def _file_item(self, line: Line, scope: Meaning, split: tuple[str, str] | None) -> None:
        verb = _VERB.match(line.text)
        kind = VERBS.get(verb.group(1).casefold()) if verb else None
        named = paths.leading(line.text[verb.end() :]) if verb else paths.leading(line.text)
        if not named and split and paths.leading(split[0]):
            named = paths.leading(split[0])
        if not named and line.is_item and (not self.blocks or line.indent <= self.blocks[-1].depth + 1):
            named = paths.quoted(line.text)
        self._declare(named, line, kind or scope.kind)

    def _after_item(self, line: Line, scope: Meaning) -> None:
        if self.blocks:
            self.after += dependencies(line.text, is_strict=scope.is_strict)
        else:
            self.after += leading_dependency(line.text)

    def _free(self, line: Line, split: tuple[str, str] | None) -> None:
        """A line that no label or heading explains: a verb, a remark or bold type must."""
        verb = _VERB.match(line.text)
        if verb:
            named = paths.leading(line.text[verb.end() :])
            named = tuple(n for n in named if n.is_quoted or line.is_item)
            is_into = line.text[verb.end() :].startswith(("to ", "in ", "into "))  # "Add to `x`"
            kind = VERBS[verb.group(1).casefold()] if named and not is_into else None
            self._declare(named or _into(line.text), line, kind, is_loose=True)
        elif _INTO_VERBS.match(line.text):
            self._declare(_into(line.text), line, None, is_loose=True)
        elif line.text.startswith(("`", "**`", "**")) or line.is_item:
            self._remarked(line, split)

    def _remarked(self, line: Line, split: tuple[str, str] | None) -> None:
        if split and line.text.startswith("**`"):
            self._declare(paths.leading(split[0]), line, None, is_loose=True)
            return
        named = paths.leading(line.text) if "`" in line.text or "(" in line.text else ()
        self._declare(tuple(n for n in named if n.kind is not None), line, None, is_loose=True)

    # tables

    def _row(self, line: Line) -> None:
        row = cells(line.text)
        if not self.header:
            self.header = tuple(cell.strip("*` ").casefold() for cell in row)
            return
        if is_rule(row):
            return
        self._close_blocks(line)
        scope = self._scope()
        in_files = scope is not None and scope.role is Role.FILES
        columns = [i for i, name in enumerate(self.header) if name in _FILE_COLUMNS and i < len(row)]
        if not in_files and not (columns and _CHANGE_COLUMNS & set(self.header)):
            return
        named = [n for i in columns or range(len(row)) for n in paths.leading(row[i])]
        self._declare(tuple(named if columns else named[:1]), line, self._row_kind(row, scope))

    def _row_kind(self, row: tuple[str, ...], scope: Meaning | None) -> Kind | None:
        for name, cell in zip(self.header, row, strict=False):
            first = cell.strip("*` ").split(" ", 1)[0].casefold()
            if name in _CHANGE_COLUMNS and first in VERBS and first != "add":
                return VERBS[first]
        return scope.kind if scope else None

    # fences

    def _fence(self, line: Line) -> None:
        if line.fence == 1:
            self.tree = Tree()
            return
        if line.fence == 2 and (comment := _FENCE_COMMENT.fullmatch(line.text.strip())):
            remark = comment.group(2) or ""
            named = paths.leading(f"`{comment.group(1)}` {remark if 'new' in remark.casefold() else ''}")
            if any("/" in n.path and not n.problem and not n.path.endswith("/") for n in named):
                self._declare(named, line, None, is_loose=True)
        for name in self.tree.named(line.text):
            self._declare((name,), line, None, is_loose=True)

    # scopes and results

    def _close_blocks(self, line: Line) -> None:
        """A list ends with what stands no deeper than its label and is no item of it."""
        while self.blocks and not self._continues(self.blocks[-1], line):
            self.blocks.pop()

    def _continues(self, block: _Block, line: Line) -> bool:
        if line.indent != block.depth:
            return line.indent > block.depth
        return (line.is_item or line.text.startswith("|")) and not block.is_item

    def _scope(self) -> Meaning | None:
        mention = next((s.meaning for s in self.sections if s.meaning.role is Role.MENTION), None)
        if mention:
            return mention
        if self.blocks:
            return self.blocks[-1].meaning
        return self.sections[-1].meaning if self.sections else None

    def _is_mention(self) -> bool:
        scope = self._scope()
        return scope is not None and scope.role is Role.MENTION

    def _declare(
        self, named: tuple[Named, ...], line: Line, kind: Kind | None, *, is_loose: bool = False
    ) -> None:
        """Write down what a line names; in loose text an unusable path is an example, elsewhere a problem."""
        is_mention = self._is_mention()
        for name in named:
            if name.problem and not is_mention and not is_loose:
                self.declarations.refuse(name, line.number)
            elif not name.problem:
                said = Kind.MENTION if is_mention else name.kind or kind or Kind.MODIFY
                self.declarations.keep(name.path, said, line.number)


def _whole(text: str) -> tuple[Named, ...]:
    """The path that a heading consists of, apart from a number before it."""
    words = text.split()
    words = words[1:] if words and words[0].rstrip(".)").isdigit() else words
    return paths.leading(words[0]) if words and "/" in words[0] and len(words) < 3 else ()


def _into(text: str) -> tuple[Named, ...]:
    """The back-ticked path behind the first "to", "in" or "into"."""
    for match in _INTO.finditer(text):
        named = paths.leading(text[match.end() :])
        if named:
            return named
    return ()


def _number(value: str) -> float | None:
    word = value.strip("*`# ").split(" ", 1)[0]
    return float(word) if re.fullmatch(r"\d{1,6}(?:\.\d{1,4})?", word) else None
