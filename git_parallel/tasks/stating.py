"""Where in the text of a document a task says how far it is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from .document import LONGEST_LINE, Document, fence_depths
from .draft import Draft
from .forms import front_matter
from .forms.matter_keys import meaning_of
from .prose.labels import Role, meaning
from .prose.markdown import label, read_line
from .prose.status import status_of
from .task import Status

_DIGIT = re.compile("[0-9]")
_LABEL = re.compile("status.*[:：]", re.IGNORECASE)
_BOX = re.compile(r"[ \t]*(?:[-*+•]|[0-9]{1,3}[.)])[ \t]{1,8}\[([ ~/-])\]")
_MARK = re.compile("[📝🔄🚧✅⏸❌]\ufe0f?")
_FIELD = re.compile(
    r"[^:]{1,60}:[ \t]+(?:\"([^\"\\]*)\"|'([^']*)'|([^\s\"'#&*!|>{\[%@`][^#]*?))[ \t]*(?:#.*)?"
)
_JSON_PART = re.compile(r'"((?:[^"\\\r\n]|\\.)*)"(?:[ \t\r\n]*:[ \t\r\n]*(?:"([a-z_ -]*)")?)?|[{}\[\]]')


class Kind(Enum):
    """What a place is: words that people wrote, the same in a heading, a tracker's word, a box."""

    LABEL = auto()
    HEADING = auto()
    FIELD = auto()
    JSON = auto()
    BOX = auto()


@dataclass(frozen=True, slots=True)
class Place:
    """The part of a text, from `start`, that says how far a task is."""

    kind: Kind
    start: int
    text: str


class Sheet:
    """The text of a document by its lines, and its tasks."""

    def __init__(self, path: str, text: str, drafts: tuple[Draft, ...]) -> None:
        self._text, self._drafts = text, drafts
        # Where nothing else does, a carriage return alone ends a line.
        ends = [found.span() for found in re.finditer(r"\r?\n" if "\n" in text else r"\r", text)]
        # A byte order mark is none of the first line's characters.
        self._starts = [int(text.startswith("\ufeff")), *(end for _, end in ends)]
        stops = [*(stop for stop, _ in ends), len(text)]
        lines = (text[start:stop].replace("\r", " ") for start, stop in zip(self._starts, stops, strict=True))
        self._document = Document(path, tuple(lines))
        self._fences = tuple(fence_depths(self._document.lines))
        self._next = self._following()
        self._matter = front_matter.read(self._document) or front_matter.NONE

    def _following(self) -> dict[int, int]:
        lines = sorted({draft.line for draft in self._drafts})
        return dict(zip(lines, [*lines[1:], len(self._document.lines) + 1], strict=True))

    def labels(self, draft: Draft) -> Iterator[Place]:
        """The line `**Status**: ...` of a task, the first one that names a state."""
        first = draft.line if len(self._drafts) > 1 else self._matter.body
        for number in range(first, self._next[draft.line]):
            raw = self._document.lines[number - 1]
            if self._fences[number - 1] or len(raw) > LONGEST_LINE or not _LABEL.search(raw):
                continue
            split = label(read_line(number, raw).text)
            known = meaning(split[0]) if split else None
            if split and known and known.role is Role.STATUS and status_of(split[1]):
                if split[1] in raw:
                    yield self._place(Kind.LABEL, number, raw.rindex(split[1]), split[1])
                return

    def headings(self, draft: Draft) -> Iterator[Place]:
        """What the heading of a task says from a mark on."""
        raw = self._document.lines[draft.line - 1]
        mark = _MARK.search(raw)
        if mark is None or not raw.startswith("#"):
            return
        end = len(raw.rstrip(" \t#"))
        number = _DIGIT.search(raw)
        if number and mark.start() < number.start():
            # It stands before the id; of what follows the words before a colon belong to it.
            colon = raw.find(":", mark.end(), number.start())
            end = mark.end() if colon < 0 else colon
        yield self._place(Kind.HEADING, draft.line, mark.start(), raw[mark.start() : end])

    def fields(self, _draft: Draft) -> Iterator[Place]:
        """The value of `status` in front matter."""
        for name, value in self._matter.pairs:
            raw = self._document.lines[value.line - 1]
            found = _FIELD.fullmatch(raw)
            if meaning_of(name) == "status" and found and value.text is not None:
                group = found.lastindex or 0
                if found[group] == value.text:
                    yield self._place(Kind.FIELD, value.line, found.start(group), value.text)

    def boxes(self, draft: Draft) -> Iterator[Place]:
        """The box of a task."""
        yield from self._box(draft.line)

    def steps(self, draft: Draft) -> Iterator[Place]:
        """All boxes below the heading of a task."""
        for number in range(draft.line + 1, self._next[draft.line]):
            yield from self._box(number)

    def _box(self, number: int) -> Iterator[Place]:
        found = _BOX.match(self._document.lines[number - 1])
        if found and not self._fences[number - 1]:
            yield self._place(Kind.BOX, number, found.start(1), found[1])

    def members(self, draft: Draft) -> Iterator[Place]:
        """The value of `"status"` in the JSON object that begins on the line of a task."""
        column = self._document.lines[draft.line - 1].find("{")
        if column < 0:
            return
        depth = 0
        for found in _JSON_PART.finditer(self._text, self._starts[draft.line - 1] + column):
            depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(found[0], 0)
            if depth == 1 and found[1] == "status" and found[2]:
                yield Place(Kind.JSON, found.start(2), found[2])
            if depth <= 0:
                return

    def _place(self, kind: Kind, number: int, column: int, text: str) -> Place:
        # A carriage return was read as a blank, but somebody meant a line to end there.
        start = self._starts[number - 1] + column
        return Place(kind, start, self._text[start : start + len(text)].partition("\r")[0])

    def texts(self, kind: Kind) -> tuple[list[str], list[str]]:
        """What all tasks say at places of one kind: those that are complete, and the others."""
        find = self.labels if kind is Kind.LABEL else self.headings
        complete: list[str] = []
        others: list[str] = []
        for draft in self._drafts:
            texts = complete if draft.status is Status.COMPLETE else others
            texts += [place.text for place in find(draft)]
        return complete, others
