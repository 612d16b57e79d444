"""Conflict markers in a text: those that a merge has just written, and those that somebody has left."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# What git writes unless an attribute says otherwise.
USUAL_SIZE = 7
_RUN = re.compile(r"^(<+|=+|>+)", re.MULTILINE)
# The line between the sides is no sign: many a heading is underlined so.
_LEFT = re.compile(rf"(?:<{{{USUAL_SIZE},}}|>{{{USUAL_SIZE},}}) .*|<{{{USUAL_SIZE}}}|>{{{USUAL_SIZE}}}")


@dataclass(frozen=True, slots=True)
class Hunk:
    """One place where a merge could not decide, and the lines of both sides there.

    `first` and `last` are the lines of its outer markers in the merged file, counted from 1.
    """

    first: int
    last: int
    ours: tuple[str, ...]
    theirs: tuple[str, ...]


def hunks(text: str, *, ours: str, theirs: str, size: int = USUAL_SIZE) -> tuple[Hunk, ...]:
    """The places that a merge has marked, with these names for the sides and markers of this many characters.

    Where no side has a line that begins with so many of them (see `size_for`), no other line is taken for a marker.
    """
    return tuple(_hunks(text, ours, theirs, size))


def size_for(texts: Iterable[str]) -> int:
    """How long markers have to be so that no line of these texts can be taken for one."""
    longest = max((len(match[0]) for text in texts for match in _RUN.finditer(text)), default=0)
    return max(USUAL_SIZE, longest + 1)


def left(text: str, before: Iterable[str]) -> tuple[int, ...]:
    """The lines, counted from 1, that are markers of a conflict and were so in none of the texts it was made from."""
    known: Counter[str] = Counter()
    for one in before:
        known |= Counter(line for _, line in _marked(one))
    found = []
    for number, line in _marked(text):
        if known[line]:
            known[line] -= 1
        else:
            found.append(number)
    return tuple(found)


def _marked(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(_lines(text), 1):
        if line.startswith(("<" * USUAL_SIZE, ">" * USUAL_SIZE)) and _LEFT.fullmatch(line):
            yield number, line


def _hunks(text: str, ours: str, theirs: str, size: int) -> Iterator[Hunk]:
    begins, between, ends = f"{'<' * size} {ours}", "=" * size, f"{'>' * size} {theirs}"
    first = side = 0
    sides: tuple[list[str], list[str]] = ([], [])
    for number, line in enumerate(_lines(text), 1):
        if not first:
            if _is(line, begins):
                first, sides, side = number, ([], []), 0
        elif side == 0 and line == between:
            side = 1
        elif _is(line, ends):
            yield Hunk(first, number, tuple(sides[0]), tuple(sides[1]))
            first = 0
        else:
            sides[side].append(line)


def _is(line: str, marker: str) -> bool:
    # Where a side has the file under another name, that follows.
    return line == marker or line.startswith(f"{marker}:")


def _lines(text: str) -> Iterator[str]:
    return (line.removesuffix("\r") for line in text.split("\n"))
