"""One line of a log as an event, and safe ways to take values out of it."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

# Of a longer line only so much is read, and it is no event then.
LONGEST = 8 << 20
_SHORT = 200
_FEW = 12
_MOST = 1e12

# An object of JSON, or the text of any other line.
Event = dict[str, Any] | str


@dataclass(frozen=True, slots=True)
class Usage:
    """What an attempt took: USD and tokens, None for what the agent did not tell.

    `tokens_in` are all tokens of input, `tokens_cached` those of them that were read from a cache.
    """

    cost: float | None = None
    tokens_in: int | None = None
    tokens_cached: int | None = None
    tokens_out: int | None = None


def read(line: bytes) -> Event:
    """A line as an event: a dict where it is an object of JSON, else its text."""
    if line.startswith(b"{"):
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            # Torn by a kill or by the log's limit, or no JSON to begin with.
            found = None
        if isinstance(found, dict):
            return found
    return line.decode("utf-8", "replace").rstrip("\r\n")


def lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The lines in pieces of a log, without their ends; what is longer than LONGEST is cut."""
    rest = b""
    for piece in pieces:
        *whole, last = piece.split(b"\n")
        for part in whole:
            yield (rest + part)[:LONGEST]
            rest = b""
        rest = (rest + last)[:LONGEST]
    if rest:
        yield rest


def part(event: object, *path: str) -> Any:
    """What lies at a path of keys in nested objects; None where there is nothing."""
    for key in path:
        event = event.get(key) if isinstance(event, dict) else None
    return event


def text(event: object, *path: str) -> str:
    """The string at a path, empty where there is none."""
    found = part(event, *path)
    return found if isinstance(found, str) else ""


def items(event: object, *path: str) -> list[Any]:
    """The list at a path, empty where there is none."""
    found = part(event, *path)
    return found if isinstance(found, list) else []


def amount(event: object, *path: str) -> float | None:
    """The number at a path, where it can be meant: from 0 to _MOST, which keeps every sum finite."""
    found = part(event, *path)
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    return float(found) if 0 <= found <= _MOST else None


def count(event: object, *path: str) -> int:
    """The number of tokens at a path, 0 where none is told."""
    return int(amount(event, *path) or 0)


def call(name: str, given: object) -> str:
    """The use of a tool in a line: its name, and of what it was given the most telling."""
    words = given if isinstance(given, str) else _telling(given)
    return f"> {name}: {short(words)}" if words else f"> {name}"


def result(words: str) -> Iterator[str]:
    """What a tool answered: its first lines, set in."""
    told = words.strip("\n").split("\n") if words.strip() else []
    yield from (f"    {short(line)}" for line in told[:_FEW])
    if len(told) > _FEW:
        yield f"    ({len(told) - _FEW} more lines)"


def short(words: str) -> str:
    """A text in one line that is not too long."""
    line = " ".join(words.split("\n"))
    return line if len(line) <= _SHORT else line[: _SHORT - 1] + "…"


_TELLING = (
    "command",
    "cmd",
    "file_path",
    "filePath",
    "path",
    "pattern",
    "query",
    "url",
    "description",
    "prompt",
)


def _telling(given: object) -> str:
    if not isinstance(given, dict):
        return ""
    for key in _TELLING:
        value = given.get(key)
        if isinstance(value, str) and value:
            return value
        if isinstance(value, list) and value:
            return " ".join(map(str, value))
    return ""
