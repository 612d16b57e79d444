"""What documents were understood as before, in plain values that JSON can hold, so that none is read twice.

    {path: [key, problems, drafts]}   with the key "oid name name..." of the blob and the sources asked, in
                                      order; a problem is [line, message], a draft `_draft` tells

Only what built-in sources gave is remembered. What is said on the way in is as foreign as a document: an
entry with anything in it that could not be is unknown, and its document is read again.
"""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from ..names import printable
from .document import decode
from .draft import Draft, Parsed
from .prose.dependencies import After
from .read import parse
from .sources import BUILT_IN, Source
from .task import Declared, Kind, Problem, Role, Status

_BUILT_IN = {source.name: source for source in BUILT_IN}
_KINDS = {kind.value: kind for kind in Kind}
_ROLES = {role.value: role for role in Role}
_STATUSES: dict[str | None, Status | None] = {None: None, **{status.value: status for status in Status}}


class Memory:
    """What was remembered of the documents of a tree, and what is new. `files` are the tree: paths and blobs.

    What the tree does not have any more is forgotten.
    """

    def __init__(self, files: Mapping[str, str], remembered: object = None) -> None:
        self._files = files
        entries = remembered if isinstance(remembered, dict) else {}
        self.entries = {path: entry for path, entry in entries.items() if self._is_of_tree(path, entry)}
        self.is_new = False
        self._keys: dict[tuple[int, ...], str] = {}

    def parsed(self, path: str, data: bytes | None, sources: Sequence[Source]) -> Parsed:
        """What the file at `path` says, whose content is `data`: remembered, or else read and remembered.

        Content that is missing is read as nothing, and not remembered: it may come yet.
        """
        names = self._names(sources)
        if data is None or not names:
            return parse(path, data or b"", sources)
        key = f"{self._files[path]} {names}"
        entry = self.entries.get(path)
        known = from_values(entry[1:], path, data) if entry and entry[0] == key else None
        if known is not None:
            return known
        parsed = parse(path, data, sources)
        values = to_values(parsed, path, data)
        if values is not None:
            self.entries[path] = [key, *values]
            self.is_new = True
        return parsed

    def _names(self, sources: Sequence[Source]) -> str:
        """The names of sources that are all built in, else nothing."""
        # Thousands of documents are asked of the same few values.
        same = tuple(map(id, sources))
        if same not in self._keys:
            is_ours = all(map(is_built_in, sources))
            self._keys[same] = " ".join(source.name for source in sources) if is_ours else ""
        return self._keys[same]

    def _is_of_tree(self, path: object, entry: object) -> bool:
        oid = self._files.get(path) if isinstance(path, str) else None
        has_key = isinstance(entry, list) and len(entry) > 0 and isinstance(entry[0], str)
        return oid is not None and has_key and entry[0].startswith(f"{oid} ")  # type: ignore[index]


def is_built_in(source: Source) -> bool:
    """Whether a source is one of ours, wherever it looks; nobody knows when what another one gives changes."""
    ours = _BUILT_IN.get(source.name)
    return ours is not None and source.parse is ours.parse and source.at(ours.globs) == ours


def to_values(parsed: Parsed, path: str, data: bytes) -> list[Any] | None:
    """What a document was understood as, without its text; None for what `from_values` would not take back."""
    try:
        text = _text(path, data) if parsed.drafts else ""
        problems = [_problem_values(problem, path) for problem in parsed.problems]
        return [problems, [_draft_values(draft, path, text) for draft in parsed.drafts]]
    except (ValueError, OverflowError):
        return None


def from_values(values: Any, path: str, data: bytes) -> Parsed | None:
    """What a document was understood as; None when the values can be nothing that a source gave."""
    try:
        problems, drafts = _list(values)
        text = _text(path, data) if any(draft[3] is None for draft in _list(drafts)) else ""
        return Parsed(
            tuple([_draft(draft, path, text) for draft in drafts]),
            tuple([_problem(problem, path) for problem in _list(problems)]),
        )
    except (ValueError, TypeError, LookupError, OverflowError):
        return None


def _text(path: str, data: bytes) -> str:
    if data.isascii() and b"\r" not in data and b"\0" not in data:
        return data.decode("ascii")  # as it would come out below, in a tenth of the time
    document, _ = decode(path, data, limit=len(data), is_prose=False)
    if document is None:
        raise ValueError("no text")
    return document.text


