"""Which refs a task may move from its worktree, and what it is told of those it may not."""

from dataclasses import dataclass
from enum import Enum

_PER_WORKTREE = ("refs/bisect/", "refs/worktree/", "refs/rewritten/")
_REMOTE = "refs/remotes/"
# Where `git filter-branch` keeps what it rewrites.
_ORIGINAL = "refs/original/"


@dataclass(frozen=True, slots=True)
class RefMove:
    """One line of a ref transaction; `old` and `new` are names of objects, or zeros only, as git says them."""

    old: str
    new: str
    ref: str

    @property
    def is_deletion(self) -> bool:
        """Whether the ref goes away."""
        return not self.new.strip("0")

    @property
    def is_creation(self) -> bool:
        """Whether git says that there was none; it also says so where it was not asked to look."""
        return not self.old.strip("0")


class Kind(Enum):
    """What a ref is to a task."""

    PASSING = "passing"  # of the worktree alone, or only what was fetched
    OWN = "own"
    TAG = "tag"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class RefusedRef:
    """A ref that a task may not move, why, and what to do instead."""

    ref: str
    why: str
    way_on: str


def kind_of(ref: str, branch: str) -> Kind:
    """What a ref is to the task that works on `branch` (full names)."""
    if ref == branch:
        return Kind.OWN
    if "/" not in ref:
        is_pseudo = ref == "HEAD" or ref == "AUTO_MERGE" or ref.endswith("_HEAD")
        return Kind.PASSING if is_pseudo else Kind.OTHER
    if ref.startswith((*_PER_WORKTREE, _REMOTE)) or ref == f"{_ORIGINAL}{branch}":
        return Kind.PASSING
    return Kind.TAG if ref.startswith("refs/tags/") else Kind.OTHER


def refused(ref: str, branch: str) -> RefusedRef:
    """Why a task may not move a ref that is not its own, and what it can do instead."""
    short = branch.removeprefix("refs/heads/")
    if ref == branch:
        return RefusedRef(
            ref, "it is the branch of this task", "keep it, under its name: git parallel goes by that"
        )
    if ref == "refs/stash":
        return RefusedRef(
            ref,
            "the stash is one for all worktrees, and others would take yours for theirs",
            "your changes are still in place; keep them in a commit: git commit -am 'wip'",
        )
    if ref.startswith("refs/parallel/"):
        return RefusedRef(
            ref, "git-parallel keeps its records there", "git parallel claim, release and progress write them"
        )
    if ref.startswith("refs/notes/"):
        return RefusedRef(
            ref, "notes are one for all worktrees", "say it in the commit message: git commit --amend"
        )
    if ref.startswith("refs/replace/"):
        return RefusedRef(
            ref, "a replacement changes history for everybody", "commit what should be different"
        )
    if ref.startswith("refs/tags/"):
        return RefusedRef(ref, "tags are one for all worktrees", "name the commit in your report instead")
    return RefusedRef(ref, "it is not the branch of this task", f"work on '{short}': git switch {short}")
