"""Which files of a tree are task documents, and which sources are asked for each."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TypeAlias

from ..overlap import patterns, segment
from ..overlap.sequence import covers
from ..tasks.naming import is_archived, is_template
from ..tasks.sources import Source

_Takes: TypeAlias = Callable[[str], bool]
_MANY_FOLDERS = 1 << 10


def chooser(asked: Sequence[Source]) -> Callable[[str], tuple[Source, ...]]:
    """The sources to ask for a path, in order; none for a file that is no document, a form or an old copy."""
    shapes = [
        (source, shape, _taker(shape[-1]))
        for source in asked
        for glob in source.globs
        for shape in patterns.parse(glob).shapes
    ]

    every_end = tuple({_end(shape[-1]) for _, shape, _ in shapes})

    # git lists the files of a directory one after the other; what is asked there is settled once for all.
    @lru_cache(maxsize=_MANY_FOLDERS)
    def asked_in(folder: str) -> tuple[tuple[str, ...], list[tuple[Source, _Takes]]]:
        names = folder.split("/") if folder else []
        fit = [one for one in shapes if covers(one[1][:-1], names, segment.accepts)]
        ends = tuple({_end(shape[-1]) for _, shape, _ in fit})
        return ends, [(source, takes) for source, _, takes in fit]

    def chosen(path: str) -> tuple[Source, ...]:
        # Of nearly every file in a large tree that is all there is to ask.
        if not path.endswith(every_end):
            return ()
        folder, _, name = path.rpartition("/")
        ends, asked_there = asked_in(folder)
        if not name.endswith(ends):
            return ()
        found = [source for source, takes in asked_there if takes(name)]
        if not found or is_archived(path) or is_template(path):
            return ()
        return tuple({source.name: source for source in found}.values())

    return chosen


def _end(part: segment.Segment | None) -> str:
    """What a name must end in for a segment to take it."""
    if part is None or isinstance(part, str):
        return part or ""
    return patterns.literal_ends((part,))[2]


def _taker(part: segment.Segment | None) -> _Takes:
    """Whether a name is one of those that a segment stands for; most segments hold one `*` and are compared."""
    if part is None:
        return lambda _: True
    if isinstance(part, str):
        return lambda name: name == part
    _, head, tail = patterns.literal_ends((part,))
    fewest = len(head) + len(tail)
    if len(part) == fewest + 1 and part[len(head)] is None:
        return lambda name: name.endswith(tail) and name.startswith(head) and len(name) >= fewest
    return lambda name: segment.accepts(part, name)
