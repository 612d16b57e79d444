"""Sources that other packages bring, through the entry-point group `git_parallel.sources`.

An entry point called NAME loads to a `Source`. It is looked up only when a source of that name is asked
for and none is built in: finding entry points is slow, and a plan must not change because a package was
installed. What such a source gives is checked here; nothing behind it has to doubt it.
"""

import sys
from collections.abc import Callable, Iterable
from contextlib import redirect_stdout
from dataclasses import replace
from math import isfinite
from typing import TYPE_CHECKING, Any

from ..errors import BadInput, BadName
from ..names import printable
from ..overlap import patterns
from ..tasks.document import Document
from ..tasks.draft import Draft, Parsed
from ..tasks.prose.dependencies import After
from ..tasks.sources import Source
from ..tasks.task import Declared, Kind, Problem, Role, Status

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "git_parallel.sources"
_NUMBER = (int, float, type(None))
_FIELDS: dict[str, tuple[type, ...]] = {
    "short": (str,),
    "title": (str,),
    "text": (str,),
    "slug": (str,),
    "role": (Role,),
    "scope": (str,),
    "wave": (int, type(None)),
    "is_alone": (bool,),
    "priority": _NUMBER,
    "agent": (str, type(None)),
    "status": (Status, type(None)),
    "estimate": _NUMBER,
}
_LISTS: dict[str, type] = {
    "aliases": str,
    "declared": Declared,
    "after": After,
    "before": After,
    "conflicts": str,
    "patches": Declared,
    "also": str,
}
_DECLARED: dict[str, tuple[type, ...]] = {
    "path": (str,),
    "kind": (Kind,),
    "written": (str,),
    "is_guess": (bool,),
    "is_doubtful": (bool,),
}
_AFTER: dict[str, tuple[type, ...]] = {"spelling": (str,), "is_sure": (bool,)}


def installed() -> tuple[str, ...]:
    """The names of the sources that installed packages bring."""
    return tuple(sorted({entry.name for entry in _entries()}))


def find_source(name: str) -> Source | None:
    """The source that an installed package brings under this name; raises BadInput when it is unusable."""
    found = [entry for entry in _entries() if entry.name == name]
    if len(found) > 1:
        raise BadInput(
            f"source '{name}' is brought by several packages: {', '.join(map(_package, found))}",
            hint="uninstall all but one of them",
        )
    return _loaded(found[0]) if found else None


def _entries() -> Iterable["EntryPoint"]:
    from importlib.metadata import entry_points

    return entry_points(group=GROUP)


def _loaded(entry: "EntryPoint") -> Source:
    who = f"source '{printable(entry.name)}' ({printable(entry.value)} of {_package(entry)})"
    try:
        # What a package prints is not the answer of the command.
        with redirect_stdout(sys.stderr):
            source = entry.load()
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise BadInput(f"{who} cannot be loaded: {_told(error)}", hint=_WAY_ON) from error
    if not isinstance(source, Source):
        raise BadInput(f"{who} is a {type(source).__name__}, not a git_parallel.Source", hint=_WAY_ON)
    try:
        for glob in source.globs if isinstance(source.globs, tuple) else (source.globs,):
            patterns.parse(glob)
    except (BadName, TypeError, AttributeError) as error:
        raise BadInput(f"{who} has a bad glob: {_told(error)}", hint=_WAY_ON) from error
    try:
        _require_fields(source, {"limit": (int,), "is_prose": (bool,)}, "Source")
        if not callable(source.parse):
            raise TypeError(f"Source.parse is {type(source.parse).__name__}, nothing to call")
    except TypeError as error:
        raise BadInput(f"{who} is unusable: {error}", hint=_WAY_ON) from error
    # The name that people ask by is the one that they are told.
    globs = (source.globs,) if isinstance(source.globs, str) else source.globs
    return replace(source, name=entry.name, globs=globs, parse=_guarded(entry.name, source.parse))


_WAY_ON = "repair or uninstall that package, or leave the source out of --source and parallel.sources"


def _package(entry: "EntryPoint") -> str:
    return f"{printable(entry.dist.name)} {printable(entry.dist.version)}" if entry.dist else "?"


