"""The gate: every commit of a branch judged from git objects alone, whatever the hooks let through."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..errors import GitFailed
from ..git import history, mergetree
from ..git.command import Git
from ..git.own_store import find_borrowed
from ..git.scratch import Scratch, scratch
from ..git.soundness import Sieve
from ..names import Oid, TaskId
from ..ownership.judge import Foreign, Ownership
from .examining import Examined, examined, examined_results
from .judging import unreadable, verdict
from .open import Project
from .picked import not_picked
from .violation import Violation


@dataclass(frozen=True, slots=True)
class Cleared:
    """The proof that a branch may be merged; only the gate makes one. `unclaimed` are paths it takes."""

    task: TaskId
    tip: Oid
    onto: Oid
    unclaimed: tuple[str, ...]
    touched: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Denied:
    """A branch that may not be merged, with every commit and path that speaks against it."""

    task: TaskId
    violations: tuple[Violation, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A branch to be judged: its commits, oldest first, and what counts as judged already beside the target.

    What the user has `accepted` for the task is let through.
    """

    task: TaskId
    tip: Oid
    commits: tuple[Oid, ...]
    trusted: tuple[Oid, ...] = ()
    accepted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """What the target becomes by one task: from one commit to another, whatever lies between."""

    task: TaskId
    old: Oid
    new: Oid
    accepted: tuple[str, ...] = ()


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
    trusted = (base,) if base else ()
    with scratch(project.common, like=onto) as room:
        gate = Gate(project, room, mergetree.within(room, project.common))
        try:
            commits = history.commits(gate.git, tip=tip, without=(onto, *trusted))
        except GitFailed as error:
            return Denied(task, (unreadable(error),))
        asked = Asked(task, tip, tuple(one.oid for one in commits), trusted, tuple(accepted))
        return gate.clear([asked], onto, ownership)[task]


def judge_result(
    project: Project, cleared: Cleared, merged: Oid, ownership: Ownership, accepted: Sequence[str] = ()
) -> Denied | None:
    """Whether the merged tree differs from the target in more than owned paths: the net over the net."""
    with scratch(project.common, like=merged) as room:
        gate = Gate(project, room, mergetree.within(room, project.common))
        result = Result(cleared.task, cleared.onto, merged, tuple(accepted))
        return gate.judge_results([result], ownership).get(cleared.task)


@dataclass(frozen=True, slots=True)
class Gate:
    """The judgement of many branches in one scratch repository.

    `git` is one that nothing can mislead (see `mergetree.within`); it sees all that is to be judged.
    """

    project: Project
    room: Scratch
    git: Git

    def clear(
        self, asked: Sequence[Asked], onto: Oid, ownership: Ownership
    ) -> dict[TaskId, Cleared | Denied]:
        """Judge each branch by itself: no commit may be of two of them.

        All are read at once; where anything of them cannot be, each is read by itself, so that it is known whose it is.
        """
        alike: dict[tuple[Oid, ...], list[Asked]] = {}
        for one in asked:
            alike.setdefault(one.trusted, []).append(one)
        answers = [self._clear_alike(some, onto, ownership) for some in alike.values()]
        return {task: answer for some in answers for task, answer in some.items()}

    def _clear_alike(
        self, asked: Sequence[Asked], onto: Oid, ownership: Ownership
    ) -> Mapping[TaskId, Cleared | Denied]:
        trusted, sieve = (onto, *asked[0].trusted), Sieve(self.room)
        try:
            every = [oid for one in asked for oid in one.commits]
            found = examined(self.git, every, trusted, inspect=sieve.take)
        except GitFailed as error:
            if len(asked) == 1:
                return {asked[0].task: Denied(asked[0].task, (unreadable(error),))}
            return self._one_by_one(asked, onto, ownership)
        unfit = (
            *_unsound(sieve, found),
            *_borrowed(self.git, self.room, self.project, found, onto),
        )
        if unfit and len(asked) > 1:
            return self._one_by_one(asked, onto, ownership)
        return {one.task: self._answer(one, found.of(one.commits), unfit, onto, ownership) for one in asked}

    def _one_by_one(
        self, asked: Sequence[Asked], onto: Oid, ownership: Ownership
    ) -> dict[TaskId, Cleared | Denied]:
        return {one.task: self._clear_alike([one], onto, ownership)[one.task] for one in asked}

    def _answer(
        self, asked: Asked, found: Examined, unfit: Sequence[Violation], onto: Oid, ownership: Ownership
    ) -> Cleared | Denied:
        violations, unclaimed = verdict(asked.task, found, ownership, asked.accepted)
        denied = (*unfit, *not_picked(self.git, violations, onto))
        if denied:
            return Denied(asked.task, denied)
        touched = frozenset(change.path for some in found.changes.values() for change in some)
        return Cleared(asked.task, asked.tip, onto, unclaimed, touched)

    def judge_results(self, results: Sequence[Result], ownership: Ownership) -> dict[TaskId, Denied]:
        """Those that differ from what was there before in more than owned paths: the net over the net."""
        try:
            found = examined_results(self.git, [(one.old, one.new) for one in results])
        except GitFailed as error:
            if len(results) == 1:
                return {results[0].task: Denied(results[0].task, (unreadable(error),))}
            return {
                task: denied
                for one in results
                for task, denied in self.judge_results([one], ownership).items()
            }
        judged = [
            (one.task, verdict(one.task, found[one.old, one.new], ownership, one.accepted)[0])
            for one in results
        ]
        return {task: Denied(task, violations) for task, violations in judged if violations}


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
