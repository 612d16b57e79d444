"""In which order finished work is merged, so that the least of it runs into a conflict."""

import heapq
from collections.abc import Iterable, Mapping, Sequence

from ..names import TaskId


def merge_order(
    tasks: Sequence[TaskId],
    conflicts: Iterable[tuple[TaskId, TaskId, float]],
    *,
    after: Mapping[TaskId, Sequence[str]],
) -> tuple[TaskId, ...]:
    """What a task comes after first; then whoever stands in the way of least of the others.

    `conflicts` are pairs, each with how likely the two are in conflict, from 0 to 1.

    Of two works in conflict the one merged later has to be done again in part, so the most land untouched
    when those go first that conflict with nothing merged yet, and of these whoever is in the way of
    fewest: the greedy independent set by least degree (Halldorsson and Radhakrishnan, 1997), in which
    every overlap weighs as much as it is likely to conflict.
    """
    wanted = set(tasks)
    position = {task: at for at, task in enumerate(tasks)}
    weight: dict[TaskId, dict[TaskId, float]] = {task: {} for task in tasks}
    for left, right, likelihood in conflicts:
        if left in wanted and right in wanted:
            weight[left][right] = weight[right][left] = likelihood
    missing = {task: {name for name in after.get(task, ()) if name in wanted} for task in tasks}
    behind: dict[str, list[TaskId]] = {}
    for task, names in missing.items():
        for name in names:
            behind.setdefault(name, []).append(task)
    ahead = {task: sum(meets.values()) for task, meets in weight.items()}
    # What was merged before and is in the way: who has to be done again anyway can as well wait.
    merged = dict.fromkeys(tasks, 0.0)
    queue = [(0.0, ahead[task], position[task], task) for task in tasks if not missing[task]]
    heapq.heapify(queue)
    ordered: dict[TaskId, None] = {}
    while queue:
        *was, _, task = heapq.heappop(queue)
        if task in ordered or was != [merged[task], ahead[task]]:
            continue
        ordered[task] = None
        moved = dict.fromkeys(behind.get(task, ()))
        for other, likelihood in weight[task].items():
            ahead[other] -= likelihood
            merged[other] += likelihood
            moved[other] = None
        for other in moved:
            missing[other].discard(task)
            if not missing[other] and other not in ordered:
                heapq.heappush(queue, (merged[other], ahead[other], position[other], other))
    # A cycle among them leaves some: in the order given.
    return (*ordered, *(task for task in tasks if task not in ordered))
