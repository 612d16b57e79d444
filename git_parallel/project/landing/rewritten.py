"""Branches that are on the target in another form, squashed or rebased: their own commits need no judgement again."""

from collections.abc import Collection

from ...git.command import Git
from ...git.commit_text import parse
from ...git.created import contained
from ...git.objects import read
from ...git.refs import Snapshot
from ...names import Oid
from ...schedule.record import State
from ...schedule.strategy import Strategy
from .messages import tip_told


def rewritten_tips(git: Git, world: Snapshot, onto: Oid) -> Collection[Oid]:
    """The tips of such branches, as the commits of the target say by which they landed.

    Their records alone are not believed: who can write one could have any commit pass for judged.
    """
    merged = [
        record
        for record in world.records.values()
        if record.state is State.MERGED and record.strategy not in ("", Strategy.MERGE)
    ]
    candidates = {record.candidate for record in merged if record.candidate}
    there = contained(git, candidates, within=[onto])
    told = {oid: tip_told(parse(data).message) for oid, data in read(git, dict.fromkeys(there, "commit"))}
    tips = {
        record.tip
        for record in merged
        if record.tip and record.candidate and told.get(record.candidate) == record.tip
    }
    return contained(git, tips, within=tips)
