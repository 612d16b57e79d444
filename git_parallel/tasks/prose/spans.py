"""Which lines of a file a text speaks of: `path:10-20`, `(lines 10-20)`, `lines 16-38, 97`."""

import re

Ranges = tuple[tuple[int, int], ...]

_WORDS = re.compile(
    r"\b(?:lines?|L)[ \t]{0,2}~?(\d{1,6}(?:[ \t]?[-–—,&][ \t]?L?\d{1,6}){0,9})", re.IGNORECASE
)
_SPAN = re.compile(r"L?(\d{1,6})(?:[ \t]?[-–—][ \t]?L?(\d{1,6}))?")


def said_lines(text: str) -> Ranges:
    """The line ranges that words such as `lines 10-20, 31` give, as (first, last) from 1."""
    match = _WORDS.search(text)
    return spans(match.group(1)) if match else ()


def spans(text: str) -> Ranges:
    """The ranges in a bare list such as `10-20,31`; those that count backwards are left out."""
    found = ((int(first), int(last or first)) for first, last in _SPAN.findall(text))
    return tuple((first, last) for first, last in found if 0 < first <= last)
