"""`git parallel run` while it goes on: a line per task on a terminal, a line per event in a pipe."""

import os
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..commands.run import run
from ..config.converting import seconds
from ..errors import ParallelError
from ..names import printable
from ..project.conducting import RunAnswer
from ..project.reporting import read_report
from ..project.request import Request
from ..project.saying import Told
from ..project.standing import standing
from ..schedule.progress import Report
from ..schedule.record import State, TaskRecord
from . import render
from .errors import note
from .show_merge import lines_of

# Seconds between two looks at what agents tell of their progress.
_LOOK_AGAIN = 1.0


def show_run(
    command: Sequence[str],
    *,
    tasks: Sequence[str],
    max_parallel: int | None,
    timeout: str | None,
    agent: str | None,
    merge_: bool,
    verify: str | None,
    assume_independent: bool,
    as_json: bool,
) -> int:
    """Run, show, and give the exit status."""
    request = Request(
        spellings=tasks,
        command=command,
        agent=agent,
        max_parallel=max_parallel,
        timeout=None if timeout is None else seconds("--timeout", timeout),
        assume_independent=assume_independent,
        merge=merge_,
        verify=verify,
    )
    if as_json:
        from .document import of_run, put

        answer = run(Path.cwd(), request, lambda _told: None)
        put(of_run(answer))
    elif sys.stdout.isatty():
        with _Screen() as screen:
            answer = run(Path.cwd(), request, screen.tell)
        _show_end(answer)
    else:
        answer = run(Path.cwd(), request, _tell_line)
        _show_end(answer)
    if answer.signal is not None:
        return 128 + answer.signal
    return 0 if answer.is_success else 1


def _tell_line(told: Told) -> None:
    """One plain line an event. A reader that goes away (Ctrl-C ends `| tee` too) must not end the run."""
    try:
        if told.is_note:
            note(printable(told.what))
            return
        for line in _lines(told):
            print(printable(line), flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _lines(told: Told) -> list[str]:
    return lines_of(told.landing) if told.landing is not None else [told.what]


def _show_end(answer: RunAnswer) -> None:
    reasons: dict[str, list[str]] = {}
    for task, why in answer.waiting.items():
        reasons.setdefault(why, []).append(task)
    for why, tasks in reasons.items():
        note(printable(f"{render.some(tasks)} {'was' if len(tasks) == 1 else 'were'} not launched: {why}"))
    for held in answer.held:
        if answer.named or held.reason not in ("merged", "its document says it is complete"):
            note(printable(f"{held.task} is left out: {held.reason}"))
    if not answer.ran:
        print("nothing to run" if not answer.refused else "nothing was run")
        return
    good = [record for record in answer.ran if record.state in (State.SUCCEEDED, State.MERGED)]
    duration = answer.ended - answer.started
    speedup = answer.seconds_of_work / duration
    is_gain = speedup > 1.05 and len(good) == len(answer.ran)
    gain = f", {speedup:.1f} times as fast as one by one" if is_gain else ""
    print(f"{len(good)} of {len(answer.ran)} succeeded in {render.seconds(duration)}{gain}")
    for record in answer.ran:
        if record.state not in (State.SUCCEEDED, State.MERGED):
            print(
                printable(
                    f"'git parallel log {record.id}' shows what it printed, its work is in {record.worktree}"
                )
            )
    if any(record.state is State.SUCCEEDED for record in good) and not answer.landings:
        print("'git parallel merge' brings them to the target")


class _Reports:
    """What agents tell of their progress, looked at no more than once a second."""

    def __init__(self) -> None:
        self._runtime: Path | None = None
        self._looked = float("-inf")
        self._found: dict[str, Report] = {}

    def of(self, records: Sequence[TaskRecord]) -> Mapping[str, Report]:
        """The latest report of each, where there is one."""
        now = time.monotonic()
        if records and now - self._looked >= _LOOK_AGAIN:
            self._looked = now
            self._runtime = self._runtime or _runtime_of(records[0])
            if self._runtime is not None:
                found = {r.id: read_report(self._runtime, r.id, r.attempt) for r in records}
                self._found = {task: report for task, report in found.items() if report is not None}
        return self._found


def _runtime_of(record: TaskRecord) -> Path | None:
    """Where the files of agents lie; None where the worktree is gone already."""
    try:
        return standing(Path(record.worktree)).runtime
    except ParallelError:
        return None


class _Screen:
    """A run on a terminal: what has ended scrolls by above, what runs is kept up to date below, by rich."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.live import Live

        self._running: dict[str, TaskRecord] = {}
        self._reports = _Reports()
        self._ended = 0
        self._lock = threading.Lock()
        self._console = Console(highlight=False)
        self._live = Live(
            console=self._console, get_renderable=self._table, refresh_per_second=4, transient=True
        )

    def __enter__(self) -> "_Screen":
        self._live.__enter__()
        return self

    def __exit__(self, *about: Any) -> None:
        self._live.__exit__(*about)

    def tell(self, told: Told) -> None:
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
            for line in [f"note: {told.what}"] if told.is_note else _lines(told):
                style = render.style(record.state) if record is not None else ""
                self._console.print(Text(printable(line), style=style))
        self._live.refresh()

    def _table(self) -> Any:
        from rich.console import Group
        from rich.spinner import Spinner
        from rich.table import Table
        from rich.text import Text

        with self._lock:
            running, ended = list(self._running.values()), self._ended
        shown = Table.grid(padding=(0, 2))
        # One line is for the count below, and one for the cursor.
        visible = running[: max(1, self._console.height - 3)]
        reports = self._reports.of(visible)
        for record in visible:
            taken = time.time() - (record.started or time.time())
            report = reports.get(record.id)
            what = (report.message if report else "") or record.title
            shown.add_row(
                Spinner("dots"),
                Text(record.id, style="bold"),
                render.seconds(taken),
                f"{report.percent:.0f} %" if report else "",
                Text(printable(what), overflow="ellipsis", no_wrap=True),
            )
        return Group(shown, Text(f"{len(running)} running, {ended} ended", style="dim"))
