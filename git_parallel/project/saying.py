"""What a run says of what happens, in sentences."""

from dataclasses import dataclass
from datetime import datetime

from ..schedule.record import State, TaskRecord
from .landing.outcomes import Landing


@dataclass(frozen=True, slots=True)
class Told:
    """Something that happened, for whoever shows it: a sentence, and the record it is about."""

    what: str
    record: TaskRecord | None = None
    landing: Landing | None = None
    is_note: bool = False


def sentence(record: TaskRecord) -> str:
    """How a task stands, and since how long."""
    after = f" after {record.seconds:.1f} s" if record.seconds is not None else ""
    if record.state is State.MERGED:
        return f"{record.id} merged into {record.target}"
    return f"{record.id} {record.state}{after}" + (f": {record.reason}" if record.reason else "")


def again_at(when: float, *, retry: int, of: int) -> str:
    """That a task will be tried again at a time, in seconds since the epoch; shown in local time."""
    clock = datetime.fromtimestamp(when).astimezone().strftime("%H:%M:%S")
    return f"tried again at {clock} (retry {retry} of {of})"
