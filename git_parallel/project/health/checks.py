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

CHECKS: tuple[Check, ...] = (
    # No git is asked by these two.
    admins.find_commondirs,
    admins.find_unfinished,
    unusable.find,
    records.find_broken,
    stale_locks.find_ours,
    records.find_damaged,
    admins.find_others,
    directories.find_moved,
    trashed.find,
    remaking.find_unrecorded,
    rebuilding.find_branches,
    directories.find_orphans,
    directories.find_missing,
    leftovers.find_commands,
    contradictions.find,
    contradictions.find_unlanded,
    leftovers.find_files,
    leftovers.find_half_written,
    leftovers.find_ground,
    leftovers.find_words,
    leftovers.find_outside,
    guards.find,
    records.find_unknown,
    stale_locks.find_others,
)
