"""What agents tell of their progress: `.git/parallel/tasks/<id>.<attempt>.progress`.

One in a sandbox, which can write nothing there, has it in its room.

No ref moves for it, since it may come many times a minute. Each attempt has a file of its own, so what an
earlier one told is never taken for this one's. It need not survive a power cut.
"""

import json
import os
import re
from pathlib import Path

from ..errors import BadInput
from ..git.room import room_of
from ..names import TaskId, printable
from ..schedule.progress import Report

LONGEST_MESSAGE = 200
_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,9})?) ?%?", re.ASCII)
# A message of 200 characters outside the basic plane takes twelve bytes each.
_LARGEST = 4096


def checked(percent: str, message: str, *, at: float) -> Report:
    """The report that a command line means; raises BadInput where `percent` is none from 0 to 100.

    A message is one line: whatever space it holds counts as one blank, and what is too long is cut.
    """
    match = _PERCENT.fullmatch(percent.strip())
    if match is None or float(match[1]) > 100:
        raise BadInput(
            f"not a percentage: '{printable(percent)}'",
            hint="give a number from 0 to 100: git parallel progress 40 'tests are written'",
        )
    words = " ".join(message.split())
    is_long = len(words) > LONGEST_MESSAGE
    return Report(float(match[1]), words[: LONGEST_MESSAGE - 1] + "…" if is_long else words, at)


def write_report(runtime: Path, task: TaskId, attempt: int, report: Report) -> None:
    """Put a report in the place of the one before; whoever reads sees one or the other."""
    target = _place(runtime, task, attempt)
    aside = f"{target}.{os.getpid()}"
    data = {"percent": report.percent, "message": report.message, "time": report.at}
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(json.dumps(data).encode("ascii"))
    Path(aside).replace(target)


def read_report(runtime: Path, task: TaskId, attempt: int) -> Report | None:
    """The latest report of an attempt; None where there is none, or something else lies there."""
    try:
        descriptor = os.open(_place(runtime, task, attempt), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        try:
            data = json.loads(file.read(_LARGEST))
            percent, message, at = float(data["percent"]), data["message"], float(data["time"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
    # Also what is no number at all, which json reads, is outside.
    is_sound = 0.0 <= percent <= 100.0 and isinstance(message, str) and abs(at) < 1e15
    return Report(percent, message[:LONGEST_MESSAGE], at) if is_sound else None


def _place(runtime: Path, task: TaskId, attempt: int) -> Path:
    told = room_of(runtime.parent.parent, task).told
    return (told if told.is_dir() else runtime) / f"{task}.{attempt}.progress"
