"""`git parallel merge --resolve` as text or JSON."""

from collections.abc import Iterator
from pathlib import Path

from ..commands.resolve import ResolveAnswer, resolve
from ..names import printable
from .errors import hint, note
from .show_conflict import lines_of_clashing, quoted, shown, specs_of


def show_resolve(spelling: str, *, as_json: bool) -> None:
    """Prepare a conflict and show it, with the way on and the way back."""
    answer = resolve(Path.cwd(), spelling)
    for sentence in answer.mended:
        note(printable(sentence))
    if as_json:
        from .document import put
        from .document_conflict import of_resolve

        put(of_resolve(answer))
        return
    for line in _lines(answer):
        shown(line)
    prepared = answer.prepared
    place, again = quoted(prepared.place.path), f"git parallel merge {prepared.task}"
    on = "solve it, git add FILE..., git commit" if prepared.undecided else "look at it, git commit"
    hint(printable(f"in {place}: {on}; then {again}"))
    hint(printable(f"git -C {place} merge --abort takes it back"))


def _lines(answer: ResolveAnswer) -> Iterator[str]:
    prepared = answer.prepared
    record = answer.records[prepared.task]
    done = "stands open" if prepared.is_new else "stands open already"
    yield f"the merge of '{answer.target}' into '{record.branch}' {done} in {prepared.place.path}"
    if prepared.aside is not None:
        yield f"an earlier one was cut off in the middle; what it had left is kept in {prepared.aside}"
    yield from specs_of(record, prepared.clashing.disputes, answer.target)
    if not prepared.undecided:
        yield "all of it is decided: git has filled in what was resolved before, or somebody has resolved it"
        return
    yield "in conflict:"
    yield from lines_of_clashing(prepared.clashing, answer.target, record.branch)
    # A policy of ours for hot files is none of git's.
    more = [path for path in prepared.undecided if path not in prepared.clashing.paths]
    if more:
        yield f"in that worktree also: {', '.join(more)}"
    decided = [path for path in prepared.clashing.paths if path not in prepared.undecided]
    if decided:
        yield f"decided already: {', '.join(decided)}"
    if prepared.recalled:
        yield f"filled in as it was resolved before, to be looked at: {', '.join(prepared.recalled)}"
