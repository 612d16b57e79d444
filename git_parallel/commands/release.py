"""`git parallel release`: let go of what a task holds by claim."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import BadInput
from ..git.refs import snapshot
from ..names import TaskId
from ..project.claiming import Released
from ..project.claiming import release as let_go
from ..project.declared import find_recorded, read_tasks
from ..project.inside import inside
from ..project.open import make_runtime, open_project


@dataclass(frozen=True, slots=True)
class ReleaseAnswer:
    """What a task holds no longer; `is_by_user` says that it was not the task that let go."""

    task: TaskId
    released: Released
    branch: str = ""
    is_by_user: bool = False

    @property
    def is_success(self) -> bool:
        """Whether nothing that was asked for is held by anybody now but on good grounds."""
        kept = set(self.released.changed) - set(self.released.paths)
        return not kept and not self.released.absent


def release(directory: Path, paths: Sequence[str], *, every: bool = False, task: str = "") -> ReleaseAnswer:
    """Release paths (relative to where the user stands), or `every` one that can be, of the task of this worktree.

    Outside of all tasks' worktrees the user names the `task`, and may insist on what its branch has changed already.
    Raises BadInput in the worktree of another task, or where no task is meant.
    """
    project = open_project(directory, hurried=True)
    place = inside(directory)
    here = place.standing
    if here is not None and task and task != here.task:
        raise BadInput(
            f"this is the worktree of task '{here.task}', which can let go of its own paths only",
            hint="whoever looks after all tasks gives this command in the main worktree",
        )
    if here is None and not task:
        raise BadInput(
            "this is not the worktree of a task", hint="say whose paths: git parallel release PATH --task ID"
        )
    make_runtime(project)
    tasks, world = read_tasks(project), snapshot(project.git)
    whose = here.task if here else find_recorded(task, tasks, world)
    wanted = None if every else [place.path(path) for path in paths]
    released = let_go(project, tasks, whose, wanted, is_insisted=here is None)
    record = world.records.get(whose)
    return ReleaseAnswer(whose, released, record.branch if record else "", is_by_user=here is None)
