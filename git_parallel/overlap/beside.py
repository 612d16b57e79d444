"""Files that stand beside a file and change with it, by the conventions of the common languages."""

from collections.abc import Collection, Iterator

from ..tasks.task import Kind

# Rough chances, for want of history; a history of the repository soon outweighs them.
TEST = 0.4
LOCK = 0.3
INDEX = 0.3

_LOCKS = {
    "package.json": ("package-lock.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb"),
    "pyproject.toml": ("uv.lock", "poetry.lock", "pdm.lock"),
    "Pipfile": ("Pipfile.lock",),
    "Cargo.toml": ("Cargo.lock",),
    "go.mod": ("go.sum",),
    "Gemfile": ("Gemfile.lock",),
    "composer.json": ("composer.lock",),
    "mix.exs": ("mix.lock",),
    "pubspec.yaml": ("pubspec.lock",),
    "flake.nix": ("flake.lock",),
}
_INDICES = {
    "py": ("__init__.py",),
    "ts": ("index.ts", "index.tsx"),
    "tsx": ("index.ts", "index.tsx"),
    "js": ("index.js",),
    "jsx": ("index.js",),
    "rs": ("mod.rs", "lib.rs"),
    "md": ("index.md", "SUMMARY.md"),
    "rst": ("index.rst",),
}
_TEST_FOLDERS = ("tests", "test", "__tests__", "spec")


class Beside:
    """What stands beside a file in a tree; the tests of the tree are looked up by their names."""

    def __init__(self, tree: Collection[str]) -> None:
        self._tree = tree
        self._tests: dict[str, list[str]] = {}
        for path in tree:
            name = path[path.rfind("/") + 1 :]
            if "est" in name or "spec" in name:
                self._tests.setdefault(name, []).append(path)
        self._homes: frozenset[str] | None = None

    def expected(self, path: str, kind: Kind) -> Iterator[tuple[str, float, str]]:
        """The files that are likely to change with `path`: each with its chance and the reason."""
        folder, _, name = path.rpartition("/")
        prefix = f"{folder}/" if folder else ""
        stem, _, suffix = name.rpartition(".")
        for lock in _LOCKS.get(name, ()):
            # The lock of a workspace lies at its top.
            for place in dict.fromkeys((prefix + lock, lock)):
                if place in self._tree:
                    yield place, LOCK, f"the lock of {path}"
        if kind is not Kind.MODIFY:
            for index in _INDICES.get(suffix, ()):
                if prefix + index in self._tree and index != name:
                    yield prefix + index, INDEX, f"the index beside {path}"
        if stem and self._tests and not _is_test(path, stem):
            for test in _NAMES:
                for place in self._tests.get(test.format(stem=stem, suffix=suffix), ()):
                    if _mirrored(place.rpartition("/")[0], folder) is not None:
                        yield place, TEST, f"the test of {path}"

    def test_folders(self, folder: str) -> tuple[str, ...]:
        """The directories of tests in which those of the files of a folder lie, by what is likest to its path.

        A folder of tests for everything counts only where no folder in it divides them.
        """
        homes = self._homes_of_tests
        found = {home: like for home in homes if (like := _mirrored(home, folder)) is not None}
        found.pop(folder, None)
        best = max(found.values(), default=0)
        likest = sorted(home for home, like in found.items() if like == best)
        return tuple(likest if best else (home for home in likest if _is_flat(home, homes)))

    @property
    def _homes_of_tests(self) -> frozenset[str]:
        if self._homes is None:
            homes = (path.rpartition("/")[0] for places in self._tests.values() for path in places)
            self._homes = frozenset(homes)
        return self._homes

    @staticmethod
    def is_tested_in(home: str, folder: str) -> bool:
        """Whether the tests of the files of a folder may lie in the directory `home`."""
        return _mirrored(home, folder) is not None


_NAMES = (
    "test_{stem}.{suffix}",
    "{stem}_test.{suffix}",
    "{stem}.test.{suffix}",
    "{stem}.spec.{suffix}",
    "{stem}_spec.{suffix}",
    "{stem}Test.{suffix}",
)


def _is_test(path: str, stem: str) -> bool:
    return (
        stem.startswith("test_")
        or stem.endswith(("_test", ".test", ".spec", "_spec"))
        or any(segment in _TEST_FOLDERS for segment in path.split("/")[:-1])
    )


def _is_flat(home: str, homes: Collection[str]) -> bool:
    return not any(other.startswith(f"{home}/") for other in homes)


def _mirrored(home: str, folder: str) -> int | None:
    """How many segments of a folder the directory of its tests repeats; None where those tests are not there.

    They are in the folder itself, or in a folder of tests, at the like place there.
    """
    mine = folder.split("/") if folder else []
    if home == folder:
        return len(mine)
    segments = home.split("/")
    at = next((at for at, segment in enumerate(segments) if segment in _TEST_FOLDERS), None)
    if at is None:
        return None
    before, after = segments[:at], segments[at + 1 :]
    # `src/app/x.py` is tested in `tests/test_x.py`, `tests/app/test_x.py` or `src/tests/app/test_x.py`.
    is_like = mine[: len(before)] == before and mine[len(mine) - len(after) :] == after
    return len(before) + len(after) if is_like else None
