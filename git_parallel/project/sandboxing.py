"""Agents in a sandbox: what of the repository one of them can see and write, and what becomes of its branch."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..agents import process
from ..agents.keeper.fence import EMPTY, READ_ONLY, WRITABLE, Mount, Neighbour
from ..agents.sandbox import NAMESPACES, Way, find_way, hide_from
from ..errors import ParallelError, Unusable
from ..git import locks, sandbox
from ..git.admin import task_of
from ..git.checkouts import path_of
from ..git.place import Place
from ..git.refs import Snapshot
from ..git.room import REAL, Room, is_inside
from ..git.sandbox import Taken
from ..git.sparse import OWN
from ..names import TaskId
from ..schedule.record import State, TaskRecord
from .open import Project
from .places import place_of_record

# Others' output, and what was put away, are nobody's business in there.
_UNSEEN = ("logs", "tmp", "trash")


def require_way(project: Project) -> Way:
    """The means by which agents are put in a sandbox; raises Unusable, with nothing made, where there is none."""
    branch = project.place_of(TaskId("1")).branch
    if not sandbox.has_own_directory(branch, project.target):
        raise Unusable(
            f"in a sandbox a task needs a directory for its branch in which '{project.target.short}' is not, "
            f"and parallel.branch is '{project.settings.branch}'",
            hint="git config parallel.branch 'parallel/{id}'",
        )
    return find_way()


def mounts_for(project: Project, place: Place) -> tuple[Mount, ...]:
    """Make what a task in a sandbox needs, and say what is to be mounted for its agent, in this order.

    Raises Unusable where its branch, made before, has no directory that can be its own.
    """
    if not sandbox.has_own_directory(place.branch, project.target):
        raise Unusable(f"branch '{place.branch.short}' cannot be worked on in a sandbox")
    tip = project.git.find_ref(place.branch)
    if tip is None:
        raise Unusable(f"its branch '{place.branch.short}' is gone")
    common = project.common
    _make_mount_points(common, place)
    room = sandbox.furnish(common, place, tip)
    others = [path for path in _others(common, place) if path.is_dir()]
    needed = (place.path, project.main, common)
    around = [path for path in others if any(one.is_relative_to(path) for one in needed)]
    return (
        *(_mount(READ_ONLY, path) for path in (*around, project.main)),
        (WRITABLE, str(room.git), str(common)),
        (READ_ONLY, str(common), str(common / REAL)),
        *(_mount(READ_ONLY, folder) for folder in _folders(common)),
        *_git_mounts(common, place, room),
        _mount(WRITABLE, place.path),
        _mount(READ_ONLY, place.path / ".git"),
        *((EMPTY, "", str(path)) for path in others if path not in around),
    )


@contextmanager
def launching(project: Project, way: Way | None) -> Iterator[None]:
    """Launch an agent within: one in a sandbox either finds a worktree that is new, or is found by `hide`."""
    if way is None:
        yield
        return
    with locks.held(project.runtime / "sandbox.lock"):
        yield


def hide(project: Project, place: Place) -> None:
    """Hide a worktree from the agents that are in a sandbox already; raises Unusable where that cannot be.

    Those that come later do not see it anyway.
    """
    if not (project.runtime / "sandbox").is_dir():
        return
    with locks.held(project.runtime / "sandbox.lock"):
        others = tuple(_neighbours(project, place))
        if others:
            hide_from(place.path, others)


def _neighbours(project: Project, place: Place) -> Iterator[Neighbour]:
    for room in (project.runtime / "sandbox").iterdir():
        task = task_of(room)
        attempt = process.attempt_under_way(project.tasks_runtime, task) if task else None
        start = process.read_start(project.tasks_runtime, task, attempt) if task and attempt else None
        if start is not None and start.sandbox == NAMESPACES and room.name != place.admin.name:
            yield start.agent_pid, start.agent_start_time


def take_over(project: Project, place: Place) -> Taken | None:
    """Bring a task's branch to where its agent, which has ended, left it in its sandbox; None without one."""
    taken = sandbox.take_over(project.git, project.common, place)
    sandbox.release(project.common, place)
    return taken


def take_over_running(project: Project, world: Snapshot) -> None:
    """Bring the branches of those that run in a sandbox to where they are by now, for whoever is to look at them."""
    if not (project.runtime / "sandbox").is_dir() or is_inside(project.common):
        return
    for record in world.records.values():
        if record.state is State.RUNNING:
            # What keeps it from that is told when the agent has ended.
            with suppress(ParallelError, OSError):
                sandbox.take_over(project.git, project.common, place_of_record(project, record))


def forget(project: Project, record: TaskRecord) -> None:
    """Remove what an attempt in a sandbox has left, once it was taken over."""
    sandbox.forget(project.common, place_of_record(project, record))


def _folders(common: Path) -> Iterator[Path]:
    """The folders of the shared git directory; that of rerere is each sandbox's own."""
    for entry in sorted(common.iterdir()):
        if entry.is_dir() and not entry.is_symlink() and entry.name != "rr-cache":
            yield entry


def _git_mounts(common: Path, place: Place, room: Room) -> Iterator[Mount]:
    """What within the shared git directory can be written after all, and what within that cannot."""
    objects, folder = common / "objects", place.branch.rpartition("/")[0]
    yield _mount(WRITABLE, objects)
    yield from (_mount(READ_ONLY, objects / name) for name in ("info", "pack"))
    if (common / "lfs").is_dir():
        yield _mount(WRITABLE, common / "lfs")
    yield _mount(WRITABLE, place.admin)
    # By these our own git in this worktree could be led astray.
    names = ("commondir", "gitdir", OWN, "config.worktree")
    yield from (_mount(READ_ONLY, place.admin / name) for name in names if (place.admin / name).is_file())
    yield (WRITABLE, str(room.heads), str(common / folder))
    yield (WRITABLE, str(room.logs), str(common / "logs" / folder))
    parallel = common / "parallel"
    unseen = [
        common / REAL / "parallel",
        *(parallel / name for name in _UNSEEN if (parallel / name).is_dir()),
    ]
    yield from ((EMPTY, "", str(path)) for path in unseen)
    yield _mount(WRITABLE, room.told)


def _make_mount_points(common: Path, place: Place) -> None:
    for name in ("info", "pack"):
        (common / "objects" / name).mkdir(exist_ok=True)
    (place.admin / OWN).touch()
    if shutil.which("git-lfs"):
        # It would make this itself, in the agent's own room, and what it keeps there would go with that.
        (common / "lfs").mkdir(exist_ok=True)


def _others(common: Path, place: Place) -> Iterator[Path]:
    """The worktrees of everybody else."""
    for admin in sorted((common / "worktrees").iterdir()):
        path = path_of(admin)
        if path is not None and admin != place.admin:
            yield path


def _mount(kind: str, path: Path) -> Mount:
    return kind, str(path), str(path)
