"""Scratch worktrees: a commit checked out for a moment, outside the repository, say to verify it."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from ..names import Oid
from . import crowd, locks
from .admin import PREFIX
from .command import Git
from .removal import remove
from .worktree import make_admin, write_whole

SCRATCH = f"{PREFIX}scratch."
_FOLDER = "git-parallel-"


@dataclass(frozen=True, slots=True)
class Scratch:
    """A scratch worktree: its directory, and git's admin directory for it."""

    path: Path
    admin: Path

    @property
    def temporary(self) -> Path:
        """A place beside it for temporary files, which goes with it; it is not there yet."""
        return self.path.with_name(f"{self.path.name}.tmp")


@contextmanager
def scratch_worktree(git: Git, common: Path, *, at: Oid) -> Iterator[Path]:
    """A worktree on a detached commit, outside the repository, that is gone again at the end."""
    scratch = find_place(common)
    try:
        enter(common, scratch, at=at)
        with crowd.in_company() as workers:
            git.at(scratch.path).run(*workers, "read-tree", "--reset", "-u", "HEAD")
        yield scratch.path
    finally:
        drop(common, scratch)


def find_place(common: Path) -> Scratch:
    """A directory for a scratch worktree, made and empty, and the admin directory that it will have."""
    path = Path(tempfile.mkdtemp(prefix=_FOLDER)).resolve()
    # A '.' is in no task id, so this name is never a task's.
    name = f"{SCRATCH}{os.getpid()}.{path.name.removeprefix(_FOLDER)}"
    return Scratch(path, common / "worktrees" / name)


def enter(common: Path, scratch: Scratch, *, at: Oid) -> None:
    """Make git know the worktree, on a detached commit and with nothing else in its admin directory; no index yet."""
    with locks.held(common / "parallel" / "lock"):
        _leave(common, scratch.admin)
        dot_git = scratch.path / ".git"
        dot_git.unlink(missing_ok=True)
        write_whole(dot_git, f"gitdir: {scratch.admin}\n")
        make_admin(common, scratch.admin, scratch.path, head=at)


def drop(common: Path, scratch: Scratch) -> None:
    """Remove a scratch worktree, whatever was done in it."""
    # Its admin directory at last, for that is how one is found whose process was killed in the middle of this.
    remove(scratch.temporary)
    remove(scratch.path)
    _leave(common, scratch.admin)


def has_dead_scratches(common: Path) -> bool:
    """Whether there is any scratch worktree of a process that is gone."""
    return any(_is_dead(admin) for admin in (common / "worktrees").glob(f"{SCRATCH}*"))


def drop_dead_scratches(common: Path) -> None:
    """Remove the scratch worktrees that killed processes left; their names tell whose they were."""
    for admin in (common / "worktrees").glob(f"{SCRATCH}*"):
        name = admin.name.removeprefix(SCRATCH).partition(".")[2]
        if _is_dead(admin):
            # Another command may be removing the same one at this moment.
            with suppress(FileNotFoundError):
                path = Path((admin / "gitdir").read_text("utf-8", "surrogateescape").rstrip("\n")).parent
                # Somebody may have written there what is no scratch worktree.
                if path.name == f"{_FOLDER}{name}":
                    drop(common, Scratch(path, admin))
                else:
                    _leave(common, admin)


def _is_dead(admin: Path) -> bool:
    pid = admin.name.removeprefix(SCRATCH).partition(".")[0]
    return pid.isdecimal() and not is_process(int(pid))


def is_process(pid: int) -> bool:
    """Whether there is a process of this number, whoever's it is."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _leave(common: Path, admin: Path) -> None:
    if admin.exists():
        aside = common / "parallel" / "tmp" / f"{admin.name}.gone"
        remove(aside)
        admin.rename(aside)
        remove(aside)
