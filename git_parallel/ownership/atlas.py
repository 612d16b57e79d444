"""Patterns of many owners, compiled once, to be asked which of them fit a path."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..overlap.index import Glob, GlobIndex
from ..overlap.patterns import Pattern, Shape, is_literal
from .specificity import Specificity, specificity


class Entry(NamedTuple):
    """One alternative of a pattern: whose it is, by number, how specific it is, and the pattern as it is written.

    In `order` the owners follow each other, each with what is most specific first.
    """

    order: int
    owner: int
    rank: Specificity
    text: str


class Atlas:
    """The patterns of all owners by what is literal in them; looking one path up costs its depth, not their number."""

    def __init__(self, owned: Iterable[Iterable[Pattern]]) -> None:
        self._exact: dict[str, list[Entry]] = {}
        self._open: dict[str, list[Entry]] = {}
        self._index = GlobIndex()
        labels: dict[Shape, str] = {}
        for order, (owner, rank, text, shape) in enumerate(_ordered(owned)):
            entry = Entry(order, owner, rank, text)
            if is_literal(shape):
                self._exact.setdefault("/".join(map(str, shape)), []).append(entry)
                continue
            if shape not in labels:
                # Two spellings of one shape, or two owners of it, are one place to look at.
                labels[shape] = str(len(labels))
                self._index.add(Glob.of(labels[shape], shape))
            self._open.setdefault(labels[shape], []).append(entry)

    def throughout(self, folder: str) -> list[Entry]:
        """What fits every file of a directory (with `/` at its end; empty for the root)."""
        return [one for label in self._index.everything(folder) for one in self._open[label]]

    def besides(self, folder: str, path: str) -> list[Entry]:
        """What fits a path of that directory, and not every file in it."""
        found = [one for label in self._index.some(folder, path) for one in self._open[label]]
        return [*self._exact[path], *found] if path in self._exact else found


def _ordered(owned: Iterable[Iterable[Pattern]]) -> Iterator[tuple[int, Specificity, str, Shape]]:
    for owner, patterns in enumerate(owned):
        ranked = [
            (specificity(shape), pattern.text, shape) for pattern in patterns for shape in pattern.shapes
        ]
        ranked.sort(key=lambda one: one[0], reverse=True)
        yield from ((owner, *one) for one in ranked)
