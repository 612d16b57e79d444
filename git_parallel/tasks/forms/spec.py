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

_ID = re.compile(
    r"(?:(?:SPEC|PRIORITY|BUG)[-_ ]?[\w.-]{1,12}[ \t]{0,4}:[ \t]{0,4})?"
    r"(?:(US-\d{1,6})[ \t]{0,4}[-–—:][ \t]{0,4})?",
    re.IGNORECASE,
)


def parse(document: Document) -> Parsed:
    """The spec in a document; a document always is one, at worst one that declares nothing."""
    first, matter, unread = front_matter.split(document)
    lines = [line for line in read_lines(document, blank=False) if line.number >= first]
    facts = read_facts(document.path, (*matter, *lines))
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
        declared=facts.declared,
        after=facts.after,
        before=facts.before,
        patches=facts.patches,
        priority=facts.priority,
        agent=facts.agent,
        status=facts.status,
        estimate=facts.estimate,
    )
    return Parsed((draft,), (*unread, *facts.problems))


def _without_id(heading: str) -> tuple[str, tuple[str, ...]]:
    """`SPEC-11: US-072 - Design` is `Design`, and names a story."""
    match = _ID.match(heading)
    if match is None:
        return heading, ()
    return heading[match.end() :].strip() or heading, (match.group(1).upper(),) if match.group(1) else ()


def _title(lines: Iterable[Line]) -> tuple[str, int]:
    """The first heading, and its line."""
    return next(((line.text.strip("# "), line.number) for line in lines if line.level), ("", 1))
