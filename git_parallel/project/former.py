"""What a target that was moved back held before: a merge must not bring it back without a word."""

from collections.abc import Collection

from ..git.refs import Snapshot
from ..names import Oid
from ..schedule.record import State


def once_the_targets(world: Snapshot) -> Collection[Oid]:
    """The commits at which tasks began that stand on no other task, and those by which tasks landed.

    Whoever amends or rebases the target while agents are at work has their branches hold what was rewritten, so a
    branch that has one of these which the target has not would bring it back.
    """
    records = world.records.values()
    once = {record.base for record in records if not record.stacked}
    once |= {record.candidate for record in records if record.state is State.MERGED}
    return {oid for oid in once if oid}
