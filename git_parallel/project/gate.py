"""The gate: every commit of a branch judged from git objects alone, whatever the hooks let through."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..git import history, mergetree
from ..git.objects import Falsified
from ..names import Oid, TaskId
from ..ownership.judge import Ownership
from .examining import examined, examined_result
from .judging import Violation, unreadable, verdict
from .open import Project


@dataclass(frozen=True, slots=True)
class Cleared:
    """The proof that a branch may be merged; only `clear` makes one. `unclaimed` are paths it takes."""

    task: TaskId
    tip: Oid
    onto: Oid
    unclaimed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Denied:
    """A branch that may not be merged, with every commit and path that speaks against it."""

    task: TaskId
    violations: tuple[Violation, ...]


def clear(
    project: Project,
    task: TaskId,
    *,
    tip: Oid,
    onto: Oid,
    ownership: Ownership,
    base: Oid | None = None,
    accepted: Sequence[str] = (),
) -> Cleared | Denied:
    """Judge every commit that `tip` has and `onto` has not, nor the `base` that a stacked task was begun at.

    What the user has `accepted` for the task is let through.
    """
    trusted = (onto, base) if base else (onto,)
    with mergetree.private(project.common, like=onto) as git:
        commits = history.commits(git, tip=tip, without=trusted)
        try:
            found = examined(git, [commit.oid for commit in commits], trusted)
        except Falsified as error:
            return Denied(task, (unreadable(error),))
    violations, unclaimed = verdict(task, found, ownership, accepted)
    return Denied(task, violations) if violations else Cleared(task, tip, onto, unclaimed)


def judge_result(
    project: Project, cleared: Cleared, merged: Oid, ownership: Ownership, accepted: Sequence[str] = ()
) -> Denied | None:
    """Whether the merged tree differs from the target in more than owned paths: the net over the net."""
    with mergetree.private(project.common, like=merged) as git:
        try:
            found = examined_result(git, old=cleared.onto, new=merged)
        except Falsified as error:
            return Denied(cleared.task, (unreadable(error),))
    violations, _ = verdict(cleared.task, found, ownership, accepted)
    return Denied(cleared.task, violations) if violations else None
