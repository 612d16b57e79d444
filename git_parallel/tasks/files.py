"""The files of a tree, found by the ends of their names."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property


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
        """The files that somebody who wrote `path` may have meant: another case, or one slip of the pen."""
        import difflib

        folder, _, name = path.rpartition("/")
        same_case = self._by_folded_name.get(name.casefold(), ())
        if same_case:
            return list(same_case)
        # Only names of the same end and nearly the same length, so that a large tree costs little.
        near = self._by_shape
        ending = name.rpartition(".")[2]
        names = [n for size in (-1, 0, 1) for n in near.get((ending, len(name) + size), ())][:_MOST_COMPARED]
        close = difflib.get_close_matches(name, names, n=2, cutoff=0.88)
        found = [p for n in close for p in self._by_name[n]]
        return [p for p in found if not folder or p.rpartition("/")[0].endswith(folder.rpartition("/")[2])]

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


_MOST_COMPARED = 400
