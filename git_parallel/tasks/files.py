"""The files of a tree, found by the ends of their names."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property

_DIGITS = re.compile(r"\d+")
_MOST_COMPARED = 100
_ALIKE = 0.86  # of the characters of a path in their order


class Files:
    """A set of paths that answers what lies where. What a question needs is built when it is first asked."""

    def __init__(self, paths: Iterable[str] = ()) -> None:
        self.paths = frozenset(paths)

    def __contains__(self, path: str) -> bool:
        return path in self.paths

    def is_directory(self, path: str) -> bool:
        """Whether there is a file somewhere below `path`, given with or without its last `/`."""
        return path.rstrip("/") in self._directories

    def ending(self, tail: str) -> list[str]:
        """The files whose last segments are `tail`, sorted."""
        whole = "/" + tail
        return [
            path for path in self._by_name.get(tail.rpartition("/")[2], ()) if ("/" + path).endswith(whole)
        ]

    def directories_ending(self, tail: str) -> list[str]:
        """The directories whose last segments are `tail`, without their last `/`, sorted."""
        tail = tail.rstrip("/")
        whole = "/" + tail
        named = self._directories_by_name.get(tail.rpartition("/")[2], ())
        return [path for path in named if ("/" + path).endswith(whole)]

    def like(self, path: str) -> list[str]:
        """The files that somebody who wrote `path` may have meant: one slip of the pen in it, or another case."""
        folder, _, name = path.rpartition("/")
        if not folder:
            return self._named_like(name)
        candidates = dict.fromkeys(self._by_folded_name.get(name.casefold(), ()))
        # In its own directory another name, elsewhere the same one.
        beside = (other for other in self._by_folder.get(folder, ()) if abs(len(other) - len(name)) < 2)
        candidates |= dict.fromkeys(f"{folder}/{other}" for other in beside)
        return _close(path, list(candidates))

    def _named_like(self, name: str) -> list[str]:
        """For a bare name the files of nearly that name, wherever they lie."""
        same = list(self._by_folded_name.get(name.casefold(), ()))
        if same:
            return same
        shapes = ((name.rpartition(".")[2], len(name) + more) for more in (0, 1, -1))
        names = [other for shape in shapes for other in self._by_shape.get(shape, ())]
        return [path for close in _close(name, names) for path in self._by_name[close]]

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for path in sorted(self.paths):
            found[path.rpartition("/")[2]].append(path)
        return found

    @cached_property
    def _by_folded_name(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for name, paths in self._by_name.items():
            found[name.casefold()] += paths
        return found

    @cached_property
    def _by_shape(self) -> dict[tuple[str, int], list[str]]:
        found: dict[tuple[str, int], list[str]] = defaultdict(list)
        for name in self._by_name:
            found[name.rpartition(".")[2], len(name)].append(name)
        return found

    @cached_property
    def _by_folder(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for path in self.paths:
            folder, _, name = path.rpartition("/")
            found[folder].append(name)
        return found

    @cached_property
    def _directories(self) -> frozenset[str]:
        found: set[str] = set()
        for path in self.paths:
            above = path.rpartition("/")[0]
            while above and above not in found:
                found.add(above)
                above = above.rpartition("/")[0]
        return frozenset(found)

    @cached_property
    def _directories_by_name(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for path in sorted(self._directories):
            found[path.rpartition("/")[2]].append(path)
        return found


def _close(text: str, candidates: Sequence[str]) -> list[str]:
    """Those of the candidates that are nearly `text`, the nearest first; other numbers are no slip of the pen."""
    from difflib import SequenceMatcher

    folded = text.casefold()
    wordy = _DIGITS.sub("", folded)
    matcher = SequenceMatcher(b=folded, autojunk=False)
    close = []
    for candidate in candidates[:_MOST_COMPARED]:
        other = candidate.casefold()
        if other != folded and _DIGITS.sub("", other) == wordy:
            continue
        matcher.set_seq1(other)
        if matcher.real_quick_ratio() >= _ALIKE and matcher.quick_ratio() >= _ALIKE:
            close.append((matcher.ratio(), candidate))
    return [candidate for ratio, candidate in sorted(close, reverse=True) if ratio >= _ALIKE]
