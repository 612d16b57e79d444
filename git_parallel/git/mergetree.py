"""Merging in memory, in a private git directory that shares only the objects.

A merge driver, an attribute or a replace ref planted in the repository's own configuration would
otherwise decide the content of the merge (git-facts, section 0.10).
"""

from dataclasses import dataclass
from pathlib import Path

from ..errors import GitFailed
from ..names import Oid
from .command import Git


@dataclass(frozen=True, slots=True)
class Merged:
    """A merge without conflicts: the tree it gives."""

    tree: Oid


@dataclass(frozen=True, slots=True)
class Conflicted:
    """A merge that needs a person: the paths in conflict."""

    paths: tuple[str, ...]


def private(git: Git, common: Path) -> Git:
    """A git that sees this repository's objects and nothing else of it: no config, refs or attributes."""
    aside = common / "parallel" / "judge.git"
    if not (aside / "HEAD").exists():
        algorithm = git.run("rev-parse", "--show-object-format").stdout.strip()
        git.run("init", "--quiet", "--bare", "--template=", f"--object-format={algorithm}", str(aside))
    # In a shallow clone history ends where this file says; without it git would look for the rest.
    shallow = common / "shallow"
    return Git(
        aside,
        {
            **({"GIT_SHALLOW_FILE": str(shallow)} if shallow.exists() else {}),
            "GIT_DIR": str(aside),
            "GIT_OBJECT_DIRECTORY": str(common / "objects"),
            "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_GRAFT_FILE": "/dev/null",
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "core.commitGraph",
            "GIT_CONFIG_VALUE_0": "false",
        },
    )


def merge_tree(git: Git, *, ours: Oid, theirs: Oid) -> Merged | Conflicted:
    """Merge two commits without a checkout; raises GitFailed where they share no history."""
    out = git.run(
        "merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", ours, theirs, answers=(0, 1)
    )
    fields = out.fields
    if not fields:
        raise GitFailed("git merge-tree gave no answer")
    return Merged(Oid(fields[0])) if out.status == 0 else Conflicted(tuple(dict.fromkeys(fields[1:])))
