"""Worktrees that git and the records know where they are not, and those that neither knows where they are."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial
from pathlib import Path

from ...git import locks
from ...git.admin import task_of
from ...git.admin_files import Admin, Part, write
from ...git.place import told_by
from ...git.put_by import put_by
from ...git.worktree import write_whole
from ...names import printable
from .finding import FIX, Finding, shell
from .rebuilding import can_be_rebuilt, rebuild
from .scene import Scene


class Bond(Enum):
    """How an admin directory and the directory that it names stand to each other."""

    WHOLE = auto()
    # The `.git` file names an admin directory that is nowhere: the repository was moved.
    OLD_REPOSITORY = auto()
    # It names one that is there, and that knows this directory.
    ANOTHERS = auto()
    # The directory has no `.git` file.
    NO_DOT_GIT = auto()
    GONE = auto()


@dataclass(frozen=True, slots=True)
class Told:
    """What the directory of an admin directory says: whether it is there, whom it names, and whether that is there."""

    is_there: bool
    admin: Path | None = None
    admin_is_there: bool = False


def bond(admin: Path, told: Told) -> Bond:
    """How the two stand to each other."""
    if not told.is_there:
        return Bond.GONE
    if told.admin is None:
        return Bond.NO_DOT_GIT
    if told.admin == admin:
        return Bond.WHOLE
    return Bond.ANOTHERS if told.admin_is_there else Bond.OLD_REPOSITORY


def find_moved(scene: Scene) -> Iterator[Finding]:
    """Worktrees and repositories that were moved by hand, so that they do not find each other any more."""
    for admin in scene.admins:
        path = admin.worktree
        if path is None:
            continue
        how = bond(admin.path, _told(path))
        if how is Bond.GONE and (now := _find_moved(scene, admin, path)):
            yield _moved(
                "moved-worktree", admin, now, f"worktree '{printable(str(path))}' was moved here by hand"
            )
        elif how is Bond.OLD_REPOSITORY:
            yield _moved(
                "moved-repository",
                admin,
                path,
                "the repository was moved, and this worktree does not find it",
            )
        elif how is Bond.NO_DOT_GIT and admin.is_agents:
            yield _moved("missing-dot-git", admin, path, "this worktree has lost its '.git' file")
        elif how is Bond.ANOTHERS and admin.is_agents:
            yield _anothers(scene, admin, path)


def find_orphans(scene: Scene) -> Iterator[Finding]:
    """Directories of tasks whose admin directory is gone: to git they are no worktrees any more."""
    ours = scene.common / "worktrees"
    for path, told in scene.folders.items():
        task = task_of(told)
        if told.parent != ours or task is None or told.exists() or scene.is_being_put_away(path):
            continue
        if scene.is_launching(task) or scene.is_alive(task):
            continue
        is_known = can_be_rebuilt(scene, task)
        yield Finding(
            "orphan-directory",
            str(path),
            f"git has no record of '{printable(str(path))}', the worktree of '{task}'",
            FIX if is_known else shell("rm", path / ".git"),
            partial(rebuild, scene, task, path) if is_known else None,
        )


def find_missing(scene: Scene) -> Iterator[Finding]:
    """Worktrees of tasks that are gone while the task still has something to do in them."""
    orphans = {task_of(told) for told in scene.folders.values() if not told.exists()}
    for task, stored in scene.world.tasks.items():
        admin = scene.by_task.get(task)
        if task in orphans or scene.is_alive(task) or scene.is_launching(task) or not stored.record.branch:
            continue
        if admin is None and (not scene.is_wanted(stored.record) or task in scene.trashed):
            continue
        path = (admin.worktree if admin else None) or Path(stored.record.worktree)
        if (admin and (admin.worktree is None or _find_moved(scene, admin, path))) or path.exists():
            continue
        if can_be_rebuilt(scene, task):
            yield Finding(
                "missing-worktree",
                task,
                f"'{printable(str(path))}', the worktree of '{task}', is gone",
                mend=partial(rebuild, scene, task, path),
            )


def _told(path: Path) -> Told:
    if not path.is_dir():
        return Told(is_there=False)
    dot_git = path / ".git"
    # A repository of its own may have taken the place.
    admin = dot_git if dot_git.is_dir() else told_by(path)
    return Told(is_there=True, admin=admin, admin_is_there=admin is not None and admin.is_dir())


def _find_moved(scene: Scene, admin: Admin, path: Path) -> Path | None:
    """Where a worktree is that is not where it was: its `.git` file names this admin directory, or one that is gone."""
    for now, told in scene.folders.items():
        is_its_own = told.name == admin.path.name and now.name == path.name and not told.exists()
        if told == admin.path or is_its_own:
            return now
    return None


def _moved(kind: str, admin: Admin, path: Path, what: str) -> Finding:
    return Finding(
        kind, str(path), what, shell("git", "worktree", "repair", path), partial(_join, admin.path, path)
    )


def _anothers(scene: Scene, admin: Admin, path: Path) -> Finding:
    """About an admin directory whose worktree is another repository's, as it is in a copy of that repository."""
    what = (
        f"'{printable(str(path))}', the worktree of '{printable(admin.path.name)}', is another repository's"
    )
    return Finding("other-repository", str(path), what, mend=partial(_put_by, scene.common, admin.path, path))


def _put_by(common: Path, admin: Path, path: Path) -> str:
    with locks.held(common / "parallel" / "lock"):
        folder = put_by(common, admin, why=f"'{path}' is the worktree of another repository")
    return f"'{printable(str(admin))}' is in '{printable(str(folder))}' now; the worktree stays as it is"


def _join(admin: Path, path: Path) -> str:
    """Have the two name each other, as `git worktree repair` would."""
    write_whole(path / ".git", f"gitdir: {admin}\n")
    write(admin, Part.GITDIR, str(path / ".git"))
    return f"'{printable(str(path))}' and its repository know each other again"
