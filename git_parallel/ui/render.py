"""Text for people: tables through rich on a terminal, plain columns in a pipe."""

import sys
from collections.abc import Sequence
from typing import Any

from ..names import printable

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
}


def table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under headers; every cell is made safe to show."""
    safe = [[printable(cell) for cell in row] for row in rows]
    if sys.stdout.isatty():
        _rich_table(headers, safe)
        return
    widths = [max(map(len, column)) for column in zip(headers, *safe, strict=True)]
    for row in (headers, *safe):
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


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
