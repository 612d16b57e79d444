"""Building up what is missing of a task's worktree or branch from what is there of it, writing over nothing."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from ...git import worktree
from ...git.admin_files import last_logged
from ...git.place import Place, admin_of
from ...git.refs import RefChange, Stored, apply
from ...names import Oid, RefName, TaskId, printable
from ...workspace import submodules
from ..cones import cone_recorded
from .finding import FIX, Finding
from .scene import Scene


def can_be_rebuilt(scene: Scene, task: TaskId) -> bool:
    """Whether the worktree of a task can be made again: its branch is there, and nobody else has checked it out."""
    branch = scene.branch_of(task)
    is_elsewhere = any(one.branch == branch for other, one in scene.by_task.items() if other != task)
    return (
        scene.project is not None
        and branch in scene.branches
        and not is_elsewhere
        and branch not in scene.users
    )


def rebuild(scene: Scene, task: TaskId, path: Path) -> str:
    """Make what is missing of a worktree: admin directory, index, directory with its files; others stay as they are."""
    branch, stored = scene.branch_of(task), scene.find(task)
    assert branch is not None
    cone = cone_recorded(stored.record, scene.world.claims) if stored else None
    place = Place(path, branch, admin_of(scene.common, task))
    tip = scene.branches[branch]
    worktree.ensure(scene.git, scene.common, place, base=tip, is_fresh=False, cone=cone)
    if scene.project is not None and scene.project.settings.submodules == "auto":
        # Those of a directory that is there have lost theirs; those of a new one are not there at all.
        submodules.connect(scene.git, scene.common, scene.project.main, place)
        submodules.fill(scene.git, scene.common, scene.project.main, place, is_untouched=False, is_new=False)
    return f"'{printable(str(path))}' is the worktree of '{task}' again, on {branch.short}"


def find_branches(scene: Scene) -> Iterator[Finding]:
    """Branches that are gone while their task is not finished, or has a worktree which stands on them."""
    for task, stored in scene.world.tasks.items():
        branch = scene.branch_of(task) if stored.record.branch else None
        if branch is None or branch in scene.branches or scene.is_alive(task) or scene.is_launching(task):
            continue
        admin = scene.by_task.get(task)
        if (admin is None or admin.branch != branch) and (
            not scene.is_wanted(stored.record) or task in scene.trashed
        ):
            continue
        tip = _last_tip(scene, stored, branch)
        yield Finding(
            "missing-branch",
            branch.short,
            f"branch '{branch.short}' of '{task}' is gone",
            FIX if tip else f"git parallel cancel {task}",
            partial(_make, scene, branch, tip) if tip else None,
        )


def _last_tip(scene: Scene, stored: Stored, branch: RefName) -> Oid | None:
    """Where a branch was last, as far as anything still tells: its log, that of the worktree on it, its record."""
    admin = scene.by_task.get(stored.record.id)
    is_on_it = admin is not None and admin.branch == branch
    logs = (last_logged(scene.common / "logs" / branch), admin.log if admin and is_on_it else None)
    told = (*(log.oid for log in logs if log), stored.record.tip, stored.record.base)
    return next((oid for oid in told if oid and _is_commit(scene, oid)), None)


def _is_commit(scene: Scene, oid: Oid) -> bool:
    return scene.git.run("cat-file", "-e", f"{oid}^{{commit}}", answers=(0, 1, 128)).status == 0


def _make(scene: Scene, branch: RefName, tip: Oid) -> str:
    apply(scene.git, RefChange(branch, new=tip, old=None), reason="parallel: make the branch again")
    return f"branch '{branch.short}' is at {tip[:9]} again"
