"""Scratch worktrees that are used again: turned from one commit into the next by changing only what differs.

What comes out is what a new one would be, whatever was done in it. Nothing that lies in it is believed: only files
stay that are as this process remembers them from when the checkout was whole. The admin directory is made anew,
with the index as it was then, by which git writes what differs or is missing. At the end git is asked whether
all is there; where it is not, or anything fails on the way, a new one takes its place.
"""

import os
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from ..errors import ParallelError
from ..names import Oid
from . import crowd, pool
from .command import Git
from .removal import remove
from .scratch_worktree import Scratch, drop, enter, find_place
from .traces import Memory, remember, remove_traces

# Every change is seen, and the index is one file that says nothing of what others might have seen.
_EXACTLY = (
    "-c", "core.trustctime=true", "-c", "core.checkStat=default", "-c", "core.fsmonitor=false",
    "-c", "core.untrackedCache=false", "-c", "core.splitIndex=false",
)  # fmt: skip
_LINK = "160000 "
_RULES = ("--", ":(glob)**/.gitattributes")


@dataclass(frozen=True, slots=True)
class _Whole:
    """A checkout as it was when it was whole: of which commit, by which settings, its index and all that lay in it.

    `written` is the time of the index in nanoseconds, `top` device, number and mode of its own directory.
    """

    commit: Oid
    made: str
    index: bytes
    written: int
    top: tuple[int, int, int]
    memory: Memory


class ScratchPool:
    """The scratch worktrees of one process. Several threads may use it at the same time."""

    def __init__(self, git: Git, common: Path, complete: Callable[[Scratch], None]) -> None:
        """`complete` adds to a checkout what is part of its commit and not among git's own objects."""
        # What git-lfs keeps on a server would be waited for, file by file.
        self._git = git.with_environment(GIT_LFS_SKIP_SMUDGE="1")
        self._common, self._complete = common, complete
        self._change = threading.Lock()
        self._spare: list[tuple[Scratch, _Whole]] = []
        self._all: set[Scratch] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove all of them; nobody has one any more."""
        while self._all:
            self._drop(next(iter(self._all)))

    @contextmanager
    def lent(self, at: Oid) -> Iterator[Scratch]:
        """A worktree with this commit checked out, detached; nothing that is done in it is seen by the next one.

        Who has had it has ended all that runs there. Raises what `complete` raises.
        """
        scratch, whole = self._turned(at) or self._made(at)
        try:
            yield scratch
        except BaseException:
            self._drop(scratch)
            raise
        with self._change:
            self._spare.append((scratch, whole))

    def _turned(self, at: Oid) -> tuple[Scratch, _Whole] | None:
        """One that was used before; None where there is none that can be turned into this."""
        with self._change:
            if not self._spare:
                return None
            scratch, whole = self._spare.pop()
        try:
            if not self._turn(scratch, whole, at):
                self._drop(scratch)
                return None
        except (ParallelError, OSError):
            self._drop(scratch)
            return None
        return scratch, self._completed(scratch, at)

    def _made(self, at: Oid) -> tuple[Scratch, _Whole]:
        scratch = find_place(self._common)
        with self._change:
            self._all.add(scratch)
        enter(self._common, scratch, at=at)
        self._read_tree(scratch, at)
        return scratch, self._completed(scratch, at)

    def _completed(self, scratch: Scratch, at: Oid) -> _Whole:
        try:
            self._complete(scratch)
            return self._seen(scratch, at)
        except BaseException:
            self._drop(scratch)
            raise

    def _seen(self, scratch: Scratch, at: Oid) -> _Whole:
        index = scratch.admin / "index"
        return _Whole(
            commit=at,
            made=pool.making(self._git, self._common),
            index=index.read_bytes(),
            written=index.stat().st_mtime_ns,
            top=_identity(scratch.path),
            memory=remember(scratch.path),
        )

    def _turn(self, scratch: Scratch, whole: _Whole, at: Oid) -> bool:
        """Turn the checkout into that of `at`; whether it is proven to be that now."""
        if _identity(scratch.path)[:2] != whole.top[:2] or not self._is_like(whole, at):
            return False
        scratch.path.chmod(stat.S_IMODE(whole.top[2]))
        remove_traces(scratch.path, whole.memory)
        enter(self._common, scratch, at=at)
        index = scratch.admin / "index"
        index.write_bytes(whole.index)
        # A file that was written in the moment of the index is looked into by git, and that moment was then.
        os.utime(index, ns=(whole.written, whole.written))
        self._read_tree(scratch, at)
        here = self._git.at(scratch.path)
        for path in _links(here):
            if not _empty(scratch.path, path):
                return False
        here.run(*_EXACTLY, "clean", "-ffdxq")
        return not here.run(*pool.STATUS).stdout

    def _is_like(self, whole: _Whole, at: Oid) -> bool:
        """Whether a file that is the same in both commits would also be written the same."""
        if whole.made != pool.making(self._git, self._common):
            return False
        return not self._git.run("diff-tree", "-r", "--name-only", whole.commit, at, *_RULES).stdout

    def _read_tree(self, scratch: Scratch, at: Oid) -> None:
        with crowd.in_company() as workers:
            self._git.at(scratch.path).run(*_EXACTLY, *workers, "read-tree", "--reset", "-u", at)

    def _drop(self, scratch: Scratch) -> None:
        drop(self._common, scratch)
        with self._change:
            self._all.discard(scratch)


def _identity(folder: Path) -> tuple[int, int, int]:
    seen = folder.lstat()
    return seen.st_dev, seen.st_ino, seen.st_mode


def _links(here: Git) -> Iterator[str]:
    """The submodules that the index records."""
    for entry in here.run("ls-files", "--stage", "-z").fields:
        if entry.startswith(_LINK):
            yield entry.partition("\t")[2]


def _empty(top: Path, path: str) -> bool:
    """Empty the directory of a submodule; whether that is where it should be, and not behind somebody's link."""
    folder = top / path
    if folder.parent.resolve() != folder.parent:
        return False
    if folder.is_dir() and not folder.is_symlink():
        remove(folder)
        folder.mkdir()
    return True
