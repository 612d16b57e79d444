"""A SPEC file: one task, its footprint and what it waits for."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from . import front_matter
from .dependencies import After
from .document import Document
from .markdown import Line, read_lines
from .reading import read_facts
from .task import Declared, Problem, Status

_ID = re.compile(
    r"(?:(?:SPEC|PRIORITY|BUG)[-_ ]?[\w.-]{1,12}[ \t]{0,4}:[ \t]{0,4})?"
    r"(?:(US-\d{1,6})[ \t]{0,4}[-–—:][ \t]{0,4})?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Spec:
    """What one SPEC file says; `stories` are the ids of roadmap stories that it says it implements."""

    path: str
    title: str
    line: int
    text: str
    declared: tuple[Declared, ...] = ()
    after: tuple[After, ...] = ()
    agent: str | None = None
    status: Status | None = None
    estimate: float | None = None
    priority: float | None = None
    stories: tuple[str, ...] = ()


def parse(document: Document) -> tuple[Spec, tuple[Problem, ...]]:
    """The spec in a document; a document always is one, at worst one that declares nothing."""
    first, matter, unread = front_matter.split(document)
    lines = [line for line in read_lines(document) if line.number >= first]
    facts = read_facts(document.path, (*matter, *lines), status_anywhere=False)
    heading, line = _title(lines)
    title, story = _without_id(heading)
    spec = Spec(
        path=document.path,
        title=title,
        line=line,
        text=document.text,
        declared=facts.declared,
        after=facts.after,
        agent=facts.agent,
        status=facts.status,
        estimate=facts.estimate,
        priority=facts.priority,
        stories=tuple(dict.fromkeys((*story, *facts.stories))),
    )
    return spec, (*unread, *facts.problems)


def _without_id(heading: str) -> tuple[str, tuple[str, ...]]:
    """`SPEC-11: US-072 - Design` is `Design`, and names a story."""
    match = _ID.match(heading)
    if match is None:
        return heading, ()
    return heading[match.end() :].strip() or heading, (match.group(1).upper(),) if match.group(1) else ()


def _title(lines: Iterable[Line]) -> tuple[str, int]:
    """The first heading, and its line."""
    return next(((line.text.strip("# "), line.number) for line in lines if line.level), ("", 1))
