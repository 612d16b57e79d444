"""A repository as the checks see it: read once, each part when it is first asked for."""

from collections.abc import Collection, Mapping
from functools import cached_property
from pathlib import Path

from ...agents import process
from ...errors import ParallelError
from ...git import admin_files, locks, worktree_folders
from ...git.admin import task_of
from ...git.admin_files import Admin
from ...git.refs import TASKS, TRASH, Snapshot, Stored, snapshot
from ...git.trash.entry import Entry, is_being_restored, is_complete, read_all
from ...names import Oid, RefName, TaskId
from ...schedule.record import State, TaskRecord
from .. import coordinator
from ..open import Premises, Project


class Scene:
    """One look at a repository. Whoever changes something in it takes another one.

    Who is at work is asked before what lies in files, and that before what the records say of it: a launch writes
    its record first, and who is at work records what has ended before it leaves. There is no `project` where there
    is a `problem` with the settings or the target.
    """

    def __init__(
        self, premises: Premises, project: Project | None, *, problem: ParallelError | None = None
    ) -> None:
        self.premises, self.project, self.problem = premises, project, problem
        self.git, self.common, self.runtime = premises.git, premises.common, premises.runtime
        # Whether some run or merge is at work, which makes and removes things, and records it, at this moment.
        self.is_coordinated = coordinator.is_in_office(premises)
        self.is_merging = locks.is_held(self.runtime / "merge.lock")
        self.admins: tuple[Admin, ...] = admin_files.read_all(self.common)
        self.runtime_names = tuple(_names(self.runtime / "tasks"))
        self.grounds, self.rooms = (tuple(_names(self.runtime / name)) for name in ("guard", "sandbox"))

    @cached_property
    def places(self) -> Collection[Path]:
        """The directories in or below which every git of this repository works."""
        known = {admin.worktree for admin in self.admins}
        return {self.common, self.git.directory, *(path for path in known if path and path.is_dir())}

    @cached_property
    def refs(self) -> Mapping[RefName, Oid]:
        """What is in our namespace, known or not."""
        out = self.git.run("for-each-ref", "--format=%(objectname) %(refname)", "refs/parallel/")
        split = (line.partition(" ") for line in out.stdout.splitlines())
        return {RefName(name): Oid(oid) for oid, _, name in split}

    @cached_property
    def world(self) -> Snapshot:
        """The records, read when it is known which refs there are: whatever is there has got its record before."""
        return snapshot(self.git) if self.refs and self.branches is not None else Snapshot()

    @cached_property
    def damaged(self) -> Mapping[RefName, Oid]:
        """The refs of tasks that hold no record."""
        known = {f"{TASKS}{task}" for task in self.world.tasks}
        return {ref: oid for ref, oid in self.refs.items() if ref.startswith(TASKS) and ref not in known}

    @cached_property
    def by_task(self) -> Mapping[TaskId, Admin]:
        """The admin directories of tasks."""
        return {task: admin for admin in self.admins if (task := task_of(admin.path))}

    @cached_property
    def branches(self) -> Mapping[RefName, Oid]:
        """Where all branches are."""
        out = self.git.run("for-each-ref", "--format=%(objectname) %(refname)", "refs/heads/")
        split = (line.partition(" ") for line in out.stdout.splitlines())
        return {RefName(name): Oid(oid) for oid, _, name in split}

    @cached_property
    def users(self) -> Collection[RefName | None]:
        """The branches that are checked out in the user's own worktrees."""
        return {admin_files.read_head(self.common), *(one.branch for one in self.admins if not one.is_agents)}

    @cached_property
    def folders(self) -> Mapping[Path, Path]:
        """The directories that say they are a worktree, and of which admin directory, wherever ours may be."""
        known = [admin.worktree for admin in self.admins]
        records = self.world.records.values()
        known += [Path(record.worktree) for record in records if record.worktree]
        known += [self.project.place_of(TaskId("1")).path] if self.project else []
        return worktree_folders.find({path.parent for path in known if path})

    @cached_property
    def entries(self) -> Mapping[RefName, Entry | None]:
        """What the trash has; None for a ref there that is none of ours."""
        found = read_all(self.git, self.world.trash)
        return {ref: found.get(ref) for ref in self.world.trash}

    @cached_property
    def trashed(self) -> Collection[str]:
        """The tasks of which something was put away."""
        return {ref.removeprefix(TRASH).partition("/")[0] for ref in self.world.trash}

    def is_alive(self, task: str) -> bool:
        """Whether anything of a task's agent lives."""
        return process.is_alive(self.runtime / "tasks", task)

    def is_being_put_away(self, worktree: Path) -> bool:
        """Whether a prune or its undo was begun with a worktree and has not come to its end."""
        return any(
            entry is not None
            and entry.worktree == str(worktree)
            and (not is_complete(self.common, entry) or is_being_restored(self.common, entry))
            for entry in self.entries.values()
        )

    def is_launching(self, task: TaskId) -> bool:
        """Whether a launch was begun, so that what is missing of it is still to come."""
        stored = self.find(task)
        return stored is not None and stored.record.state is State.READY

    @staticmethod
    def is_wanted(record: TaskRecord) -> bool:
        """Whether a task has something to do still where it was at work."""
        return record.is_unfinished and record.state not in (State.PLANNED, State.READY)

    def branch_of(self, task: TaskId) -> RefName | None:
        """The branch of a task, by its record, or else by its usual name."""
        stored = self.find(task)
        if stored and stored.record.branch:
            return RefName.of_branch(stored.record.branch)
        return self.project.place_of(task).branch if self.project else None

    def path_of(self, task: TaskId) -> Path | None:
        """Where the worktree of a task was made, by its record, or else would be."""
        stored = self.find(task)
        if stored and stored.record.worktree:
            return Path(stored.record.worktree)
        return self.project.place_of(task).path if self.project else None

    def find(self, task: TaskId) -> Stored | None:
        """The record of a task."""
        return self.world.tasks.get(task)


def _names(folder: Path) -> list[str]:
    try:
        return sorted(path.name for path in folder.iterdir())
    except FileNotFoundError:
        return []
