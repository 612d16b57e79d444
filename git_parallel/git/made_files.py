"""Files as git would write them in a checkout, with all that it converts; made aside, to be compared or taken."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from ..names import Oid
from .command import Git
from .removal import remove

_PREFIX = "made-"


@contextmanager
def made_files(git: Git, common: Path, admin: Path, commit: Oid, paths: Collection[str]) -> Iterator[Path]:
    """A directory with those of the paths that a commit has, as they would be in the worktree of `admin`.

    What a filter of the user's cannot make is not there.
    """
    with TemporaryDirectory(prefix=_PREFIX, dir=common / "parallel" / "tmp") as folder:
        files = Path(folder) / "files"
        files.mkdir()
        # Attributes are those of the commit: nothing else lies there.
        aside = git.at(files).with_environment(
            GIT_DIR=str(admin), GIT_WORK_TREE=str(files), GIT_INDEX_FILE=str(Path(folder) / "index")
        )
        aside.run("read-tree", commit)
        wanted = "".join(f"{path}\0" for path in paths)
        aside.run("checkout-index", "--quiet", "--force", "-z", "--stdin", stdin=wanted, answers=(0, 1, 128))
        yield files


def drop_left(common: Path) -> None:
    """Remove what a process that was killed has left of such directories; nobody else makes any now."""
    for left in (common / "parallel" / "tmp").glob(f"{_PREFIX}*"):
        remove(left)
