"""What lies uncommitted in a worktree, as a commit in a scratch repository; the worktree stays as it is."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from ..errors import GitFailed
from ..names import Oid
from .command import Git
from .scratch import HURRIED, Scratch

# What is larger, or more, is known by its paths only: nobody waits for the hash of a core dump.
LARGEST = 16 << 20
MOST = 5000
# git-lfs would store the object for good. Other filters run, as they do for `git status` and `git add`.
_UNFILTERED = (
    "-c", "filter.lfs.process=", "-c", "filter.lfs.clean=cat", "-c", "filter.lfs.required=false",
)  # fmt: skip


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
    taken = {path for path, _ in paths[:MOST] if _is_small(worktree / path)}
    apart = tuple((path, is_new) for path, is_new in paths if path not in taken)
    index = Path(mkdtemp(prefix="index-", dir=scratch.path)) / "index"
    # With its times: by them git knows which files may have changed in the second it was written.
    shutil.copy2(_index_of(worktree), index)
    writing = scratch.beside(here).with_environment(GIT_INDEX_FILE=str(index))
    script = "".join(f"{path}\0" for path in taken)
    writing.run(*HURRIED, *_UNFILTERED, "update-index", "--add", "--remove", "-z", "--stdin", stdin=script)
    tree = Oid(writing.run(*HURRIED, "write-tree").stdout.strip())
    return Unsaved(scratch.commit(tree, [tip]), apart)


def _changed(here: Git) -> Iterator[tuple[str, bool]]:
    """The paths that differ from the branch's commit, and whether git knows nothing of them yet."""
    out = here.run(
        "-c", "status.showUntrackedFiles=all", "status", "--porcelain=v2", "-z", "--no-renames",
        "--untracked-files=all", "--ignore-submodules=dirty",
    )  # fmt: skip
    for entry in out.fields:
        if entry[0] in "1u?":
            path = entry.split(" ", {"1": 8, "u": 10, "?": 1}[entry[0]])[-1]
            # A repository inside the worktree is shown as a directory, and is no content of this one.
            if not path.endswith("/"):
                yield path, entry[0] == "?"


def _is_small(path: Path) -> bool:
    try:
        return path.lstat().st_size <= LARGEST
    except OSError:
        # Deleted, which is a change as well.
        return True


def _index_of(worktree: Path) -> Path:
    dot_git = worktree / ".git"
    if dot_git.is_dir():
        return dot_git / "index"
    text = dot_git.read_text("utf-8", "surrogateescape").removeprefix("gitdir: ").rstrip("\n")
    return (worktree / text).resolve() / "index"
