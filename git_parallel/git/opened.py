"""Which files are open, as Linux tells it in `/proc`; of other users' processes it does not tell."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")


def is_open_below(folder: Path) -> bool:
    """Whether a process has a file below `folder` open or mapped, or works there; true where nobody can tell."""
    processes = [one for one in _PROC.glob("[0-9]*") if one.name.isdecimal()]
    start = os.fsencode(folder.resolve())
    return not processes or any(
        name == start or name.startswith(start + b"/") for process in processes for name in _names(process)
    )


def _names(process: Path) -> Iterator[bytes]:
    # It may end while it is looked at, or be somebody else's.
    with suppress(OSError):
        yield os.fsencode((process / "cwd").readlink())
    with suppress(OSError):
        for descriptor in (process / "fd").iterdir():
            with suppress(OSError):
                yield os.fsencode(descriptor.readlink())
    with suppress(OSError):
        for line in (process / "maps").read_bytes().splitlines():
            # Five columns, then the file, in which the kernel writes a line's end as `\012`.
            columns = line.split(None, 5)
            if len(columns) > 5:
                yield columns[5].replace(rb"\012", b"\n")