def _problem_values(problem: Problem, path: str) -> tuple[int, str]:
    _require(problem.source == path and printable(problem.message) == problem.message)
    return problem.line, problem.message


def _problem(values: Any, path: str) -> Problem:
    line, message = _list(values)
    _all_of(int, line)
    _all_of(str, message)
    _require(printable(message) == message)
    return Problem(path, line, message)


def _draft_values(draft: Draft, path: str, text: str) -> tuple[Any, ...]:
    _require(draft.path == path)
    return (
        draft.line,
        draft.short,
        draft.title,
        None if draft.text == text else draft.text,
        draft.slug,
        draft.role,
        draft.scope,
        draft.aliases,
        [_declared_values(one, path) for one in draft.declared],
        [(one.spelling, one.is_sure) for one in draft.after],
        [(one.spelling, one.is_sure) for one in draft.before],
        draft.conflicts,
        draft.wave,
        draft.is_alone,
        _finite(draft.priority),
        draft.agent,
        draft.status,
        _finite(draft.estimate),
        [_declared_values(one, path) for one in draft.patches],
        draft.also,
    )


def _draft(values: Any, path: str, text: str) -> Draft:
    (
        line, short, title, own_text, slug, role, scope, aliases, declared, after, before, conflicts, wave,
        is_alone, priority, agent, status, estimate, patches, also,
    ) = _list(values)  # fmt: skip
    _all_of(str, short, title, slug, scope, "" if own_text is None else own_text, agent or "")
    _all_of(int, line, 0 if wave is None else wave)
    _all_of(bool, is_alone)
    return Draft(
        path,
        line,
        short,
        title,
        text if own_text is None else own_text,
        slug,
        _ROLES[role],
        scope,
        _strings(aliases),
        tuple([_declared(one, path) for one in _list(declared)]),
        _afters(after),
        _afters(before),
        _strings(conflicts),
        wave,
        is_alone,
        _number(priority),
        agent,
        _STATUSES[status],
        _number(estimate),
        tuple([_declared(one, path) for one in _list(patches)]),
        _strings(also),
    )


def _declared_values(declared: Declared, path: str) -> tuple[Any, ...]:
    _require(declared.source == path and declared.path != "")
    return (
        declared.path,
        declared.kind,
        declared.line,
        declared.written,
        declared.ranges,
        declared.is_guess,
        declared.is_doubtful,
    )


def _declared(values: Any, source: str) -> Declared:
    path, kind, line, written, ranges, is_guess, is_doubtful = _list(values)
    # There are many, so this is written out.
    if type(path) is not str or type(written) is not str or type(line) is not int or not path:
        raise TypeError("no path, or no line")
    if type(is_guess) is not bool or type(is_doubtful) is not bool:
        raise TypeError("no truth value")
    lines = tuple([_range(one) for one in _list(ranges)]) if ranges else ()
    return Declared(path, _KINDS[kind], source, line, written, lines, is_guess, is_doubtful)


def _range(values: Any) -> tuple[int, int]:
    first, last = _list(values)
    _all_of(int, first, last)
    return first, last


def _afters(values: Any) -> tuple[After, ...]:
    return tuple([_after(one) for one in _list(values)]) if values else ()


def _after(values: Any) -> After:
    spelling, is_sure = _list(values)
    _all_of(str, spelling)
    _all_of(bool, is_sure)
    return After(spelling, is_sure)


def _strings(values: Any) -> tuple[str, ...]:
    if not values:
        return ()
    _all_of(str, *_list(values))
    return tuple(values)


def _number(value: Any) -> float | None:
    if value is not None and type(value) is not int:
        _all_of(float, value)
    return _finite(value)


def _finite(value: float | None) -> float | None:
    _require(value is None or isfinite(value))
    return value


def _list(values: Any) -> Any:
    if type(values) is not list:
        raise TypeError("no list")
    return values


def _all_of(kind: type, *values: object) -> None:
    # A bool is an int, so isinstance() would let it pass for a line.
    for value in values:
        if type(value) is not kind:
            raise TypeError(f"no {kind.__name__}")


def _require(is_so: bool) -> None:
    if not is_so:
        raise ValueError("not what a source gives")
