"""The one entry to this room: the documents of a commit in, all tasks and all problems out."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from .document import decode
from .draft import Draft, Parsed
from .files import Files
from .identity import join
from .locating import located
from .sources import Source
from .task import Problem, TaskSet

MOST_TASKS = 20_000
MOST_PROBLEMS = 1000  # of one document
_NO_FILES = Files()


def read_all(documents: Iterable[tuple[str, bytes, Sequence[Source]]], files: Files = _NO_FILES) -> TaskSet:
    """The tasks that the documents declare, given as path, content and the sources to ask, in that order.

    `files` is the tree in which the names in the documents are looked up.

    Raises nothing, whatever they hold: what cannot be understood or trusted is a problem of the set.
    """
    return join_all(((path, parse(path, data, sources)) for path, data, sources in documents), files)


def parse(path: str, data: bytes, sources: Sequence[Source]) -> Parsed:
    """What one document says by itself, as the first source understands it that does."""
    for source in sources:
        document, unreadable = decode(path, data, limit=source.limit, is_prose=source.is_prose)
        if document is None:
            return Parsed(problems=tuple(unreadable))
        parsed = source.parse(document)
        if parsed is not None:
            return Parsed(parsed.drafts, (*unreadable, *parsed.problems))
    return Parsed()


def join_all(parsed: Iterable[tuple[str, Parsed]], files: Files) -> TaskSet:
    """The tasks of documents that were parsed, given with their paths; none is asked for behind the limit."""
    drafts: list[Draft] = []
    problems: list[Problem] = []
    for path, one in parsed:
        problems += one.problems
        room = MOST_TASKS - len(drafts)
        if len(one.drafts) > room:
            line = one.drafts[room].line
            problems.append(Problem(path, line, f"more than {MOST_TASKS} tasks, the rest is not read"))
            drafts += one.drafts[:room]
            break
        drafts += one.drafts
    joined = join(drafts)
    tasks, lost = located(joined.tasks, files)
    problems += (*joined.problems, *lost)
    return TaskSet(tuple(tasks), tuple(_told(problems)))


def _told(problems: Iterable[Problem]) -> Iterator[Problem]:
    """The problems by document and line; of one that is wrong all over, so many that a reader believes it."""
    ordered = sorted(problems, key=lambda problem: (problem.source, problem.line))
    for source, group in groupby(ordered, key=lambda problem: problem.source):
        shown = list(group)
        yield from shown[:MOST_PROBLEMS]
        if len(shown) > MOST_PROBLEMS:
            rest = len(shown) - MOST_PROBLEMS
            yield Problem(source, shown[MOST_PROBLEMS].line, f"{rest} more problems from here on")
