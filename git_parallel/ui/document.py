"""The JSON documents of `--json`: stable keys, one document on stdout and nothing else there."""

import json
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ..overlap.footprint import Entry, Origin
from ..overlap.patch import WHOLE, Ranges
from ..overlap.scoring import average_precision, recall_at
from ..project.gate import Denied
from ..project.landing import Blocked, Broken, Clash, Landed
from ..schedule.record import TaskRecord
from ..tasks.task import Declared, Kind

if TYPE_CHECKING:
    from ..commands.merge import MergeAnswer
    from ..commands.plan import PlanAnswer
    from ..commands.prune import PruneAnswer
    from ..commands.replay import ReplayAnswer
    from ..commands.run import RunAnswer
    from ..commands.status import StatusAnswer
    from ..commands.tasks import TasksAnswer
    from ..commands.why import WhyAnswer
    from ..overlap.drift import Drift
    from ..overlap.pair import Overlap

VERSION = 1
# At this precision the recall of two ways to predict is compared.
_PRECISION = 0.62
# From these likelihoods on a conflict is taken as predicted.
_LEVELS = (0.1, 0.2, 0.4)


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


def of_plan(answer: "PlanAnswer") -> dict[str, Any]:
    """The document of `plan --json`."""
    files = {task: list(map(_entry, footprint.entries)) for task, footprint in answer.footprints.items()}
    pairs = answer.independent_pairs()
    return {
        "version": VERSION,
        "base": answer.base,
        "target": answer.target,
        "valid": answer.is_valid,
        "reason": answer.reason,
        "tasks": [
            {
                "id": task.id,
                "title": task.title,
                "source": task.source,
                "line": task.line,
                "status": task.status,
                "state": _state(answer.records.get(task.id)),
                "agent": task.agent,
                "priority": task.priority,
                "after": list(task.after),
                "unknown": task.is_unknown,
                "files": files[task.id] if task.id in files else [_declared(d) for d in task.touched],
            }
            for task in answer.tasks
        ],
        "task_file_map": {
            task.id: list(dict.fromkeys(d.path for d in task.touched)) for task in answer.tasks
        },
        "independent_pairs": None if pairs is None else map(list, pairs),
        "conflicts": map(_overlap, answer.overlaps),
        "waves": [list(wave) for wave in answer.plan.waves],
        "held": [{"id": held.task, "reason": held.reason} for held in answer.plan.held],
        "other_work": [
            {"name": other.work, "files": list(map(_entry, other.entries))} for other in answer.others
        ],
        "stale": [{"name": work, "paths": sorted(paths)} for work, paths in answer.stale.items()],
        "drift": list(map(_drift, answer.drifts)),
        "timeline": _timeline(answer),
        "merge_order": list(answer.merge_order),
        "problems": [{"source": p.source, "line": p.line, "message": p.message} for p in answer.problems],
        "warnings": list(answer.warnings),
    }


def _overlap(overlap: "Overlap") -> dict[str, Any]:
    return {
        "pair": [overlap.left, overlap.right],
        "paths": list(overlap.paths),
        "risk": overlap.risk,
        "why": overlap.why,
        "excludes": overlap.excludes,
        "likelihood": round(overlap.likelihood, 3),
        "sharing": round(overlap.sharing, 3),
        "lines": [
            {"path": at.path, "left": _lines(at.left), "right": _lines(at.right)} for at in overlap.lines
        ],
    }


def _entry(entry: "Entry") -> dict[str, Any]:
    return {
        "path": entry.path,
        "kind": entry.kind,
        "origin": entry.origin,
        "line": entry.line,
        "source": entry.source,
        "weight": round(entry.weight, 3),
        "lines": _lines(entry.ranges),
        "why": entry.why,
    }


def _lines(ranges: Ranges) -> list[list[int]]:
    """Ranges of lines; a file as a whole has none to tell."""
    return [] if ranges == WHOLE else [list(lines) for lines in ranges]


def _drift(drift: "Drift") -> dict[str, Any]:
    return {
        "id": drift.work,
        "paths": list(drift.paths),
        "collides_with": list(drift.others),
    }


def _timeline(answer: "PlanAnswer") -> dict[str, Any] | None:
    timeline = answer.timeline
    if timeline is None:
        return None
    return {
        "basis": answer.estimates.basis,
        "slots": answer.slots,
        "makespan": round(timeline.makespan, 3),
        "work": round(timeline.work, 3),
        "speedup": round(timeline.speedup, 3),
        "critical_path": list(timeline.critical),
        "spans": [
            {"id": s.task, "start": round(s.start, 3), "end": round(s.end, 3), "behind": s.behind}
            for s in timeline.spans
        ],
    }


