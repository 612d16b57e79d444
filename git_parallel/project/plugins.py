"""Sources that other packages bring, through the entry-point group `git_parallel.sources`.

An entry point called NAME loads to a `Source`. It is looked up only when a source of that name is asked
for and none is built in: finding entry points is slow, and a plan must not change because a package was
installed. What such a source gives is checked here; nothing behind it has to doubt it.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

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
    "line": (int,),
    "short": (str,),
    "title": (str,),
    "text": (str,),
    "slug": (str,),
    "role": (Role,),
    "scope": (str,),
    "wave": (int, type(None)),
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
}


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
        source = entry.load()
    except (Exception, SystemExit) as error:
        raise BadInput(f"{who} cannot be loaded: {_told(error)}", hint=_WAY_ON) from error
    if not isinstance(source, Source):
        raise BadInput(f"{who} is a {type(source).__name__}, not a git_parallel.Source", hint=_WAY_ON)
    try:
        for glob in source.globs if isinstance(source.globs, tuple) else (source.globs,):
            patterns.parse(glob)
    except (BadName, TypeError, AttributeError) as error:
        raise BadInput(f"{who} has a bad glob: {_told(error)}", hint=_WAY_ON) from error
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
            parsed = parse(document)
            return None if parsed is None else _checked(parsed, document.path)
        except Exception as error:
            why = f"source '{printable(name)}' failed on it: {_told(error)}"
            return Parsed(problems=(Problem(document.path, 1, why),))

    return parse_guarded


def _checked(parsed: Parsed, path: str) -> Parsed:
    """What a source gave, its paths safe and all of the right types; raises TypeError."""
    _require(parsed, Parsed, "parse() gives")
    drafts = []
    problems = []
    for problem in parsed.problems:
        _require(problem, Problem, "Parsed.problems holds")
        problems.append(replace(problem, source=path))
    for draft in parsed.drafts:
        _require(draft, Draft, "Parsed.drafts holds")
        for field, types in _FIELDS.items():
            _require(getattr(draft, field), types, f"Draft.{field} is")
        for field, of in _LISTS.items():
            for item in getattr(draft, field):
                _require(item, of, f"Draft.{field} holds")
        usable, wrong = _usable(draft.declared, path)
        problems += wrong
        lists = {field: tuple(getattr(draft, field)) for field in _LISTS}
        drafts.append(replace(draft, **{**lists, "path": path, "declared": usable}))  # type: ignore[arg-type]
    return Parsed(tuple(drafts), tuple(problems))


def _usable(declared: Iterable[Declared], path: str) -> tuple[tuple[Declared, ...], list[Problem]]:
    """The declarations whose paths can be in a repository, and a problem for each other one."""
    usable, problems = [], []
    for one in declared:
        _require(one.path, str, "Declared.path is")
        _require(one.kind, Kind, "Declared.kind is")
        _require(one.line, int, "Declared.line is")
        try:
            patterns.parse(one.path)
            usable.append(replace(one, source=path))
        except BadName as error:
            problems.append(Problem(path, one.line, error.message))
    return tuple(usable), problems


def _require(value: object, types: type | tuple[type, ...], what: str) -> None:
    if not isinstance(value, types):
        wanted = types if isinstance(types, tuple) else (types,)
        names = " or ".join("None" if one is type(None) else one.__name__ for one in wanted)
        raise TypeError(f"{what} {type(value).__name__}, not {names}")
