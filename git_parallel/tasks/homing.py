"""Paths as other machines and pasted drawings have them, cut to this repository."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from ..names import path_problem
from .files import Files
from .prose.pathlike import is_elsewhere

FEWEST_NAMED = 3  # paths below a directory that make it one that documents know


def is_whole(path: str) -> bool:
    """Whether a path has a directory and is no pattern, nor one of another machine or relative."""
    return "/" in path[:-1] and path[0] not in "/~" and not path.startswith("../") and not is_pattern(path)


def is_pattern(path: str) -> bool:
    """Whether a path holds a wildcard."""
    return "*" in path or "?" in path or "[" in path or "{" in path


def homes(counts: Mapping[str, int], files: Files) -> dict[str, str]:
    """For the paths that are written from outside the repository the ones inside, as far as that is certain.

    `counts` says how often each path is named in all documents.
    """
    found = _of_other_machines(counts, files)
    inside = {found.get(path, path) for path in counts}
    roots = _roots([path for path in inside if is_whole(path)], files)
    for path in counts:
        home = found.get(path, path)
        first, _, rest = home.partition("/")
        if rest and first in roots:
            found[path] = rest
    return found


def _of_other_machines(counts: Mapping[str, int], files: Files) -> dict[str, str]:
    """`/Users/me/shop/src/a.py` as `src/a.py`: its longest end that is in the tree, or could be."""
    foreign = [path for path in counts if path[0] in "/~" or is_elsewhere(path)]
    if not foreign:
        return {}
    tops: Counter[str] = Counter()
    for path, times in counts.items():
        if is_whole(path):
            tops[path.partition("/")[0]] += times
    found = {}
    for path in foreign:
        segments = path.strip("~/").split("/")
        ends = ["/".join(segments[at:]) for at in range(1, len(segments))]
        inside = [end for end in ends if end in files or files.is_directory(end)]
        inside += [end for end in ends if "/" in end and _is_top(end.partition("/")[0], tops, files)]
        if inside and not path_problem(inside[0]):
            found[path] = inside[0] + ("/" if path.endswith("/") else "")
    return found


def _is_top(name: str, tops: Mapping[str, int], files: Files) -> bool:
    return files.is_directory(name) or tops[name] >= FEWEST_NAMED


def _roots(paths: Iterable[str], files: Files) -> set[str]:
    """The repository's own name where it stands before paths, as in a drawn tree.

    A first directory that the tree does not have is that name when most of what follows it are
    directories at the top of the tree, or first directories of other paths.
    """
    below: dict[str, set[str]] = defaultdict(set)
    named: Counter[str] = Counter()
    inner: set[str] = set()
    for path in paths:
        first, *between = path.split("/")[:-1]
        below[first].update(between[:1])
        named[first] += 1
        inner.update(between)
    tops = {name for name in {*below, *inner} if files.is_directory(name) or named[name] >= FEWEST_NAMED}
    return {
        name
        for name, seconds in below.items()
        if name not in inner
        and not files.directories_ending(name)
        and 2 * len(tops & seconds - {name}) > len(seconds)
    }
