"""What the lines below one task say, put together: paths, ids of other tasks, problems."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from ..forms.boxes import Item
from ..task import Declared, Kind, Problem
from . import paths
from .declarations import Declarations, is_looked_up_later
from .labels import VERBS, Meaning, Role, meaning
from .markdown import label
from .paths import Named
from .sentence import Touch, touches
from .spans import said_lines

_NOTHING = ("n/a", "none", "no ", "tbd", "todo", "all ", "multiple", "various", "see ", "-")
_VERB = re.compile(r"\**([A-Za-z]{2,12})\b\**:?[ \t]+(?=[`\w./])")
_ENDS = re.compile(r"_[ \t]{1,4}_")


@dataclass(slots=True)
class Collected:
    """The declarations of one task of the document `source`, and what its labels say it waits for."""

    source: str
    waits: list[str] = field(default_factory=list)  # the values of labels like `Depends on`
    found: Declarations = field(init=False)

    def __post_init__(self) -> None:
        self.found = Declarations(self.source)

    @property
    def declared(self) -> tuple[Declared, ...]:
        """All paths, each once."""
        return self.found.declared()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The paths that cannot be used, and labels without any."""
        return tuple(self.found.problems)

    def sentence(self, text: str, line: int, *, is_strict: bool = False) -> None:
        """Take in the paths of a sentence."""
        for touch in touches(text, is_strict=is_strict):
            self.add(touch, line)

    def add(self, touch: Touch, line: int) -> None:
        """Take in one path; an unusable one is a problem unless it is a mention."""
        named = touch.named
        if touch.kind is Kind.MENTION:
            self.found.mention((named,), line)
        elif named.problem and not is_looked_up_later(named):
            self.found.refuse(named, line)
        else:
            self.found.keep(named, None if touch.is_guess else touch.kind, line, guess=touch.kind)

    def files(self, value: str, line: int, kind: Kind | None) -> None:
        """Take in what stands where files must; `kind` is what the label says happens to them."""
        named = paths.leading(value) or paths.quoted(value) or paths.sole(value)
        if not named and value and not value[0].isdigit() and not value.casefold().startswith(_NOTHING):
            self.found.note(f"no path can be read from '{value}'", line)
        self._named(_with_lines(named, value), line, kind)

    def mentions(self, value: str, line: int) -> None:
        """Take in paths that are only read."""
        self.found.mention((touch.named for touch in touches(value, is_strict=True)), line)

    def details(self, items: Sequence[Item]) -> None:
        """Take in the items below a task: labels, the lists below them, and sentences that begin with a verb."""
        block: tuple[int, Meaning] | None = None
        for item in items:
            if block is not None and item.indent <= block[0]:
                block = None
            if block is not None and item.is_item:
                self._listed(item, block[1])
            else:
                block = self._detail(item)

    def _named(self, named: Iterable[Named], line: int, kind: Kind | None) -> None:
        for one in named:
            said = one.kind or kind
            self.add(Touch(one, said or Kind.MODIFY, said is None), line)

    def _detail(self, item: Item) -> tuple[int, Meaning] | None:
        """Take in one item; the label that it is, when a list below it has its value."""
        is_aside = item.text.startswith("_")
        text = _ENDS.split(item.text)[0].strip("_ ") if is_aside else item.text
        split = label(text)
        known = meaning(split[0]) if split else None
        if split is None or known is None:
            if not is_aside:
                self._said(item, split)
            return None
        if not split[1] and known.role in (Role.FILES, Role.PLACE, Role.MENTION):
            return item.indent, known
        self._labelled(split[1], item.number, known)
        return None

    def _labelled(self, value: str, line: int, known: Meaning) -> None:
        if known.role in (Role.FILES, Role.PLACE):
            self.files(value, line, known.kind)
        elif known.role is Role.MENTION:
            self.mentions(value, line)
        elif known.role is Role.AFTER:
            self.waits.append(value)

    def _said(self, item: Item, split: tuple[str, str] | None) -> None:
        """An item without a label that we know: `Create: p`, `Test: p`, or a sentence."""
        words = split[0].casefold().split() if split else []
        if split and words and (words[-1] in VERBS or words in (["test"], ["tests"])):
            named = paths.leading(split[1])
            if named:
                self._named(_with_lines(named, split[1]), item.number, VERBS.get(words[-1]))
                return
        self.sentence(item.text, item.number, is_strict=True)

    def _listed(self, item: Item, block: Meaning) -> None:
        """An item below `**Files**:` or `Leverage:`."""
        if block.role is Role.MENTION:
            self.mentions(item.text, item.number)
            return
        verb = _VERB.match(item.text)
        kind = VERBS.get(verb[1].casefold()) if verb else None
        self.files(item.text[verb.end() :] if verb and kind else item.text, item.number, kind or block.kind)


def _with_lines(named: Sequence[Named], text: str) -> Sequence[Named]:
    """The paths; a single one with the lines that the words behind it speak of."""
    lines = said_lines(text) if len(named) == 1 and not named[0].ranges else ()
    return (replace(named[0], ranges=lines),) if lines else named
