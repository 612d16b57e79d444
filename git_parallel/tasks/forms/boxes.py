"""The lists of a document with their check boxes, each item with the lines that it is wrapped over."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..document import LONGEST_LINE, Document, fence_depths
from ..prose.labels import meaning
from ..prose.markdown import Line, label, read_line
from ..task import Status

_BOX = re.compile(r"[ \t]*(?:[-*+•]|[0-9]{1,3}[.)])[ \t]{1,8}\[([ xX✓✔~/-])\]\*?(?:[ \t]+(.*))?")
# `- []`, `-[x]`, `- [ ]T004`, `- [!]`: meant as a box, and none.
_LIKE_A_BOX = re.compile(
    r"[ \t]*(?:[-*+•]|[0-9]{1,3}[.)])[ \t]{0,8}\[(?:[ xX]{0,3}|[^\w\s\[\]]{1,2})\]\*?(?![(:])[ \t]*(.*)"
)
_WIDEST_BULLET = 14
_LONGEST_ITEM = 4 * LONGEST_LINE
_STATUS = {" ": Status.PLANNED, **dict.fromkeys("xX✓✔", Status.COMPLETE)}


@dataclass(frozen=True, slots=True)
class Item:
    """A list item or a paragraph; `mark` is what stands in its box, empty when it has none.

    `behind` is what stands behind something that is no box and was meant as one.
    """

    number: int
    indent: int
    text: str
    mark: str = ""
    is_item: bool = True
    level: int = 0  # of a heading
    behind: str = ""

    @property
    def status(self) -> Status:
        """How far the box says that the work is: ticked, open, or begun (`[-]`, `[~]`)."""
        return _STATUS.get(self.mark or " ", Status.IN_PROGRESS)


def read_items(document: Document) -> Iterator[Item]:
    """The headings, items and paragraphs outside code fences, wrapped lines joined by one space."""
    first: Item | None = None
    words: list[str] = []
    length = 0
    for line in _lines(document):
        if line is not None and first is not None and _continues(first, line):
            if length < _LONGEST_ITEM:
                words.append(line.text)
                length += len(line.text)
            continue
        if first is not None:
            yield _joined(first, words)
        first = _start(line, document.lines[line.number - 1]) if line is not None else None
        words, length = ([first.text], len(first.text)) if first else ([], 0)
    if first is not None:
        yield _joined(first, words)


def _lines(document: Document) -> Iterator[Line | None]:
    """The lines outside code fences; None, once, for those that end an item: blank ones and fences."""
    is_ended = True
    for number, (raw, fence) in enumerate(zip(document.lines, fence_depths(document.lines), strict=True), 1):
        if fence or not raw or raw.isspace() or len(raw) > LONGEST_LINE:
            if not is_ended:
                yield None
            is_ended = True
        else:
            yield read_line(number, raw)
            is_ended = False


def _continues(first: Item, line: Line) -> bool:
    """Whether a line is more of the item above it, and not a label of its own (`_Requirements: 1.1_`)."""
    if first.level or line.level or line.is_item or not _is_text(line):
        return False
    if line.text[1:2] == "[" and _LIKE_A_BOX.fullmatch(line.text):
        return False
    split = label(line.text)
    return split is None or not (line.text.startswith(("**", "_")) or meaning(split[0]))


def _is_text(line: Line) -> bool:
    return not line.text.startswith(("|", ">", "---", "***", "___", "<!--"))


def _start(line: Line, raw: str) -> Item:
    box = _BOX.fullmatch(raw) if line.is_item else None
    if box:
        return Item(line.number, line.indent, (box[2] or "").strip(), box[1])
    like = _LIKE_A_BOX.fullmatch(raw) if "[" in raw[: line.indent + _WIDEST_BULLET] else None
    return Item(line.number, line.indent, line.text, "", line.is_item, line.level, like[1] if like else "")


def _joined(first: Item, words: list[str]) -> Item:
    if len(words) == 1:
        return first
    return replace(first, text=" ".join(words))
