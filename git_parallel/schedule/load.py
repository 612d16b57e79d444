"""What is known of the load of the machine; by itself, since `status` shows it and admits nobody."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Load:
    """The machine at one moment: percentages of all cores and of memory, and free disk in bytes."""

    cpu_percent: float
    memory_percent: float
    disk_free_bytes: int
