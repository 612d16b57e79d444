"""The one entry to this room: the documents of a commit in, all tasks and all problems out."""

from collections.abc import Callable, Iterable

from . import roadmap, spec
from .document import ROADMAP_LIMIT, SPEC_LIMIT, decode
from .identity import join
from .naming import is_template
from .roadmap import MOST_TASKS, Item
from .spec import Spec
from .task import Problem, TaskSet


def read_all(documents: Iterable[tuple[str, bytes]], is_roadmap: Callable[[str], bool]) -> TaskSet:
    """The tasks that the documents, given as (path, content), declare.

    Raises nothing, whatever they hold: what cannot be understood or trusted is a problem of the set.
    """
    specs: list[Spec] = []
    items: list[Item] = []
    problems: list[Problem] = []
    for path, data in documents:
        if len(specs) == MOST_TASKS:
            problems.append(
                Problem(path, 1, f"more than {MOST_TASKS} specs, this one and the rest are not read")
            )
            break
        if is_roadmap(path):
            found, wrong = _roadmap(path, data)
            items += found
        elif is_template(path):
            continue
        else:
            one, wrong = _spec(path, data)
            specs += one
        problems += wrong
    joined = join(specs, items)
    return TaskSet(joined.tasks, (*problems, *joined.problems))


def _roadmap(path: str, data: bytes) -> tuple[tuple[Item, ...], tuple[Problem, ...]]:
    document, unreadable = decode(path, data, limit=ROADMAP_LIMIT)
    if document is None:
        return (), unreadable
    items, problems = roadmap.parse(document)
    return items, (*unreadable, *problems)


def _spec(path: str, data: bytes) -> tuple[tuple[Spec, ...], tuple[Problem, ...]]:
    document, unreadable = decode(path, data, limit=SPEC_LIMIT)
    if document is None:
        return (), unreadable
    one, problems = spec.parse(document)
    return (one,), (*unreadable, *problems)
