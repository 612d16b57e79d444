"""The logs of refs, read from their files: those of worktrees that are gone from git's sight too."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ..errors import BadName
from ..names import Oid


class Step(NamedTuple):
    """One line of a log: from which commit to which, and why."""

    old: Oid
    new: Oid
    why: str


def steps(log: Path) -> Iterator[Step]:
    """Each line of a log, the oldest first; none where there is none, and one that is torn is passed over."""
    try:
        lines = log.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return
    for line in lines:
        ids, _, why = line.partition("\t")
        try:
            old, new = map(Oid, ids.split(" ", 2)[:2])
        except (BadName, ValueError):
            continue
        yield Step(old, new, why)
