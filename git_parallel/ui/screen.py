"""A run on a terminal: what has ended scrolls by above, what runs is kept up to date below, by rich."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from ..names import printable
from ..project.conducting import RunAnswer
from ..project.open import Project
from ..project.prospects import Prospects
from ..project.saying import Told
from ..schedule.record import State, TaskRecord
from . import render
from .voices import Quiet, end_of, lines_told, put

# Seconds between two looks at what is to be expected.
_LOOK_AGAIN = 1.0


class Screen(Quiet):
    """Keeps the running tasks on the terminal while the run is on."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.live import Live

        super().__init__()
        self._running: dict[str, TaskRecord] = {}
        self._foresee: Callable[[], Prospects] = Prospects
        self._prospects = Prospects()
        self._looked = float("-inf")
        self._ended = 0
        self._lock = threading.Lock()
        self._console = Console(highlight=False)
        self._live = Live(
            console=self._console, get_renderable=self._table, refresh_per_second=4, transient=True
        )

    def __enter__(self) -> "Screen":
        self._live.__enter__()
        return self

    def __exit__(self, *about: Any) -> None:
        # The terminal may have been closed; that is no reason for another exit status.
        with suppress(OSError):
            self._live.__exit__(*about)

    def entered(self, project: Project, foresee: Callable[[], Prospects]) -> None:
        """The run is at work now."""
        super().entered(project, foresee)
        self._foresee = foresee

    def show(self, told: Told) -> None:
        """Take in what happened."""
        from rich.text import Text

        record = told.record
        if record is not None and record.state is State.RUNNING:
            with self._lock:
                self._running[record.id] = record
        else:
            with self._lock:
                if record is not None and self._running.pop(record.id, None) is not None:
                    self._ended += 1
        try:
            if record is None or record.state is not State.RUNNING:
                for line in [f"note: {told.what}"] if told.is_note else lines_told(told):
                    style = render.style(record.state) if record is not None else ""
                    self._console.print(Text(printable(line), style=style))
            self._live.refresh()
        except OSError:
            # The terminal was closed; the run goes on without it.
            return

    def show_end(self, answer: RunAnswer) -> None:
        """Print the summary, below what has scrolled by."""
        put(end_of(answer))

    def _table(self) -> Any:
        from rich.console import Group
        from rich.spinner import Spinner
        from rich.table import Table
        from rich.text import Text

        with self._lock:
            running, ended = list(self._running.values()), self._ended
        prospects = self._look()
        shown = Table.grid(padding=(0, 2))
        # One line is for the count below, and one for the cursor.
        for record in running[: max(1, self._console.height - 3)]:
            taken = time.time() - (record.started or time.time())
            progress = prospects.progress.get(record.id)
            what = (progress.message if progress else "") or record.title
            shown.add_row(
                Spinner("dots"),
                Text(record.id, style="bold"),
                render.seconds(taken),
                f"{'~' if progress.is_estimated else ''}{progress.percent:.0f} %" if progress else "",
                Text(printable(what), overflow="ellipsis", no_wrap=True),
            )
        count = f"{len(running)} running, {ended} ended"
        return Group(shown, Text(f"{count}{_outlook(prospects)}", style="dim"))

    def _look(self) -> Prospects:
        now = time.monotonic()
        if now - self._looked >= _LOOK_AGAIN:
            self._looked, self._prospects = now, self._foresee()
        return self._prospects


def _outlook(prospects: Prospects) -> str:
    if prospects.outlook is None:
        return ""
    least = "at least" if prospects.outlook.is_least else "about"
    return f", {least} {render.roughly(prospects.outlook.seconds)} left"
