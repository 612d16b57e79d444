"""Text for people: tables through rich on a terminal, plain columns in a pipe."""

import os
import sys
from collections.abc import Sequence
from typing import Any

from ..names import printable

_MOST_RICH = 1000
_NARROWEST = 20
_SHORTEST_TITLE = 12
_INDENT = 4
# What each state looks like; the word is always there too.
_STYLES = {
    "running": "cyan",
    "succeeded": "green",
    "merged": "green",
    "failed": "red",
    "lost": "red",
    "conflicted": "red",
    "rejected": "red",
    "cancelled": "yellow",
    "merging": "cyan",
    "complete": "green",
    "in progress": "cyan",
    "blocked": "yellow",
}


def table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under headers; every cell is made safe to show."""
    safe = [[printable(cell) for cell in row] for row in rows]
    # rich lays out thousands of rows for seconds.
    if sys.stdout.isatty() and len(rows) <= _MOST_RICH:
        _rich_table(headers, safe)
        return
    _columns([headers, *safe])


def columns(rows: Sequence[Sequence[str]]) -> None:
    """Print rows as columns without headers, each row on one line however long; paths in it stay whole."""
    if rows:
        _columns([[printable(cell) for cell in row] for row in rows])


def _columns(rows: Sequence[Sequence[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
    sys.stdout.writelines(f"{line}\n" for line in lines)


def _rich_table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for header in headers:
        # A title may be cut; what a path or a reason says must not be.
        is_title = header == "TITLE"
        shown.add_column(header, overflow="ellipsis" if is_title else "fold", no_wrap=is_title)
    for row in rows:
        shown.add_row(*(Text(cell, style=_STYLES.get(cell, "")) for cell in row))
    Console(highlight=False).print(shown)


def stacked(headers: Sequence[str], rows: Sequence[Sequence[str]], below: Sequence[Sequence[str]]) -> None:
    """Print rows where a table has no room: the last cell is cut, and the lines `below` follow on each row.

    What a long id leaves no room for stands below it. Lines below that are too long stay whole.
    """
    room = width() or 80
    safe = [[printable(cell) for cell in row] for row in rows]
    # One long id must not push all the others aside.
    widths = [min(max(map(len, column)), room // 2) for column in zip(headers, *safe, strict=True)][:-1]
    lines: list[tuple[str, str, str]] = []
    for row, more in zip((headers, *safe), ((), *below), strict=True):
        *cells, last = row
        head = "".join(f"{cell.ljust(space)}  " for cell, space in zip(cells, widths, strict=True))
        is_long = room - len(head) < min(_SHORTEST_TITLE, len(last))
        lines.append(
            (head.rstrip() if is_long else head, "" if is_long else cut(last, room - len(head)), row[1])
        )
        under = [cut(last, room - _INDENT)] if is_long else []
        lines += [(" " * _INDENT + printable(line), "", "dim") for line in (*under, *more)]
    _put(lines)


def _put(lines: Sequence[tuple[str, str, str]]) -> None:
    """Print lines of two parts and the state that colours the word for it in the first."""
    if not sys.stdout.isatty() or len(lines) > _MOST_RICH:
        sys.stdout.writelines(f"{first}{second}\n" for first, second, _ in lines)
        return
    from rich.console import Console
    from rich.text import Text

    text = Text()
    for first, second, state in lines:
        is_below = state == "dim"
        shown = Text(first, style="dim" if is_below else "")
        if state in _STYLES:
            shown.highlight_words([f" {state} "], style=_STYLES[state])
        text.append_text(shown).append(f"{second}\n")
    Console(highlight=False).print(text, soft_wrap=True, end="")


def hanging(first: str, text: str) -> None:
    """Print `text` behind `first`, where there is a width broken between words and never within one."""
    room = width()
    if room is None or len(first) + len(text) <= room:
        print(f"{first}{text}")
        return
    from textwrap import wrap

    indent = len(first)
    if max(map(len, text.split()), default=0) > room - indent:
        # A long path has a line of its own.
        print(first.rstrip())
        first, indent = " " * _INDENT, _INDENT
    lines = wrap(text, max(room - indent, 8), break_long_words=False, break_on_hyphens=False)
    print("\n".join(f"{' ' * indent if number else first}{line}" for number, line in enumerate(lines)))


def folded(rows: Sequence[Sequence[str]], indent: int) -> None:
    """Print rows as columns; where they have no room, their last two cells stand below them."""
    safe = [[printable(cell) for cell in row] for row in rows]
    room = width()
    if (
        not safe
        or room is None
        or sum(max(map(len, column)) + 2 for column in zip(*safe, strict=True)) - 2 <= room
    ):
        columns(rows)
        return
    for row in safe:
        line = ""
        for index, cell in enumerate(row):
            if not cell:
                continue
            if index >= len(row) - 2 and len(line) + 2 + len(cell) > room:
                print(line)
                line = " " * indent + cell
            else:
                line = f"{line}  {cell}" if line else cell
        print(line)


def fits(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether a table can be read: no line may be longer than the terminal is wide."""
    room = width()
    widths = (max(map(len, column)) + 3 for column in zip(headers, *rows, strict=True))
    return room is None or sum(widths) <= room


def width() -> int | None:
    """How many characters a line has; None in a pipe, where lines have no end unless COLUMNS says so."""
    if not sys.stdout.isatty() and not os.environ.get("COLUMNS", "").isdecimal():
        return None
    from shutil import get_terminal_size

    return max(get_terminal_size().columns, _NARROWEST)


def fitting(items: Sequence[str], before: str, room: int | None, most: int) -> str:
    """`before` and as many of the first `most` items as have room: `after a, b and 4 more`; at least one, cut."""
    for count in range(min(most, len(items)), 0, -1):
        text = before + some(items, count)
        if room is None or len(text) <= room:
            return text
    # Of a path the end tells the most.
    rest = some(items, 1).removeprefix(items[0])
    left = max((room or 0) - len(before) - len(rest) - 1, 4)
    return f"{before}…{items[0][-left:]}{rest}"


def size(value: int) -> str:
    """A number of bytes as people read it."""
    from rich.filesize import decimal

    return decimal(value)


def seconds(value: float | None) -> str:
    """A duration for people: `4.2 s`, `3 m 20 s`, `2 h 5 m`."""
    if value is None:
        return ""
    # The clock may have been set back since.
    value = max(0.0, value)
    if value < 60:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} m {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} m"


def roughly(value: float) -> str:
    """A duration that is only guessed, without digits that nobody can know: `40 s`, `3 m`, `2 h 5 m`."""
    if value < 60:
        return f"{round(value)} s"
    minutes = round(value / 60)
    return f"{minutes} m" if minutes < 60 else f"{minutes // 60} h {minutes % 60} m"


def style(state: str) -> str:
    """How the word for a state is coloured."""
    return _STYLES.get(state, "")


def cut(text: str, most: int) -> str:
    """`text`, or as much of it as fits into `most` characters with an ellipsis."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def some(items: Sequence[Any], most: int = 3) -> str:
    """A list cut to what fits on a line: `a, b, c and 4 more`."""
    shown = ", ".join(map(str, items[:most]))
    return shown if len(items) <= most else f"{shown} and {len(items) - most} more"
