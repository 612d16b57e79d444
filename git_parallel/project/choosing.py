"""Which files of a tree are task documents, and which sources are asked for each."""

from collections.abc import Callable, Sequence

from ..overlap import patterns
from ..tasks.naming import is_archived, is_template
from ..tasks.sources import Source


def chooser(asked: Sequence[Source]) -> Callable[[str], tuple[Source, ...]]:
    """The sources to ask for a path, in order; none for a file that is no document, a form or an old copy."""
    compiled = [
        (source, [(_literal_end(glob), patterns.parse(glob)) for glob in source.globs]) for source in asked
    ]

    def chosen(path: str) -> tuple[Source, ...]:
        # The literal end of the pattern settles nearly every path of a large tree.
        found = tuple(
            source
            for source, globs in compiled
            if any(path.endswith(end) and patterns.matches(pattern, path) for end, pattern in globs)
        )
        return () if found and (is_archived(path) or is_template(path)) else found

    return chosen


def _literal_end(glob: str) -> str:
    last = glob.rsplit("/", 1)[-1]
    return "" if set(last) & set("?[{\\") else last.rsplit("*", 1)[-1]
