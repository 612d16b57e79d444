"""What became of the tasks of a run, as programs read it."""

from datetime import UTC, datetime
from typing import Any

from ..project.conducting import RunAnswer
from ..project.landing.outcomes import Astray, Blocked, Clash, Early, Landed, Landing, Unresolved, Untrusted
from ..schedule.record import State, TaskRecord
from .priorities import Named, Priority


def monitoring(answer: RunAnswer, names: Named) -> dict[str, Any]:
    """How many tasks succeeded, failed and were asked for, as in `run --json`, and what became of each."""
    good = sum(record.state in (State.SUCCEEDED, State.MERGED) for record in answer.ran)
    tasks = _tasks(answer, names)
    failed = len(answer.ran) - good + len(answer.refused)
    return {"completed": good, "failed": failed, "total": len(tasks), "tasks": tasks}


def _tasks(answer: RunAnswer, names: Named) -> dict[Priority, dict[str, Any]]:
    """The state and the times of each task of the batch, and why those were not run that were not."""
    found = {names[record.id]: _of_record(record) for record in answer.ran}
    not_run = {
        **{held.task: held.reason for held in answer.held},
        **dict(answer.waiting),
        **dict(answer.refused),
    }
    for task, why in not_run.items():
        if names[task] not in found:
            found[names[task]] = {"state": "not run", "reason": why}
    return found


def merge_results(answer: RunAnswer, names: Named) -> dict[Priority, str]:
    """What came of each merge, in words; that of a task that did not succeed was not tried."""
    return {names[result.task]: _of_landing(result, answer) for result in answer.landings}


def _of_record(record: TaskRecord) -> dict[str, Any]:
    return {
        "state": str(record.state),
        "reason": record.reason,
        "exit_status": record.exit_status,
        "attempts": record.attempt,
        "worktree": record.worktree,
        "branch": record.branch,
        "start_time": _clock(record.started),
        "end_time": _clock(record.ended),
        "seconds": None if record.seconds is None else round(record.seconds, 3),
    }


def _of_landing(result: Landing, answer: RunAnswer) -> str:
    match result:
        case Landed():
            return "merged successfully"
        case Clash(_, paths):
            return f"not merged: in conflict with the target in {', '.join(paths)}"
        case Early(_, why) | Astray(_, why) | Unresolved(_, why) | Untrusted(_, why):
            return f"not merged: {why}"
        case Blocked(_, refused):
            return f"not merged: in {refused.checkout}, {refused.why}"
    record = answer.records.get(result.task)
    return f"not merged: {record.reason if record and record.reason else 'refused'}"


def _clock(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()
