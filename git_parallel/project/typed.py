"""Paths as people type them: relative to where they stand, absolute, with `..` in them."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import BadInput
from ..git.command import Git
from ..names import RepoPath, printable
from ..overlap import patterns

# With only brackets or braces in it, a text that nothing matches may well be meant as it is.
_SURELY_WILD = frozenset("*?")


@dataclass(frozen=True, slots=True)
class Standpoint:
    """The top of the worktree where somebody stands, and the way from there to them (ends in `/`, or is empty)."""

    top: Path
    prefix: str

    @classmethod
    def of(cls, git: Git) -> "Standpoint":
        """Where a git runs; raises GitFailed outside of worktrees."""
        top = git.run("rev-parse", "--show-toplevel").stdout.removesuffix("\n")
        return cls(Path(top), git.run("rev-parse", "--show-prefix").stdout.removesuffix("\n"))

    def inside(self, path: str) -> str:
        """What a typed path is called from the top, empty for the top itself; raises BadInput outside."""
        parts: list[str] = []
        whole = self._below(path) if path.startswith("/") else f"{self.prefix}{path}"
        for part in whole.split("/"):
            if part == "..":
                if not parts:
                    raise BadInput(f"'{printable(path)}' is outside the repository")
                parts.pop()
            elif part not in ("", "."):
                parts.append(part)
        return "/".join(parts)

    def _below(self, path: str) -> str:
        """What an absolute path is called from the top of the worktree, by whatever name it has that."""
        full = Path(os.path.normpath(path))
        for above in (*reversed(full.parents), full):
            if _is_one(above, self.top):
                return str(full.relative_to(above))
        raise BadInput(f"'{printable(path)}' is outside the repository")


def named(
    standpoint: Standpoint, words: Iterable[str], tracked: Sequence[str]
) -> tuple[list[str], list[str]]:
    """The paths that words stand for: files, also new ones, all that is tracked in directories and by globs.

    Second come the words that stand for nothing. Raises BadInput for what can be no path in the repository.
    """
    known, found, missed = frozenset(tracked), dict[str, None](), list[str]()
    for word in words:
        path = standpoint.inside(word)
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


def _is_one(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except OSError:
        return False
