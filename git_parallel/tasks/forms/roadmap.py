"""A roadmap: many tasks, each a heading with an id and the text below it."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..document import Document
from ..doubles import single
from ..draft import Draft, Parsed
from ..naming import short_id, slugified
from ..prose.markdown import Line, read_lines
from ..prose.reading import read_facts
from ..prose.status import status_of_heading
from ..task import Problem, Role, Status, normal

_ID = r"(PRIORITY|Priority|US|Us|us|BUG|Bug|SPEC|Spec)[ \t_-]{0,2}#?([0-9]{1,6}(?:\.[0-9]{1,4})?)(?![0-9])"
# Before the id: marks, or words that end in a colon. Behind it: `:`, ` - `, `]`, a mark or nothing.
_HEADING = re.compile(
    r"((?:[^\w\n]{0,12}(?:[A-Z][A-Za-z ]{2,40}:|\[[A-Z ]{3,20}\]|[A-Z]{4,12} [-–—]))?[^\w\n]{0,12})"
    + _ID
    + r"\]?(?:[ \t]{1,4}(?:\([^()\n]{1,40}\)|\[[^\[\]\n]{1,20}\])(?=:))?"
    + r"[ \t]{0,4}(?::|\.[ \t]|[-–—][ \t]|\]|$|(?=[📝🔄🚧✅⏸❌]))(.*)"
)
_KEYCAP = re.compile("[0-9]\ufe0f?\u20e3")
# An id and a title with nothing between them: most often a note on an item, at times an item mistyped.
_UNREAD = re.compile(r"[^\w\n]{0,12}" + _ID + r"[ \t]{1,4}[A-Z][a-z]{2}")
_NOTE = re.compile(
    r"\b(?:through|summary|completion|notes?|details?|overview|analysis|update|phase|report|status|impl)",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"([^\w\n]{0,12})\[" + _ID + r"\](.*)")
_DEEPEST_ITEM = 4
_PLACEHOLDER_ID = re.compile(r"[ \t]{0,4}(?:US|BUG|SPEC)-X{1,4}[ \t]{0,4}[-–—:][ \t]{0,4}")
_SECOND_ID = re.compile(r"[ \t]{0,4}(US-[0-9]{1,6})\b[ \t]{0,4}[-–—:][ \t]{0,4}")


@dataclass(frozen=True, slots=True)
class _Heading:
    prefix: str
    number: str
    title: str
    alias: str
    status: Status | None


def parse(document: Document) -> Parsed:
    """The tasks of a roadmap in the order of their headings, and what is wrong with it."""
    problems: list[Problem] = []
    items: list[Draft] = []
    lines = tuple(read_lines(document, blank=False))
    for heading, body in _bodies(lines):
        facts = read_facts(document.path, body)
        problems += facts.problems
        if facts.status and heading.status and facts.status is not heading.status:
            problems.append(_mixed(document.path, body[0].number, heading.status, facts.status))
        items.append(
            Draft(
                path=document.path,
                line=body[0].number,
                short=short_id(f"{heading.prefix}-{heading.number}"),
                title=heading.title,
                text="\n".join(document.lines[body[0].number - 1 : body[-1].number]).rstrip(),
                slug=slugified(heading.title),
                role=Role.ITEM,
                aliases=(heading.alias.casefold(),) if heading.alias else (),
                declared=facts.declared,
                after=facts.after,
                before=facts.before,
                patches=facts.patches,
                priority=float(heading.number) if heading.prefix.upper() == "PRIORITY" else facts.priority,
                agent=facts.agent,
                status=facts.status or heading.status,
                estimate=facts.estimate,
            )
        )
    problems += _unread(document.path, lines, items)
    kept, twice = single(items)
    return Parsed(kept, (*problems, *twice))


def _unread(path: str, lines: Sequence[Line], items: Sequence[Draft]) -> Iterator[Problem]:
    """Headings that begin with an id which no item has, so that a task may be lost by the way it is written."""
    known = {normal(spelling) for item in items for spelling in (item.short, *item.aliases)}
    for line in lines:
        if not line.level or line.level > _DEEPEST_ITEM or line.fence:
            continue
        match = _UNREAD.match(line.text.replace("**", ""))
        if match is None or _NOTE.search(line.text) or "~~" in line.text:
            continue
        spelling = f"{match.group(1)}-{match.group(2)}"
        if normal(short_id(spelling)) not in known:
            message = f"this heading is not read as a task; write '{spelling}: ' before its title"
            yield Problem(path, line.number, message)


def _mixed(path: str, line: int, heading: Status, said: Status) -> Problem:
    """The status line is taken: headings are what people forget to change."""
    return Problem(
        path, line, f"the heading says '{heading}' and the status line '{said}'; the latter is taken"
    )


def _bodies(lines: tuple[Line, ...]) -> Iterator[tuple[_Heading, tuple[Line, ...]]]:
    """Each heading with an id, and the lines up to the next one or a heading of its level or above."""
    start, current = 0, None
    for index, line in enumerate(lines):
        if not line.level or line.fence:
            continue
        found = _read_heading(line.text)
        if current is not None and (found or line.level <= lines[start].level):
            yield current, lines[start:index]
            current = None
        if found:
            start, current = index, found
    if current is not None:
        yield current, lines[start:]


def _read_heading(text: str) -> _Heading | None:
    plain = _KEYCAP.sub("", text.replace("**", "").replace("`", ""))
    if "~~" in plain:
        return None  # struck out
    match = _BRACKETED.match(plain) or _HEADING.match(plain)
    if match is None:
        return None
    before, prefix, number, rest = match.groups()
    second = _SECOND_ID.match(rest)
    second_end = second or _PLACEHOLDER_ID.match(rest)
    rest = rest[second_end.end() :] if second_end else rest
    return _Heading(
        prefix, number, _title(rest), second.group(1) if second else "", status_of_heading(before, rest)
    )


def _title(text: str) -> str:
    """A heading without the marks behind it and the words that follow them."""
    text = text.strip(" :-–—#")
    cut = next((at for at, c in enumerate(text) if at and unicodedata.category(c) == "So"), len(text))
    return text[:cut].strip(" :-–—#")
