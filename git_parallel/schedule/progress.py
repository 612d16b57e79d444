"""How far a task is: as its agent tells, else as its files, its boxes and the time it has had let guess."""

from dataclasses import dataclass
from enum import StrEnum

# No estimate goes beyond this: that a task is done is for its agent to say, by ending.
MOST_GUESSED = 95.0
# A box is ticked when something is done, a file is touched when something is begun.
_WEIGHT_OF_BOXES = 2.0
_LONG = 0.6


@dataclass(frozen=True, slots=True)
class Report:
    """What an agent told of itself: percent from 0 to 100, one line, and when, in seconds since the epoch."""

    percent: float
    message: str
    at: float


class Sign(StrEnum):
    """What progress is read from."""

    REPORT = "report"
    BOXES = "boxes"
    FILES = "files"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a task is, in percent from 0 to 100, and what that rests on: its agent's report, or other signs."""

    percent: float
    is_estimated: bool
    message: str
    basis: tuple[Sign, ...]


@dataclass(frozen=True, slots=True)
class Signs:
    """What can be seen of a task at work. A total of 0 or None is not known; times are in seconds.

    `files_touched` of the `files_declared` paths and patterns have been changed so far.
    """

    files_touched: int = 0
    files_declared: int = 0
    boxes_ticked: int = 0
    boxes_total: int = 0
    elapsed: float | None = None
    typical: float | None = None


def progress(report: Report | None, signs: Signs) -> Progress | None:
    """What the agent told, else what the signs let guess; None where there is neither."""
    if report is not None:
        return Progress(report.percent, False, report.message, (Sign.REPORT,))
    parts = _parts(signs)
    return Progress(estimate(signs), True, "", tuple(parts)) if parts else None


def estimate(signs: Signs) -> float:
    """Percent from 0 to 95: the mean of what is known, boxes twice as heavy as files and time; 0 if nothing is.

    Boxes: the share that is ticked. While none is, the agent may be one that never ticks any, so they are
    left out; the estimate can fall when the first is ticked, and is the better for it.

    Files: the share that is touched, the last of them half. A file is touched when the work on it begins,
    and agents go through them more or less one by one.

    Time: `t / (t + 0.6)` for `t` times the typical duration. Who still runs when the others have ended
    needs longer than they did, so this must not reach 100 there. If durations scatter so that one task in
    six takes more than twice the median, this is the share of its time that a task has had on average,
    to a few percent, until it has run for twice the median. The scatter is assumed and not measured.
    """
    parts = _parts(signs)
    if not parts:
        return 0.0
    weights = {part: _WEIGHT_OF_BOXES if part is Sign.BOXES else 1.0 for part in parts}
    mean = sum(share * weights[part] for part, share in parts.items()) / sum(weights.values())
    return min(MOST_GUESSED, 100.0 * mean)


def _parts(signs: Signs) -> dict[Sign, float]:
    """The share that each known sign speaks for, from 0 to 1."""
    found = {}
    if signs.boxes_total > 0 and signs.boxes_ticked > 0:
        found[Sign.BOXES] = min(1.0, signs.boxes_ticked / signs.boxes_total)
    if signs.files_declared > 0:
        touched = min(signs.files_touched, signs.files_declared)
        found[Sign.FILES] = max(0.0, touched - 0.5) / signs.files_declared
    if signs.elapsed is not None and signs.typical:
        times = max(0.0, signs.elapsed) / signs.typical
        found[Sign.TIME] = times / (times + _LONG)
    return found
