"""One segment of a pattern: what `*`, `?` and `[...]` stand for between two slashes."""

import re
from functools import lru_cache
from typing import TypeAlias

from .sequence import covers, intersect

# The characters that one position takes, as ranges of code points: `?`, a class, or a single letter.
Chars: TypeAlias = tuple[tuple[int, int], ...]
# A whole segment: a name, or one part a position with None for `*`.
Wild: TypeAlias = tuple[Chars | None, ...]
Segment: TypeAlias = str | Wild

_LAST = 0x10FFFF
_SLASH = ord("/")
_TOKEN = re.compile(r"(?P<stars>\*+)|(?P<any>\?)|\[(?P<negated>[!^]?+)(?P<body>\][^]]*|[^]]+)\]|.", re.DOTALL)
ANY_NAME: Wild = (None,)


# Thousands of patterns end in the same few names.
@lru_cache(maxsize=1 << 12)
def parse(text: str, *, classes: bool = True) -> Segment:
    """The segment that `text` writes: itself when it holds no wildcard, else one part a position.

    With `classes` off a `[` is a letter like any other, as it always is when no `]` closes it.
    """
    if not any(c in text for c in ("*?[" if classes else "*?")):
        return text
    parts: list[Chars | None] = []
    at = 0
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None or (token["body"] is not None and not classes):
            parts.append(((ord(text[at]), ord(text[at])),))
            at += 1
            continue
        parts.append(_part(token))
        at = token.end()
    return tuple(parts)


def accepts(segment: Segment, name: str) -> bool:
    """Whether a path may have `name` where the pattern has `segment`."""
    if isinstance(segment, str):
        return segment == name
    return covers(segment, name, _has)


def agree(left: Segment, right: Segment) -> bool:
    """Whether some name is accepted by both."""
    if isinstance(left, str):
        return accepts(right, left)
    if isinstance(right, str):
        return accepts(left, right)
    return intersect(left, right, _share)


def _part(token: re.Match[str]) -> Chars | None:
    if token["stars"]:
        return None
    if token["any"]:
        return _outside(())
    if token["body"] is None:
        return ((ord(token[0]), ord(token[0])),)
    inside = tuple(_ranges(token["body"]))
    return _outside(inside) if token["negated"] else inside


def _ranges(body: str) -> list[tuple[int, int]]:
    """The ranges a class lists; one that runs backwards (`z-a`) is empty, as in git."""
    found = []
    at = 0
    while at < len(body):
        low = high = ord(body[at])
        if body[at + 1 : at + 2] == "-" and at + 2 < len(body):
            high = ord(body[at + 2])
            at += 2
        if low <= high:
            found.append((low, high))
        at += 1
    return found


def _outside(inside: Chars) -> Chars:
    """Every character but those, and never the slash."""
    found = []
    start = 0
    for low, high in sorted((*inside, (_SLASH, _SLASH))):
        if start < low:
            found.append((start, low - 1))
        start = max(start, high + 1)
    return (*found, (start, _LAST)) if start <= _LAST else tuple(found)


def _has(chars: Chars, letter: str) -> bool:
    point = ord(letter)
    # No generator: this is asked for every letter.
    for low, high in chars:  # noqa: SIM110
        if low <= point <= high:
            return True
    return False


def _share(left: Chars, right: Chars) -> bool:
    return any(a <= d and c <= b for a, b in left for c, d in right)
