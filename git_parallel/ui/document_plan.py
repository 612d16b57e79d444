"""The JSON documents of `plan --json`: of the plan, of why two are apart, and of a replay."""

from typing import TYPE_CHECKING, Any

from ..overlap.footprint import Entry, Origin
from ..overlap.patch import WHOLE, Ranges
from ..overlap.scoring import LEVELS, PRECISION, average_precision, recall_at
from ..schedule.record import TaskRecord
from ..tasks.task import Declared
from .document import VERSION

if TYPE_CHECKING:
    from ..commands.plan import PlanAnswer
    from ..commands.replay import ReplayAnswer
    from ..commands.why import WhyAnswer
    from ..overlap.drift import Drift
    from ..overlap.pair import Overlap


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
                for least in LEVELS
            ],
        },
        "sharing_by_declared": _ranking(answer.sharing_declared),
        "sharing_by_expected": _ranking(answer.sharing_expected),
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


def _declared(declared: Declared) -> dict[str, Any]:
    return _entry(
        Entry(declared.path, declared.kind, Origin.DECLARED, declared.source, declared.line, declared.ranges)
    )


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


def _ranking(pairs: list[tuple[float, bool]]) -> dict[str, Any]:
    recall, threshold = recall_at(pairs, PRECISION)
    return {
        "precision": PRECISION,
        "recall": _rounded(recall),
        "threshold": _rounded(threshold),
        "average_precision": _rounded(average_precision(pairs)),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _state(record: TaskRecord | None) -> str:
    return record.state if record else "planned"
