"""`git parallel owners` as text or JSON: a row for each path that was named, else one for each owner and reason."""

from collections import Counter
from pathlib import Path

from ..commands.owners import May, OwnersAnswer, owners
from ..errors import ANSWER_IS_NO, DONE
from ..names import natural, printable
from ..ownership.owning import Ground, Owned
from ..project.collector import collector_paused
from . import render
from .errors import note

_WORDS = {
    Ground.CLAIMED: "claimed by the task",
    Ground.DECLARED: "declared by the task's spec",
    Ground.TERRITORY: "territory of the agent type",
    Ground.NOBODY: "nobody's: a task that commits it claims it",
}
_STRICT = "nobody's: refused until it is claimed (parallel.ownership is strict)"
_GROUNDS = list(Ground)


def show_owners(words: tuple[str, ...], *, task: str, as_json: bool) -> int:
    """Print whose the paths are; the exit status."""
    with collector_paused():
        answer = owners(Path.cwd(), words, spelling=task)
        if as_json:
            from .document import put_by_lines
            from .document_owners import of_owners

            put_by_lines(of_owners(answer))
        else:
            _show(answer)
    for word in answer.missed:
        note(f"nothing that is tracked is '{printable(word)}'")
    return ANSWER_IS_NO if answer.is_no else DONE


def _show(answer: OwnersAnswer) -> None:
    for warning in answer.warnings:
        note(printable(warning))
    if not answer.rows:
        if not answer.missed:
            note("nothing is tracked here")
        return
    if answer.is_asked:
        _show_each(answer)
        return
    # Nobody reads 50,000 rows; who wants them names the directory.
    _show_groups(answer)
    print(f"\n{len(answer.rows)} files are tracked; 'git parallel owners .' tells of each that is here")


def _show_each(answer: OwnersAnswer) -> None:
    if answer.may is None:
        rows = [[row.path, _owner(row), _why(row, answer)] for row in answer.rows]
        render.table(["PATH", "OWNER", "WHY"], rows)
        return
    rows = [[row.path, *_told(row, answer, with_pattern=True)] for row in answer.rows]
    render.table(["PATH", "MAY", "WHY"], rows)


def _show_groups(answer: OwnersAnswer) -> None:
    if answer.may is None:
        groups = Counter((row.ground, _owner(row), _ground(row, answer)) for row in answer.rows)
        shown = sorted(groups, key=lambda one: (_GROUNDS.index(one[0]), natural(one[1]), one[2]))
        rows = [[owner, str(groups[ground, owner, why]), why] for ground, owner, why in shown]
        render.table(["OWNER", "FILES", "WHY"], rows)
        return
    told = Counter(_told(row, answer, with_pattern=False) for row in answer.rows)
    order = list(May)
    rows = [
        [may, str(told[may, why]), why]
        for may, why in sorted(told, key=lambda one: (order.index(one[0]), one[1]))
    ]
    render.table(["MAY", "FILES", "WHY"], rows)


def _owner(row: Owned) -> str:
    return ", ".join(row.owners) or "nobody"


def _ground(row: Owned, answer: OwnersAnswer) -> str:
    """On what ground a path is somebody's, without what is its own alone."""
    if row.ground is Ground.CONTROL:
        how = "named by the task's spec" if row.owners else "only a spec that names it gives it"
        return f"control file of {row.control}: {how}"
    if row.ground is Ground.NOBODY and answer.is_strict:
        return _STRICT
    return _WORDS[row.ground]


def _why(row: Owned, answer: OwnersAnswer) -> str:
    if row.ground not in (Ground.DECLARED, Ground.TERRITORY):
        return _ground(row, answer)
    return f"{_ground(row, answer)}: {', '.join(dict.fromkeys(row.patterns))}"


def _told(row: Owned, answer: OwnersAnswer, *, with_pattern: bool) -> tuple[May, str]:
    """What the task may do with a path, and why."""
    may, why = (answer.may or {})[row.path]
    if may is May.NO:
        return may, why
    return may, _why(row, answer) if with_pattern else _ground(row, answer)
