"""The rules by which agents are admitted, and how they are written in settings."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..errors import BadInput
from ..names import printable

_UNITS = {"": 0, "k": 10, "m": 20, "g": 30}


@dataclass(frozen=True, slots=True)
class Step:
    """Below `limit` percent of load `slots` agents: a number, or as a share a percentage of the ceiling."""

    limit: int
    slots: int
    is_share: bool = False

    def within(self, ceiling: int) -> int:
        """The number of agents: a share rounded down, never above the ceiling and never below 1."""
        return max(1, min(ceiling, ceiling * self.slots // 100 if self.is_share else self.slots))


@dataclass(frozen=True, slots=True)
class Rules:
    """Steps for CPU and memory in the order of their limits, the margin in percentage points for going back,
    and the bytes of disk that must stay free.
    """

    cpu: tuple[Step, ...]
    memory: tuple[Step, ...]
    margin: int
    reserve: int


def slots_at(steps: Sequence[Step], passed: int, ceiling: int) -> int:
    """The agents admitted when the first `passed` limits are passed: one behind the last; the ceiling where
    there are none.
    """
    if not steps:
        return ceiling
    if passed >= len(steps):
        return 1
    # Whether a number is more than a share only the ceiling tells, so not all steps are known to fall.
    return min(step.within(ceiling) for step in steps[: passed + 1])


def steps(key: str, words: Iterable[str]) -> tuple[Step, ...]:
    """Steps from their written form `LIMIT:SLOTS`, in any order; raises BadInput."""
    written = {word: _step(key, word) for word in words}
    ordered = sorted(written, key=lambda word: written[word].limit)
    for before, after in pairwise(ordered):
        low, high = written[before], written[after]
        if low.limit == high.limit:
            raise BadInput(f"{key}: '{before}' and '{after}' have the same limit", hint="one of them must go")
        if low.is_share == high.is_share and low.slots < high.slots:
            raise BadInput(
                f"{key}: '{after}' admits more agents than '{before}'",
                hint="the higher the load, the fewer agents",
            )
    return tuple(written[word] for word in ordered)


def size(key: str, text: str) -> int:
    """A number of bytes as git writes it: `4096`, `512k`, `256m`, `2g`; raises BadInput."""
    match = re.fullmatch(r"([0-9]{1,15})([kmg]?)", text.strip().lower())
    if match is None:
        raise BadInput(f"{key}: not a size: '{printable(text)}'", hint="write 4096, 512k, 256m or 2g")
    return int(match[1]) << _UNITS[match[2]]


def _step(key: str, word: str) -> Step:
    match = re.fullmatch(r"([0-9]{1,3}):([0-9]{1,6})(%?)", word)
    if match:
        step = Step(int(match[1]), int(match[2]), is_share=bool(match[3]))
        if 1 <= step.limit <= 100 and step.slots >= 1 and not (step.is_share and step.slots > 100):
            return step
    raise BadInput(
        f"{key}: '{printable(word)}' is not LIMIT:SLOTS",
        hint="LIMIT is a percentage from 1 to 100, SLOTS a number of agents or a percentage, as in 70:75%",
    )
