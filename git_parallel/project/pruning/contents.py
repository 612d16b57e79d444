"""What is in the worktrees that are to be put away: each is looked at, several at a time."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from ...errors import ParallelError
from ...git.inspection import Inspection, inspect
from ...git.place import Place, is_joined
from ...names import Oid, TaskId
from ...overlap import patterns
from ...schedule.record import TaskRecord
from ..accounting import without_leftovers
from ..furnishing import as_given
from ..open import Project
from .examined import Contents


def inspected(project: Project, places: Sequence[Place]) -> dict[Place, Inspection | str]:
    """What is in each worktree that git knows, or why that cannot be seen."""
    # Where its `.git` leads elsewhere git would look at something else.
    whole = [
        place for place in places if place.admin.exists() and (is_joined(place) or not place.path.exists())
    ]
    if not whole:
        return {}

    def look(place: Place) -> Inspection | str:
        try:
            return inspect(project.git, project.common, place)
        except (ParallelError, OSError) as error:
            return f"its worktree cannot be looked at: {error.message if isinstance(error, ParallelError) else error}"

    with ThreadPoolExecutor(min(len(whole), os.cpu_count() or 1)) as pool:
        return dict(zip(whole, pool.map(look, whole), strict=True))


def contents_of(
    project: Project, record: TaskRecord, place: Place, found: Inspection, lost: set[Oid]
) -> Contents:
    look = found.look
    # Where git ignores no longer what was brought there, it is no work of anybody's all the same.
    brought = as_given(project, record.id, place, look.untracked) if look.untracked else ()
    strange = [path for path in look.untracked if path not in brought]
    return Contents(
        changed=look.changed,
        untracked=without_leftovers(project, record, strange) if strange else (),
        precious=_precious(project, record.id, place, look.ignored) if look.ignored else (),
        hidden=look.hidden,
        operations=look.operations,
        head=look.head,
        detached=_beyond(project, look.head, lost),
        refs=found.refs,
        repositories=found.repositories,
        submodules=found.submodules,
    )


def _precious(project: Project, task: TaskId, place: Place, ignored: Sequence[str]) -> tuple[str, ...]:
    disposable = [patterns.parse(glob) for glob in project.settings.disposable]
    # git names an ignored directory as a whole, with a '/' at its end; ask for something inside it.
    inside = {path: f"{path}x" if path.endswith("/") else path for path in ignored}
    precious = [p for p, probe in inside.items() if not any(patterns.matches(d, probe) for d in disposable)]
    given = as_given(project, task, place, precious)
    return tuple(path for path in precious if path not in given)


def _beyond(project: Project, head: str, lost: set[Oid]) -> int:
    """How many commits only a detached HEAD has."""
    if head.startswith("refs/") or head not in lost:
        return 0
    beside = ("--exclude=refs/parallel/trash/*", "--single-worktree", "--all")
    out = project.git.run("rev-list", "--count", head, "--not", *beside)
    return int(out.stdout)