def _told(error: BaseException) -> str:
    words = " ".join(printable(str(error)).split())
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


def _guarded(name: str, parse: Callable[[Document], Parsed | None]) -> Callable[[Document], Parsed | None]:
    """`parse`, whose failures are problems of the document that it failed on."""

    def parse_guarded(document: Document) -> Parsed | None:
        try:
            with redirect_stdout(sys.stderr):
                parsed = parse(document)
                return None if parsed is None else _checked(parsed, document.path)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            why = f"source '{printable(name)}' failed on it: {_told(error)}"
            return Parsed(problems=(Problem(document.path, 1, why),))

    return parse_guarded


def _checked(parsed: Parsed, path: str) -> Parsed:
    """What a source gave, its paths safe and all of the right types; raises TypeError or ValueError."""
    _require(parsed, (Parsed,), "parse() gives")
    drafts = []
    problems = []
    for problem in _all(parsed.problems, Problem, "Parsed.problems"):
        _require_line(problem.line, "Problem.line")
        _require(problem.message, (str,), "Problem.message is")
        problems.append(replace(problem, source=path))
    for draft in _all(parsed.drafts, Draft, "Parsed.drafts"):
        lists = _lists(draft)
        for field in ("declared", "patches"):
            lists[field], wrong = _usable(lists[field], path)
            problems += wrong
        drafts.append(replace(draft, path=path, **lists))
    return Parsed(tuple(drafts), tuple(problems))


def _lists(draft: Draft) -> dict[str, Any]:
    """The fields of a draft that are lists, after all of its fields were looked at."""
    _require_line(draft.line, "Draft.line")
    _require_fields(draft, _FIELDS, "Draft")
    for field in ("priority", "estimate"):
        value = getattr(draft, field)
        if value is not None and not isfinite(value):
            raise ValueError(f"Draft.{field} is {value}")
    lists = {field: _all(getattr(draft, field), of, f"Draft.{field}") for field, of in _LISTS.items()}
    for after in (*lists["after"], *lists["before"]):
        _require_fields(after, _AFTER, "After")
    return lists


def _usable(declared: Iterable[Declared], path: str) -> tuple[tuple[Declared, ...], list[Problem]]:
    """The declarations whose paths can be in a repository, and a problem for each other one."""
    usable, problems = [], []
    for one in declared:
        _require_fields(one, _DECLARED, "Declared")
        _require_line(one.line, "Declared.line")
        for lines in _all(one.ranges, tuple, "Declared.ranges"):
            if len(lines) != 2:
                raise ValueError(f"Declared.ranges holds a tuple of {len(lines)}, not of 2 lines")
            for line in lines:
                _require_line(line, "a line in Declared.ranges")
            if lines[0] > lines[1]:
                raise ValueError(f"Declared.ranges holds lines {lines[0]} to {lines[1]}, backwards")
        try:
            patterns.parse(one.path)
            usable.append(replace(one, source=path, ranges=tuple(one.ranges)))
        except BadName as error:
            problems.append(Problem(path, one.line, error.message))
    return tuple(usable), problems


def _all(given: object, of: type, what: str) -> tuple[Any, ...]:
    """The items of a list, each of the right type."""
    # The letters of a text are texts, too.
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise TypeError(f"{what} is {type(given).__name__}, not tuple")
    found = tuple(given)
    for item in found:
        _require(item, (of,), f"{what} holds")
    return found


def _require_fields(value: object, fields: dict[str, tuple[type, ...]], what: str) -> None:
    for field, types in fields.items():
        _require(getattr(value, field), types, f"{what}.{field} is")


def _require_line(value: object, what: str) -> None:
    _require(value, (int,), f"{what} is")
    if value < 1:  # type: ignore[operator]
        raise ValueError(f"{what} is {value}; lines are counted from 1")


def _require(value: object, types: tuple[type, ...], what: str) -> None:
    # For Python True is a number.
    is_bool = isinstance(value, bool) and bool not in types
    if is_bool or not isinstance(value, types):
        names = " or ".join("None" if one is type(None) else one.__name__ for one in types)
        raise TypeError(f"{what} {type(value).__name__}, not {names}")
