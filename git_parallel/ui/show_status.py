"""`git parallel status` as text or JSON; on the hot path, so it imports nothing that it does not show."""

import os
import time
from pathlib import Path

from ..commands.status import Row, StatusAnswer, status
from ..names import printable
from . import render
from .errors import note


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
    queued = dict(answer.queued)
    rows = [_cells(row, queued.pop(row.record.id, "")) for row in answer.rows]
    rows += [[task, "waiting", "", "", "", why] for task, why in queued.items()]
    render.table(["TASK", "STATE", "TIME", "AHEAD", "WORKTREE", "WHAT"], rows)
    if answer.waves:
        print("planned anew, because of what running tasks touch beyond their word:")
        for number, wave in enumerate(answer.waves, 1):
            print(f"  wave {number}: {render.some(wave, 8)}")
    if answer.queue and answer.load:
        load = answer.load
        print(
            f"load: CPU {load.cpu_percent:.0f} %, memory {load.memory_percent:.0f} %, "
            f"{load.disk_free_bytes / 2**30:.1f} GB of disk free"
        )


def _cells(row: Row, waits: str) -> list[str]:
    """A row of the table; `waits` is why the task waits for its next launch, where it does."""
    record = row.record
    taken = record.seconds
    if record.state == "running" and record.started:
        taken = time.time() - record.started
    what = [reason for reason in (record.reason, waits) if reason]
    if row.drift and record.state != "merged":
        collides = f", which {render.some(row.collides)} touches as well" if row.collides else ""
        what.append(f"also took {render.some(row.drift)}{collides}")
    if record.attempt > 1:
        what.append(f"attempt {record.attempt}")
    ahead = "" if row.ahead is None else str(row.ahead)
    return [
        record.id,
        "waiting" if waits and record.state in ("ready", "planned") else record.state,
        render.seconds(taken),
        ahead,
        os.path.relpath(record.worktree) if row.has_worktree else "",
        "; ".join(what) or record.title,
    ]
