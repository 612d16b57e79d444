"""Tasks given by word of mouth: an agent type, a sentence, and perhaps the paths it is about."""

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass

from ..errors import BadInput, BadName
from ..names import TaskId, printable
from ..overlap import patterns
from ..tasks.naming import LONGEST_ID, slugified
from ..tasks.task import Declared, Kind, Role, Task

_FORM = re.compile(r"\s*([A-Za-z0-9][\w.-]*)\s*(?:\(([^()]*)\)\s*)?:\s*(\S.*)", re.DOTALL)
_LONGEST_TITLE = 80
_LONGEST_SLUG = 32
_HINT = 'write "AGENT: what is to be done", or "AGENT(PATH, PATH): what is to be done"'


@dataclass(frozen=True, slots=True)
class Assignment:
    """What an agent type is to do, and where; without `paths`, wherever that agent type may."""

    agent: str
    text: str
    paths: tuple[str, ...] = ()


def assignment(said: str) -> Assignment:
    """Read `AGENT: text` or `AGENT(PATH, PATH): text`; raises BadInput for anything else."""
    match = _FORM.fullmatch(said)
    if match is None:
        raise BadInput(f"this names no agent and no work: '{printable(said[:60])}'", hint=_HINT)
    agent, paths, text = match.groups()
    # A path may hold blanks, where commas tell them apart.
    separator = r"," if "," in (paths or "") else r"\s+"
    return Assignment(agent, text.rstrip(), checked(one.strip() for one in re.split(separator, paths or "")))


def checked(paths: Iterable[str]) -> tuple[str, ...]:
    """These paths, directories and globs, each once; raises BadInput for what is none in a repository."""
    found = tuple(dict.fromkeys(path for path in paths if path))
    for path in found:
        try:
            patterns.parse(path)
        except BadName as error:
            raise BadInput(error.message, hint=error.hint) from error
    return found


def title_of(text: str) -> str:
    """The first line of what is to be done, cut to a line that fits into a table."""
    first = text.strip().splitlines()[0].strip()
    return first if len(first) <= _LONGEST_TITLE else first[: _LONGEST_TITLE - 1].rstrip() + "…"


def id_for(given: Assignment, taken: Container[str]) -> TaskId:
    """An id made of agent and title that nobody has yet."""
    slug = slugified(f"{given.agent} {title_of(given.text)}") or "task"
    if len(slug) > _LONGEST_SLUG:
        # Somebody is to type it, and it stands in every table.
        slug = slug[: _LONGEST_SLUG + 1].rpartition("-")[0] or slug[:_LONGEST_SLUG]
    number, name = 1, slug
    while name in taken:
        number += 1
        name = f"{slug[: LONGEST_ID - 1 - len(str(number))].rstrip('-')}-{number}"
    return TaskId(name)


def assigned(name: TaskId, *, agent: str, title: str, text: str, paths: Iterable[str]) -> Task:
    """The task of an assignment; nothing says whether it will change its paths or make them."""
    declared = tuple(Declared(path, Kind.MODIFY, "", 1, is_guess=True) for path in paths)
    return Task(name, title, "", 1, declared=declared, agent=agent or None, prompt=text, role=Role.TASK)
