"""The one entry to this room: the documents of a commit in, all tasks and all problems out."""

from collections.abc import Iterable, Sequence

from .document import decode
from .draft import Draft
from .files import Files
from .identity import join
from .locating import located
from .sources import Source
from .task import Problem, TaskSet

MOST_TASKS = 20_000
_NO_FILES = Files()


def read_all(documents: Iterable[tuple[str, bytes, Sequence[Source]]], files: Files = _NO_FILES) -> TaskSet:
    """The tasks that the documents declare, given as path, content and the sources to ask, in that order.

    `files` is the tree in which the names in the documents are looked up.

    Raises nothing, whatever they hold: what cannot be understood or trusted is a problem of the set.
    """
    drafts: list[Draft] = []
    problems: list[Problem] = []
    for path, data, sources in documents:
        found, wrong = _read(path, data, sources)
        problems += wrong
        room = MOST_TASKS - len(drafts)
        if len(found) > room:
            line = found[room].line
            problems.append(Problem(path, line, f"more than {MOST_TASKS} tasks, the rest is not read"))
            drafts += found[:room]
            break
        drafts += found
    joined = join(drafts)
    tasks, lost = located(joined.tasks, files)
    problems += (*joined.problems, *lost)
    return TaskSet(tuple(tasks), tuple(sorted(problems, key=lambda problem: (problem.source, problem.line))))


def _read(path: str, data: bytes, sources: Sequence[Source]) -> tuple[tuple[Draft, ...], tuple[Problem, ...]]:
    for source in sources:
        document, unreadable = decode(path, data, limit=source.limit, is_prose=source.is_prose)
        if document is None:
            return (), unreadable
        parsed = source.parse(document)
        if parsed is not None:
            return parsed.drafts, (*unreadable, *parsed.problems)
    return (), ()
