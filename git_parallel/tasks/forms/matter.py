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
from ..prose.markdown import Line, read_lines
from ..prose.reading import Facts, read_facts
from ..task import Declared, Kind, Role, Status, normal
from . import front_matter, gsd
from .matter_facts import said, status
from .matter_keys import Fields, is_task
from .matter_paths import limited, mentions, path_lines

_OVERVIEWS = frozenset(("epic", "readme", "index"))
_LEADING_ID = re.compile(r"(?:[A-Za-z]{1,12}[-_ ])?[0-9]{1,6}(?:\.[0-9]{1,4}){0,3}(?![\w.])")
_PREFIX = re.compile(r"[A-Za-z]{1,12}[-_ ](?=[0-9])")


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
        summary = _summary(document, fields)
        return Parsed((summary,), tuple(fields.problems))
    if not is_task(matter.names):
        return None
    return _task(document, fields, [line for line in read_lines(document) if line.number >= matter.body])


def _task(document: Document, fields: Fields, body: list[Line]) -> Parsed:
    plan = gsd.plan_id(fields)
    words = gsd.read_tags(body) if gsd.has_tags(body) else gsd.Body(tuple(body))
    files = limited(fields, (*path_lines(fields), *words.files))
    title = fields.text("title") or _heading(body) or words.title
    lines = (*files, *_titled(words.lines, title))
    facts = read_facts(document.path, lines)
    declared = _unexplained_as_read(facts, files) if words.files else facts.declared
    short, aliases = plan or _identity(document.path, fields)
    told = said(fields, facts)
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
        after=_without_itself(fields, told.after, (short, *aliases)),
        before=told.before,
        conflicts=told.conflicts,
        wave=told.wave,
        is_alone=told.is_alone,
        priority=told.priority,
        agent=told.agent,
        status=told.status,
        estimate=told.estimate,
        patches=told.patches,
    )
    return Parsed((draft,), (*fields.problems, *facts.problems))


def _summary(document: Document, fields: Fields) -> Draft:
    """What is written when a GSD plan is carried out: it says only that, or how far it came."""
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
        status=status(fields, Status.COMPLETE),
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


def _without_itself(fields: Fields, given: tuple[After, ...], own: Sequence[str]) -> tuple[After, ...]:
    """What a task waits for. The number of a plan of GSD that is its own is rather that of a phase."""
    names = {normal(name) for name in own}
    kept = []
    for after in given:
        if normal(after.spelling) not in names:
            kept.append(after)
            continue
        fields.complain(
            fields.line("after", "dependencies"), f"the task waits for itself: '{after.spelling}'"
        )
        phase = gsd.phase_number(fields)
        if phase and normal(after.spelling) not in (normal(phase), normal(own[0])):
            kept.append(After(f"phase-{after.spelling}"))
    return tuple(kept)


def _unexplained_as_read(facts: Facts, files: Sequence[Line]) -> tuple[Declared, ...]:
    """What the lines of `files` declare; prose beside them says more of these paths, but only mentions others."""
    explained = {line.number for line in files}
    return tuple(
        one if one.line in explained else replace(one, kind=Kind.MENTION, is_guess=False)
        for one in facts.declared
    )


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
