"""What a target that was moved back held before: a merge must not bring it back without a word."""

from ..git import history, mergetree
from ..git.refs import snapshot
from ..names import Oid
from ..schedule.record import State
from .open import Project


def find_former(project: Project, *, tip: Oid, onto: Oid) -> Oid | None:
    """The newest commit that was the target's once, of those that `tip` has and `onto` has not.

    The target's were those at which tasks began that stand on no other task, and those by which tasks landed.
    Whoever amends or rebases the target while agents are at work has their branches hold what was rewritten.
    """
    records = snapshot(project.git).records.values()
    once = {record.base for record in records if not record.stacked}
    once |= {record.candidate for record in records if record.state is State.MERGED}
    with mergetree.private(project.common, like=onto) as git:
        listed = history.commits(git, tip=tip, without=[onto])
    return next((commit.oid for commit in reversed(listed) if commit.oid in once), None)
