"""`git parallel owners`: who owns what, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ..git.refs import snapshot
from ..names import TaskId
from ..ownership.judge import Ownership, judge
from ..ownership.owning import Owned, owned
from ..project.declared import ownership, read_tasks, require_tasks
from ..project.inside import inside
from ..project.open import open_project
from ..project.typed import named


class May(StrEnum):
    """What a task may do with a path."""

    YES = "yes"
    CLAIM = "claim"  # it is the task's as soon as the task commits it
    NO = "no"


@dataclass(frozen=True, slots=True)
class OwnersAnswer:
    """Whose each path is. Of paths that were named each one `is_asked` about; without any it is all that is tracked.

    Where a `task` was asked about, `may` is what it may do with each path, with the reason of a no. `missed`
    are the words that stand for no path.
    """

    rows: tuple[Owned, ...]
    is_asked: bool
    is_strict: bool
    missed: tuple[str, ...] = ()
    task: TaskId | None = None
    may: Mapping[str, tuple[May, str]] | None = None
    warnings: tuple[str, ...] = ()

    @property
    def is_no(self) -> bool:
        """Whether a task was asked about that may not change one of the paths that were named."""
        told = self.may or {}
        return self.is_asked and any(may is May.NO for may, _ in told.values())


def owners(directory: Path, words: Sequence[str] = (), *, spelling: str = "") -> OwnersAnswer:
    """Whose the paths are that words name (see `typed.named`), and what the task of that spelling may change."""
    project = open_project(directory)
    place = inside(directory)
    files = project.git.at(place.top).run("ls-files", "-z").fields
    # A file in conflict stands in the index once for each side.
    tracked = list(dict.fromkeys(files))
    paths, missed = named(place, words, tracked) if words else (tracked, [])
    tasks = read_tasks(project)
    state = ownership(project, tasks, snapshot(project.git))
    task = require_tasks(project, tasks, [spelling])[0].id if spelling else None
    return OwnersAnswer(
        rows=tuple(owned(path, state) for path in paths),
        is_asked=bool(words),
        is_strict=state.strict,
        missed=tuple(missed),
        task=task,
        may=_may(task, paths, state) if task else None,
        warnings=project.settings.warnings,
    )


def _may(task: TaskId, paths: Sequence[str], state: Ownership) -> dict[str, tuple[May, str]]:
    verdict = judge(task, paths, state)
    told = dict.fromkeys(paths, (May.YES, ""))
    told |= dict.fromkeys(verdict.unclaimed, (May.CLAIM, ""))
    return told | {foreign.path: (May.NO, foreign.why) for foreign in verdict.foreign}
