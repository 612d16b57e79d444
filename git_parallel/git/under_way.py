"""The move of a branch that is under way: `.git/parallel/move.json`, there for as long as anything is half way.

It says what is to be done, and how the files looked before. What has not changed since is none of the move's doing.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import BadName, GitFailed, in_words
from ..names import Oid, RefName, printable
from . import locks
from .checkouts import admin_at
from .command import Git
from .history import changed_paths

# Seconds for which a git is waited for that has outlived its command. What holds the lock then is no git any more,
# but what a hook of the user's has started, say.
_PATIENCE = 10.0

# Number, size and both times of a file, in nanoseconds: one that is written anew has another.
Seen = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Before:
    """A checkout before a move: its directory and git's own for it, and the paths that the move changes.

    `stood` says of those of them at which a file was how it looked, and `index` that of the index; of the
    directories on the way to them `folders` were there.
    """

    checkout: Path
    admin: Path
    changed: tuple[str, ...]
    stood: Mapping[str, Seen]
    folders: frozenset[str]
    index: Seen | None


@dataclass(frozen=True, slots=True)
class Move:
    """A branch goes from `old` to `new`, and where it is checked out the files as well.

    `since` is when it began, in nanoseconds, by the clock of the file system.
    """

    branch: RefName
    old: Oid
    new: Oid
    reason: str
    before: Before | None = None
    since: int = 0


def look_ahead(git: Git, common: Path, move: Move, checkout: Path) -> Before:
    """How a checkout looks before a move."""
    admin = admin_at(checkout, common)
    changed = sorted(changed_paths(git, [(move.old, move.new)])[move.old, move.new])
    stood = {path: seen for path in changed if (seen := look_at(checkout / path))}
    ways = {str(folder) for path in changed for folder in folders_of(path)}
    folders = frozenset(folder for folder in ways if (checkout / folder).is_dir())
    return Before(checkout, admin, tuple(changed), stood, folders, look_at(admin / "index"))


def folders_of(path: str) -> list[Path]:
    """The directories that a path of a checkout lies in, the nearest first; not the top itself."""
    return list(Path(path).parents)[:-1]


def begin(common: Path, move: Move) -> Move:
    """Write down what is about to be done; on the disk when this returns. Raises GitFailed where that cannot be."""
    data: dict[str, Any] = {
        "version": 1,
        "branch": move.branch,
        "old": move.old,
        "new": move.new,
        "reason": move.reason,
    }
    if move.before is not None:
        data |= {
            "checkout": str(move.before.checkout),
            "admin": str(move.before.admin),
            "changed": move.before.changed,
            "stood": move.before.stood,
            "folders": sorted(move.before.folders),
            "index": move.before.index,
        }
    file = _file(common)
    aside = file.with_name(f".{file.name}.new")
    try:
        with aside.open("w", encoding="ascii") as out:
            json.dump(data, out)
            out.flush()
            os.fsync(out.fileno())
        aside.rename(file)
    except OSError as error:
        raise GitFailed(f"nothing can be moved: {printable(in_words(error))}") from error
    return find(common) or move


def over(common: Path) -> None:
    """Nothing is half way any more."""
    _file(common).unlink(missing_ok=True)


def is_any(common: Path) -> bool:
    """Whether a move is under way, or was when its process died."""
    return _file(common).exists()


def find(common: Path) -> Move | None:
    """The move that is under way, or was when its process died; None where there is none.

    Raises GitFailed for a file that tells nothing of the kind.
    """
    try:
        with _file(common).open(encoding="ascii") as file:
            since = os.fstat(file.fileno()).st_mtime_ns
            return _read(json.load(file), since)
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError, BadName) as error:
        raise GitFailed(
            f"'{printable(str(_file(common)))}' does not say which merge was interrupted",
            hint="look at 'git status' where the target is checked out, and remove that file",
        ) from error


@contextmanager
def alone(git: Git, common: Path) -> Iterator[Git]:
    """Move with the git that is given, once no git is at work any more that an earlier command has started for that.

    Such a one goes on where only its command is killed.
    """
    with locks.held_if_free(common / "parallel" / "move.lock", within=_PATIENCE) as lock:
        yield git if lock is None else git.holding(lock)


def look_at(path: Path) -> Seen | None:
    """How a file looks from outside; None where there is none, or a directory."""
    try:
        seen = path.lstat()
    except OSError:
        return None
    is_folder = path.is_dir() and not path.is_symlink()
    return None if is_folder else (seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns)


def _read(data: Any, since: int) -> Move:
    before = None
    if "checkout" in data:
        before = Before(
            Path(data["checkout"]),
            Path(data["admin"]),
            tuple(data["changed"]),
            {path: _seen(seen) for path, seen in data["stood"].items()},
            frozenset(data["folders"]),
            _seen(data["index"]) if data["index"] else None,
        )
    return Move(
        RefName(data["branch"]), Oid(data["old"]), Oid(data["new"]), str(data["reason"]), before, since
    )


def _seen(data: Any) -> Seen:
    number, size, modified, changed = data
    return number, size, modified, changed


def _file(common: Path) -> Path:
    return common / "parallel" / "move.json"
