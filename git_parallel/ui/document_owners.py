"""The JSON document of `owners --json`."""

from collections.abc import Iterator
from typing import Any

from ..commands.owners import OwnersAnswer
from .document import VERSION


def of_owners(answer: OwnersAnswer) -> dict[str, Any]:
    """The document of `owners --json`; its paths are made while they are printed."""
    return {
        "version": VERSION,
        "policy": "strict" if answer.is_strict else "claim",
        "task": answer.task,
        "missed": list(answer.missed),
        "paths": _paths(answer),
    }


def _paths(answer: OwnersAnswer) -> Iterator[dict[str, Any]]:
    for row in answer.rows:
        may, why = answer.may[row.path] if answer.may is not None else (None, "")
        yield {
            "path": row.path,
            "ground": row.ground,
            "owners": list(row.owners),
            "patterns": list(row.patterns),
            "control": row.control or None,
            "may": may,
            "why": why or None,
        }
