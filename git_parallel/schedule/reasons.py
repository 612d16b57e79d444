"""Why tasks wait, in sentences that are made when somebody asks for them."""

from collections.abc import Iterator, Mapping, Sequence

from ..names import TaskId
from ..tasks.task import Task
from .apart import runs_alone, why_apart
from .scene import Scene


class Reasons(Mapping[TaskId, str]):
    """The waiting tasks of one decision, each with the sentence why it waits.

    `stood` says for each how many of `first_come` were before it. With thousands that wait, the sentences
    would cost far more than the decision, and most of them nobody reads.
    """

    def __init__(
        self,
        scene: Scene,
        running: Sequence[Task],
        first_come: Sequence[Task],
        stood: Mapping[TaskId, int],
    ) -> None:
        self._scene, self._running, self._first_come = scene, running, first_come
        self._stood = stood
        self._tasks: dict[TaskId, Task] | None = None

    def __getitem__(self, task: TaskId) -> str:
        if self._tasks is None:
            self._tasks = {one.id: one for one in self._scene.waiting if one.id in self._stood}
        one, scene = self._tasks[task], self._scene
        before = self._first_come[: self._stood[task]]
        return why_not_yet(one, scene) or _why_beside(one, self._running, before, scene) or scene.scarce

    def __iter__(self) -> Iterator[TaskId]:
        return (task.id for task in self._scene.waiting if task.id in self._stood)

    def __len__(self) -> int:
        return len(self._stood)

    def __contains__(self, task: object) -> bool:
        return task in self._stood

    def __repr__(self) -> str:
        return repr(dict(self))


def why_not_yet(task: Task, scene: Scene) -> str:
    """Why a task may not be launched whatever runs."""
    missing = scene.waits.get(task.id, ())
    if missing:
        return "after " + ", ".join(f"'{name}'" for name in missing) + f", not {scene.done_means} yet"
    return scene.delayed.get(task.id, "")


def _why_beside(task: Task, running: Sequence[Task], first_come: Sequence[Task], scene: Scene) -> str:
    """Why a task may not be launched beside those that run and before those that were first."""
    for other in first_come:
        if runs_alone(other, assume_independent=scene.assume_independent):
            return f"'{other.id}' runs alone and is next"
        overlap = scene.overlaps.between(task.id, other.id)
        if overlap and overlap.excludes:
            return f"overlaps '{other.id}', which has waited long and is next ({overlap.why})"
        if why_apart(task, other, singletons=scene.singletons, assume_independent=scene.assume_independent):
            return f"may not run beside '{other.id}', which has waited long and is next"
    for other in running:
        overlap = scene.overlaps.between(task.id, other.id)
        if overlap and overlap.excludes:
            return f"overlaps '{other.id}', which is running ({overlap.why})"
        why = why_apart(task, other, singletons=scene.singletons, assume_independent=scene.assume_independent)
        if why:
            return why
    return ""
