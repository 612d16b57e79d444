"""What commits change, by patch id: the same for a change that was picked, rebased or squashed."""

from collections.abc import Collection
from dataclasses import dataclass

from ..names import Oid
from .command import Git

# Of so many commits that touch some paths the latest are looked at, and of more paths than these all commits.
_MOST_COMMITS = 500
_MOST_PATHS = 200
_PATCH = (
    "-p",
    "--full-index",
    "--no-renames",
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--diff-algorithm=myers",
)


@dataclass(frozen=True, slots=True)
class Patches:
    """The patch ids of commits, and their trees; merges count for none of the first."""

    ids: frozenset[str]
    trees: frozenset[Oid]


def since(git: Git, old: Oid, new: Oid, paths: Collection[str]) -> Patches:
    """Those of the commits from `old` to `new` that touch one of the paths."""
    wanted = [f":(top,literal){path}" for path in paths] if 0 < len(paths) <= _MOST_PATHS else []
    found = git.run(
        "log", "--no-merges", "--full-diff", f"--max-count={_MOST_COMMITS}", "--format=commit %H",
        "--no-show-signature", *_PATCH, f"{old}..{new}", "--", *wanted,
    ).stdout  # fmt: skip
    landed = git.run(
        "log",
        f"--max-count={_MOST_COMMITS}",
        "--format=%T",
        "--no-show-signature",
        f"{old}..{new}",
        "--",
        *wanted,
    ).stdout
    return Patches(_ids(git, found), frozenset(map(Oid, landed.split())))


def of_difference(git: Git, old: Oid, new: Oid) -> str:
    """The patch id of all that differs between two commits; empty where nothing does."""
    found = _ids(git, git.run("diff-tree", "-r", *_PATCH, old, new).stdout)
    return next(iter(found), "")


def _ids(git: Git, patches: str) -> frozenset[str]:
    lines = git.run("patch-id", "--stable", stdin=patches).stdout.splitlines() if patches else []
    return frozenset(line.split(" ")[0] for line in lines)
