"""The JSON documents of `--json`: stable keys, one document on stdout and nothing else there."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ..project.gate import Denied
from ..project.landing.outcomes import (
    Astray,
    Blocked,
    Broken,
    Clash,
    Early,
    Landed,
    Unresolved,
    Untrusted,
    Unverified,
)
from ..schedule.record import TaskRecord
from ..tasks.task import Declared, Kind
from .document_conflict import of_clashing

if TYPE_CHECKING:
    from ..commands.cancel import CancelAnswer
    from ..commands.hooks import HooksAnswer
    from ..commands.merge import MergeAnswer
    from ..commands.status import StatusAnswer
    from ..commands.tasks import TasksAnswer
    from ..commands.trust import TrustAnswer
    from ..project.conducting import RunAnswer
    from ..schedule.progress import Progress

VERSION = 1


def put(document: Mapping[str, Any]) -> None:
    """Print the one document. What is not UTF-8 in a path comes out as its escaped surrogate."""
    json.dump(document, sys.stdout, indent=2, ensure_ascii=True)
    sys.stdout.write("\n")


def put_by_lines(document: Mapping[str, Any]) -> None:
    """Print the one document with every item of its lists on a line, for lists of many thousands.

    json.dump with an indent does not use the encoder that is written in C, and takes ten times as long.
    """
    encode = json.JSONEncoder(ensure_ascii=True, check_circular=False).encode
    write = sys.stdout.write
    write("{")
    for number, (key, value) in enumerate(document.items()):
        write(f"{',' if number else ''}\n  {encode(key)}: ")
        if isinstance(value, (list, Iterator)):
            # What is made while it is printed is never held as a whole.
            separator = "["
            for item in value:
                write(f"{separator}\n    {encode(item)}")
                separator = ","
            write("[]" if separator == "[" else "\n  ]")
        else:
            write(encode(value))
    write("\n}\n")


def of_tasks(answer: "TasksAnswer") -> dict[str, Any]:
    """The document of `tasks --json`."""
    return {
        "version": VERSION,
        "base": answer.base,
        "target": answer.target,
        "valid": answer.is_valid,
        "tasks": [
            {
                "id": task.id,
                "title": task.title,
                "source": task.source,
                "line": task.line,
                "documents": list(task.documents),
                "status": task.status,
                "agent": task.agent,
                "priority": task.priority,
                "estimate": task.estimate,
                "after": list(task.after),
                "conflicts": list(task.conflicts),
                "alone": task.is_alone,
                "aliases": list(task.aliases),
                "rivals": list(task.rivals),
                "unknown": task.is_unknown,
                "declared": [_written(one) for one in task.declared if one.kind is not Kind.MENTION],
                "mentions": [_written(one) for one in task.declared if one.kind is Kind.MENTION],
            }
            for task in answer.tasks
        ],
        "problems": [{"source": p.source, "line": p.line, "message": p.message} for p in answer.problems],
    }


def of_run(answer: "RunAnswer", handed: Sequence[str] = ()) -> dict[str, Any]:
    """The document of `run --json`; `handed` are tasks that were given to a coordinator at work."""
    duration = answer.ended - answer.started
    good = [r for r in answer.ran if r.state in ("succeeded", "merged")]
    not_run = {**answer.refused, **answer.waiting}
    left = [_left(task, answer.records.get(task), why) for task, why in not_run.items()]
    return {
        "version": VERSION,
        "success": answer.is_success,
        "tasks": [_record(record) for record in answer.ran] + left,
        "held": [{"id": held.task, "reason": held.reason} for held in answer.held],
        "priorities_executed": list(answer.launched),
        "worktrees_created": len(answer.launched),
        "monitoring_result": {
            "completed": len(good),
            "failed": len(answer.ran) - len(good) + len(answer.refused),
            "total": len(answer.ran) + len(left),
        },
        "merge_results": {result.task: _SAID[type(result)] for result in answer.landings},
        "duration_seconds": round(duration, 3),
        "start_time": time(answer.started),
        "end_time": time(answer.ended),
        "speedup": round(answer.seconds_of_work / duration, 2) if duration > 0 else None,
        "handed": list(handed),
        "cost": _money(answer.cost),
    }


def of_status(answer: "StatusAnswer") -> dict[str, Any]:
    """The document of `status --json`."""
    tasks = [
        {
            **_record(row.record),
            "title": row.record.title,
            "agent": row.record.agent,
            "pid": row.pid,
            "started": time(row.record.started),
            "ended": time(row.record.ended),
            "ahead": row.ahead,
            "drift": list(row.drift),
            "collides_with": list(row.collides),
            "claims": [{"path": path, "until": time(at)} for path, at in row.claimed.items()],
            "waits_for": list(row.awaited),
            "progress": _progress(row.progress),
            "eta_seconds": _rounded(row.left),
        }
        for row in answer.rows
    ]
    load = answer.load
    return {
        "version": VERSION,
        "target": answer.target,
        "tasks": tasks,
        "running": list(answer.running),
        "queued": [{"id": task, "reason": why} for task, why in answer.queued.items()],
        "replanned": [list(wave) for wave in answer.waves],
        "eta_seconds": _rounded(answer.outlook.seconds) if answer.outlook else None,
        "eta_is_least": answer.outlook.is_least if answer.outlook else False,
        "speedup": None if answer.speedup is None else round(answer.speedup, 2),
        "load": {
            "cpu_percent": load.cpu_percent if load else None,
            "memory_percent": load.memory_percent if load else None,
            "disk_free_bytes": load.disk_free_bytes if load else None,
        },
        "mended": list(answer.mended),
        "problems": list(answer.problems),
    }


def of_merge(answer: "MergeAnswer") -> dict[str, Any]:
    """The document of `merge --json`."""
    results = answer.landings.results
    return {
        "version": VERSION,
        "target": answer.target,
        "from": answer.landings.before,
        "to": answer.landings.after,
        "is_rehearsal": answer.is_rehearsal,
        "merged": [result.task for result in results if isinstance(result, Landed)],
        "flaky": [result.task for result in results if isinstance(result, Landed) and result.is_flaky],
        "conflicted": [
            {"id": r.task, "paths": list(r.paths), "conflicts": of_clashing(answer.clashing.get(r.task))}
            for r in results
            if isinstance(r, Clash)
        ],
        "rejected": [
            {
                "id": r.task,
                "violations": [
                    {
                        "commit": v.commit,
                        "path": v.foreign.path,
                        "owner": v.foreign.owner,
                        "why": v.foreign.why,
                    }
                    for v in r.violations
                ],
            }
            for r in results
            if isinstance(r, Denied)
        ],
        "broken": [
            {"id": r.task, "exit_status": r.exit_status, "log": str(r.log), "only_with": list(r.partners)}
            for r in results
            if isinstance(r, Broken)
        ],
        "unverified": [
            {"id": r.task, "exit_status": r.exit_status, "log": str(r.log)}
            for r in results
            if isinstance(r, Unverified)
        ],
        "blocked": [
            {
                "id": r.task,
                "checkout": str(r.refused.checkout),
                "paths": list(r.refused.paths),
                "reason": r.refused.why,
            }
            for r in results
            if isinstance(r, Blocked)
        ],
        "not_ready": [
            *({"id": task, "reason": why} for task, why in answer.not_ready.items()),
            *({"id": r.task, "reason": r.why} for r in results if isinstance(r, _LEFT)),
        ],
        "notes": list(answer.notes),
    }


def of_cancel(answer: "CancelAnswer") -> dict[str, Any]:
    """The document of `cancel --json`."""
    return {
        "version": VERSION,
        "cancelled": [record.id for record in answer.cancelled],
        "refused": [{"id": task, "reason": why} for task, why in answer.refused.items()],
    }


def _record(record: TaskRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "state": record.state,
        "branch": record.branch,
        "worktree": record.worktree,
        "attempt": record.attempt,
        "exit_status": record.exit_status,
        "seconds": None if record.seconds is None else round(record.seconds, 3),
        "reason": record.reason,
        "cost": _money(record.cost),
        "spent": _money(record.spent),
        "tokens_in": record.tokens_in,
        "tokens_cached": record.tokens_cached,
        "tokens_out": record.tokens_out,
    }


def _money(usd: float | None) -> float | None:
    """An amount without the dust of its sums."""
    return None if usd is None else round(usd, 6)


def _progress(progress: "Progress | None") -> dict[str, Any] | None:
    if progress is None:
        return None
    return {
        "percent": round(progress.percent, 1),
        "estimated": progress.is_estimated,
        "message": progress.message,
        "basis": list(progress.basis),
    }


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)


def _left(task: str, record: TaskRecord | None, why: str) -> dict[str, Any]:
    """A task that the run did not come to: as it stands, and why."""
    if record:
        return {**_record(record), "reason": why}
    nothing = dict.fromkeys(("branch", "worktree", "exit_status", "seconds"))
    untold = dict.fromkeys(("cost", "tokens_in", "tokens_cached", "tokens_out"))
    return {"id": task, "state": "planned", **nothing, "attempt": 0, "reason": why, **untold, "spent": 0.0}


def _written(declared: Declared) -> dict[str, Any]:
    return {
        "path": declared.path,
        "kind": declared.kind,
        "source": declared.source,
        "line": declared.line,
        "written": declared.written or declared.path,
        "ranges": [list(lines) for lines in declared.ranges],
        "guess": declared.is_guess,
    }


# Nothing was changed, and there is only a sentence to say why.
_LEFT = (Early, Astray, Unresolved, Untrusted)
_SAID: dict[type, str] = {
    Landed: "merged",
    Clash: "conflicted",
    Denied: "rejected",
    Broken: "broken",
    Unverified: "unverified",
    Blocked: "blocked",
    Early: "early",
    Unresolved: "unresolved",
    Astray: "astray",
    Untrusted: "untrusted",
}


def time(seconds: float | None) -> str | None:
    """A time in seconds since the epoch as JSON has it: ISO 8601 in UTC."""
    return (
        None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    )


def of_hooks(answer: "HooksAnswer") -> dict[str, Any]:
    """The document of `hooks --json`."""
    return {
        "version": VERSION,
        "installed": answer.is_installed,
        "in_order": answer.is_in_order,
        "problems": list(answer.problems),
        "ours": list(answer.ours),
        "yours": list(answer.theirs),
        "worktrees": list(answer.worktrees),
        "push": answer.may_push,
    }


def of_trust(answer: "TrustAnswer") -> dict[str, Any]:
    """The document of `trust --json`."""
    return {
        "version": VERSION,
        "target": answer.target,
        "trusted": answer.is_trusted,
        "commands": [{"key": key, "value": value} for key, value in answer.commands],
    }
