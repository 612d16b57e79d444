"""The few things of Markdown that declarations are made of: headings, list items, labels, table rows."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ..document import LONGEST_LINE, Document, fence_depths

_SHAPE = re.compile(r"([ \t]*)(?:(#{1,6})[ \t]+|((?:[-*+•]|\d{1,3}[.)])[ \t]+(?:\[[ xX~-]\][ \t]+)?))?")
# What indents a line or begins a heading or an item, beside the digits of all scripts.
_MARKS = frozenset(" \t#-*+•")
_DEEPEST = 6
_LABEL_LENGTH = 60


class Line(NamedTuple):
    """One line: `text` without its marks, `level` of a heading, `fence` as `document.fence_depths` counts."""

    number: int
    indent: int
    level: int
    is_item: bool
    fence: int
    text: str


def read_lines(document: Document, *, blank: bool = True) -> Iterator[Line]:
    """The lines of a document; one that is too long to be looked at is empty. Blank ones only with `blank`."""
    depths = fence_depths(document.lines)
    lines: Iterable[str] = document.lines
    if any("<!--" in line for line in document.lines):
        depths = tuple(depths)
        lines = _without_comments(document.lines, depths)
    for number, (raw, fence) in enumerate(zip(lines, depths, strict=True), 1):
        if fence or len(raw) > LONGEST_LINE:
            text = raw if len(raw) <= LONGEST_LINE else ""
            yield Line(number, 0, 0, False, fence, text)
        elif blank or (raw and not raw.isspace()):
            yield read_line(number, raw)


def _without_comments(lines: Sequence[str], depths: Sequence[int]) -> Iterator[str]:
    """The lines as a reader of the page sees them; a comment that nobody ends is text."""
    last_end = max((number for number, line in enumerate(lines) if "-->" in line), default=-1)
    is_inside = False
    for number, (line, fence) in enumerate(zip(lines, depths, strict=True)):
        shown, rest = [], line
        while rest:
            if is_inside:
                _, end, rest = rest.partition("-->")
                is_inside = not end
                continue
            text, begin, rest = rest.partition("<!--")
            shown.append(text)
            is_inside = bool(begin) and not fence and ("-->" in rest or number < last_end)
            if begin and not is_inside:
                shown.append(begin)
        yield "".join(shown)


def read_line(number: int, raw: str) -> Line:
    """One line that stands in no code fence."""
    if (raw[:1] not in _MARKS and not raw[:1].isdecimal()) or raw.startswith("**"):
        return Line(number, 0, 0, False, 0, raw.strip())
    text = raw.lstrip("#")
    if text[:1] in (" ", "\t") and 0 < (level := len(raw) - len(text)) <= _DEEPEST:
        return Line(number, 0, level, False, 0, text.strip())
    shape = _SHAPE.match(raw)
    assert shape is not None  # every part of the pattern is optional
    space, hashes, bullet = shape.groups()
    indent = len(space.expandtabs(4)) if space else 0
    return Line(number, indent, len(hashes or ""), bool(bullet), 0, raw[shape.end() :].strip())


def label(text: str) -> tuple[str, str] | None:
    """The name and the value of `**Name**: value`, `**Name:** value`, `Name: value` or `_Name: value_`."""
    if "：" in text:
        text = text.replace("：", ": ", 1)
    if text.startswith(("**", "__")):
        return _bold_label(text)
    if text.startswith("_") and text.endswith("_"):
        text = text.strip("_")
    name, colon, value = text.partition(":")
    if not colon or len(name) > _LABEL_LENGTH or (value and not value[0].isspace()):
        return None
    return name.strip(), value.strip()


def _bold_label(text: str) -> tuple[str, str] | None:
    end = text.find(text[:2], 2)
    name, rest = text[2:end].strip(), text[end + 2 :]
    if end < 0 or len(name) > 2 * _LABEL_LENGTH:
        return None
    if name.endswith(":"):
        return name.rstrip(": "), rest.strip()
    between, colon, value = rest.partition(":")
    between = between.strip()
    if colon and (not between or (between[0] == "(" and between[-1] == ")")):
        return name, value.strip()
    return None


def cells(text: str) -> tuple[str, ...]:
    """The cells of a table row; empty when the line is none."""
    if not text.startswith("|"):
        return ()
    return tuple(cell.strip() for cell in text.strip("|").split("|"))


def is_rule(row: tuple[str, ...]) -> bool:
    """Whether a table row is the line under the header."""
    return all(not cell.strip(":- ") for cell in row)
