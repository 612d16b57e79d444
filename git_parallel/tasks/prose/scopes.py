"""What headings, labels and list items above a line say of it."""

import re
from dataclasses import dataclass, field

from .labels import Meaning, Role
from .markdown import Line

_LONGEST_HEADING = 200
_TESTING = re.compile(r"\btest(?:s|ing)?\b")
_PROPOSAL = re.compile(r"\b(?:proposed|proposal|solution|target|deliverables?)\b")
_PRESENT = re.compile(r"\b(?:current|existing|today|before|problem)\b")


@dataclass(frozen=True, slots=True)
class Block:
    """The list below a label, or the section below a heading.

    `is_item` says whether the label is itself an item of a list; with `is_leading` only a path with
    which a line begins is meant; `target` is the directory that files are moved to.
    """

    depth: int  # the indent of a label, the level of a heading
    meaning: Meaning
    is_item: bool = False
    is_leading: bool = False
    target: str = ""


@dataclass(slots=True)
class Scopes:
    """The sections and lists that the current line stands in, the innermost last."""

    sections: list[Block] = field(default_factory=list)
    headings: list[tuple[int, str]] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    _mention: Block | None = None  # the outermost section of which all paths are only mentioned

    def enter_section(self, level: int, found: Meaning | None, text: str = "") -> None:
        """Begin the section of a heading, which ends all lists and the sections of its level."""
        self.blocks.clear()
        while self.headings and self.headings[-1][0] >= level:
            self.headings.pop()
        self.headings.append((level, text[:_LONGEST_HEADING].casefold()))
        while self.sections and self.sections[-1].depth >= level:
            self.sections.pop()
        if found and found.role in (Role.FILES, Role.MENTION, Role.AFTER, Role.BEFORE):
            self.sections.append(Block(level, found))
        self._mention = next((s for s in self.sections if s.meaning.role is Role.MENTION), None)

    def enter_list(self, block: Block) -> None:
        """Begin the list below a label."""
        self.blocks.append(block)

    def reach(self, line: Line) -> None:
        """End the lists that `line` is no part of: it stands no deeper than their label and is no item."""
        while self.blocks and not _continues(self.blocks[-1], line):
            self.blocks.pop()

    @property
    def block(self) -> Block | None:
        """What gives a line its meaning; that it is only mentioned outranks everything below."""
        if self._mention or self.blocks:
            return self._mention or self.blocks[-1]
        return self.sections[-1] if self.sections else None

    @property
    def is_mention(self) -> bool:
        """Whether paths are only spoken of here."""
        block = self.block
        return block is not None and block.meaning.role is Role.MENTION

    @property
    def is_testing(self) -> bool:
        """Whether a heading above speaks of testing."""
        return any(_TESTING.search(text) for _, text in self.headings)

    @property
    def is_proposal(self) -> bool:
        """Whether the headings above say that what is shown is not there yet."""
        said = [text for _, text in self.headings]
        return any(_PROPOSAL.search(text) for text in said) and not any(map(_PRESENT.search, said))

    @property
    def in_list(self) -> bool:
        """Whether the line stands below a label and not only below a heading."""
        return bool(self.blocks)


def _continues(block: Block, line: Line) -> bool:
    if line.indent != block.depth:
        return line.indent > block.depth
    return (line.is_item or line.text.startswith("|")) and not block.is_item
