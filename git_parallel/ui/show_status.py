"""`git parallel status` as text or JSON; on the hot path, so it imports nothing that it does not show."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

from ..commands.status import Row, StatusAnswer, status
from ..names import printable
from ..project.spending import usd
from . import render
from .errors import note

# What is less is as much as one agent does alone.
_WORTH_TELLING = 1.05


def show_status(*, as_json: bool) -> int:
    """Print the state of all tasks; the exit status."""
    answer = status(Path.cwd(), with_load=as_json)
    for sentence in (*answer.mended, *answer.problems):
        note(printable(sentence))
    if as_json:
        from .document import of_status, put

        put(of_status(answer))
    else:
        _show(answer)
    return 0


def _show(answer: StatusAnswer) -> None:
    if not answer.rows and not answer.queued:
        print("no task has been run yet; 'git parallel plan' shows what could be")
        return
    headers = ["TASK", "STATE", "TIME", "COST", "PROGRESS", "AHEAD", "WORKTREE", "WHAT"]
    queued = dict(answer.queued)
    rows = [_cells(row, queued.pop(row.record.id, "")) for row in answer.rows]
    rows += [[task, "waiting", "", "", "", "", "", why] for task, why in queued.items()]
    # Columns that would be empty.
    without = set()
    if not any(row.progress for row in answer.rows):
        without.add(headers.index("PROGRESS"))
    if not any(_cost(row) for row in answer.rows):
        without.add(headers.index("COST"))
    headers, *rows = [[c for at, c in enumerate(cells) if at not in without] for cells in (headers, *rows)]
    render.table(headers, rows)
    for line in _expected(answer):
        print(line)
    if answer.waves:
        print("planned anew, because of what running tasks touch beyond their word:")
        for number, wave in enumerate(answer.waves, 1):
            print(f"  wave {number}: {render.some(wave, 8)}")
    if answer.queue:
        since = f" for {render.seconds(time.time() - answer.queue.started)}" if answer.queue.started else ""
        print(f"coordinator: process {answer.queue.pid}, at work{since}")
    if answer.queue and answer.load:
        load = answer.load
        print(
            f"load: CPU {load.cpu_percent:.0f} %, memory {load.memory_percent:.0f} %, "
            f"{load.disk_free_bytes / 2**30:.1f} GB of disk free"
        )


def _expected(answer: StatusAnswer) -> Iterator[str]:
    """When all will have ended, how fast it goes, and what a '~' above means."""
    if answer.running:
        count = f"{len(answer.running)} running" + (
            f", {len(answer.queued)} waiting" if answer.queued else ""
        )
        told = []
        if answer.outlook:
            least = "at least" if answer.outlook.is_least else "about"
            told.append(f"{least} {render.roughly(answer.outlook.seconds)} left")
        if answer.speedup and answer.speedup > _WORTH_TELLING:
            told.append(f"{answer.speedup:.1f} times as fast as one by one so far")
        if told:
            yield f"{count}: {'; '.join(told)}"
    if any(row.progress and row.progress.is_estimated for row in answer.rows):
        yield "~ is estimated, from what is seen of files, boxes and time"


def _cells(row: Row, waits: str) -> list[str]:
    """A row of the table; `waits` is why the task waits for its next launch, where it does."""
    record = row.record
    taken = record.seconds
    if record.state == "running" and record.started:
        taken = time.time() - record.started
    what = [reason for reason in (record.reason, waits) if reason]
    if row.progress and row.progress.message:
        what.append(row.progress.message)
    if row.left is not None:
        what.append(f"about {render.roughly(row.left)} left")
    if row.drift and record.state != "merged":
        collides = f", which {render.some(row.collides)} touches as well" if row.collides else ""
        what.append(f"also took {render.some(row.drift)}{collides}")
    what += _claims(row)
    if record.attempt > 1:
        what.append(f"attempt {record.attempt}")
    ahead = "" if row.ahead is None else str(row.ahead)
    return [
        record.id,
        "waiting" if waits and record.state in ("ready", "planned") else record.state,
        render.seconds(taken),
        _cost(row),
        _percent(row),
        ahead,
        os.path.relpath(record.worktree) if row.has_worktree else "",
        "; ".join(what) or record.title,
    ]


def _claims(row: Row) -> Iterator[str]:
    """What it holds by claim for a while only, and what it waits for."""
    limited = sorted((at, path) for path, at in row.claimed.items() if at is not None)
    if limited:
        soonest, first = limited[0]
        more = f" (and {len(limited) - 1} more for longer)" if len(limited) > 1 else ""
        yield f"holds {printable(first)} for another {render.seconds(soonest - time.time())}{more}"
    if row.awaited:
        yield f"waits for {render.some(row.awaited)}"


def _cost(row: Row) -> str:
    """What all attempts at it cost, as far as that was told."""
    return usd(row.record.spent) if row.record.spent else ""


def _percent(row: Row) -> str:
    if row.progress is None:
        return ""
    return f"{'~' if row.progress.is_estimated else ''}{row.progress.percent:.0f} %"
