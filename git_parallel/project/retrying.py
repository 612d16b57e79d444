"""When a task that failed is tried again by itself."""

import random
import time
from dataclasses import dataclass

from ..schedule.backoff import delay
from ..schedule.record import State, TaskRecord
from .limits import Limits
from .saying import again_at


@dataclass(frozen=True, slots=True)
class Again:
    """Which retry it will be, not before when on the monotonic clock, and the words for it."""

    retry: int
    not_before: float
    why: str


def again(record: TaskRecord, limits: Limits) -> Again | None:
    """The next attempt after this end; None where there is none."""
    is_failure = record.state in (State.FAILED, State.LOST)
    if not is_failure or record.retries >= limits.retries:
        return None
    retry = record.retries + 1
    first, longest = limits.first_delay, limits.longest_delay
    wait = delay(retry, first=first, longest=longest, chance=random.random())
    why = again_at(time.time() + wait, retry=retry, of=limits.retries)
    return Again(retry, time.monotonic() + wait, why)
