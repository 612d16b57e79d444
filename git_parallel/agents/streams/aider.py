"""What aider prints: text, with a line on tokens and cost for each message."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from .event import Event, Usage

TELLS = b""
_NUMBER = r"([0-9]{1,9}(?:\.[0-9]{1,6})?)"
_COST = re.compile(rf"Cost:\s+\${_NUMBER}\s+message,\s+\${_NUMBER}\s+session\.")
_TOKENS = re.compile(rf"{_NUMBER}([kM]?)\s+(sent|received|cache\s+hit)\b")
_UNITS = {"": 1, "k": 1_000, "M": 1_000_000}
# A report is wrapped at 80 columns, and has its cost on a line of its own beside much about caches.
_MOST_LINES = 3
_LONGEST_LINE = 200


def show(event: dict[str, Any]) -> Iterator[str]:  # noqa: ARG001
    """Nothing: it prints no objects."""
    yield from ()


def complaint(event: dict[str, Any]) -> str:  # noqa: ARG001
    """Nothing: it prints no objects."""
    return ""


def usage(events: Iterable[Event], *, is_whole: bool) -> Usage | None:
    """Cost by the last report, whose "session" is the sum so far; tokens are each message's own, and are summed.

    Seen with 0.86.2: "Tokens: 2.4k sent, 16 received. Cost: $0.0062 message, $0.0062 session."; above a cent it
    rounds to cents, and tokens to three digits. What hit the cache is among what was sent (`base_coder.py`).
    """
    cost, told = None, dict.fromkeys(("sent", "received", "hit"), 0)
    reports = list(_reports(events))
    for report in reports:
        if spent := _COST.search(report):
            cost = float(spent[2])
        for number, unit, what in _TOKENS.findall(report):
            told[what.split()[-1]] += round(float(number) * _UNITS[unit])
    if not reports:
        return None
    return Usage(cost, told["sent"], told["hit"], told["received"]) if is_whole else Usage(cost)


def _reports(events: Iterable[Event]) -> Iterator[str]:
    """Each line on tokens, with those after it that may belong to it."""
    lines: list[str] = []
    for event in events:
        is_first = isinstance(event, str) and event.startswith("Tokens: ")
        if lines and (is_first or len(lines) == _MOST_LINES):
            yield " ".join(lines)
            lines = []
        if isinstance(event, str) and (is_first or lines):
            lines.append(event[:_LONGEST_LINE])
    if lines:
        yield " ".join(lines)
