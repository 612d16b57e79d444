"""Kiro's `tasks.md` and its cousins: `- [x] 3. Title` with `  - [ ] 3.1 Title` below, details as bullets.

cc-sdd writes `(P)` behind the number, spec-workflow `- File: a (modify)` and `- _Leverage: b_`, OpenSpec
`## 1. Section` over `- [ ] 1.1 text`. A number that has numbers below it is no task, they are.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..document import Document
from ..draft import Draft, Parsed
from ..naming import slugified
from ..prose.collecting import Collected
from ..prose.dependencies import After, dependencies
from .boxes import Item
from .checklist import Checklist, Entry, Head, list_name, made_once, scoped_id, text_of
from .order import MOST_TOGETHER, Step, in_order

_ID = re.compile(
    r"\*{0,2}(?:task[ \t]{1,2})?"
    r"(?:([0-9]{1,4}(?:\.[0-9]{1,4}){1,5})[.):]{0,2}|([0-9]{1,4})[.):]{1,2})(?![\w.])\*{0,2}[.:]?[ \t]*",
    re.IGNORECASE,
)
_LIKE_AN_ID = re.compile(
    r"(?:[*_\[`~ ]|[^\x00-\x7f\w]){0,8}"
    r"(?:task[-_ ]?[0-9]|T[0-9]|[0-9]{1,4}[.)]\w|[0-9]{1,4}(?:\.[0-9]{1,4}){6}"
    r"|(?<=\W)[0-9]{1,4}(?:\.[0-9]{1,4}){0,5}[.)~])",
    re.IGNORECASE,
)
# `5 Title` and `#10`; below a task it may be a detail that counts.
_LIKE_A_TASK = re.compile(r"[*_]{0,3}(?:#[0-9]|[0-9]{1,4}[ \t]+[*_`]{0,3}[^\W0-9_a-z])")
_PARALLEL = re.compile(r"\(P\)[ \t]*")
_SECTION = re.compile(r"([0-9]{1,4}(?:\.[0-9]{1,4}){0,5})[.):]?[ \t]")
_NUMBERS = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,4}){0,5}")


@dataclass(frozen=True, slots=True)
class _Family:
    """What stands above each number, and the tasks below it."""

    parents: Mapping[str, Entry]
    leaves: Mapping[str, Sequence[str]]


def parse(document: Document) -> Parsed | None:
    """The tasks of a Kiro list; None for a document without a box that has a number."""
    checklist = Checklist(document, _head, _is_section, _LIKE_AN_ID, _LIKE_A_TASK)
    entries = checklist.entries()
    if not entries:
        return Parsed(problems=tuple(checklist.problems)) if checklist.is_meant else None
    family, leaves = _family(entries)
    order = in_order(Step(e.head.number, _group(e), e.head.is_parallel) for e in leaves)
    name = slugified(list_name(document.path))
    made: set[str] = set()
    drafts = []
    for entry, before in zip(leaves, order, strict=True):
        above = tuple(_above(entry, family))
        collected = _collected(document, entry, above)
        checklist.problems += collected.problems
        waits = dict.fromkeys((*before, *_said(collected, family)))
        drafts.append(
            Draft(
                path=document.path,
                line=entry.box.number,
                short=scoped_id(name, entry.head.number),
                title=entry.title,
                text=text_of(document, entry, tuple(_numbers_above(entry, above))),
                scope=document.path,
                aliases=(entry.head.number,),
                declared=tuple(made_once(collected.declared, made)),
                after=tuple(After(other) for other in waits if other != entry.head.number),
                status=entry.box.status,
            )
        )
    return Parsed(tuple(drafts), tuple(dict.fromkeys(checklist.problems)))


def _head(text: str) -> Head | None:
    match = _ID.match(text)
    if match is None:
        return None
    parallel = _PARALLEL.match(text, match.end())
    sentence = text[parallel.end() if parallel else match.end() :]
    return Head(match[1] or match[2], sentence.strip(" \t*:-–—"), parallel is not None)


def _is_section(_heading: Item) -> bool:
    return True


def _family(entries: Sequence[Entry]) -> tuple[_Family, list[Entry]]:
    """The entries with others below them, and the rest, which are the tasks."""
    above = {number for entry in entries for number in _prefixes(entry.head.number)}
    leaves = [entry for entry in entries if entry.head.number not in above]
    below: dict[str, list[str]] = {}
    for leaf in leaves:
        for number in _prefixes(leaf.head.number):
            below.setdefault(number, []).append(leaf.head.number)
    parents = {entry.head.number: entry for entry in entries if entry.head.number in above}
    return _Family(parents, below), leaves


def _prefixes(number: str) -> Iterator[str]:
    """`3.1.2` is below `3` and `3.1`."""
    parts = number.split(".")
    for length in range(1, len(parts)):
        yield ".".join(parts[:length])


def _group(entry: Entry) -> int:
    """What stands side by side: the tasks below one number, and those of a section that are below none."""
    first, is_below, _ = entry.head.number.partition(".")
    return int(first) if is_below else -entry.section.count


def _above(entry: Entry, family: _Family) -> Iterator[Entry]:
    for number in _prefixes(entry.head.number):
        if number in family.parents:
            yield family.parents[number]


def _numbers_above(entry: Entry, above: Sequence[Entry]) -> Iterator[int]:
    """The lines that say what an entry is part of: the heading with its number, its parents and their details."""
    section = _SECTION.match(entry.section.text)
    if section and f"{entry.head.number}.".startswith(f"{section[1]}."):
        yield entry.section.number
    for parent in above:
        yield from (parent.box.number, *(item.number for item in parent.details))


def _collected(document: Document, entry: Entry, above: Sequence[Entry]) -> Collected:
    """What an entry says, and what those above it say for all below them."""
    collected = Collected(document.path)
    for one in (entry, *above):
        collected.sentence(one.head.sentence, one.box.number, is_strict=True)
        collected.details(one.details)
    return collected


def _said(collected: Collected, family: _Family) -> Iterator[str]:
    """The numbers that labels name; for one with tasks below it these, the last ones when they are many."""
    for value in collected.waits:
        plain = value.replace("Tasks", "").replace("Task", "").replace("tasks", "").replace("task", "")
        for after in dependencies(plain.replace(" and ", ", ")):
            number = after.spelling
            if _NUMBERS.fullmatch(number):
                yield from family.leaves.get(number, (number,))[-MOST_TOGETHER:]
