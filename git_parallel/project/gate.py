"""The gate: every commit of a branch judged from git objects alone, whatever the hooks let through."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..errors import GitFailed
from ..git import history, mergetree
from ..git.command import Git
from ..git.own_store import find_borrowed
from ..git.scratch import Scratch, scratch
from ..git.soundness import Sieve
from ..names import Oid, TaskId
from ..ownership.judge import Foreign, Ownership
from .examining import Examined, examined, examined_result
from .judging import unreadable, verdict
from .open import Project
from .picked import not_picked
from .violation import Violation


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
    with scratch(project.common, like=onto) as room:
        git, sieve = mergetree.within(room, project.common), Sieve(room)
        try:
            commits = history.commits(git, tip=tip, without=trusted)
            found = examined(git, [commit.oid for commit in commits], trusted, inspect=sieve.take)
        except GitFailed as error:
            return Denied(task, (unreadable(error),))
        unfit = (*_unsound(sieve, found), *_borrowed(git, room, project, found, onto))
        violations, unclaimed = verdict(task, found, ownership, accepted)
        denied = (*unfit, *not_picked(git, violations, onto))
    return Denied(task, denied) if denied else Cleared(task, tip, onto, unclaimed)


def _unsound(sieve: Sieve, found: Examined) -> Iterator[Violation]:
    """What git itself would not take from anybody, were it sent to it."""
    unsound = sieve.end()
    if unsound:
        commit, path = found.brought.get(unsound.oid, (None, "")) if unsound.oid else (None, "")
        yield Violation(commit, Foreign(path, "", f"nothing that git would take ({unsound.why})"))


def _borrowed(git: Git, room: Scratch, project: Project, found: Examined, onto: Oid) -> Iterator[Violation]:
    oid = find_borrowed(git, room, project.common, found.brought, onto)
    if oid:
        commit, path = found.brought[oid]
        why = f"object {oid} is only borrowed from another repository ('git repack -a' makes it its own)"
        yield Violation(commit, Foreign(path, "", why))


def judge_result(
    project: Project, cleared: Cleared, merged: Oid, ownership: Ownership, accepted: Sequence[str] = ()
) -> Denied | None:
    """Whether the merged tree differs from the target in more than owned paths: the net over the net."""
    with mergetree.private(project.common, like=merged) as git:
        try:
            found = examined_result(git, old=cleared.onto, new=merged)
        except GitFailed as error:
            return Denied(cleared.task, (unreadable(error),))
    violations, _ = verdict(cleared.task, found, ownership, accepted)
    return Denied(cleared.task, violations) if violations else None
