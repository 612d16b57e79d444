"""How long people say a task takes, in seconds of work."""

import re
from functools import lru_cache

_UNITS = {"minute": 60, "min": 60, "hour": 3600, "h": 3600, "hr": 3600, "day": 8 * 3600, "week": 40 * 3600}
_SPAN = re.compile(
    r"(\d{1,4}(?:\.\d{1,3})?)(?:[ \t]?(?:-|–|to)[ \t]?(\d{1,4}(?:\.\d{1,3})?))?"
    r"[ \t]?(minute|min|hour|hr|h|day|week)s?\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=1024)
def seconds(text: str) -> float | None:
    """The middle of the first span in `text` (`4-6 hours`); a day has 8 hours of work, a week 40."""
    match = _SPAN.search(text)
    if match is None:
        return None
    low = float(match.group(1))
    high = float(match.group(2) or low)
    return (low + high) / 2 * _UNITS[match.group(3).casefold()]
