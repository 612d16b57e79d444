"""Text for people: tables through rich on a terminal, plain columns in a pipe."""

import sys
from collections.abc import Sequence
from typing import Any

from ..names import printable

_MOST_RICH = 1000
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


def stacked(headers: Sequence[str], rows: Sequence[Sequence[str]], below: Sequence[str]) -> None:
    """Print rows on a terminal too narrow for a table: the last cell is cut, and a line follows on each row.

    `below` has one line for the headers and one for each row; what stands first in it is never cut.
    """
    from rich.console import Console
    from rich.text import Text

    room = width() or 80
    safe = [[printable(cell) for cell in row] for row in (headers, *rows)]
    # One long id must not push all the others aside.
    widths = [min(max(map(len, column)), 24) for column in zip(*(row[:-1] for row in safe), strict=True)]
    text = Text()
    for row, more in zip(safe, below, strict=True):
        for cell, space in zip(row, widths, strict=False):
            text.append(cell, style=_STYLES.get(cell, "")).append(" " * (max(space - len(cell), 0) + 2))
        used = sum(max(space, len(cell)) + 2 for cell, space in zip(row, widths, strict=False))
        text.append(cut(row[-1], max(room - used, 8)) + "\n")
        first, gap, rest = printable(more).partition("  ")
        rest = cut(rest, max(room - len(first) - 4, 10))
        text.append(f"  {first}{gap}{rest}\n", style="dim")
    Console(highlight=False).print(text, soft_wrap=True, end="")


def fits(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether a table can be read: on a terminal no line may be longer than the terminal is wide."""
    room = width()
    widths = (max(map(len, column)) + 3 for column in zip(headers, *rows, strict=True))
    return room is None or sum(widths) <= room


def width() -> int | None:
    """How many characters a line of the terminal has; None in a pipe, where lines have no end."""
    if not sys.stdout.isatty():
        return None
    from shutil import get_terminal_size

    return get_terminal_size().columns


def seconds(value: float | None) -> str:
    """A duration for people: `4.2 s`, `3 m 20 s`, `2 h 5 m`."""
    if value is None:
        return ""
    if value < 60:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} m {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} m"


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
