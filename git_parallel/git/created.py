"""Commits that were made in a linked worktree, as the log of its HEAD tells."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from ..names import Oid
from .command import Git
from .history import kinds
from .reflog import steps

# HEAD came to stand at a commit that was there already. Whatever else moves it is taken to have made one.
_MOVED = re.compile(
    r"checkout: |reset: |[Bb]ranch: |clone: |.*\b[Ff]ast-forward$"
    # A rebase is told as what began it: "pull --rebase origin main (start): checkout ..."
    r"|(?:rebase|pull)\b[^()]* \((?:start|finish|abort)\): "
)


def created(admin: Path) -> tuple[Oid, ...]:
    """The commits at which a worktree's HEAD came to stand because they were made there, oldest first."""
    return tuple(dict.fromkeys(_created(admin / "logs" / "HEAD")))


def _created(log: Path) -> Iterator[Oid]:
    for old, new, why in steps(log):
        if old != new and not new.is_null and not _MOVED.match(why):
            yield new


def contained(git: Git, asked: Iterable[Oid], *, within: Iterable[Oid]) -> set[Oid]:
    """Those of the commits that can be reached from one of `within`; what does not exist cannot."""
    oids = list(dict.fromkeys(asked))
    if not oids:
        return set()
    known = kinds(git, oids)
    commits = [oid for oid in oids if known.get(oid) == "commit"]
    script = "".join(f"{oid}\n" for oid in commits) + "".join(f"^{oid}\n" for oid in within)
    outside = set(git.run("rev-list", "--stdin", stdin=script).stdout.split()) if commits else set()
    return {oid for oid in commits if oid not in outside}
