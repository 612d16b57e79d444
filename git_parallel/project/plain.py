"""Plain files where an agent could have put anything: a named pipe, on which we would wait, or a link elsewhere."""

import os
import stat
from pathlib import Path
from typing import BinaryIO, TextIO

from ..errors import Unusable
from ..names import printable


def write_anew(path: Path) -> TextIO:
    """A new file for this user only, open for writing in UTF-8, in the place of whatever lies there.

    Raises OSError where there can be none.
    """
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    return os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogateescape")


def read_plain(path: Path) -> BinaryIO:
    """A file open for reading. Raises Unusable for what is no plain file, OSError where it cannot be opened."""
    if path.is_symlink():
        raise Unusable(f"'{printable(str(path))}' is a symbolic link, not what the agent printed")
    file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise Unusable(f"'{printable(str(path))}' is no plain file, so it is not what the agent printed")
    return file
