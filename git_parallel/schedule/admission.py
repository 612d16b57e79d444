"""How many agents the machine admits at a given load; the thresholds are those of the users' documents."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Load:
    """The machine at one moment: percentages of all cores and of memory, and free disk in bytes."""

    cpu_percent: float
    memory_percent: float
    disk_free_bytes: int


# Below this, git itself starts to fail in the middle of things.
DISK_RESERVE = 256 * 1024 * 1024


def admitted(load: Load, *, ceiling: int) -> int:
    """How many agents may run at once, at most `ceiling`; never 0 but for want of disk space.

    CPU below 50 %: the ceiling; to 70 %: three quarters of it; to 80 %: half; above: one. Memory above
    80 % halves what is left. With the default ceiling of 4 that is 4, 3, 2, 1.
    """
    if load.disk_free_bytes < DISK_RESERVE:
        return 0
    if load.cpu_percent < 50:
        slots = ceiling
    elif load.cpu_percent < 70:
        slots = ceiling * 3 // 4
    elif load.cpu_percent < 80:
        slots = ceiling // 2
    else:
        slots = 1
    if load.memory_percent > 80:
        slots //= 2
    return max(1, slots)
