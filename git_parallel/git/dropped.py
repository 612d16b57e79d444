"""Commits that were left behind in a worktree: reset away, or made on no branch, as the logs tell."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from ..errors import BadName
from ..names import Oid
from .command import Git
from .history import trees
from .place import Place

# By these HEAD or a branch is taken away from a commit; what amends or rebases one puts another in its place.
_LEFT = re.compile(r"reset: |checkout: |branch: Reset to |.*( --abort|\(abort\))|$")
_OUR_OWN = "refs/parallel/trash/*"


def log_lines(log: Path) -> Iterator[tuple[Oid, Oid, str]]:
    """Each line of a reflog: from where, to where, and why; a torn one is passed over."""
    try:
        lines = log.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return
    for line in lines:
        ids, _, message = line.partition("\t")
        try:
            old, new = map(Oid, ids.split(" ", 2)[:2])
        except (BadName, ValueError):
            continue
        yield old, new, message


def unreachable(git: Git, asked: Iterable[Oid]) -> set[Oid]:
    """All commits that can be reached from these and from no ref, the trash aside; what does not exist cannot."""
    oids = list(dict.fromkeys(asked))
    if not oids:
        return set()
    script = "".join(f"{oid}\n" for oid in oids)
    said = git.run("cat-file", "--batch-check=%(objecttype)", stdin=script).stdout.splitlines()
    commits = "".join(f"{oid}\n" for oid, line in zip(oids, said, strict=True) if line == "commit")
    if not commits:
        return set()
    beside = ("--not", f"--exclude={_OUR_OWN}", "--single-worktree", "--all")
    return set(map(Oid, git.run("rev-list", "--stdin", *beside, stdin=commits).stdout.split()))


def named(common: Path, place: Place) -> set[Oid]:
    """Every commit that the logs of a worktree and of its branch name."""
    found = {oid for log in _logs(common, place) for old, new, _ in log_lines(log) for oid in (old, new)}
    return {oid for oid in found if not oid.is_null}


def dropped(git: Git, common: Path, places: Sequence[Place], lost: set[Oid]) -> dict[Place, tuple[Oid, ...]]:
    """Of the commits that are `lost`, those that were left behind in each worktree, and nothing that equals them made.

    A commit whose files were committed again, as after `git reset --soft`, is not missed by anybody.
    """
    left = {
        place: [
            old
            for log in _logs(common, place)
            for old, new, why in log_lines(log)
            if old in lost and old != new and _LEFT.match(why)
        ]
        for place in places
    }
    wanted = {place: dict.fromkeys(some) for place, some in left.items() if some}
    if not wanted:
        return {}
    kept = {place: named(common, place) - lost for place in wanted}
    known = _trees(git, {oid for place in wanted for oid in (*wanted[place], *kept[place])})
    found = {}
    for place, some in wanted.items():
        again = {known.get(oid) for oid in kept[place]}
        missed = tuple(oid for oid in some if known.get(oid) not in again)
        if missed:
            found[place] = missed
    return found


def _trees(git: Git, oids: Iterable[Oid]) -> Mapping[Oid, Oid]:
    asked = list(oids)
    script = "".join(f"{oid}\n" for oid in asked)
    said = git.run("cat-file", "--batch-check=%(objecttype)", stdin=script).stdout.splitlines()
    return trees(git, [oid for oid, line in zip(asked, said, strict=True) if line == "commit"])


def _logs(common: Path, place: Place) -> tuple[Path, Path]:
    return place.admin / "logs" / "HEAD", common / "logs" / place.branch
