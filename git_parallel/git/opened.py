"""Which files are open, as Linux tells it in `/proc`; of other users' processes it does not tell."""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

_PROC = Path("/proc")


class Use(NamedTuple):
    """A process that uses a file or directory: its current directory, or else one that it has open or mapped."""

    pid: int
    path: bytes
    is_current: bool


def is_told() -> bool:
    """Whether the system tells which files are open."""
    return (_PROC / "self" / "fd").is_dir()


def is_open_below(folder: Path) -> bool:
    """Whether a process has a file below `folder` open or mapped, or works there; true where nobody can tell."""
    return not is_told() or any(uses([folder]))


def uses(folders: Sequence[Path]) -> Iterator[Use]:
    """Every use of one of these directories or of what is below them, in one pass over all processes."""
    tops = tuple(os.fsencode(folder.resolve()) for folder in folders)
    below = tuple(top + b"/" for top in tops)
    for process in _PROC.iterdir():
        if process.name.isdecimal():
            for path, is_current in _paths(process, tops):
                if path in tops or path.startswith(below):
                    yield Use(int(process.name), path, is_current)


def _paths(process: Path, tops: Sequence[bytes]) -> Iterator[tuple[bytes, bool]]:
    # It may end while it is looked at, or be somebody else's.
    with suppress(OSError):
        yield os.fsencode((process / "cwd").readlink()), True
    with suppress(OSError):
        for descriptor in (process / "fd").iterdir():
            with suppress(OSError):
                yield os.fsencode(descriptor.readlink()), False
    with suppress(OSError):
        maps = (process / "maps").read_bytes()
        if not any(top.replace(b"\n", rb"\012") in maps for top in tops):
            return
        for line in maps.splitlines():
            # Five columns, then the file, in which the kernel writes a line's end as `\012`.
            columns = line.split(None, 5)
            if len(columns) > 5:
                yield columns[5].replace(rb"\012", b"\n"), False
