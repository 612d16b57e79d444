"""`git parallel plan --why A B` as text: the verdict first, then what it rests on."""

from collections.abc import Iterator
from pathlib import Path

from ..commands.why import WhyAnswer, why
from ..errors import ANSWER_IS_NO, DONE
from ..names import TaskId, printable
from ..overlap.footprint import Entry, Origin
from ..overlap.risk import Meeting, common_lines, said_lines
from ..project.wanted import Wanted
from . import render
from .errors import note

_MOST = 20


def show_why(left: str, right: str, wanted: Wanted, *, check: bool, as_json: bool) -> int:
    """Print how two works stand to each other; the exit status."""
    answer = why(Path.cwd(), left, right, wanted)
    if as_json:
        from .document import put
        from .document_plan import of_why

        put(of_why(answer))
    else:
        for warning in answer.warnings:
            note(printable(warning))
        _show(answer)
    return ANSWER_IS_NO if check and not answer.may_run_together else DONE


def _show(answer: WhyAnswer) -> None:
    are_tasks = isinstance(answer.left, TaskId) and isinstance(answer.right, TaskId)
    names = f"{answer.left} and {answer.right}"
    if not are_tasks:
        print(f"{names} {'overlap' if answer.overlap else 'touch nothing in common'}")
    elif answer.finished:
        print(f"{' and '.join(answer.finished)} {'is' if len(answer.finished) == 1 else 'are'} finished")
    elif answer.may_run_together:
        print(f"{names} may run at the same time")
    else:
        print(f"{names} are kept apart")
        for reason in answer.reasons:
            render.hanging("  - ", printable(reason))
    if overlap := answer.overlap:
        print(f"\nrisk: {overlap.risk} ({overlap.why})")
        print(f"likelihood of a conflict: {overlap.likelihood:.0%}, of sharing a file: {overlap.sharing:.0%}")
    elif answer.sharing >= 0.01:
        print(f"\nno overlap; likelihood of sharing a file: {answer.sharing:.0%}")
    if answer.meetings:
        print()
        rows = [[m.path, m.risk, _side(m.left), _side(m.right)] for m in answer.meetings[:_MOST]]
        render.table(["MEET AT", "RISK", printable(answer.left), printable(answer.right)], rows)
        if len(answer.meetings) > _MOST:
            print(f"and {len(answer.meetings) - _MOST} more")
    for line in _ways_on(answer, are_tasks=are_tasks):
        print(f"\n{line}")


def _side(entry: Entry) -> str:
    """What one of the two has at a place, and how that is known."""
    lines = (
        f" {', '.join(said_lines(*r) for r in entry.ranges[:3])}"
        if entry.ranges and entry.kind == "modify"
        else ""
    )
    more = f" and {len(entry.ranges) - 3} more" if lines and len(entry.ranges) > 3 else ""
    if entry.origin is Origin.PREDICTED:
        return f"expected, {entry.weight:.0%}: {entry.why}"
    if entry.origin is Origin.DECLARED:
        return f"{entry.kind}{lines}{more}, declared in {entry.source}:{entry.line}"
    return f"{entry.kind}{lines}{more}, {entry.origin}"


def _ways_on(answer: WhyAnswer, *, are_tasks: bool) -> Iterator[str]:
    """What one could do, where the overlap is all that keeps two tasks apart."""
    if not are_tasks or len(answer.reasons) != 1 or not (answer.overlap and answer.overlap.excludes):
        return
    is_by_level = all(policy is None for policy in answer.policies)
    if answer.level == "file" and is_by_level and all(_is_mild(meeting) for meeting in answer.meetings):
        yield "with --overlap hunk they may run at the same time: no lines that both change are known"


def _is_mild(meeting: Meeting) -> bool:
    return meeting.risk in ("file", "pattern", "predicted") and not common_lines(meeting.left, meeting.right)
