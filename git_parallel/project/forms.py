"""Which forms of task documents are read, and where: as asked for, else as set, else all that are built in."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from ..config.settings import Settings
from ..errors import BadInput, BadName
from ..git.history import files_at
from ..names import printable
from ..overlap import patterns
from ..tasks.document import Document
from ..tasks.draft import Parsed
from ..tasks.naming import is_archived, is_template
from ..tasks.sources import BUILT_IN, Source
from ..tasks.task import Problem
from .open import Project

_BUILT_IN = {source.name: source for source in BUILT_IN}


@dataclass(frozen=True, slots=True)
class Asked:
    """One source that the user asks for, at certain places or, without a glob, where such documents lie."""

    name: str
    glob: str = ""


def asked(text: str) -> Asked:
    """What `NAME` or `NAME=GLOB` asks for; raises BadInput."""
    name, is_placed, glob = text.partition("=")
    if not name or (is_placed and not glob):
        raise BadInput(f"--source: '{printable(text)}' is neither NAME nor NAME=GLOB", hint=_known())
    if is_placed:
        try:
            patterns.parse(glob)
        except BadName as error:
            raise BadInput(f"--source {printable(name)}: {error.message}", hint=error.hint) from error
    return Asked(name, glob)


def sources(settings: Settings, wanted: Sequence[Asked] = ()) -> tuple[Source, ...]:
    """The sources to ask for each document, in that order; raises BadInput for a name that is none."""
    names = _names(settings, wanted)
    origin = "" if wanted else "parallel.sources: "
    found = tuple(_placed(_require(name, origin), settings, wanted) for name in names)
    pointed = tuple(one for one in wanted if one.glob)
    return (*found, _nothing_in_it(pointed, max(source.limit for source in found))) if pointed else found


def remarks(project: Project, wanted: Sequence[Asked] = ()) -> tuple[str, ...]:
    """What is odd about how documents are asked for: a glob that no document matches, a name never asked."""
    return (*_unheard(project.settings, wanted), *_unmatched(project, _pointed(project.settings, wanted)))


def _require(name: str, origin: str) -> Source:
    if name in _BUILT_IN:
        return _BUILT_IN[name]
    from . import plugins

    source = plugins.find_source(name)
    if source is None:
        from difflib import get_close_matches

        known = (*_BUILT_IN, *plugins.installed())
        near = get_close_matches(name, known, n=1)
        hint = f"did you mean '{printable(near[0])}'? {_known(known)}" if near else _known(known)
        raise BadInput(f"{origin}no source is called '{printable(name)}'", hint=hint)
    return source


def _known(names: Sequence[str] = tuple(_BUILT_IN)) -> str:
    return f"there are {', '.join(map(printable, names))}"


def _placed(source: Source, settings: Settings, wanted: Sequence[Asked]) -> Source:
    usual = _set(source.name, settings)[1] or source.globs
    mine = [one.glob for one in wanted if one.name == source.name]
    if not any(mine):
        return source.at(usual)
    globs = (*(usual if "" in mine else ()), *(glob for glob in mine if glob))
    return replace(source, globs=globs, parse=_or_none(source.parse))


def _set(name: str, settings: Settings) -> tuple[str, tuple[str, ...]]:
    """The setting that says where documents of a source lie, and what it says."""
    older = {"spec": ("parallel.specs", settings.specs), "roadmap": ("parallel.roadmap", settings.roadmap)}
    newer = f"parallel.{name}.files", settings.files.get(name, ())
    return newer if newer[1] else older.get(name, newer)


def _or_none(parse: Callable[[Document], Parsed | None]) -> Callable[[Document], Parsed | None]:
    """`parse`, to which a document in which it sees nothing is of another form."""

    def parse_some(document: Document) -> Parsed | None:
        parsed = parse(document)
        return parsed if parsed and (parsed.drafts or parsed.problems) else None

    return parse_some


def _nothing_in_it(pointed: Sequence[Asked], limit: int) -> Source:
    """The last to be asked: a document that was pointed at and in which nobody saw a task is a problem."""

    def parse(document: Document) -> Parsed:
        names = (one.name for one in pointed if patterns.matches(patterns.parse(one.glob), document.path))
        message = f"no {' or '.join(dict.fromkeys(names))} tasks in it"
        return Parsed(problems=(Problem(document.path, 1, message),))

    return Source("", tuple(one.glob for one in pointed), parse, limit=limit, is_prose=False)


def _names(settings: Settings, wanted: Sequence[Asked]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.name for one in wanted)) or settings.sources or tuple(_BUILT_IN)


def _pointed(settings: Settings, wanted: Sequence[Asked]) -> tuple[tuple[str, str], ...]:
    """The globs that somebody gave for the sources that are asked, each behind what it was given as."""
    found = [(f"--source {one.name}", one.glob) for one in wanted if one.glob]
    placed = {one.name for one in wanted if one.glob} - {one.name for one in wanted if not one.glob}
    for name in _names(settings, wanted):
        if name not in placed:
            key, globs = _set(name, settings)
            found += [(key, glob) for glob in globs]
    return tuple(dict.fromkeys(found))


def _unmatched(project: Project, pointed: Sequence[tuple[str, str]]) -> Iterator[str]:
    files = files_at(project.git, project.base) if pointed else ()
    for given, glob in pointed:
        pattern = patterns.parse(glob)
        found = [path for path in files if patterns.matches(pattern, path)]
        if not found:
            yield f"{printable(given)}: no file of '{project.target.short}' matches '{printable(glob)}'"
        elif all(is_archived(path) or is_template(path) for path in found):
            yield f"{printable(given)}: '{printable(glob)}' matches only archived copies and templates"


def _unheard(settings: Settings, wanted: Sequence[Asked]) -> Iterator[str]:
    heard = {*_BUILT_IN, *settings.sources, *(one.name for one in wanted)}
    for name in settings.files:
        if name not in heard:
            yield f"parallel.{printable(name)}.files: no source '{printable(name)}' is built in or asked for"
