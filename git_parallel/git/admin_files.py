"""The files by which git knows a linked worktree: read for what is wrong with them, and written anew.

git writes them one after the other and not to the disk, so whatever is killed or loses its power in the middle
leaves some of them missing or empty. With an empty `commondir` no git command works in the whole repository.
"""

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from ..errors import BadName
from ..names import Oid, RefName
from .admin import task_of
from .worktree import write_whole

_LONGEST = 1 << 14
# As git has it in `locked` while it makes a worktree.
_INITIALIZING = "initializing"
_MOVED = re.compile(r"checkout: moving from .* to (?P<branch>\S+)$")


class Part(StrEnum):
    """A file without which git does not know a worktree."""

    COMMONDIR = "commondir"
    GITDIR = "gitdir"
    HEAD = "HEAD"


@dataclass(frozen=True, slots=True)
class Admin:
    """git's directory for a linked worktree as it was read; `parts` are the texts of those files that are there.

    `lacks` is what is wrong with a part, in words. `is_initializing` says that git has not come to the end of
    making the worktree; `log` is the end of the log of its HEAD.
    """

    path: Path
    parts: Mapping[Part, str]
    lacks: Mapping[Part, str] = field(default_factory=dict)
    is_initializing: bool = False
    has_index: bool = False
    is_rebasing: bool = False
    log: "Logged | None" = None

    @property
    def is_agents(self) -> bool:
        """Whether it is that of a task."""
        return task_of(self.path) is not None

    @property
    def worktree(self) -> Path | None:
        """Where git believes the worktree to be."""
        # It may be relative to this directory.
        return (
            None
            if Part.GITDIR in self.lacks
            else self.path / Path(self.parts[Part.GITDIR].rstrip("\n")).parent
        )

    @property
    def branch(self) -> RefName | None:
        """The branch that is checked out; None for a detached HEAD, and where it is not known."""
        return None if Part.HEAD in self.lacks else _branch_in(self.parts[Part.HEAD])


@dataclass(frozen=True, slots=True)
class Logged:
    """The end of a log of HEAD: the commit, and the branch that was checked out last, as far as it tells."""

    oid: Oid
    branch: str = ""


def read_all(common: Path) -> tuple[Admin, ...]:
    """The admin directories of all linked worktrees, by name."""
    with suppress(FileNotFoundError), os.scandir(common / "worktrees") as entries:
        return tuple(read(common, Path(path)) for path in sorted(e.path for e in entries if e.is_dir()))
    return ()


def read(common: Path, admin: Path) -> Admin:
    """One of them."""
    parts = {part: text for part in Part if (text := _text(admin / part)) is not None}
    lacks = {part: why for part in Part if (why := what_is_wrong(part, parts.get(part)))}
    if Part.COMMONDIR not in lacks and (admin / parts[Part.COMMONDIR].rstrip("\n")).resolve() != common:
        lacks[Part.COMMONDIR] = "leads elsewhere"
    return Admin(
        admin,
        parts,
        lacks,
        is_initializing=(_text(admin / "locked") or "").strip() == _INITIALIZING,
        has_index=(admin / "index").is_file(),
        is_rebasing=(admin / "rebase-merge").exists() or (admin / "rebase-apply").exists(),
        log=last_logged(admin / "logs" / "HEAD"),
    )


def read_head(git_directory: Path) -> RefName | None:
    """The branch that is checked out where this is git's directory; None for a detached HEAD or none at all."""
    return _branch_in(_text(git_directory / "HEAD") or "")


def what_is_wrong(part: Part, text: str | None) -> str:
    """Why a part is of no use, in words; empty where it may be in order."""
    if text is None:
        return "is missing"
    if not text.strip("\0\n "):
        return "is empty"
    if part is Part.GITDIR and not text.rstrip("\n").endswith("/.git"):
        return "names no worktree"
    if part is Part.HEAD and not _is_head(text.rstrip("\n")):
        return "names neither a branch nor a commit"
    return ""


def write(admin: Path, part: Part, text: str) -> None:
    """Have a part hold a line; nobody ever reads half of it."""
    aside = admin / f"gp-{part}.{os.getpid()}"
    write_whole(aside, f"{text}\n")
    aside.replace(admin / part)


def last_logged(log: Path) -> Logged | None:
    """Where a log ends; None for one that is not there or tells nothing."""
    try:
        lines = log.read_text("utf-8", "surrogateescape").rstrip("\n\0").split("\n")
        oid = Oid(lines[-1].split(" ", 2)[1])
    except (OSError, IndexError, BadName):
        return None
    moved = next((m["branch"] for line in reversed(lines) if (m := _MOVED.search(line))), "")
    return None if oid.is_null else Logged(oid, moved)


def _is_head(text: str) -> bool:
    try:
        return bool(RefName(text[4:].strip()) if text.startswith("ref:") else Oid(text))
    except BadName:
        return False


def _branch_in(text: str) -> RefName | None:
    try:
        return RefName(text.strip().removeprefix("ref:").strip()) if text.startswith("ref:") else None
    except BadName:
        return None


def _text(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return file.read(_LONGEST).decode("utf-8", "surrogateescape")
    except OSError:
        return None
