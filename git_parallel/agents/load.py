"""The load of the machine, through psutil; nothing else here imports it."""

from pathlib import Path

import psutil

from ..schedule.admission import Load

# Seconds of all cores together: the least that a quotient is taken over, and after which a new one begins.
_FEW_TICKS = 0.1
_WINDOW = 1.0


class Gauge:
    """Reads the load since it was last read, the reader's own work and its children's not counted.

    Make it early: what happened before it was made it cannot know, and says 0 % of.
    """

    def __init__(self, where: Path) -> None:
        self._where = where
        self._last = self._times()
        self._used = 0.0

    def read(self) -> Load:
        """The load now; CPU as the average since a reading before that lies far enough back."""
        busy, total, own = self._times()
        busy_before, total_before, own_before = self._last
        span = total - total_before
        # Within a few ticks of the kernel's clock the quotient would be noise.
        if span >= _FEW_TICKS:
            self._used = min(100.0, max(0.0, (busy - busy_before) - (own - own_before)) / span * 100)
        if span >= _WINDOW:
            self._last = (busy, total, own)
        return Load(
            cpu_percent=round(self._used, 1),
            memory_percent=psutil.virtual_memory().percent,
            disk_free_bytes=psutil.disk_usage(str(self._where)).free,
        )

    @staticmethod
    def _times() -> tuple[float, float, float]:
        times = psutil.cpu_times()
        # On Linux guest time is contained in user time already.
        total = sum(times) - getattr(times, "guest", 0.0) - getattr(times, "guest_nice", 0.0)
        idle = times.idle + getattr(times, "iowait", 0.0)
        mine = psutil.Process().cpu_times()
        own = mine.user + mine.system + mine.children_user + mine.children_system
        return total - idle, total, own


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
