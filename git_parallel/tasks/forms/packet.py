"""A packet of taskplane: `# Task: TP-060 - Title` with sections for its files, its reading and what it waits for."""

import re
from collections.abc import Iterator

from ..document import Document
from ..draft import Draft, Parsed
from ..naming import slugified
from ..prose.collecting import Collected
from ..prose.dependencies import After
from ..prose.labels import Role, meaning
from ..prose.markdown import label
from ..prose.status import status_of
from ..task import Status
from .boxes import Item, read_items

_TITLE = re.compile(r"Task:[ \t]*([A-Z][A-Z0-9]{0,9}-[0-9]{1,6})(?!\w)[ \t]*[:—–-]?[ \t]*(.*)", re.IGNORECASE)
_OTHER = re.compile(r"\b[A-Z][A-Z0-9]{0,9}-[0-9]{1,6}\b")
_REMARK = re.compile(r"\([^()]{0,1000}\)")
_SECTIONS = ("file scope", "dependencies", "context to read first", "mission")
_DOCUMENTS = ("documentation requirements", "must update")
_MAYBE = ("documentation requirements", "check if affected")
_LONGEST_NAME = 40


def parse(document: Document) -> Parsed | None:
    """The packet that a document is; None when its first heading names no task or it has no such section."""
    items = tuple(read_items(document))
    heading = next((item for item in items if item.level), None)
    match = _TITLE.match(heading.text) if heading is not None and heading.level == 1 else None
    if heading is None or match is None or not any(_name(item) in _SECTIONS for item in items):
        return None
    collected, after = Collected(document.path), []
    status: Status | None = None
    for section, part, item in _by_section(items):
        split = label(item.text)
        if item.is_item and (section == "file scope" or (section, part) == _DOCUMENTS):
            collected.files(item.text, item.number, None)
        elif section == "context to read first" or (item.is_item and (section, part) == _MAYBE):
            collected.mentions(item.text, item.number)
        elif section == "dependencies" and item.is_item:
            after += [After(other) for other in _others(item.text)]
        elif not section and split and status is None:
            known = meaning(split[0])
            status = status_of(split[1]) if known and known.role is Role.STATUS else None
    draft = Draft(
        path=document.path,
        line=heading.number,
        short=slugified(match[1]),
        title=match[2].strip(),
        text=document.text,
        slug=slugified(match[2]),
        declared=collected.declared,
        after=tuple(dict.fromkeys(after)),
        status=status or Status.PLANNED,
    )
    return Parsed((draft,), collected.problems)


def _name(item: Item) -> str:
    return item.text.strip("#* :").casefold() if item.level and len(item.text) <= _LONGEST_NAME else ""


def _by_section(items: tuple[Item, ...]) -> Iterator[tuple[str, str, Item]]:
    """Each item below the title with the name of its section and the label above it (`**Must Update:**`)."""
    section = part = ""
    for item in items:
        if item.level == 2:
            section, part = _name(item) or "-", ""
        elif item.level:
            part = _name(item)
        else:
            if not item.is_item:
                part = item.text.strip("*: ").casefold() if len(item.text) <= _LONGEST_NAME else ""
            yield section, part, item


def _others(text: str) -> Iterator[str]:
    """The ids that an item of the dependencies names outside parentheses."""
    return iter(_OTHER.findall(_REMARK.sub(" ", text)))
