"""What tasks that are submitted together depend on, by name."""

from collections.abc import Container, Iterator, Mapping, Sequence

from ..errors import BadInput
from ..names import TaskId, printable
from ..tasks.cycles import cycles
from .agent_task import AgentTask, Before
from .task_future import TaskFuture


def dependencies(
    asked: Sequence[AgentTask], known: Sequence[Container[TaskId]], queue: object
) -> Mapping[TaskId, tuple[TaskId, ...]]:
    """For each task those that it comes after. `known` were submitted to `queue` before.

    Raises BadInput for a task that was submitted before, for a dependency that was not, and for a circle.
    """
    names: set[TaskId] = set()
    for task in asked:
        name = TaskId(task.id)
        if name in names or any(name in some for some in known):
            raise BadInput(f"task '{name}' was submitted already", hint="every task has an id of its own")
        names.add(name)
    found = {TaskId(task.id): tuple(_before(task, names, known, queue)) for task in asked}
    for circle in cycles(found):
        raise BadInput("dependency cycle: " + " -> ".join([*circle, circle[0]]))
    return found


def _before(
    task: AgentTask, names: set[TaskId], known: Sequence[Container[TaskId]], queue: object
) -> Iterator[TaskId]:
    for before in task.depends_on:
        name = _name_of(before, queue)
        if name is None or not (name in names or any(name in some for some in known)):
            shown = f"'{printable(before)}'" if isinstance(before, str) else f"{before!r}"
            raise BadInput(
                f"task '{task.id}' depends on {shown}, which was never submitted to this queue",
                hint="submit it first, or both together with submit_tasks([...])",
            )
        yield name


def _name_of(before: Before, queue: object) -> TaskId | None:
    if isinstance(before, AgentTask | str):
        return TaskId(before.id if isinstance(before, AgentTask) else before)
    return before.task_id if isinstance(before, TaskFuture) and before.queue is queue else None
