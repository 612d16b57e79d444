"""The trash: a worktree and its branch put away so that one command brings them back.

A keep-commit at `refs/parallel/trash/<id>/<time>` pins every commit; its message is JSON with what is
put away and from where. Then worktree and admin directory are renamed into
`.git/parallel/trash/<id>.<time>/`, and last the branch is deleted by compare-and-swap. A kill between
any two steps loses nothing, and `complete` goes on from there.
"""

import json
import os
import shutil
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from ..errors import BadName, GitFailed, Unusable
from ..names import Oid, RefName, TaskId, printable
from . import ground, locks, pool, sparse
from .command import Git
from .refs import TRASH, RefChange, apply, keep_commit
from .shield import shielded
from .worktree import Place, alone, check_out, is_taken, points_to


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in the trash: where everything came from."""

    task: TaskId
    time: str
    branch: RefName
    tip: Oid
    worktree: str
    admin: str
    version: int = 1

    @property
    def ref(self) -> RefName:
        """The ref that keeps its commits."""
        return RefName(f"{TRASH}{self.task}/{self.time}")


def folder_of(common: Path, entry: Entry) -> Path:
    """Where the files of an entry lie."""
    return common / "parallel" / "trash" / f"{entry.task}.{entry.time}"


def put_away(
    git: Git, common: Path, task: TaskId, place: Place, tip: Oid, *, is_spotless: bool = False
) -> Entry:
    """Put a task's worktree and branch into the trash; raises Unusable across file systems.

    One that `is_spotless` may be handed on to the next task (git.pool).
    """
    trash = common / "parallel" / "trash"
    if place.path.exists() and place.path.stat().st_dev != trash.stat().st_dev:
        raise Unusable(f"'{printable(str(place.path))}' is on another file system than the repository")
    entry = Entry(task, str(time.time_ns()), place.branch, tip, str(place.path), str(place.admin))
    keep = keep_commit(git, keep=(tip, *_reflog(common, place)), message=json.dumps(asdict(entry)) + "\n")
    apply(git, RefChange(entry.ref, new=keep, old=None), reason=f"parallel: prune {task}")
    complete(git, common, entry)
    if is_spotless:
        (folder_of(common, entry) / pool.SPOTLESS).write_text(tip)
    return entry


def complete(git: Git, common: Path, entry: Entry) -> None:
    """Do, or go on with, the putting away of an entry; the admin directory first.

    A worktree without its admin directory is only files; an admin directory without its worktree is
    what `git worktree prune` deletes.
    """
    folder = folder_of(common, entry)
    folder.mkdir(mode=0o700, exist_ok=True)
    admin = Path(entry.admin)
    locks.wait(Place(Path(entry.worktree), entry.branch, admin).lock)
    reflog = common / "logs" / entry.branch
    if reflog.exists() and not (folder / "branch.log").exists():
        shutil.copyfile(reflog, folder / "branch.log")
    with shielded(), locks.held(common / "parallel" / "lock"):
        _rename(admin, folder / "admin")
        sparse.list_anew(common)
        _rename(Path(entry.worktree), folder / "worktree")
        if git.find_ref(entry.branch) == entry.tip:
            apply(
                git, RefChange(entry.branch, new=None, old=entry.tip), reason=f"parallel: prune {entry.task}"
            )
    ground.forget(common, admin.name)
    _move_runtime(common / "parallel" / "tasks", folder / "runtime", entry.task)
    (folder / "done").touch(mode=0o600)


def is_complete(common: Path, entry: Entry) -> bool:
    """Whether nothing of the entry is left where it was."""
    return (folder_of(common, entry) / "done").exists()


def is_being_restored(common: Path, entry: Entry) -> bool:
    """Whether an undo of the entry was begun; it can only be gone on with."""
    return (folder_of(common, entry) / "restoring").exists()


def is_back(common: Path, entry: Entry) -> bool:
    """Whether an undo of the entry was begun, and what is in its place has come from it."""
    return is_being_restored(common, entry) and not (folder_of(common, entry) / "admin").exists()


def is_in_place(common: Path, entry: Entry) -> bool:
    """Whether the worktree of an entry has not been moved into the trash (yet)."""
    return Path(entry.worktree).exists() and not (folder_of(common, entry) / "worktree").exists()


def take_admin_back(common: Path, entry: Entry) -> None:
    """Put the admin directory of a worktree that is still in place back, so that git can look at it."""
    with locks.held(common / "parallel" / "lock"):
        _rename(folder_of(common, entry) / "admin", Path(entry.admin))
        sparse.list_anew(common)


def restore(git: Git, common: Path, entry: Entry) -> None:
    """Bring an entry back to where it was; raises Unusable where its places are taken."""
    folder, path, admin = folder_of(common, entry), Path(entry.worktree), Path(entry.admin)
    tip = git.find_ref(entry.branch)
    # Somebody may have worked on in what an undo that was killed at its end had brought back.
    if tip not in (None, entry.tip) and not is_back(common, entry):
        raise Unusable(
            f"a branch '{entry.branch.short}' exists again, at another commit",
            hint=f"rename it first: git branch -m {entry.branch.short} NEW",
        )
    with shielded(), locks.held(common / "parallel" / "lock"):
        is_handed = (folder / pool.HANDED).exists()
        _require_room(folder, path, admin, is_handed=is_handed)
        (folder / "restoring").touch(mode=0o600)
        if tip is None:
            apply(
                git,
                RefChange(entry.branch, new=entry.tip, old=None),
                reason=f"parallel: undo prune {entry.task}",
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        admin.parent.mkdir(exist_ok=True)
        if not is_handed:
            _rename(folder / "worktree", path)
        _rename(folder / "admin", admin)
        sparse.list_anew(common)
        if (folder / "branch.log").exists():
            (common / "logs" / entry.branch).parent.mkdir(parents=True, exist_ok=True)
            # Once only: an undo that goes on must not take from it what was logged since.
            (folder / "branch.log").replace(common / "logs" / entry.branch)
        if (folder / "runtime").is_dir():
            _move_runtime(folder / "runtime", common / "parallel" / "tasks", entry.task)
        if is_handed:
            _make_anew(git, folder, Place(path, entry.branch, admin))
        _drop(git, common, entry)


def _require_room(folder: Path, path: Path, admin: Path, *, is_handed: bool) -> None:
    """Raise Unusable where somebody has made something where an entry is to be brought back to."""
    taken = [admin] if (folder / "admin").exists() and admin.exists() else []
    if is_handed:
        # What an undo that was killed had made is gone on with.
        is_ours = not path.exists() or points_to(path / ".git", admin) or not is_taken(path)
        taken += [] if is_ours else [path]
    elif (folder / "worktree").exists() and path.exists():
        taken.insert(0, path)
    if taken:
        raise Unusable(f"'{printable(str(taken[0]))}' exists again", hint="move it away first")


def _make_anew(git: Git, folder: Path, place: Place) -> None:
    """Make the checkout of an entry whose own was handed on."""
    if (folder / "worktree").exists():
        # Killed before it was moved away it is here still, and is the next task's all the same.
        place.index.unlink(missing_ok=True)
        shutil.rmtree(folder / "worktree", ignore_errors=True)
    place.path.mkdir(exist_ok=True)
    (place.path / ".git").write_text(f"gitdir: {place.admin}\n", "utf-8", "surrogateescape")
    with alone(git, place) as lone:
        # With an index it is made, and somebody may have worked there since.
        if not place.index.exists():
            check_out(lone, place)


def _drop(git: Git, common: Path, entry: Entry) -> None:
    """Forget an entry of which nothing is in the trash any more."""
    folder = folder_of(common, entry)
    if (folder / "worktree").exists() or (folder / "admin").exists():
        raise GitFailed(f"'{printable(str(folder))}' still holds what was to be brought back")
    keep = git.find_ref(entry.ref)
    if keep:
        apply(git, RefChange(entry.ref, new=None, old=keep), reason=f"parallel: undo prune {entry.task}")
    shutil.rmtree(folder, ignore_errors=True)


def read(git: Git, ref: RefName) -> Entry:
    """The entry that a trash ref tells of; raises GitFailed where it is none of ours."""
    message = git.run("show", "-s", "--format=%B", "--no-show-signature", ref, "--").stdout
    try:
        data = json.loads(message)
        return Entry(
            TaskId(data["task"]),
            str(data["time"]),
            RefName(data["branch"]),
            Oid(data["tip"]),
            str(data["worktree"]),
            str(data["admin"]),
        )
    except (ValueError, KeyError, TypeError, BadName) as error:
        raise GitFailed(f"'{ref}' is no trash of git-parallel") from error


def _move_runtime(source: Path, target: Path, task: TaskId) -> None:
    """Move the locks and records of a task's attempts; a '.' ends the id, so no other task's are meant."""
    target.mkdir(mode=0o700, exist_ok=True)
    for path in source.glob(f"{task}.*"):
        path.rename(target / path.name)


def _rename(source: Path, target: Path) -> None:
    if source.exists() and not target.exists():
        try:
            source.rename(target)
        except OSError as error:
            raise GitFailed(
                f"cannot move '{printable(str(source))}': {os.strerror(error.errno or 0)}"
            ) from error


def _reflog(common: Path, place: Place) -> tuple[Oid, ...]:
    """Every commit that the logs of the branch and of the worktree's HEAD name and that still exists."""
    oids: dict[Oid, None] = {}
    for log in (common / "logs" / place.branch, place.admin / "logs" / "HEAD"):
        if log.exists():
            for line in log.read_text("utf-8", "surrogateescape").splitlines():
                oids |= {Oid(oid): None for oid in line.split(" ", 2)[:2]}
    return tuple(oid for oid in oids if not oid.is_null and _is_commit(common, oid))


def _is_commit(common: Path, oid: Oid) -> bool:
    return Git(common).run("cat-file", "-e", f"{oid}^{{commit}}", answers=(0, 1, 128)).status == 0
