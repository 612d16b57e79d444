"""The paths that somebody means who names files, directories and globs."""

from collections.abc import Iterable, Sequence

from ..names import RepoPath
from ..overlap import patterns
from .inside import Inside

# With only brackets or braces in it, a text that nothing matches may well be meant as it is.
_SURELY_WILD = frozenset("*?")


def named(place: Inside, words: Iterable[str], tracked: Sequence[str]) -> tuple[list[str], list[str]]:
    """The paths that words stand for: files, also new ones, all that is tracked in directories and by globs.

    Second come the words that stand for nothing. Raises BadInput for what can be no path in the repository.
    """
    known, found, missed = frozenset(tracked), dict[str, None](), list[str]()
    for word in words:
        path = place.named(word)
        paths = [path] if path in known else _tracked(path, tracked)
        if paths:
            found.update(dict.fromkeys(paths))
        elif not path or word.endswith("/") or _SURELY_WILD & set(path):
            missed.append(word)
        else:
            found[RepoPath(path)] = None
    return list(found), missed


def _tracked(path: str, tracked: Sequence[str]) -> list[str]:
    """What is tracked in a directory, or else what a glob fits."""
    if not path:
        return list(tracked)
    below = f"{path}/"
    found = [one for one in tracked if one.startswith(below)]
    if found or not patterns.is_magic(path):
        return found
    glob = patterns.trusted(path)
    return [one for one in tracked if patterns.matches(glob, one)]
