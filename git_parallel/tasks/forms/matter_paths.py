"""The paths in front matter, as the labelled lines in which a reader of Markdown looks for them."""

import re
from collections.abc import Iterable, Iterator

from ..prose import paths
from ..prose.labels import VERBS
from ..prose.markdown import Line
from ..task import Declared, Kind
from .front_matter import Value
from .matter_keys import Fields, parts

_LABELS = {
    None: "Files",
    Kind.CREATE: "Files to Create",
    Kind.MODIFY: "Files to Modify",
    Kind.DELETE: "Files to Delete",
    Kind.MOVE: "Files to Move",
}
_READ = frozenset(
    ("read", "reads", "read_first", "reference", "references", "context", "readonly", "read_only")
)
_PATH_KEYS = frozenset(("path", "file", "name", "filename"))
_ACTION_KEYS = frozenset(("action", "change", "type", "operation", "kind", "mode"))
_BRACES = re.compile(r"\{([^{}]{0,400})\}")
_MOST_ALTERNATIVES = 64
_MOST_PATHS = 10_000


def path_lines(fields: Fields) -> Iterator[Line]:
    """A labelled line for every path that the front matter says the task will touch."""
    for meaning, kind in (("files", None), ("created", Kind.CREATE), ("deleted", Kind.DELETE)):
        for _, value in fields.keys(meaning):
            yield from _lines(value, kind)


def limited(fields: Fields, lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """As many of the lines as anybody may have meant."""
    if len(lines) > _MOST_PATHS:
        fields.complain(lines[_MOST_PATHS].number, f"more than {_MOST_PATHS} paths, the rest is not read")
    return lines[:_MOST_PATHS]


def mentions(
    fields: Fields, read: Iterable[tuple[int, str]], declared: Iterable[Declared]
) -> Iterator[Declared]:
    """The paths that are to be read, each once, without those that are `declared` as more."""
    known = {one.path for one in declared}
    source = fields.path
    for number, text in (*_read_first(fields), *read):
        for named in paths.leading(_ticked(text)):
            if not named.problem and named.path not in known:
                known.add(named.path)
                yield Declared(named.path, Kind.MENTION, source, number, ranges=named.ranges)


def labelled(number: int, text: str, kind: Kind | None = None) -> Iterator[Line]:
    """The lines that declare the paths in `text`, which its place says are nothing else."""
    for part in parts(text):
        for path in _alternatives(part):
            yield Line(number, 0, 0, False, 0, f"**{_LABELS[kind]}**: {_ticked(path)}")


def _lines(value: Value, kind: Kind | None) -> Iterator[Line]:
    if value.text is not None:
        yield from labelled(value.line, value.text, kind)
    for item in value.items:
        yield from _lines(item, kind)
    said = {key.casefold().replace("-", "_"): one for key, one in value.pairs}
    named = next((said[key] for key in said if key in _PATH_KEYS and said[key].text is not None), None)
    if named is not None:
        action = next((said[key].text or "" for key in said if key in _ACTION_KEYS), "")
        if action.casefold() not in _READ:
            yield from _lines(named, VERBS.get(action.casefold(), kind))
        return
    for key, inner in said.items():
        if key not in _READ:
            yield from _lines(inner, VERBS.get(key, kind))


def _read_first(fields: Fields) -> Iterator[tuple[int, str]]:
    yield from ((value.line, text) for value, text in fields.entries("read"))
    for _, value in fields.keys("files"):
        for key, inner in value.pairs:
            if key.casefold().replace("-", "_") in _READ:
                texts = (inner, *inner.items)
                yield from ((one.line, part) for one in texts for part in parts(one.text or ""))


def _alternatives(path: str) -> list[str]:
    """What `{a,b}.py` stands for; the path itself when that is too much."""
    found = [path]
    while brace := _BRACES.search(found[0]):
        inside = brace.group(1).split(",")
        if len(inside) < 2 or len(inside) * len(found) > _MOST_ALTERNATIVES:
            return [path]
        found = [_with_first(one.strip(), text) for text in found for one in inside]
    return found


def _with_first(alternative: str, text: str) -> str:
    return _BRACES.sub(lambda _: alternative, text, count=1)


def _ticked(text: str) -> str:
    """A path in back ticks, without the remark behind it (`a.py (new)`, `a.py - the parser`)."""
    # A value may be folded over lines; other white space is part of the name, and refused there.
    flat = re.sub(r" {0,400}\n[ \n]{0,400}", " ", text.strip(" \n"))
    if "`" in flat:
        return flat
    head, space, rest = flat.partition(" ")
    return f"`{head}` {rest}" if space and rest[0] in "(-–—:#" else f"`{flat}`"