def of_run(answer: "RunAnswer") -> dict[str, Any]:
    """The document of `run --json`."""
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
        "start_time": _time(answer.started),
        "end_time": _time(answer.ended),
        "speedup": round(answer.seconds_of_work / duration, 2) if duration > 0 else None,
    }


def of_status(answer: "StatusAnswer") -> dict[str, Any]:
    """The document of `status --json`."""
    tasks = [
        {
            **_record(row.record),
            "title": row.record.title,
            "agent": row.record.agent,
            "pid": row.pid,
            "started": _time(row.record.started),
            "ended": _time(row.record.ended),
            "ahead": row.ahead,
            "drift": list(row.drift),
            "collides_with": list(row.collides),
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
        "merged": [result.task for result in results if isinstance(result, Landed)],
        "conflicted": [{"id": r.task, "paths": list(r.paths)} for r in results if isinstance(r, Clash)],
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
            {"id": r.task, "exit_status": r.exit_status, "log": str(r.log)}
            for r in results
            if isinstance(r, Broken)
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
        "not_ready": [{"id": task, "reason": why} for task, why in answer.not_ready.items()],
    }


def of_prune(answer: "PruneAnswer") -> dict[str, Any]:
    """The document of `prune --json`."""
    return {
        "version": VERSION,
        "removed": [{"id": entry.task, "trash": entry.ref} for entry in answer.removed],
        "kept": [{"id": task, "reason": why} for task, why in answer.kept.items()],
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
    }


def _left(task: str, record: TaskRecord | None, why: str) -> dict[str, Any]:
    """A task that the run did not come to: as it stands, and why."""
    if record:
        return {**_record(record), "reason": why}
    nothing = dict.fromkeys(("branch", "worktree", "exit_status", "seconds"))
    return {"id": task, "state": "planned", **nothing, "attempt": 0, "reason": why}


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


def _declared(declared: Declared) -> dict[str, Any]:
    return _entry(
        Entry(declared.path, declared.kind, Origin.DECLARED, declared.source, declared.line, declared.ranges)
    )


def _state(record: TaskRecord | None) -> str:
    return record.state if record else "planned"


_SAID: dict[type, str] = {
    Landed: "merged",
    Clash: "conflicted",
    Denied: "rejected",
    Broken: "broken",
    Blocked: "blocked",
}


def _time(seconds: float | None) -> str | None:
    return (
        None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    )


def of_why(answer: "WhyAnswer") -> dict[str, Any]:
    """The document of `plan --why --json`."""
    return {
        "version": VERSION,
        "pair": [answer.left, answer.right],
        "together": answer.may_run_together,
        "reasons": list(answer.reasons),
        "finished": list(answer.finished),
        "level": answer.level,
        "overlap": _overlap(answer.overlap) if answer.overlap else None,
        "sharing": round(answer.sharing, 3),
        "meetings": [
            {
                "path": meeting.path,
                "risk": meeting.risk,
                "policy": policy,
                "left": _entry(meeting.left),
                "right": _entry(meeting.right),
            }
            for meeting, policy in zip(answer.meetings, answer.policies, strict=True)
        ],
        "warnings": list(answer.warnings),
    }


def of_replay(answer: "ReplayAnswer") -> dict[str, Any]:
    """The document of `plan --replay --json`."""
    return {
        "version": VERSION,
        "range": answer.revisions,
        "windows": answer.windows,
        "changes": answer.changes,
        "left_out": answer.left_out,
        "pairs": len(answer.pairs),
        "sharing": answer.same_file.said,
        "conflicting": answer.same_file.true,
        "conflicts_by_shared_file": {
            "precision": _rounded(answer.same_file.precision),
            "recall": _rounded(answer.same_file.recall),
            "average_precision": _rounded(answer.ranked_by_shared),
        },
        "conflicts_by_likelihood": {
            "average_precision": _rounded(answer.ranked_by_likelihood),
            "levels": [
                {
                    "likelihood": least,
                    "said": (told := answer.likely(least)).said,
                    "precision": _rounded(told.precision),
                    "recall": _rounded(told.recall),
                }
                for least in _LEVELS
            ],
        },
        "sharing_by_declared": _ranking(answer.sharing_declared),
        "sharing_by_expected": _ranking(answer.sharing_expected),
    }


def _ranking(pairs: list[tuple[float, bool]]) -> dict[str, Any]:
    recall, threshold = recall_at(pairs, _PRECISION)
    return {
        "precision": _PRECISION,
        "recall": _rounded(recall),
        "threshold": _rounded(threshold),
        "average_precision": _rounded(average_precision(pairs)),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
