"""In what order waiting tasks are looked at: by priority, then by how much waits for them."""

from collections.abc import Mapping, Sequence

from ..names import TaskId
from ..tasks.task import Task

_LAST = float("inf")


def launch_order(tasks: Sequence[Task], waits: Mapping[TaskId, Sequence[str]]) -> list[Task]:
    """The tasks by priority (smaller is sooner, none is last); of equal ones that first which frees the most.

    What a task frees is the number of the others that come after it, by way of others too: the rule
    "most successors first" of list scheduling. What remains equal stays in the order given.
    """
    freed = _freed(tasks, waits)
    return sorted(
        tasks,
        key=lambda task: (_LAST if task.priority is None else task.priority, -freed.get(task.id, 0)),
    )


def _freed(tasks: Sequence[Task], waits: Mapping[TaskId, Sequence[str]]) -> dict[TaskId, int]:
    """How many tasks come after each one, directly or not; those that nothing comes after are left out."""
    behind: dict[str, list[TaskId]] = {}
    for task in tasks:
        for name in waits.get(task.id, ()):
            behind.setdefault(name, []).append(task.id)
    if not behind:
        return {}
    bit = {task.id: 1 << at for at, task in enumerate(tasks)}
    reach: dict[TaskId, int] = {}
    for start in tasks:
        # Depth first without recursion: a chain may be thousands long. In a circle each sees what was seen so far.
        stack = [start.id]
        while stack:
            name = stack[-1]
            if name not in reach:
                reach[name] = 0
                stack += [one for one in behind.get(name, ()) if one not in reach and one in bit]
                continue
            stack.pop()
            for one in behind.get(name, ()):
                if one in bit:
                    reach[name] |= bit[one] | reach.get(one, 0)
    return {name: found.bit_count() for name, found in reach.items()}
