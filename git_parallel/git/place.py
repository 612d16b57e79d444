"""Where one task's worktree is: light, since almost everything names one."""

from dataclasses import dataclass
from pathlib import Path

from ..names import RefName
from .admin import PREFIX

_ALONE = "gp-alone"
_LONGEST = 1 << 13
_WORD = "gitdir: "


@dataclass(frozen=True, slots=True)
class Place:
    """Where one task's worktree is: its directory, its branch, and git's admin directory for it."""

    path: Path
    branch: RefName
    admin: Path

    @property
    def index(self) -> Path:
        """The index file; it is written last, so where it is the checkout is complete."""
        return self.admin / "index"

    @property
    def lock(self) -> Path:
        """What every git holds that checks out here for us, also where it has outlived who started it."""
        return self.admin / _ALONE


def admin_of(common: Path, task: str) -> Path:
    """git's admin directory for a task; the fixed prefix is what `includeIf` matches."""
    return common / "worktrees" / f"{PREFIX}{task}"


def is_taken(path: Path) -> bool:
    """Whether there is something of somebody's in the place of a worktree."""
    # An empty `.git` is all that a full disk or a crash left of ours.
    return not path.is_dir() or any(one.name != ".git" or one.lstat().st_size for one in path.iterdir())


def points_to(dot_git: Path, admin: Path) -> bool:
    """Whether a `.git` file is that of the worktree with this admin directory."""
    try:
        return dot_git.read_text("utf-8", "surrogateescape").rstrip("\n") == f"gitdir: {admin}"
    except OSError:
        return False


def is_joined(place: Place) -> bool:
    """Whether the `.git` file of a worktree leads to its admin directory; a link in its place counts for nothing."""
    return not place.path.is_symlink() and told_by(place.path) == place.admin.resolve()


def told_by(folder: Path) -> Path | None:
    """The admin directory that the `.git` file of a directory names; None where it has none that does."""
    try:
        with (folder / ".git").open("rb") as file:
            text = file.read(_LONGEST).decode("utf-8", "surrogateescape").rstrip("\n")
    except OSError:
        return None
    if not text.startswith(_WORD) or text == _WORD:
        return None
    # It may be relative, or go by a link.
    return (folder / text.removeprefix(_WORD)).resolve()
