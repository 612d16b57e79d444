"""Tasks that wait for themselves."""

from collections.abc import Mapping, Sequence

from ..names import TaskId


def cycles(waits: Mapping[TaskId, Sequence[TaskId]]) -> list[tuple[TaskId, ...]]:
    """The cycles of the dependency graph, one for each way back (depth-first search, iterative)."""
    done: set[TaskId] = set()
    found = []
    for start in waits:
        path: list[TaskId] = []
        on_path: dict[TaskId, int] = {}
        stack: list[tuple[TaskId, int]] = [(start, 0)]
        while stack:
            node, at = stack.pop()
            if at == 0:
                if node in done:
                    continue
                on_path[node] = len(path)
                path.append(node)
            if at < len(waits.get(node, ())):
                stack.append((node, at + 1))
                after = waits[node][at]
                if after in on_path:
                    found.append(tuple(path[on_path[after] :]))
                elif after not in done and after in waits:
                    stack.append((after, 0))
                continue
            done.add(node)
            path.pop()
            del on_path[node]
    return found
