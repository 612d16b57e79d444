"""GitHub spec-kit's `tasks.md`: `- [ ] T012 [P] [US1] Create the model in src/user.py`, in phases.

`[P]` tasks that follow each other in one phase stand side by side; any other task waits for what is before it.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import chain

from ..document import Document
from ..draft import Draft, Parsed
from ..naming import Name, file_name
from ..prose.collecting import Collected
from ..prose.dependencies import After
from .boxes import Item
from .checklist import Checklist, Entry, Head, list_name, made_once, scoped_id, text_of
from .order import MOST_TOGETHER, Step, in_order

_NUMBER = r"T[0-9]{1,5}[a-z]{0,2}(?:-(?!T[0-9])[A-Z0-9]{1,12}){0,2}"
_ID = re.compile(rf"[*\[]{{0,3}}({_NUMBER})(?![\w-])[\]:.*]{{0,4}}[ \t]*")
# Behind emphasis, strikes and signs: `~~T005~~`, `✅ T008`, `US1-T010`.
_LIKE_AN_ID = re.compile(
    r"(?:[*_\[`~ ]|[^\x00-\x7f\w]){0,8}"
    r"(?:(?:[A-Z]{1,4}[0-9]{1,4}[-_.:])?T[-_ ]?[0-9]|task[-_ ][0-9]|[0-9]{1,4}\.[0-9]|[0-9]{1,4}[.)][ \t])",
    re.IGNORECASE,
)
_TAG = re.compile(r"\[([^\[\]]{1,20})\]\*{0,2}[ \t]*")
_MOST_TAGS = 4
_PHASE = re.compile(r"\W{0,8}phase[ \t]+\w", re.IGNORECASE)
_WAITS = re.compile(
    r"\b(?:depends?(?:[ _-]on)?|dependenc(?:y|ies)|after|requires|needs|blocked by)[*:]{0,3}[ \t]{0,4}"
    r"(?=[*`\[]{0,3}T[0-9])",
    re.IGNORECASE,
)
_OTHER = re.compile(rf"[*`\[]{{0,3}}({_NUMBER})[*`\]]{{0,3}}")
_TO = re.compile(r"[ \t]?(?:-|–|—|to|through)[ \t]?(?=[*`\[]{0,3}T[0-9])")
_NEXT = re.compile(r"[ \t]?[,;&+/]?[ \t]?(?:and[ \t])?(?=[*`\[]{0,3}T[0-9])")
_AFTER_LABEL = "depends on "


def parse(document: Document) -> Parsed | None:
    """The tasks of a spec-kit list; None for a document without a box that has such an id."""
    checklist = Checklist(document, _head, _is_phase, _LIKE_AN_ID)
    entries = checklist.entries()
    if not entries:
        return Parsed(problems=tuple(checklist.problems)) if checklist.is_meant else None
    order = in_order(Step(e.head.number, e.section.count, e.head.is_parallel) for e in entries)
    known = {entry.head.number.casefold(): index for index, entry in enumerate(entries)}
    feature = file_name(list_name(document.path))
    made: set[str] = set()
    drafts = []
    for entry, before in zip(entries, order, strict=True):
        collected = Collected(document.path)
        collected.sentence(entry.head.sentence, entry.box.number)
        collected.details(entry.details)
        checklist.problems += collected.problems
        said = _said(entry, collected, known)
        waits = dict.fromkeys((*before, *(entries[at].head.number if at >= 0 else name for at, name in said)))
        drafts.append(_draft(document, entry, feature, collected, tuple(waits), made))
    return Parsed(tuple(drafts), tuple(checklist.problems))


def _draft(
    document: Document,
    entry: Entry,
    feature: Name,
    collected: Collected,
    waits: tuple[str, ...],
    made: set[str],
) -> Draft:
    section = (entry.section.number,) if entry.section.number else ()
    return Draft(
        path=document.path,
        line=entry.box.number,
        short=scoped_id(feature.short, entry.head.number),
        title=entry.title,
        text=text_of(document, entry, section),
        slug=feature.slug,
        scope=document.path,
        aliases=(entry.head.number.casefold(),),
        declared=tuple(made_once(collected.declared, made)),
        after=tuple(After(other) for other in waits if other != entry.head.number),
        status=entry.box.status,
    )


def _head(text: str) -> Head | None:
    """The id, the tags before and behind it, and the sentence; None for a box without such an id."""
    tags, text = _tags(text)
    match = _ID.match(text)
    if match is None:
        return None
    more, sentence = _tags(text[match.end() :])
    return Head(match[1], sentence.strip(" \t:-–—"), "P" in (*tags, *more))


def _tags(text: str) -> tuple[list[str], str]:
    tags: list[str] = []
    while len(tags) < _MOST_TAGS and (match := _TAG.match(text)) and not _ID.match(text):
        tags.append(match[1].strip().upper())
        text = text[match.end() :]
    return tags, text


def _is_phase(heading: Item) -> bool:
    return heading.level <= 2 or _PHASE.match(heading.text) is not None


def _said(entry: Entry, collected: Collected, known: Mapping[str, int]) -> Iterator[tuple[int, str]]:
    """The tasks that the words of an entry make it wait for: where they stand, -1 when nowhere, and their ids."""
    texts = (entry.head.sentence, *(item.text for item in entry.details))
    labels = (_AFTER_LABEL + value for value in collected.waits)
    return chain.from_iterable(_waits(text, known) for text in (*texts, *labels))


def _waits(text: str, known: Mapping[str, int]) -> Iterator[tuple[int, str]]:
    at = 0
    while start := _WAITS.search(text, at):
        at = start.end()
        while match := _OTHER.match(text, at):
            at = match.end()
            first = known.get(match[1].casefold(), -1)
            yield first, match[1]
            until = _TO.match(text, at)
            last = _OTHER.match(text, until.end()) if until else None
            if last:
                # Of more than stand side by side the last ones wait for the others.
                end = known.get(last[1].casefold(), -1)
                yield from (
                    (index, "") for index in range(max(first + 1, end - MOST_TOGETHER), end) if first >= 0
                )
                yield end, last[1]
                at = last.end()
            more = _NEXT.match(text, at)
            at = more.end() if more else at
            if not more:
                break
