"""Commits judged by what each of them changes itself."""

from collections.abc import Iterable

from ..git.command import Git
from ..git.history import Commit
from ..names import Oid, TaskId
from ..ownership.judge import Foreign, Ownership, judge
from .gate import Violation, touched_by


def judged(
    git: Git,
    task: TaskId,
    commits: Iterable[Commit],
    *,
    onto: Oid,
    base: Oid | None,
    ownership: Ownership,
) -> tuple[tuple[Violation, ...], tuple[str, ...]]:
    """What speaks against each of the commits, and the paths that are nobody's."""
    asked = tuple(commits)
    touched = touched_by(git, asked, onto, base)
    violations, unclaimed = [], dict[str, None]()
    for commit in asked:
        if not commit.parents:
            why = "a history of its own, unrelated to the target"
            violations.append(Violation(commit.oid, Foreign("", "", why)))
        verdict = judge(task, sorted(touched[commit.oid]), ownership)
        violations += [Violation(commit.oid, foreign) for foreign in verdict.foreign]
        unclaimed |= dict.fromkeys(verdict.unclaimed)
    return tuple(violations), tuple(unclaimed)
