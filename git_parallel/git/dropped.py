"""Commits that were left behind in a worktree: reset away, or made on no branch, as the logs tell."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from ..names import Oid
from .command import Git
from .history import kinds, trees
from .place import Place
from .reflog import steps

# By these HEAD or a branch is taken away from a commit; what amends or rebases one puts another in its place.
_LEFT = re.compile(r"reset: |checkout: |branch: Reset to |.*( --abort|\(abort\))|$")
_OUR_OWN = "refs/parallel/trash/*"


def unreachable(git: Git, asked: Iterable[Oid]) -> set[Oid]:
    """All commits that can be reached from these and from no ref, the trash aside; what does not exist cannot."""
    commits = _commits(git, asked)
    if not commits:
        return set()
    beside = ("--not", f"--exclude={_OUR_OWN}", "--single-worktree", "--all")
    script = "".join(f"{oid}\n" for oid in commits)
    return set(map(Oid, git.run("rev-list", "--stdin", *beside, stdin=script).stdout.split()))


def named(common: Path, place: Place) -> set[Oid]:
    """Every commit that the logs of a worktree and of its branch name."""
    found = {oid for log in _logs(common, place) for old, new, _ in steps(log) for oid in (old, new)}
    return {oid for oid in found if not oid.is_null}


def dropped(git: Git, common: Path, places: Sequence[Place], lost: set[Oid]) -> dict[Place, tuple[Oid, ...]]:
    """Of the commits that are `lost`, those that were left behind in each worktree, and nothing that equals them made.

    A commit whose files were committed again, as after `git reset --soft`, is not missed by anybody.
    """
    left = {
        place: [
            old
            for log in _logs(common, place)
            for old, new, why in steps(log)
            if old in lost and old != new and _LEFT.match(why)
        ]
        for place in places
    }
    wanted = {place: dict.fromkeys(some) for place, some in left.items() if some}
    if not wanted:
        return {}
    kept = {place: named(common, place) - lost for place in wanted}
    known = trees(git, _commits(git, {oid for place in wanted for oid in (*wanted[place], *kept[place])}))
    found = {}
    for place, some in wanted.items():
        again = {known.get(oid) for oid in kept[place]}
        missed = tuple(oid for oid in some if known.get(oid) not in again)
        if missed:
            found[place] = missed
    return found


def _commits(git: Git, oids: Iterable[Oid]) -> list[Oid]:
    return [oid for oid, kind in kinds(git, oids).items() if kind == "commit"]


def _logs(common: Path, place: Place) -> tuple[Path, Path]:
    return place.admin / "logs" / "HEAD", common / "logs" / place.branch
