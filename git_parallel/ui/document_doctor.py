"""The JSON document of `doctor --json`."""

from typing import Any

from ..commands.doctor import DoctorAnswer
from ..project.health.finding import Finding
from .document import VERSION


def of_doctor(answer: DoctorAnswer) -> dict[str, Any]:
    """The document of `doctor --json`."""
    found = [(one.finding, one.how) for one in answer.mended] + [(one, None) for one in answer.findings]
    return {
        "version": VERSION,
        "is_healthy": answer.is_healthy,
        "findings": [_finding(finding, how) for finding, how in found],
        "notes": list(answer.notes),
    }


def _finding(finding: Finding, how: str | None) -> dict[str, Any]:
    return {
        "kind": finding.kind,
        "subject": finding.subject,
        "what": finding.what,
        "heal": finding.heal,
        "is_fixed": how is not None,
        "done": how,
    }
