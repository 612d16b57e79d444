"""JSON out of a file that nobody vouches for: values with what was wrong in them, and never an exception."""

import json
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ...names import printable
from ..document import LONGEST_LINE, Document
from ..prose.markdown import Line, read_lines
from ..prose.reading import Facts, read_facts
from ..task import Problem
from .fields import storable

Json: TypeAlias = Any  # what json.loads gives
MOST_ITEMS = 20_001  # one more than `read` takes, so that it says that there are more
_MOST_LINES = 40_000
_MOST_PROBLEMS = 1000
_LONGEST_NUMBER = 18
_SPACE = frozenset(" \t\r\n")


@dataclass(slots=True)
class Reader:
    """Reads values; `odd` is what the last one held that JSON does not have or that says two things."""

    odd: dict[str, None] = field(default_factory=dict)
    _decoder: json.JSONDecoder = field(init=False)

    def __post_init__(self) -> None:
        self._decoder = json.JSONDecoder(
            object_pairs_hook=self._object, parse_int=self._number, parse_constant=self._constant
        )

    def at(self, text: str, start: int) -> tuple[Json, int]:
        """The value at `start` and the place behind it; raises Unreadable."""
        self.odd.clear()
        try:
            return self._decoder.raw_decode(text, start)
        except json.JSONDecodeError as error:
            raise Unreadable(f"no JSON: {error.msg[:1].lower()}{error.msg[1:]}", error.pos) from error
        except RecursionError as error:
            raise Unreadable("no JSON that can be read: nested too deeply", start) from error

    def _object(self, pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        found = dict(pairs)
        if len(found) < len(pairs):
            seen: set[str] = set()
            twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
            self.odd[f"'{printable(twice[:40])}' stands twice in one object"] = None
        return found

    def _number(self, digits: str) -> int | None:
        if len(digits) <= _LONGEST_NUMBER:
            return int(digits)
        self.odd[f"a number of {len(digits)} digits"] = None
        return None

    def _constant(self, name: str) -> None:
        self.odd[f"{name}, which is no JSON"] = None


class Unreadable(Exception):
    """Text that is no JSON, and the place in it."""

    def __init__(self, message: str, place: int) -> None:
        super().__init__(message)
        self.message, self.place = message, place


def skip_space(text: str, at: int) -> int:
    """The place of the next character that is no white space."""
    while at < len(text) and text[at] in _SPACE:
        at += 1
    return at


def string(value: Json) -> str:
    """A text as it can be stored; empty for anything else."""
    return storable(value) if isinstance(value, str) else ""


class Complaints:
    """What is wrong with a document, up to a number that somebody may still read."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[Problem] = []

    def add(self, line: int, message: str) -> None:
        """Report one thing; behind the last that is kept stands that there are more."""
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(Problem(self.path, line, message))
        elif len(self.problems) == _MOST_PROBLEMS:
            self.problems.append(Problem(self.path, line, "more problems from here on, not listed"))


class Prose:
    """Reads the texts of items, each of which stands in one line of the file."""

    def __init__(self, complaints: Complaints) -> None:
        self._complaints = complaints
        self._room = _MOST_LINES

    def facts(self, number: int, title: str, text: str) -> Facts:
        """What a text below its title says; what is wrong with it goes to the complaints."""
        path = self._complaints.path
        document = Document(path, tuple(text.split("\n")[: max(self._room, 0)]))
        self._room -= len(document.lines)
        if self._room == 0:
            message = f"more than {_MOST_LINES} lines of text; in the rest no path is looked for"
            self._complaints.add(number, message)
            self._room = -1
        if any(len(line) > LONGEST_LINE for line in document.lines):
            size = f"{LONGEST_LINE >> 10} KiB"
            self._complaints.add(number, f"a paragraph longer than {size}, in which no path is looked for")
        lines = (
            Line(number, line.indent, line.level, line.is_item, line.fence, line.text)
            for line in read_lines(document)
        )
        facts = read_facts(path, (Line(number, 0, 1, False, 0, title), *lines))
        for problem in facts.problems:
            self._complaints.add(problem.line, problem.message)
        return facts
