"""A SPEC file: one task, its footprint and what it waits for."""

import re
from collections.abc import Iterable

from ..document import Document
from ..draft import Draft, Parsed
from ..naming import file_name, home, slugified
from ..prose.markdown import Line, read_lines
from ..prose.reading import read_facts
from ..task import Role
from . import front_matter
from .matter_facts import said
from .matter_keys import Fields
from .matter_paths import limited, mentions, path_lines

_ID = re.compile(
    r"(?:(?:SPEC|PRIORITY|BUG)[-_ ]?[\w.-]{1,12}[ \t]{0,4}:[ \t]{0,4})?"
    r"(?:(US-[0-9]{1,6})[ \t]{0,4}[-–—:][ \t]{0,4})?",
    re.IGNORECASE,
)


def parse(document: Document) -> Parsed:
    """The spec in a document; a document always is one, at worst one that declares nothing."""
    matter = front_matter.read(document) or front_matter.NONE
    fields = Fields(document.path, matter.pairs)
    lines = [line for line in read_lines(document, blank=False) if line.number >= matter.body]
    files = limited(fields, tuple(path_lines(fields)))
    facts = read_facts(document.path, (*files, *lines))
    told = said(fields, facts)
    heading, line = _title(lines)
    title, story = _without_id(heading)
    name = file_name(document.path)
    stories = (story.casefold() for story in (*story, *facts.stories))
    draft = Draft(
        path=document.path,
        line=line,
        short=name.short,
        title=title,
        text=document.text,
        slug=name.slug or slugified(title),
        role=Role.SPEC,
        scope=home(document.path),
        aliases=tuple(dict.fromkeys((*name.aliases, *stories))),
        declared=(*facts.declared, *mentions(fields, (), facts.declared)),
        after=told.after,
        before=told.before,
        conflicts=told.conflicts,
        wave=told.wave,
        is_alone=told.is_alone,
        patches=told.patches,
        priority=told.priority,
        agent=told.agent,
        status=told.status,
        estimate=told.estimate,
    )
    return Parsed((draft,), (*matter.problems, *fields.problems, *facts.problems))


def _without_id(heading: str) -> tuple[str, tuple[str, ...]]:
    """`SPEC-11: US-072 - Design` is `Design`, and names a story."""
    match = _ID.match(heading)
    if match is None:
        return heading, ()
    return heading[match.end() :].strip() or heading, (match.group(1).upper(),) if match.group(1) else ()


def _title(lines: Iterable[Line]) -> tuple[str, int]:
    """The first heading, and its line."""
    return next(((line.text.strip("# "), line.number) for line in lines if line.level), ("", 1))
