"""Conflicts as JSON."""

from typing import TYPE_CHECKING, Any

from ..project.conflicts import Clashing, Dispute

if TYPE_CHECKING:
    from ..commands.resolve import ResolveAnswer

VERSION = 1


def of_clashing(clashing: Clashing | None) -> list[dict[str, Any]]:
    """Every path in conflict, with all its places and who brought the target's side."""
    return [_of_dispute(dispute) for dispute in clashing.disputes] if clashing else []


def of_resolve(answer: "ResolveAnswer") -> dict[str, Any]:
    """The document of `merge --resolve --json`."""
    prepared = answer.prepared
    return {
        "version": VERSION,
        "id": prepared.task,
        "target": answer.target,
        "onto": prepared.clashing.onto,
        "tip": prepared.clashing.tip,
        "worktree": str(prepared.place.path),
        "is_new": prepared.is_new,
        "undecided": list(prepared.undecided),
        "recalled": list(prepared.recalled),
        "aside": str(prepared.aside) if prepared.aside else None,
        "conflicts": of_clashing(prepared.clashing),
    }


def _of_dispute(dispute: Dispute) -> dict[str, Any]:
    conflict = dispute.conflict
    return {
        "path": conflict.path,
        "kind": conflict.kind,
        "sides": list(conflict.sides),
        "hunks": [
            {"first": hunk.first, "last": hunk.last, "ours": list(hunk.ours), "theirs": list(hunk.theirs)}
            for hunk in conflict.hunks
        ],
        "brought": [
            {
                "commit": one.commit,
                "author": one.author,
                "subject": one.subject,
                "task": one.task,
                "title": one.title,
                "source": one.source,
            }
            for one in dispute.brought
        ],
    }
