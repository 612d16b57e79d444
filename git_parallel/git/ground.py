"""What the hooks' fast path knows of one agent worktree: `parallel/guard/gp-<id>/`.

    own       what it may surely change: exact paths, and directories ending in '/'; a line each
    ground    its branch, the target and the commit that it was begun at; a line each

The merge does not read any of it: an agent could write there.
"""

import shutil
from collections.abc import Collection, Iterable
from pathlib import Path

from ..errors import BadName
from ..names import Oid, RefName
from .written import as_lines, lines, put

_OWN, _GROUND = "own", "ground"


def write_ground(common: Path, admin: str, *, branch: RefName, target: RefName, base: Oid) -> None:
    """Tell where the work of a worktree goes and what it stands on."""
    put(_folder(common, admin) / _GROUND, as_lines((branch, target, base)))


def target_of(common: Path, admin: str) -> RefName | None:
    """The target that was told of; None where nothing was, or what is there is no name of a ref."""
    told = lines(_folder(common, admin) / _GROUND)
    try:
        return RefName(told[1])
    except (IndexError, BadName):
        return None


def write_owned(common: Path, admin: str, paths: Iterable[str]) -> None:
    """Tell what a worktree may surely change: exact paths, and directories ending in `/`."""
    put(_folder(common, admin) / _OWN, as_lines(sorted(paths)))


def add_owned(common: Path, admin: str, paths: Iterable[str]) -> None:
    """Tell of paths that a worktree has claimed since."""
    if (_folder(common, admin) / _OWN).is_file():
        with (_folder(common, admin) / _OWN).open("a", encoding="utf-8", errors="surrogateescape") as file:
            file.write(as_lines(paths))


def drop_owned(common: Path, admin: str, paths: Collection[str]) -> None:
    """Tell of paths that a worktree does not hold by claim any more, or only for a while."""
    own = _folder(common, admin) / _OWN
    known = lines(own)
    left = [path for path in known if path not in paths]
    if left != known:
        put(own, as_lines(left))


def forget(common: Path, admin: str) -> None:
    """Remove what was told of a worktree."""
    shutil.rmtree(_folder(common, admin), ignore_errors=True)


def _folder(common: Path, admin: str) -> Path:
    return common / "parallel" / "guard" / admin
