"""Claims: paths taken by tasks that did not declare them. One holder a path."""

from collections.abc import Collection, Iterable, Mapping

from ..names import TaskId


def live(claims: Mapping[str, TaskId], unfinished: Collection[TaskId]) -> dict[str, TaskId]:
    """The claims whose holder has not finished; the others have lapsed."""
    return {path: task for path, task in claims.items() if task in unfinished}


def taken(claims: Mapping[str, TaskId], task: TaskId, paths: Iterable[str]) -> dict[str, TaskId]:
    """The claims after `task` has taken `paths`; the caller has judged that they are nobody's."""
    return {**claims, **dict.fromkeys(paths, task)}


def of(claims: Mapping[str, TaskId], task: TaskId) -> tuple[str, ...]:
    """What one task holds by claim: its drift from what it declared."""
    return tuple(sorted(path for path, holder in claims.items() if holder == task))
