"""All that is looked for, in the order in which it is mended: what git stops at comes first."""

from . import (
    admins,
    contradictions,
    directories,
    guards,
    leftovers,
    rebuilding,
    records,
    remaking,
    stale_locks,
    trashed,
    unusable,
)
from .finding import Check

CHECKS = (
    Check(admins.find_commondirs, by_files=True),
    Check(admins.find_unfinished, by_files=True),
    Check(unusable.find),
    Check(records.find_broken),
    Check(stale_locks.find_ours),
    Check(records.find_damaged),
    Check(admins.find_others),
    Check(directories.find_moved),
    Check(trashed.find),
    Check(remaking.find_unrecorded),
    Check(rebuilding.find_branches),
    Check(directories.find_orphans),
    Check(directories.find_missing),
    Check(leftovers.find_commands),
    Check(contradictions.find),
    Check(contradictions.find_unlanded),
    Check(leftovers.find_files),
    Check(leftovers.find_half_written),
    Check(leftovers.find_ground),
    Check(leftovers.find_words),
    Check(leftovers.find_outside),
    Check(guards.find),
    Check(records.find_unknown),
    Check(stale_locks.find_others),
)
