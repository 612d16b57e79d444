"""How many agents the machine admits at a given load; the steps and figures are settings of the user's."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from .load import Load
from .rules import Rules, Step, slots_at

_MB = 1 << 20


@dataclass(frozen=True, slots=True)
class Admission:
    """How many agents may run at once, and in a fragment of a sentence why not more ("": it is the ceiling).

    The steps say how many limits the load has passed and not come back below; the next decision is made on
    them.
    """

    slots: int
    scarce: str = ""
    cpu_step: int = 0
    memory_step: int = 0


def is_narrow(admission: Admission | None) -> bool:
    """Whether it is the machine that keeps more out, by the latest admission, where there was one."""
    return admission is not None and bool(admission.scarce)


def why_not_more(admission: Admission | None) -> str:
    """Why there are not more slots, in a fragment of a sentence."""
    return admission.scarce if admission is not None and admission.scarce else "all slots are taken"


def admit(
    load: Load,
    rules: Rules,
    *,
    ceiling: int,
    running: int,
    making: int = 0,
    worktree_bytes: int | None,
    before: Admission | None = None,
) -> Admission:
    """How many agents may run at once, at most `ceiling`; 0 only for want of disk space.

    Of those `running`, the worktrees of `making` are still to be made; `worktree_bytes` is what one takes,
    None where nobody knows. `before` is the answer to the reading before: fewer are admitted as soon as a
    limit is passed, more only when the load has fallen below it by the margin.
    """
    cpu = _step(load.cpu_percent, rules.cpu, rules.margin, before.cpu_step if before else 0)
    memory = _step(load.memory_percent, rules.memory, rules.margin, before.memory_step if before else 0)
    by_load = min(slots_at(rules.cpu, cpu, ceiling), slots_at(rules.memory, memory, ceiling))
    fitting = _fitting(load.disk_free_bytes - rules.reserve, worktree_bytes, ceiling)
    by_disk = min(ceiling, running - making + fitting)
    scarce = ""
    if running < ceiling and by_disk < by_load:
        scarce = _small_disk(load, rules, worktree_bytes, fitting)
    elif running < ceiling and by_load < ceiling:
        scarce = _busy(load, by_load, ceiling)
    return Admission(min(by_load, by_disk), scarce, cpu, memory)


def _step(percent: float, steps: Sequence[Step], margin: int, before: int) -> int:
    """How many limits count as passed, when `before` of them did."""
    passed = bisect_right(steps, percent, key=lambda step: step.limit)
    # An idle machine is never quite idle: with a margin as large as the limit nothing would lead back.
    left = bisect_right(steps, percent, key=lambda step: max(step.limit - margin, step.limit / 2))
    return max(passed, min(before, left))


def _fitting(usable: int, worktree_bytes: int | None, ceiling: int) -> int:
    """How many worktrees more fit in this many bytes; as many as anybody could want where that is not known."""
    if usable < 0:
        return 0
    return usable // worktree_bytes if worktree_bytes else ceiling


def _busy(load: Load, slots: int, ceiling: int) -> str:
    figures = f"CPU {load.cpu_percent:.0f} %, memory {load.memory_percent:.0f} %"
    return f"the machine is busy ({figures}): {slots} of {ceiling} agents at once"


def _small_disk(load: Load, rules: Rules, worktree_bytes: int | None, fitting: int) -> str:
    # What is there is rounded down and what is needed up, so that the figures never seem to suffice.
    free = f"only {load.disk_free_bytes // _MB} MB of disk are free"
    reserve = f"the reserve of {_rounded_up(rules.reserve)} MB"
    if not worktree_bytes:
        return f"{free}, less than {reserve}"
    size = f"{_rounded_up(worktree_bytes)} MB"
    if not fitting:
        return f"{free}, and the next worktree needs {size} beside {reserve}"
    more = f"{fitting} more worktree{'s' if fitting > 1 else ''}"
    return f"{free}, enough for {more} of {size} beside {reserve}"


def _rounded_up(size: int) -> int:
    return -(-size // _MB)
