"""Commits judged from git objects alone, whatever the hooks let through; writes nothing to the repository."""

from collections.abc import Iterable, Sequence

from ..errors import GitFailed
from ..git.command import Git
from ..git.objects import Falsified
from ..names import Oid, TaskId
from ..ownership.changes import judge_each
from ..ownership.judge import Foreign, Ownership
from .examining import Examined, examined
from .picked import not_picked
from .violation import Violation


def judged(
    git: Git,
    task: TaskId,
    commits: Sequence[Oid],
    trusted: Sequence[Oid],
    ownership: Ownership,
    *,
    accepted: Iterable[str] = (),
) -> tuple[tuple[Violation, ...], tuple[str, ...]]:
    """What speaks against these commits, and the paths of nobody's that they would have to claim first.

    `commits` are all that TIP has and none of `trusted` has, oldest first (`rev-list --topo-order --reverse`);
    `trusted` are commits whose history needs no judgement: first the target, then the base of a stacked task, in a hook
    the old tip too. `git` is one that nothing can mislead, see `mergetree.private`.
    """
    try:
        found = examined(git, commits, trusted)
    except GitFailed as error:
        return (unreadable(error),), ()
    violations, unclaimed = verdict(task, found, ownership, accepted)
    return not_picked(git, violations, trusted[0]), unclaimed


def unreadable(error: GitFailed) -> Violation:
    """What speaks against a branch of which an object is not what its name says, or cannot be read at all."""
    if isinstance(error, Falsified):
        return Violation(error.commit, Foreign(error.path, "", error.message))
    return Violation(None, Foreign("", "", error.message))


def verdict(
    task: TaskId, found: Examined, ownership: Ownership, accepted: Iterable[str] = ()
) -> tuple[tuple[Violation, ...], tuple[str, ...]]:
    """The judgement of what was examined: all violations, commit by commit, and what is to be claimed."""
    every = dict.fromkeys(change for some in found.changes.values() for change in some)
    judgement = judge_each(task, every, ownership, accepted=accepted)
    why = "a history of its own, unrelated to the target"
    violations = [Violation(oid, Foreign("", "", why)) for oid in found.roots]
    for oid, changes in found.changes.items():
        for change in changes:
            violations += [Violation(oid, one) for one in judgement.against.get(change, ())]
    return tuple(violations), judgement.unclaimed
