"""Claims whose time is over: what is left of one once the branch of its holder has changed the path."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from ..git.refs import Snapshot
from ..names import RefName, TaskId
from ..ownership.claims import Claims, live
from ..schedule.record import TaskRecord
from .open import Project

_LITERAL = {"GIT_LITERAL_PATHSPECS": "1"}


def held(project: Project, world: Snapshot) -> dict[str, TaskId]:
    """Who holds what by claim, by the clock and by the work that has been done.

    What an unfinished task has committed it keeps beyond its time: the merge judges every commit of a branch, so
    whoever took the path now would make that work worthless.
    """
    over = {path: task for path, task in world.written.holders.items() if path not in world.claims}
    kept = {
        path: task
        for task in sorted(set(over.values()))
        if task in world.tasks
        for path in changed(
            project, world.tasks[task].record, [path for path, holder in over.items() if holder == task]
        )
    }
    return {**world.claims, **kept}


def rest(world: Snapshot, holders: Mapping[str, TaskId], unfinished: Collection[TaskId]) -> Claims:
    """The claims to write anew: what has lapsed is dropped, and who holds on beyond his time has no limit any more."""
    left = live(holders, unfinished)
    until = {path: at for path, at in world.written.until.items() if path in left and path in world.claims}
    return replace(world.written, holders=left, until=until)


def changed(project: Project, record: TaskRecord, paths: Collection[str]) -> frozenset[str]:
    """Those of the paths that some commit of a task's branch changes and the target has not got."""
    tip = project.git.find_ref(RefName.of_branch(record.branch)) if record.branch and paths else None
    if tip is None:
        return frozenset()
    # -c: of a merge only what differs from all its parents is its own. Where history is not simplified,
    # a change that was taken back later counts as well.
    out = project.git.run(
        "log", "-c", "--full-history", "--format=", "--name-only", "-z", "--no-renames", "--no-ext-diff",
        tip, "--not", project.base, *([record.base] if record.base else []), "--", *paths,
        environment=_LITERAL,
    )  # fmt: skip
    return frozenset(paths).intersection(out.fields)
