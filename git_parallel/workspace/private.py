"""Folders that belong to this user alone, wherever they lie."""

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from ..errors import Unusable
from ..names import printable


def temporary_root() -> Path:
    """The private folder below the system's temporary directory; raises Unusable where it is somebody else's."""
    # Short, for the path of a Unix socket has at most 107 bytes.
    return private(Path(tempfile.gettempdir()).resolve() / f"git-parallel-{os.getuid()}")


def state_root() -> Path:
    """The private folder of what is to outlive a session, of all repositories of this user."""
    try:
        given = os.environ.get("XDG_STATE_HOME", "")
        state = Path(given) if given.startswith("/") else Path.home() / ".local" / "state"
        state.mkdir(parents=True, exist_ok=True)
        return private(state / "git-parallel")
    except (OSError, RuntimeError):
        # A build machine may have no home that can be written to.
        return temporary_root()


def private(folder: Path) -> Path:
    """A folder that only this user can look into, made if it is missing; raises Unusable for any other."""
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    seen = folder.lstat()
    # In a directory that all may write to, somebody may have put a link or a folder of theirs there first.
    if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != os.getuid():
        raise Unusable(
            f"'{printable(str(folder))}' is not a directory of this user", hint="move it away, or set TMPDIR"
        )
    if seen.st_mode & 0o077:
        folder.chmod(0o700)
    return folder
