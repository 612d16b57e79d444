"""Scratch worktrees: a commit checked out for a moment, outside the repository, say to verify it."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..names import Oid
from . import crowd, locks
from .admin import PREFIX
from .command import Git
from .worktree import make_admin, write_whole

SCRATCH = f"{PREFIX}scratch."


@contextmanager
def scratch_worktree(git: Git, common: Path, *, at: Oid) -> Iterator[Path]:
    """A worktree on a detached commit, outside the repository, that is gone again at the end."""
    path = Path(tempfile.mkdtemp(prefix="git-parallel-")).resolve()
    # A '.' is in no task id, so this name is never a task's.
    admin = common / "worktrees" / f"{SCRATCH}{os.getpid()}.{path.name.rsplit('-', 1)[1]}"
    try:
        with locks.held(common / "parallel" / "lock"):
            write_whole(path / ".git", f"gitdir: {admin}\n")
            make_admin(common, admin, path, head=at)
        with crowd.in_company() as workers:
            git.at(path).run(*workers, "read-tree", "--reset", "-u", "HEAD")
        yield path
    finally:
        _drop_scratch(common, admin)
        shutil.rmtree(path, ignore_errors=True)


def has_dead_scratches(common: Path) -> bool:
    """Whether there is any scratch worktree of a process that is gone."""
    return any(not _is_process(_pid(admin)) for admin in (common / "worktrees").glob(f"{SCRATCH}*"))


def _pid(admin: Path) -> int:
    return int(admin.name.removeprefix(SCRATCH).partition(".")[0])


def drop_dead_scratches(common: Path) -> None:
    """Remove the scratch worktrees that killed processes left; their names tell whose they were."""
    for admin in (common / "worktrees").glob(f"{SCRATCH}*"):
        if not _is_process(_pid(admin)):
            # Another command may be removing the same one at this moment.
            with suppress(FileNotFoundError):
                dot_git = Path((admin / "gitdir").read_text().rstrip("\n"))
                if dot_git.parent.name.startswith("git-parallel-"):
                    shutil.rmtree(dot_git.parent, ignore_errors=True)
                _drop_scratch(common, admin)


def _drop_scratch(common: Path, admin: Path) -> None:
    if admin.exists():
        aside = common / "parallel" / "tmp" / f"{admin.name}.gone"
        admin.rename(aside)
        shutil.rmtree(aside, ignore_errors=True)


def _is_process(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
