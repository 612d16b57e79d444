"""Why two tasks may not run at the same time, whatever files they touch."""

from collections.abc import Collection

from ..tasks.task import Task


def runs_alone(task: Task, *, assume_independent: bool) -> str:
    """Why a task may run beside no other, in a few words; empty when it may."""
    if task.is_alone and task.source:
        return "its document says so"
    if task.is_alone or (not assume_independent and task.is_unknown):
        return "what it touches is unknown"
    return ""


def why_apart(
    task: Task, running: Task, *, singletons: Collection[str] = (), assume_independent: bool = False
) -> str:
    """Why `task` may not be launched while `running` is; empty when nothing speaks against it."""
    if running.id in task.conflicts or task.id in running.conflicts:
        teller = task if running.id in task.conflicts else running
        return f"conflicts with '{running.id}', as {teller.source} says"
    if task.agent in singletons and running.agent == task.agent:
        return f"only one '{task.agent}' runs at a time, and '{running.id}' is one"
    if why := runs_alone(running, assume_independent=assume_independent):
        return f"'{running.id}' runs alone: {why}"
    if why := runs_alone(task, assume_independent=assume_independent):
        return f"runs alone: {why}"
    return ""
