"""How many of a task's boxes have been ticked since it was launched."""

from collections import Counter
from collections.abc import Iterator

from ..document import Document
from ..task import Status
from .boxes import read_items


def ticked(prompt: Document, before: Document | None, now: Document) -> tuple[int, int]:
    """How many of the open boxes of a task's text are ticked in its document now, and how many there were.

    A box is known by its words, for lines move. The document may hold boxes of other tasks with the same
    words; what was ticked `before` is theirs.
    """
    mine = Counter(words for words, status in _boxes(prompt) if status is not Status.COMPLETE)
    gained = _complete(now)
    if before is not None:
        gained.subtract(_complete(before))
    return sum(max(0, min(count, gained[words])) for words, count in mine.items()), mine.total()


def _complete(document: Document) -> Counter[str]:
    return Counter(words for words, status in _boxes(document) if status is Status.COMPLETE)


def _boxes(document: Document) -> Iterator[tuple[str, Status]]:
    for item in read_items(document):
        if item.mark and item.text:
            yield " ".join(item.text.casefold().split()), item.status
