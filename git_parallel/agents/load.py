"""The load of the machine, through psutil; nothing else here imports it."""

import os
from collections.abc import Iterator
from pathlib import Path

import psutil

from ..schedule.load import Load

# Seconds of all cores together: the least that a quotient is taken over, and after which a new one begins.
_FEW_TICKS = 0.1
_WINDOW = 1.0
# Which children a thread of a process has started; not in every kernel.
_LISTED = "/proc/{}/task/{}/children"


class Gauge:
    """Reads the load since it was last read, the reader's own work and its children's not counted.

    Of several places the disk with the least free space counts.
    Make it early: what happened before it was made it cannot know, and says 0 % of.
    """

    def __init__(self, *where: Path) -> None:
        self._where = where
        self._last = _times()
        self._used = 0.0

    def read(self) -> Load:
        """The load now; CPU as the average since a reading before that lies far enough back."""
        busy, total, own = _times()
        busy_before, total_before, own_before = self._last
        # A child that went unseen for once must not be taken off a second time.
        own = max(own, own_before)
        span, mine = total - total_before, own - own_before
        # What we use ourselves is neither load nor room for others: they have all of the rest or none of it.
        # Within a few ticks of the kernel's clock the quotient would be noise.
        if span - mine >= _FEW_TICKS:
            self._used = min(100.0, max(0.0, busy - busy_before - mine) / (span - mine) * 100)
        if span >= _WINDOW:
            self._last = (busy, total, own)
        return Load(
            cpu_percent=round(self._used, 1),
            memory_percent=psutil.virtual_memory().percent,
            disk_free_bytes=min(psutil.disk_usage(str(where)).free for where in self._where),
        )


def own_seconds() -> float:
    """The CPU seconds that this process and its descendants have used, those that have ended included."""
    # Only what has ended is in a parent's own account: a `parallel.verify` of minutes would be load while it
    # runs, and taken off all at once at its end. Ourselves first: who ends meanwhile is not counted twice.
    return _used(os.getpid()) + sum(map(_used, list(_descendants(os.getpid()))))


def _times() -> tuple[float, float, float]:
    """The seconds that all cores have been busy, that they have been up, and that were our own."""
    times = psutil.cpu_times()
    # On Linux guest time is contained in user time already.
    total = sum(times) - getattr(times, "guest", 0.0) - getattr(times, "guest_nice", 0.0)
    idle = times.idle + getattr(times, "iowait", 0.0)
    return total - idle, total, own_seconds()


def _used(pid: int) -> float:
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error:
        return 0.0
    return times.user + times.system + times.children_user + times.children_system


def _descendants(pid: int) -> Iterator[int]:
    if not Path(_LISTED.format(pid, pid)).exists():
        yield from (child.pid for child in psutil.Process(pid).children(recursive=True))
        return
    # The kernel's own list: psutil would look at every process of the machine.
    parents = [pid]
    while parents:
        children = list(_children(parents.pop()))
        yield from children
        parents += children


def _children(pid: int) -> Iterator[int]:
    try:
        for thread in os.scandir(f"/proc/{pid}/task"):
            with open(_LISTED.format(pid, thread.name), encoding="ascii") as file:
                yield from map(int, file.read().split())
    except OSError:
        # It has ended, and its children are somebody else's.
        return


def processes_in(folder: Path) -> tuple[int, ...]:
    """The processes whose current directory is `folder` or lies below it."""
    found = []
    for process in psutil.process_iter(["cwd"]):
        cwd = process.info["cwd"]
        if cwd and Path(cwd).is_relative_to(folder):
            found.append(process.pid)
    return tuple(found)


def sample(where: Path, *, seconds: float) -> Load:
    """One reading over a short time, for somebody who only looks once."""
    gauge = Gauge(where)
    psutil.cpu_percent(interval=seconds)
    return gauge.read()
