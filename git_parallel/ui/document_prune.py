"""What was put into the trash, brought back and freed, as JSON."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ..git.put_by import PutBy
from ..git.trash.entry import Entry

if TYPE_CHECKING:
    from ..commands.prune import PruneAnswer
    from ..commands.trash import ExpireAnswer, TrashAnswer
    from ..commands.undo import UndoAnswer

VERSION = 1


def of_prune(answer: "PruneAnswer") -> dict[str, Any]:
    """The document of `prune --json`."""
    return {
        "version": VERSION,
        "is_rehearsal": answer.is_rehearsal,
        "removed": [_entry(entry, is_there=not answer.is_rehearsal) for entry in answer.removed],
        "kept": [
            {"id": task, "reason": "; ".join(reasons), "reasons": list(reasons)}
            for task, reasons in answer.kept.items()
        ],
        "landed": list(answer.landed),
        "mended": list(answer.mended),
    }


def of_undo(answer: "UndoAnswer") -> dict[str, Any]:
    """The document of `prune --undo --json`."""
    return {
        "version": VERSION,
        "restored": [{"id": entry.task, "worktree": entry.worktree} for entry in answer.restored],
        "removed": [_entry(entry) for entry in answer.removed],
        "refused": [{"id": task, "reason": error.message} for task, error in answer.refused.items()],
        "mended": list(answer.mended),
    }


def of_trash(answer: "TrashAnswer") -> dict[str, Any]:
    """The document of `prune --list --json`."""
    return {
        "version": VERSION,
        "trash": [_entry(entry) for entry in answer.entries],
        "aside": [_aside(one) for one in answer.aside],
        "strange": list(answer.strange),
    }


def of_expire(answer: "ExpireAnswer") -> dict[str, Any]:
    """The document of `prune --expire --json`."""
    return {
        "version": VERSION,
        "is_rehearsal": answer.is_rehearsal,
        "freed": [_entry(entry, size=size) for entry, size in answer.freed.items()],
        "aside": [_aside(one, size=size) for one, size in answer.aside.items()],
        "left": [_entry(entry) for entry in answer.left],
        "mended": list(answer.mended),
    }


def _aside(one: PutBy, *, size: int | None = None) -> dict[str, Any]:
    return {
        "source": one.source,
        "folder": str(one.folder),
        "why": one.why,
        "time": _moment(one.seconds),
        "bytes": size,
    }


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).isoformat().replace("+00:00", "Z")


def _entry(entry: Entry, *, is_there: bool = True, size: int | None = None) -> dict[str, Any]:
    return {
        "id": entry.task,
        "branch": entry.branch.short,
        "tip": entry.tip,
        "worktree": entry.worktree,
        "overruled": list(entry.reasons),
        "trash": entry.ref if is_there else None,
        "time": _moment(entry.seconds) if is_there else None,
        "bytes": size,
    }
