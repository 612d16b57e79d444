"""Small files of ours in the runtime directory: read as lines, and replaced whole or not at all."""

import os
from collections.abc import Iterable
from pathlib import Path


def put(path: Path, content: str | bytes, *, mode: int = 0o600) -> bool:
    """Have a file hold this, with this mode; whether it had to be written. Nobody ever reads half of it."""
    data = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
    if is_there(path, data, mode=mode):
        return False
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.unlink(missing_ok=True)
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(data)
    aside.chmod(mode)
    aside.replace(path)
    return True


def is_there(path: Path, data: bytes, *, mode: int) -> bool:
    """Whether a plain file holds exactly this, and its owner may do with it what the mode says."""
    try:
        found = path.read_bytes() if not path.is_symlink() else None
        return found == data and (path.stat().st_mode & 0o700) == (mode & 0o700)
    except OSError:
        return False


def lines(path: Path) -> list[str]:
    """The lines of a file; none where it cannot be read."""
    try:
        # Only a newline ends a line here: to `splitlines` other characters of a path do, too.
        return path.read_bytes().decode("utf-8", "surrogateescape").removesuffix("\n").split("\n")
    except OSError:
        return []


def as_lines(entries: Iterable[str]) -> str:
    """A list of lines; what holds a newline cannot stand in it, and is left out."""
    return "".join(f"{entry}\n" for entry in entries if "\n" not in entry)


def quoted(text: object) -> str:
    """A value as a git configuration file has it between quotes."""
    return str(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
