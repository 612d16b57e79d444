"""Moments as people write them: a duration from now, a time of day, a date with a time."""

import math
import re
from datetime import datetime, timedelta

from ..errors import BadInput
from ..names import printable
from .converting import seconds

_HINT = "write 30m, 2h, 18:30 or 2026-12-31T18:30"
_OF_DAY = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")


def moment(key: str, text: str, now: float) -> float:
    """When something written as `30m`, `18:30` or `2026-12-31T18:30` is, in seconds since the epoch.

    A duration counts from `now`; a time of day is the next one; without a zone it is the local one. Raises BadInput
    for what is no time, or over already.
    """
    text = text.strip()
    at = _of_day(text, now) or _of_date(key, text)
    if at is None:
        try:
            at = now + seconds(key, text)
        except BadInput as error:
            raise BadInput(f"{key}: not a time: '{printable(text)}'", hint=_HINT) from error
    if not math.isfinite(at) or at > datetime.max.timestamp():
        raise BadInput(f"{key}: '{printable(text)}' never comes", hint=_HINT)
    if at <= now:
        raise BadInput(f"{key}: '{printable(text)}' is over already", hint=_HINT)
    return at


def _of_day(text: str, now: float) -> float | None:
    match = _OF_DAY.fullmatch(text)
    if match is None:
        return None
    today = datetime.fromtimestamp(now).replace(
        hour=int(match[1]), minute=int(match[2]), second=0, microsecond=0
    )
    # Taken from the calendar: a day on which the clocks are changed has not 24 hours.
    return (today if today.timestamp() > now else today + timedelta(days=1)).timestamp()


def _of_date(key: str, text: str) -> float | None:
    if not re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]", text):
        return None
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError) as error:
        raise BadInput(f"{key}: not a time: '{printable(text)}'", hint=_HINT) from error
