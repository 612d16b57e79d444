"""A task that is done, marked as complete in the document that declares it; nothing else of it changes.

What is marked: the line `**Status**: ...` of an item of a roadmap or of a spec, what its heading says from a mark
on (`## US-3: Login 📝 Planned`), `status:` in front matter, the box of a task in a list and the boxes of all its
steps in a plan, `"status"` in the tasks of Taskmaster. What is not: the issues of beads, which has rules of its own
for what is closed, and tasks that do not say how far they are.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import product

from .draft import Draft, Parsed
from .prose.restating import DONE, idiom, restated, restated_field
from .read import parse
from .sources import Source
from .stating import Kind, Place, Sheet
from .task import Status, Task, normal

_BEADS = "beads"


def marked(text: str, task: Task, day: str, *, path: str, sources: Sequence[Source]) -> str | None:
    """The text of the document at `path` with a task marked as complete on a day (`2026-11-21`).

    The text has its own line ends, and surrogates for bytes that are not UTF-8. `sources` are the forms
    that are asked for documents at that path, in that order. It is written as the document writes it of
    other tasks, and read again before it is given back: then it holds the same tasks, of which only this
    one is another, complete. None when there is nothing to mark, it is complete already, or that cannot
    be done without changing more.
    """
    sources = tuple(sources)
    parsed = _parsed(text, path, sources)
    if parsed is None or task.status is Status.COMPLETE or any(source.name == _BEADS for source in sources):
        return None
    changed: str | None = None
    for at in _find(parsed.drafts, task, path):
        changed = _with_one(changed or text, at, day, path=path, sources=sources)
        if changed is None:
            return None
    return changed


def _with_one(text: str, at: int, day: str, *, path: str, sources: tuple[Source, ...]) -> str | None:
    """The text with the task of this index marked as complete."""
    before = _parsed(text, path, sources)
    if before is None:
        return None
    sheet = Sheet(path, text, before.drafts)
    for places in _ways(sheet, before.drafts[at]):
        for chosen in product(*(_options(sheet, place, day) for place in places)):
            changed = _replaced(text, places, chosen)
            if _is_proven(before, at, _parsed(changed, path, sources)):
                return changed
    return None


# What comes of marking one task is what the next one is marked in.
@lru_cache(maxsize=2)
def _parsed(text: str, path: str, sources: tuple[Source, ...]) -> Parsed | None:
    try:
        return parse(path, text.encode("utf-8", "surrogateescape"), sources)
    except UnicodeEncodeError:
        return None


def _find(drafts: Sequence[Draft], task: Task, path: str) -> tuple[int, ...]:
    """Which tasks of a document are the task and not complete: itself, and the story in it that it is as well."""
    if path not in (task.source, *task.documents):
        return ()
    names = {normal(name) for name in (task.id, *task.aliases)}
    tests: tuple[Callable[[Draft], bool], ...] = (
        lambda one: one.line == task.line and path == task.source and normal(one.short) in names,
        lambda one: normal(one.short) == normal(task.id),
        lambda one: normal(one.short) in names,
        lambda one: not names.isdisjoint(map(normal, one.aliases)),
    )
    found = next((at for test in tests if (at := _places_of(drafts, test))), ())
    if len(found) != 1:
        return ()
    known = [normal(draft.short) for draft in drafts]
    also = (names & set(known)) - {known[found[0]]}
    wanted = (*found, *(at for at, name in enumerate(known) if name in also))
    return tuple(at for at in wanted if drafts[at].status not in (None, Status.COMPLETE))


def _places_of(drafts: Sequence[Draft], test: Callable[[Draft], bool]) -> tuple[int, ...]:
    return tuple(at for at, draft in enumerate(drafts) if test(draft))


def _ways(sheet: Sheet, draft: Draft) -> Iterator[tuple[Place, ...]]:
    """The places of which one way to mark the task changes all, the likeliest way first."""
    labels = tuple(sheet.labels(draft))
    headings = tuple(place for place in sheet.headings(draft) if not place.text.startswith(DONE))
    ways = (
        tuple(sheet.members(draft)),
        tuple(sheet.fields(draft)),
        (*labels, *headings),
        labels,
        headings,
        tuple(sheet.boxes(draft)),
        tuple(sheet.steps(draft)),
    )
    return (way for way in dict.fromkeys(ways) if way)


def _options(sheet: Sheet, place: Place, day: str) -> list[str]:
    if place.kind is Kind.BOX:
        return ["x"]
    if place.kind is Kind.JSON:
        return ["done"]
    if place.kind is Kind.FIELD:
        return [restated_field(place.text)]
    return restated(place.text, idiom(*sheet.texts(place.kind), is_dated=place.kind is Kind.LABEL), day)


def _replaced(text: str, places: Sequence[Place], chosen: Sequence[str]) -> str:
    for place, new in sorted(zip(places, chosen, strict=True), key=lambda one: -one[0].start):
        end = place.start + len(place.text)
        text = text[: place.start] + new + text[end:]
    return text


def _is_proven(before: Parsed, at: int, after: Parsed | None) -> bool:
    """Whether the tasks are the same but for the one that is complete now, and nothing is wrong that was not."""
    if after is None or not set(after.problems) <= set(before.problems):
        return False
    wanted = [replace(draft, text="") for draft in before.drafts]
    wanted[at] = replace(wanted[at], status=Status.COMPLETE)
    return wanted == [replace(draft, text="") for draft in after.drafts]
