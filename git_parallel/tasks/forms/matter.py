"""A Markdown file that is one task by its YAML front matter: ccpm, GSD plans, Backlog.md, tickets of a team.

What the front matter says outranks the body. Paths come from both.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ..document import Document
from ..draft import Draft, Parsed
from ..naming import slugified
from ..prose.dependencies import After
from ..prose.estimate import seconds
from ..prose.markdown import Line, read_lines
from ..prose.reading import Facts, read_facts
from ..task import Declared, Kind, Role, Status
from . import front_matter, gsd
from .fields import agent_in, is_nothing, priority_in, spelling_in, status_in
from .matter_keys import Fields, is_task
from .matter_paths import mentions, path_lines

_MOST_PATHS = 10_000
_OVERVIEWS = frozenset(("epic", "readme", "index"))
_LEADING_ID = re.compile(r"(?:[A-Za-z]{1,12}[-_ ])?\d{1,6}(?:\.\d{1,4}){0,3}(?![\w.])")
_PREFIX = re.compile(r"[A-Za-z]{1,12}[-_ ](?=\d)")


def parse(document: Document) -> Parsed | None:
    """The task in a document; None when its front matter is none of a task."""
    matter = front_matter.read(document)
    if matter is None or _stem(document.path).casefold() in _OVERVIEWS:
        return None
    if matter.problems:
        # It cannot be known what this task waits for, so that it is better not there at all.
        return Parsed(problems=matter.problems) if is_task(matter.names) else None
    fields = Fields(document.path, matter.pairs)
    if gsd.is_summary(document.path, fields):
        return Parsed((_summary(document, fields),))
    if not is_task(matter.names):
        return None
    return _task(document, fields, [line for line in read_lines(document) if line.number >= matter.body])


def _task(document: Document, fields: Fields, body: list[Line]) -> Parsed:
    plan = gsd.plan_id(fields)
    words = gsd.read_tags(body) if gsd.has_tags(body) else gsd.Body(tuple(body))
    files = (*path_lines(fields), *words.files)
    if len(files) > _MOST_PATHS:
        fields.complain(files[_MOST_PATHS].number, f"more than {_MOST_PATHS} paths, the rest is not read")
        files = files[:_MOST_PATHS]
    title = fields.text("title") or _heading(body) or words.title
    lines = (*files, *_titled(words.lines, title))
    facts = read_facts(document.path, lines)
    declared = _unexplained_as_read(facts, files) if words.files else facts.declared
    short, aliases = plan or _identity(document.path, fields)
    status = _status(fields, facts)
    draft = Draft(
        path=document.path,
        line=fields.line("id", "title"),
        short=short,
        title=title,
        text=document.text,
        slug=gsd.phase_slug(fields) if plan else slugified(title),
        # A plan and the summary that ends it are one task, which documents of a spec are, too.
        role=Role.SPEC if plan else Role.TASK,
        scope=_folder(document.path),
        aliases=aliases,
        declared=(*declared, *mentions(fields, words.read, declared)),
        after=_after(fields, facts),
        before=tuple(After(text) for text in _spellings(fields, "before")),
        conflicts=tuple(_spellings(fields, "conflicts")),
        wave=fields.whole_number("wave"),
        is_alone=fields.is_no("parallel"),
        priority=_priority(fields, facts),
        agent=next((a for t in fields.texts("agent") if (a := agent_in(t))), facts.agent),
        status=status,
        estimate=next((s for t in fields.texts("estimate") if (s := seconds(t)) is not None), facts.estimate),
        patches=tuple(
            Declared(text.strip("`").removeprefix("./"), Kind.MENTION, document.path, value.line)
            for value, text in fields.entries("patch")
        ),
    )
    return Parsed((draft,), (*fields.problems, *facts.problems))


def _summary(document: Document, fields: Fields) -> Draft:
    """What is written when a GSD plan is carried out: it says only that."""
    short, aliases = gsd.plan_id(fields) or ("", ())
    return Draft(
        path=document.path,
        line=1,
        short=short,
        title="",
        text=document.text,
        slug=gsd.phase_slug(fields),
        role=Role.SPEC,
        scope=_folder(document.path),
        aliases=aliases,
        status=Status.COMPLETE,
    )


def _identity(path: str, fields: Fields) -> tuple[str, tuple[str, ...]]:
    """The id in the front matter, else in the file's name, and what else the task is called beside it.

    A mere number has its directory before it. Within their directory `BACK-100.3` is also `100.3`.
    """
    stem = _stem(path)
    given = fields.text("id")
    leading = _LEADING_ID.match(stem)
    names = [name for name in (given, leading.group() if leading else "", stem) if name]
    numbers = [name[prefix.end() :] for name in names[:-1] if (prefix := _PREFIX.match(name))]
    aliases = tuple(dict.fromkeys((*names, *numbers)))
    if given and len(given.split()) == 1:
        return slugified(given), aliases
    folder = _folder(path).rsplit("/", 1)[-1]
    is_number = stem.replace(".", "").isdigit()
    return slugified(f"{folder}-{stem}" if is_number else stem), aliases


def _after(fields: Fields, facts: Facts) -> tuple[After, ...]:
    """What the front matter says that the task waits for; what its body says, when it says nothing."""
    said = tuple(After(text) for text in _spellings(fields, "after"))
    # `dependencies` may as well be libraries, as long as their names hold no number.
    loose = tuple(
        After(text, is_sure=any(c.isdigit() for c in text)) for text in _spellings(fields, "dependencies")
    )
    # What is required may be a result, a requirement or a tool; only a task that is there counts.
    unsure = (spelling_in(text) for text in fields.texts("requires"))
    required = tuple(After(text, is_sure=False) for text in unsure if text and any(c.isdigit() for c in text))
    has_key = fields.has("after") or fields.has("dependencies")
    return tuple(dict.fromkeys((*said, *loose, *required, *(() if has_key else facts.after))))


def _spellings(fields: Fields, name: str) -> Iterator[str]:
    for value, text in fields.entries(name):
        spelling = spelling_in(text)
        if spelling:
            yield spelling
        elif not is_nothing(text):
            fields.complain(value.line, f"no task can be read from '{text}'")


def _unexplained_as_read(facts: Facts, files: Sequence[Line]) -> tuple[Declared, ...]:
    """What the lines of `files` declare; prose beside them says more of these paths, but only mentions others."""
    explained = {line.number for line in files}
    return tuple(
        one if one.line in explained else replace(one, kind=Kind.MENTION, is_guess=False)
        for one in facts.declared
    )


def _status(fields: Fields, facts: Facts) -> Status | None:
    text = fields.text("status")
    if not text:
        return facts.status
    status = status_in(text)
    if status is None:
        fields.complain(fields.line("status"), f"'{text}' is no known status; the task counts as blocked")
    return status or Status.BLOCKED


def _priority(fields: Fields, facts: Facts) -> float | None:
    text = fields.text("priority")
    if not text:
        return facts.priority
    priority = priority_in(text)
    if priority is None:
        fields.complain(fields.line("priority"), f"'{text}' is no known priority")
    return priority


def _heading(body: list[Line]) -> str:
    return next((line.text.strip("# ") for line in body if line.level == 1), "")


def _titled(lines: tuple[Line, ...], title: str) -> Iterator[Line]:
    """The lines below a heading with the title, so that the first heading of theirs is a section."""
    first = next((line for line in lines if line.level), None)
    if first and first.level > 1:
        yield Line(first.number, 0, 1, False, 0, title)
    yield from lines


def _folder(path: str) -> str:
    return path.rpartition("/")[0] or "."


def _stem(path: str) -> str:
    return path.rsplit("/", 1)[-1].removesuffix(".md")
