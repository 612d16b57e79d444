"""The gate: every commit of a branch judged from git objects alone, whatever the hooks let through."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..git import history, mergetree
from ..git.command import Git
from ..git.history import Commit
from ..names import Oid, TaskId
from ..ownership.judge import Foreign, Ownership, judge
from .open import Project


@dataclass(frozen=True, slots=True)
class Violation:
    """A commit that touches a foreign path; `commit` is None where only the merged result does."""

    commit: Oid | None
    foreign: Foreign


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
    project: Project, task: TaskId, *, tip: Oid, onto: Oid, ownership: Ownership, base: Oid | None = None
) -> Cleared | Denied:
    """Judge every commit that `tip` has and `onto` has not, nor the `base` that a stacked task was begun at.

    A commit with one parent is held against that parent; a merge against all its merge bases with
    the target, and only what differs from every one of them is its own (so merging the target in is
    no offence, and an evil merge is found); a root commit brings a foreign history and is refused.
    """
    git = mergetree.private(project.git, project.common)
    commits = history.commits(git, tip=tip, without=[onto, base] if base else [onto])
    touched = touched_by(git, commits, onto, base)
    unclaimed: dict[str, None] = {}
    violations = []
    for commit in commits:
        if not commit.parents:
            violations.append(
                Violation(commit.oid, Foreign("", "", "a history of its own, unrelated to the target"))
            )
        verdict = judge(task, sorted(touched[commit.oid]), ownership)
        violations += [Violation(commit.oid, foreign) for foreign in verdict.foreign]
        unclaimed |= dict.fromkeys(verdict.unclaimed)
    return Denied(task, tuple(violations)) if violations else Cleared(task, tip, onto, tuple(unclaimed))


def judge_result(project: Project, cleared: Cleared, merged: Oid, ownership: Ownership) -> Denied | None:
    """Whether the merged tree differs from the target in more than owned paths: the net over the net."""
    git = mergetree.private(project.git, project.common)
    paths = history.changed_paths(git, [(cleared.onto, merged)])[cleared.onto, merged]
    verdict = judge(cleared.task, sorted(paths), ownership)
    violations = tuple(Violation(None, foreign) for foreign in verdict.foreign)
    return Denied(cleared.task, violations) if violations else None


def touched_by(
    git: Git, commits: Iterable[Commit], onto: Oid, base: Oid | None = None
) -> Mapping[Oid, frozenset[str]]:
    """The paths that each commit itself changes, for all of them through one `diff-tree --stdin`.

    A merge in a stacked task has of others what its `base` has, or what the target has.
    """
    against = {
        commit.oid: commit.parents
        if len(commit.parents) < 2
        else (*history.merge_bases(git, commit.oid, onto), *((base,) if base else ()))
        for commit in commits
    }
    diffs = history.changed_paths(git, [(old, new) for new, olds in against.items() for old in olds])
    return {
        new: frozenset.intersection(*(diffs[old, new] for old in olds)) if olds else frozenset()
        for new, olds in against.items()
    }
