"""How many tasks a queue may run at once: its own limit, and what the load of the machine leaves of it."""

from pathlib import Path
from typing import TYPE_CHECKING

from ..schedule.admission import Admission, admit, is_narrow, why_not_more

if TYPE_CHECKING:
    from ..agents.load import Gauge
    from ..schedule.rules import Rules

# Seconds for which a reading of the load is true enough: thousands of short tasks are not to pay for it.
_FRESH = 0.5


class Room:
    """At most `ceiling` at once; with `rules`, fewer while the machine is busy with other things."""

    def __init__(self, ceiling: int, rules: "Rules | None", where: Path) -> None:
        self._ceiling, self._rules, self._where = ceiling, rules, where
        self._gauge: Gauge | None = None
        self._admission: Admission | None = None
        self._read = 0.0

    def slots(self, *, running: int, now: float) -> int:
        """How many may run now, of whom so many do; `now` is on the monotonic clock."""
        if self._rules is None:
            return self._ceiling
        if self._admission is None or now - self._read >= _FRESH:
            self._read = now
            self._admission = admit(
                self._opened().read(),
                self._rules,
                ceiling=self._ceiling,
                running=running,
                worktree_bytes=None,
                before=self._admission,
            )
        return self._admission.slots

    @property
    def is_narrow(self) -> bool:
        """Whether it is the machine that keeps more out."""
        return is_narrow(self._admission)

    @property
    def why(self) -> str:
        """Why there are not more slots."""
        return why_not_more(self._admission)

    def _opened(self) -> "Gauge":
        if self._gauge is None:
            # psutil is not for those who let the load be.
            from ..agents.load import Gauge

            self._gauge = Gauge(self._where)
        return self._gauge
