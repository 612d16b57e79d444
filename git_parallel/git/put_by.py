"""Putting by what is in the way and may be worth something: renamed into the trash, where it says what it was.

parallel/trash/<name>.<time>/aside.json   {"version": 1, "from": where it was, "why": in words}
parallel/trash/<name>.<time>/<name>       it
"""

import json
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..errors import GitFailed, in_words
from ..names import printable

TOLD = "aside.json"


def put_by(common: Path, *paths: Path, why: str, name: str = "") -> Path:
    """Rename what is in the way into one new folder of the trash; that folder. Raises GitFailed where it cannot be.

    It is called by `name`, or like the first of the paths.
    """
    folder = common / "parallel" / "trash" / f"{name or paths[0].name}.{time.time_ns()}"
    try:
        folder.mkdir(mode=0o700, parents=True)
        told = {"version": 1, "from": [str(path) for path in paths], "why": why}
        (folder / TOLD).write_text(json.dumps(told) + "\n", "utf-8")
        for path in paths:
            path.rename(folder / path.name)
    except OSError as error:
        raise GitFailed(f"cannot put '{printable(str(paths[0]))}' by: {in_words(error)}") from error
    return folder


@dataclass(frozen=True, slots=True)
class PutBy:
    """What was put by: its folder in the trash, when that was (seconds since the epoch), from where, and why."""

    folder: Path
    seconds: float
    source: str
    why: str


def all_put_by(common: Path) -> tuple[PutBy, ...]:
    """All that was put by in a repository, the latest first; what does not tell when is left out."""
    found = []
    for told in (common / "parallel" / "trash").glob(f"*/{TOLD}"):
        with suppress(OSError, ValueError, KeyError, IndexError):
            data = json.loads(told.read_bytes())
            at = int(told.parent.name.rpartition(".")[2]) / 1e9
            found.append(PutBy(told.parent, at, str(data["from"][0]), str(data["why"])))
    return tuple(sorted(found, key=lambda one: one.seconds, reverse=True))


def is_put_by(folder: Path) -> bool:
    """Whether a folder of the trash holds what was put by, and so is no entry of a task's."""
    return (folder / TOLD).is_file()
