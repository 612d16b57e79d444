"""Admin directories of linked worktrees that a kill or a power cut has left half written."""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from ...git import left_locks, locks
from ...git.admin import task_of
from ...git.admin_files import Admin, Part, write
from ...git.put_by import put_by
from ...names import Oid, RefName, printable
from .finding import Finding, shell
from .scene import Scene

HALF_MADE = "half-made-worktree"
# Seconds.
_PATIENCE = 5.0


def find_commondirs(scene: Scene) -> Iterator[Finding]:
    """Those by which git does not find the repository, and stops in all of it; no git is asked."""
    for admin in scene.admins:
        if Part.COMMONDIR in admin.lacks and _is_left(scene, admin):
            yield _about_commondir(scene, admin)


def find_others(scene: Scene) -> Iterator[Finding]:
    """Those of which git does not know where the worktree is, or what is checked out in it."""
    for admin in scene.admins:
        if Part.COMMONDIR in admin.lacks or not admin.lacks or not _is_left(scene, admin):
            continue
        path = _find_worktree(scene, admin)
        head = head_for(admin, _recorded_branch(scene, admin), scene.branches)
        told = {Part.GITDIR: f"{path / '.git'}" if path else "", Part.HEAD: head}
        if not all(told[part] for part in admin.lacks) or not (admin.is_agents or admin.has_index):
            yield _in_the_way(scene, admin)
            continue
        for part, why in admin.lacks.items():
            yield Finding(
                f"missing-{part.lower()}",
                str(admin.path),
                f"{part} of worktree '{printable(admin.path.name)}' {why}",
                mend=partial(_write, admin.path, part, told[part]),
            )


def find_unfinished(scene: Scene) -> Iterator[Finding]:
    """Those that `git worktree add` was making when it was killed, and that are locked for ever."""
    for admin in scene.admins:
        if not admin.is_initializing or Part.COMMONDIR in admin.lacks or not _is_left(scene, admin):
            continue
        if admin.lacks or not admin.has_index or (admin.path / "index.lock").exists():
            if not admin.is_agents:
                yield _in_the_way(scene, admin)
            continue
        yield Finding(
            "unfinished-add",
            str(admin.path),
            f"worktree '{printable(admin.path.name)}' is complete, and locked by a 'git worktree add' that died",
            shell("git", "worktree", "unlock", admin.worktree),
            partial(_unlock, admin.path),
        )


def head_for(admin: Admin, branch: RefName | None, tips: Mapping[RefName, Oid]) -> str:
    """What HEAD has to hold, as far as its log tells, and else the task's branch; empty where nothing is known.

    `branch` is that of the record, `tips` is where all branches are.
    """
    log = admin.log
    if log and (log.branch or admin.is_rebasing):
        named = f"refs/heads/{log.branch}"
        return f"ref: {named}" if named in tips and not admin.is_rebasing else str(log.oid)
    if branch in tips:
        return f"ref: {branch}"
    return str(log.oid) if log else ""


def _is_left(scene: Scene, admin: Admin) -> bool:
    """Whether nobody can be making it at this moment; ours are made aside, and appear when they are whole."""
    return admin.is_agents or left_locks.is_left(admin.path, scene.places)


def _recorded_branch(scene: Scene, admin: Admin) -> RefName | None:
    task = task_of(admin.path)
    return scene.branch_of(task) if task else None


def _find_worktree(scene: Scene, admin: Admin) -> Path | None:
    """Where the worktree is: its own `.git` file tells whose it is; where a task's has none, it was there once."""
    if admin.worktree:
        return admin.worktree
    found = next((folder for folder, told in scene.folders.items() if told == admin.path), None)
    task = task_of(admin.path)
    return found or (scene.path_of(task) if task else None)


def _about_commondir(scene: Scene, admin: Admin) -> Finding:
    if not admin.is_agents and (admin.lacks.keys() - {Part.COMMONDIR} or not admin.has_index):
        return _in_the_way(scene, admin)
    return Finding(
        "missing-commondir",
        str(admin.path),
        f"commondir of worktree '{printable(admin.path.name)}' {admin.lacks[Part.COMMONDIR]}, "
        "which can stop git in the whole repository",
        mend=partial(_write, admin.path, Part.COMMONDIR, "../.."),
    )


def _in_the_way(scene: Scene, admin: Admin) -> Finding:
    return Finding(
        HALF_MADE,
        str(admin.path),
        f"worktree '{printable(admin.path.name)}' was being made by a git that died",
        mend=partial(_put_by, scene.common, admin),
    )


def _write(admin: Path, part: Part, text: str) -> str:
    write(admin, part, text)
    return f"{part} of worktree '{printable(admin.name)}' holds '{printable(text)}' again"


def _unlock(admin: Path) -> str:
    (admin / "locked").unlink(missing_ok=True)
    return f"worktree '{printable(admin.name)}' is unlocked"


def _put_by(common: Path, admin: Admin) -> str:
    with locks.held_if_free(common / "parallel" / "lock", within=_PATIENCE):
        folder = put_by(common, admin.path, why="a worktree was half made")
    stays = f"; its files stay in '{printable(str(admin.worktree))}'" if admin.worktree else ""
    return f"'{printable(str(admin.path))}' is in '{printable(str(folder))}' now{stays}"
