"""Tables: which columns hold files, and what another column says will happen to them."""

import re
from dataclasses import dataclass

from ..task import Kind
from . import paths, shell
from .labels import VERBS
from .markdown import cells, is_rule
from .paths import Named

_FILE_WORDS = frozenset(("file", "files", "path", "filename", "script"))
_CHANGE = re.compile(r"\b(?:changes?|actions?|operation|modifications?)\b")
_STAYS = re.compile(r"[^\w]{0,8}(?:no\b|none|keep|unchanged|n/a|-$|❌)")
# Beside these, a column of files says where the work is done.
_WORK = frozenset(
    ("task", "tasks", "step", "steps", "effort", "time", "estimate", "estimated time", "what to do")
)
_MEASURES = re.compile(r"coverage|current|violation|severity|owner|issue|tests? count|used by|read")
_FROM, _TO = (
    frozenset(("source", "from", "old", "old path", "current path")),
    frozenset(("destination", "target", "to", "new", "new path")),
)
_MOST_WORDS = 3


@dataclass(frozen=True, slots=True)
class Table:
    """The columns of one table, known from its header."""

    names: tuple[str, ...]

    @classmethod
    def of(cls, header: str) -> "Table":
        """The table with this first line."""
        return cls(tuple(cell.strip("*` ").casefold() for cell in cells(header)))

    @property
    def files(self) -> tuple[int, ...]:
        """The columns of files."""
        return tuple(at for at, name in enumerate(self.names) if _is_of_files(name))

    @property
    def says_work(self) -> bool:
        """Whether the header alone shows that the files of the table will be changed."""
        others = set(self.names)
        is_measured = any(_MEASURES.search(name) for name in self.names)
        is_listed = "files" in others and not is_measured
        return bool(self.files) and (
            is_listed or bool(self._changes) or (bool(others & _WORK) and not is_measured)
        )

    @property
    def _changes(self) -> tuple[int, ...]:
        """The columns that say what will be done."""
        return tuple(at for at, name in enumerate(self.names) if _CHANGE.search(name))

    @property
    def move(self) -> tuple[int, int] | None:
        """The columns of a table that says from where to where files are moved."""
        source = next((at for at, name in enumerate(self.names) if name in _FROM), None)
        target = next((at for at, name in enumerate(self.names) if name in _TO), None)
        return None if source is None or target is None else (source, target)

    def named(self, line: str, *, in_files: bool) -> tuple[tuple[Named, ...], Kind | None]:
        """The files that a row declares and what happens to them; nothing for the rule below the header."""
        row = cells(line)
        if is_rule(row):
            return (), None
        if self.move and max(self.move) < len(row):
            pair = [one for at in self.move for one in paths.leading(row[at])[:1]]
            return (tuple(shell.moved(pair)), Kind.MOVE) if len(pair) == len(self.move) else ((), None)
        if not in_files and not self.says_work:
            return (), None
        if any(_STAYS.match(row[at].casefold()) for at in self._changes if at < len(row)):
            return (), None
        columns = self.files
        found = [n for at in columns or range(len(row)) if at < len(row) for n in paths.leading(row[at])]
        return tuple(found if columns else found[:1]), self._kind(row)

    def _kind(self, row: tuple[str, ...]) -> Kind | None:
        for cell in (row[at] for at in self._changes if at < len(row)):
            first = next(iter(re.findall(r"[a-z]+", cell[:40].casefold())), "")
            if first in VERBS and first != "add":
                return VERBS[first]
        return None


def _is_of_files(name: str) -> bool:
    words = re.findall(r"[a-z]+", name)
    return 0 < len(words) <= _MOST_WORDS and not _FILE_WORDS.isdisjoint(words)
