"""`git parallel run` while it goes on: a line per task on a terminal, a line per event in a pipe."""

import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..commands.run import Request, RunAnswer, run
from ..config import seconds
from ..names import printable
from ..project.scheduler import Told
from ..schedule.record import State, TaskRecord
from . import render
from .errors import note


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
    print(printable(told.what), flush=True)


def _show_end(answer: RunAnswer) -> None:
    for task, why in answer.waiting.items():
        note(printable(f"{task} was not launched: {why}"))
    for held in answer.held:
        if answer.named:
            note(printable(f"{held.task} is left out: {held.reason}"))
    if not answer.ran:
        print("nothing to run" if not answer.refused else "nothing was run")
        return
    good = [record for record in answer.ran if record.state in (State.SUCCEEDED, State.MERGED)]
    duration = answer.ended - answer.started
    speedup = answer.seconds_of_work / duration
    gain = f", {speedup:.1f} times as fast as one by one" if speedup > 1.05 else ""
    print(f"{len(good)} of {len(answer.ran)} succeeded in {render.seconds(duration)}{gain}")
    if any(record.state is State.SUCCEEDED for record in good):
        print("'git parallel merge' brings them to the target")


class _Screen:
    """The lines of a run on a terminal, kept up to date by rich."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.live import Live

        self._records: dict[str, TaskRecord] = {}
        self._lock = threading.Lock()
        self._console = Console(highlight=False)
        self._live = Live(
            console=self._console, get_renderable=self._table, refresh_per_second=4, transient=False
        )

    def __enter__(self) -> "_Screen":
        self._live.__enter__()
        return self

    def __exit__(self, *about: Any) -> None:
        self._live.__exit__(*about)

    def tell(self, told: Told) -> None:
        """Take in what happened."""
        with self._lock:
            if told.record is None:
                from rich.text import Text

                self._console.print(Text(printable(told.what)))
            else:
                self._records[told.record.id] = told.record
        self._live.refresh()

    def _table(self) -> Any:
        from rich.spinner import Spinner
        from rich.table import Table
        from rich.text import Text

        shown = Table.grid(padding=(0, 2))
        with self._lock:
            records = list(self._records.values())
        for record in records:
            runs = record.state is State.RUNNING
            taken = time.time() - (record.started or time.time()) if runs else record.seconds
            mark = (
                Spinner("dots")
                if runs
                else Text(_MARKS.get(record.state, "·"), style=render.style(record.state))
            )
            shown.add_row(
                mark,
                Text(record.id, style="bold"),
                Text(record.state, style=render.style(record.state)),
                Text(render.seconds(taken), justify="right"),
                Text(printable(record.reason or record.title), overflow="ellipsis", no_wrap=True),
            )
        return shown


_MARKS: dict[State, str] = {State.SUCCEEDED: "✓", State.MERGED: "✓", State.FAILED: "✗", State.LOST: "✗"}
