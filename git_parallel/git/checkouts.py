"""Which branches are checked out, where, and how."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from .command import Git
from .place import told_by


@dataclass(frozen=True, slots=True)
class Checkout:
    """A worktree of the repository, the branch that is checked out or being worked on in it, and how."""

    path: Path
    branch: str
    how: str


def checkouts(git: Git, common: Path) -> tuple[Checkout, ...]:
    """Every worktree that holds a branch: checked out, or in the middle of a rebase or a bisect.

    `git worktree list` shows the latter as detached, and yet moving or deleting their branch would
    pull it away under the user. The directory of `git` stands for the main worktree, which
    `worktree list` does not know where the git directory lies elsewhere.
    """
    found = []
    path, is_main = git.directory, True
    for field in git.run("worktree", "list", "--porcelain", "-z").stdout.split("\0"):
        if field.startswith("worktree "):
            path = git.directory if is_main else Path(field.removeprefix("worktree "))
            is_main = False
        elif field.startswith("branch ") and path.is_dir():
            found.append(Checkout(path, field.removeprefix("branch "), "checked out"))
    for admin, place in _admins(git, common):
        for name, how in _HEAD_NAMES.items():
            if (admin / name).is_file() and place.is_dir():
                branch = (admin / name).read_text("utf-8", "surrogateescape").strip()
                found.append(
                    Checkout(place, branch if branch.startswith("refs/") else f"refs/heads/{branch}", how)
                )
    return tuple(found)


def elsewhere(found: Iterable[Checkout], path: Path, branch: str) -> Checkout | None:
    """Who of these holds a branch beside the worktree at `path`."""
    others = (one for one in found if one.branch == branch and one.path.resolve() != path.resolve())
    return next(others, None)


# Files in an admin directory that name the branch of an operation that is going on.
_HEAD_NAMES = {
    "rebase-merge/head-name": "being rebased",
    "rebase-apply/head-name": "being rebased",
    "BISECT_START": "being bisected",
}


def _admins(git: Git, common: Path) -> Iterator[tuple[Path, Path]]:
    yield common, git.directory
    for admin in (common / "worktrees").glob("*"):
        if (path := path_of(admin)) is not None:
            yield admin, path


def path_of(admin: Path) -> Path | None:
    """Where git believes the worktree of an admin directory to be; follows `git worktree move`."""
    try:
        dot_git = (admin / "gitdir").read_text("utf-8", "surrogateescape").rstrip("\n")
    except OSError:
        return None
    return Path(dot_git).parent if dot_git else None


def admin_at(checkout: Path, common: Path) -> Path:
    """git's own directory for a worktree; the shared one for the main worktree."""
    return told_by(checkout) or common
