"""Many merges in memory at once."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from ..errors import GitFailed
from ..git.mergetree import Conflicted, Merged, merge_trees
from ..git.scratch import Scratch
from ..names import Oid

# Below this a second process is not worth its start.
_SPLIT = 64


def merged(scratch: Scratch, pairs: Sequence[tuple[Oid, Oid]]) -> list[Merged | Conflicted | GitFailed]:
    """The merges of all pairs, by as many processes as there are cores."""
    if not pairs:
        return []
    workers = min(os.cpu_count() or 1, max(1, len(pairs) // _SPLIT))
    size = -(-len(pairs) // workers)
    parts = [pairs[start : start + size] for start in range(0, len(pairs), size)]
    with ThreadPoolExecutor(workers) as pool:
        return [one for part in pool.map(lambda some: _all_of(scratch, some), parts) for one in part]


def _all_of(scratch: Scratch, pairs: Sequence[tuple[Oid, Oid]]) -> list[Merged | Conflicted | GitFailed]:
    """The answers for all pairs; once too many have failed, the rest is as failed."""
    try:
        return merge_trees(scratch.git, pairs)
    except GitFailed as error:
        return [error for _ in pairs]
