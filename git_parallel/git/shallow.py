"""Where history ends in a shallow clone, as far as that is true: an agent can write that file as well."""

from collections.abc import Iterator
from pathlib import Path

from ..errors import BadName
from ..names import Oid
from .command import Git
from .objects import Commit, Falsified, commits


def true_ends(git: Git, common: Path) -> list[Oid]:
    """Of the commits at which the repository's shallow file ends history those that have a parent which is missing.

    `git` is one that takes no notice of that file. Where all parents are there, history does not end.
    """
    found = list(_found(git, common))
    parents = dict.fromkeys(parent for one in found for parent in one.parents)
    script = "".join(f"{oid}\n" for oid in parents)
    said = git.run("cat-file", "--batch-check=%(objecttype)", stdin=script).stdout.splitlines()
    missing = {oid for oid, line in zip(parents, said, strict=True) if line != "commit"}
    return [one.oid for one in found if missing.intersection(one.parents)]


def _found(git: Git, common: Path) -> Iterator[Commit]:
    try:
        lines = (common / "shallow").read_text("ascii").split()
        yield from commits(git, map(Oid, lines)).values()
    except (OSError, ValueError, BadName, Falsified):
        # What git itself does with such a file is to stop; here it counts as none.
        return
