"""What lies uncommitted in a worktree, as a commit in a scratch repository; the worktree stays as it is."""

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISLNK, S_ISREG
from tempfile import mkdtemp
from typing import NamedTuple

from ..errors import GitFailed
from ..names import Oid
from .command import Git
from .place import told_by
from .scratch import HURRIED, Scratch

# What is larger, or more, is known by its paths only: nobody waits for the hash of a core dump.
LARGEST = 16 << 20
MOST = 5000
# git-lfs would store the object for good. Other filters run, as they do for `git status` and `git add`.
_UNFILTERED = (
    "-c", "filter.lfs.process=", "-c", "filter.lfs.clean=", "-c", "filter.lfs.required=false",
)  # fmt: skip
# Nothing of the repository is run or written because an index is made that nobody else sees.
_ALONE = ("-c", "core.splitIndex=false", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")


@dataclass(frozen=True, slots=True)
class Unsaved:
    """A commit with the worktree's content on top of its branch, and paths that are not in it, each with
    whether the file is new.
    """

    commit: Oid
    apart: tuple[tuple[str, bool], ...] = ()


def find_unsaved(git: Git, worktree: Path, tip: Oid, scratch: Scratch) -> Unsaved | None:
    """What is uncommitted and untracked in a worktree; None where that is nothing, or it is gone."""
    if not worktree.is_dir():
        return None
    here = git.at(worktree)
    try:
        paths = list(_changed(here))
    except GitFailed:
        if worktree.is_dir():
            raise
        return None
    if not paths:
        return None
    taken, gone, apart = _sorted(worktree, paths)
    index = Path(mkdtemp(prefix="index-", dir=scratch.path)) / "index"
    # With its times: by them git knows which files may have changed in the second it was written.
    shutil.copy2((told_by(worktree) or worktree / ".git") / "index", index)
    writing = scratch.beside(here).with_environment(GIT_INDEX_FILE=str(index))
    update = (*HURRIED, *_ALONE, *_UNFILTERED, "update-index", "-z")
    # First what is gone: a file may have become a directory, and a directory a link.
    for how, some in ((("--force-remove",), gone), (("--add", "--remove", "--replace"), taken)):
        if some:
            writing.run(*update, *how, "--stdin", stdin="".join(f"{path}\0" for path in some))
    tree = Oid(writing.run(*HURRIED, *_ALONE, *_UNFILTERED, "write-tree").stdout.strip())
    return Unsaved(scratch.commit(tree, [tip]), tuple(apart))


def _sorted(
    worktree: Path, paths: Sequence["_Change"]
) -> tuple[list[str], list[str], list[tuple[str, bool]]]:
    """The paths to take in, those that are gone, and those that stay apart: too large, too many, or not to be read."""
    taken, gone, apart = [], [], []
    for number, (path, is_new, is_staged) in enumerate(paths):
        at = worktree / path
        try:
            known = at.lstat()
        except OSError:
            # What a sparse worktree leaves out may be staged: a merge does that.
            if not is_staged:
                gone.append(path)
            continue
        if any((worktree / above).is_symlink() for above in Path(path).parents if above.name):
            gone.append(path)
        elif (
            number >= MOST
            or known.st_size > LARGEST
            or not (S_ISLNK(known.st_mode) or (S_ISREG(known.st_mode) and os.access(at, os.R_OK)))
        ):
            apart.append((path, is_new))
        else:
            taken.append(path)
    return taken, gone, apart


class _Change(NamedTuple):
    """A path that differs from the branch's commit; whether git knows nothing of it yet, or all that there is."""

    path: str
    is_new: bool
    is_staged: bool


def _changed(here: Git) -> Iterator[_Change]:
    """What is uncommitted in a worktree, repositories inside it left out."""
    out = here.run(
        *_UNFILTERED, "-c", "status.showUntrackedFiles=all", "status", "--porcelain=v2", "-z", "--no-renames",
        "--untracked-files=all", "--ignore-submodules=dirty",
    )  # fmt: skip
    for entry in out.fields:
        if entry[0] in "1u?":
            path = entry.split(" ", {"1": 8, "u": 10, "?": 1}[entry[0]])[-1]
            is_link = entry[0] == "1" and "160000" in entry.split(" ")[3:6]
            # A repository inside the worktree is shown as a directory, and is no content of this one.
            if not path.endswith("/") and not is_link:
                yield _Change(path, is_new=entry[0] == "?", is_staged=entry[0] == "1" and entry[3] == ".")
