"""The pool: a checkout in the trash is handed on to the next task, for most of its files are the same there.

Only one that is spotless: all that it holds is in its commit, so that the trash can make it again. Its admin
directory stays in the trash, but for the index. Files of ours on the way:

    parallel/trash/<id>.<time>/spotless   it may be handed on
    parallel/trash/<id>.<time>/handed     it was, or is about to be: an undo makes the checkout anew
    worktrees/gp-<id>/gp-made             by which settings the checkout was made
    worktrees/gp-<id>/gp-pool             the commit whose checkout is being turned into this one's
    worktrees/gp-<id>/gp-index            its index, until that is done

Whatever is killed between two steps, the next call begins the checkout from nothing.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..errors import BadName, GitFailed
from ..names import Oid
from . import crowd
from .command import Git
from .opened import is_open_below

MADE, FROM, INDEX = "gp-made", "gp-pool", "gp-index"
SPOTLESS, HANDED, LEFT = "spotless", "handed", "left"
# What decides over the bytes of a file beside its blob and the attributes of the tree.
_DECIDING = (
    r"^(core\.(autocrlf|eol|symlinks|filemode|ignorecase|precomposeunicode|attributesfile)|filter\..*)$"
)
# All that git can find which is not in the commit, whatever it was told not to look at.
STATUS = (
    "-c", "status.showUntrackedFiles=all", "-c", "core.trustctime=true", "-c", "core.checkStat=default",
    "-c", "core.fsmonitor=false", "-c", "core.untrackedCache=false",
    "status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--ignored=matching",
    "--ignore-submodules=none",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spare:
    """A spotless checkout in the trash: its folder there, the commit that is checked out, and how it was made."""

    folder: Path
    tip: Oid
    made: str


def making(git: Git, common: Path) -> str:
    """A digest of the settings by which files are written; two checkouts of one commit are alike where it is."""
    out = git.run("config", "-z", "--get-regexp", _DECIDING, answers=(0, 1))
    digest = hashlib.sha256(out.stdout.encode("utf-8", "surrogateescape"))
    for file in attribute_files(git, common):
        digest.update(b"\0" + (file.read_bytes() if file.is_file() else b""))
    # New files and directories have what it leaves them.
    digest.update(f"\0{umask()}".encode())
    return digest.hexdigest()


def attribute_files(git: Git, common: Path) -> list[Path]:
    """Where attributes may stand beside those of the tree."""
    theirs = git.run("config", "--type=path", "core.attributesFile", answers=(0, 1)).stdout.rstrip("\n")
    homes = (os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config", "/etc")
    files = [common / "info" / "attributes", *([Path(theirs)] if theirs else [])]
    return [*files, Path(homes[0]) / "git" / "attributes", Path(homes[1]) / "gitattributes"]


def umask() -> int | None:
    """The umask of this process; None where it could only be learnt by changing it for a moment."""
    try:
        lines = Path("/proc/self/status").read_text("ascii", "replace").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1], 8) for line in lines if line.startswith("Umask:")), None)


def spares(common: Path) -> Iterator[Spare]:
    """The checkouts that can be handed on, the latest first."""
    trash = common / "parallel" / "trash"
    for folder in sorted(trash.glob("*"), key=lambda folder: folder.name.rpartition(".")[2], reverse=True):
        is_whole = (folder / "worktree").is_dir() and (folder / "admin" / "index").is_file()
        is_busy = (folder / HANDED).exists() or (folder / "restoring").exists()
        if is_whole and not is_busy:
            # One without its marks, or with one that a crash has torn, is not handed on.
            with suppress(FileNotFoundError, BadName):
                tip = Oid((folder / SPOTLESS).read_text("ascii"))
                yield Spare(folder, tip, (folder / "admin" / MADE).read_text("ascii"))


def find_spare(git: Git, common: Path, path: Path, base: Oid) -> Spare | None:
    """A checkout that can become that of `base` at `path`, by changing those files only that differ."""
    above = next(one for one in path.parents if one.exists())
    found: str | None = None
    for spare in spares(common):
        if (spare.folder / "worktree").stat().st_dev != above.stat().st_dev:
            continue
        found = making(git, common) if found is None else found
        # Other attributes make other files of the same blobs.
        rules = ("--", ":(glob)**/.gitattributes")
        if (
            spare.made == found
            and not git.run("diff-tree", "-r", "--name-only", spare.tip, base, *rules).stdout
            and not is_open_below(spare.folder / "worktree")
        ):
            return spare
    return None


def hand_over(spare: Spare, path: Path, admin: Path) -> None:
    """Move a checkout to its new place, after `handed` was written and `admin` made with the file FROM in it."""
    (spare.folder / "admin" / "index").rename(admin / INDEX)
    (spare.folder / "worktree" / ".git").write_text(f"gitdir: {admin}\n", "utf-8", "surrogateescape")
    path.parent.mkdir(parents=True, exist_ok=True)
    (spare.folder / "worktree").rename(path)


def turn(git: Git, common: Path, path: Path, admin: Path) -> bool:
    """Turn the checkout that was handed over into that of HEAD; whether it is proven to be that now."""
    if (admin / MADE).read_text() != making(git, common):
        # A call that died had taken it, and the settings are others since.
        return False
    # Nobody has been here yet and we are alone, so a lock can only be a dead checkout's.
    (admin / f"{INDEX}.lock").unlink(missing_ok=True)
    here = git.at(path).with_environment(GIT_INDEX_FILE=str(admin / INDEX))
    try:
        with crowd.in_company() as workers:
            here.run(*workers, "read-tree", "-m", "-u", (admin / FROM).read_text(), "HEAD")
        is_done = (admin / INDEX).is_file() and not here.run(*STATUS).stdout
    except GitFailed:
        return False
    if is_done:
        (admin / INDEX).rename(admin / "index")
        (admin / FROM).unlink()
    return is_done


def forgo(common: Path, path: Path, admin: Path) -> None:
    """Put what was handed over and is not what it should be out of the way."""
    (admin / INDEX).unlink(missing_ok=True)
    left = common / "parallel" / "tmp" / f"{admin.name}.{LEFT}"
    number = 0
    while left.exists():
        number += 1
        left = left.with_name(f"{admin.name}.{LEFT}.{number}")
    path.rename(left)
    path.mkdir()
    (path / ".git").write_text(f"gitdir: {admin}\n", "utf-8", "surrogateescape")
    (admin / FROM).unlink()
