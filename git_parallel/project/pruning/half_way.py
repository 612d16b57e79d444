"""Whether something is half way into the trash or out of it; light, since `status` asks it on every call."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from ...git import locks
from ...git.refs import TRASH
from ...git.trash.moving import GONE
from ...names import Oid, RefName
from ..open import Premises
from .alone import LOCK

_FOLDER = re.compile(rf"[a-z0-9-]+\.(?P<time>\d+)(?P<gone>\.{GONE})?")
# What an entry has beside its files.
_MARKS = {"done", "restoring", "spotless", "handed", "copied", "branch.log", "runtime"}
_ENTRY = re.compile(re.escape(TRASH) + r"([a-z0-9-]+)/(\d+)")


def is_any(project: Premises, trash: Mapping[RefName, Oid]) -> bool:
    """Whether there is anything of the kind, and no prune at work."""
    is_left = any(half_way(project, trash)) or any(ownerless(project, trash)) or any(locks_of_trash(project))
    return is_left and not locks.is_held(project.runtime / LOCK)


def half_way(project: Premises, trash: Mapping[RefName, Oid]) -> Iterator[RefName]:
    """The refs whose entries are not wholly in the trash, or about to leave it."""
    for ref in trash:
        name = _folder(ref)
        if name is not None and not _is_at_rest(project.runtime / "trash" / name):
            yield ref


def locks_of_trash(project: Premises) -> Iterator[Path]:
    """The locks that stand on refs of the trash, which only we write."""
    return (project.common / TRASH).glob("*/*.lock")


def tasks_half_way(project: Premises, trash: Mapping[RefName, Oid]) -> set[str]:
    """The tasks of these entries."""
    return {match[1] for ref in half_way(project, trash) if (match := _ENTRY.fullmatch(ref))}


def ownerless(project: Premises, trash: Mapping[RefName, Oid]) -> Iterator[Path]:
    """The folders of entries whose refs are gone: they were being freed, or nothing of worth is left in them."""
    known = {_folder(ref) for ref in trash}
    with suppress(FileNotFoundError):
        for folder in (project.runtime / "trash").iterdir():
            match = _FOLDER.fullmatch(folder.name)
            if match and folder.name not in known and (match["gone"] or _is_rest(folder)):
                yield folder


def time_of(folder: Path) -> int:
    """When the entry of a folder was put away, in nanoseconds."""
    match = _FOLDER.fullmatch(folder.name)
    return int(match["time"]) if match else 0


def _is_rest(folder: Path) -> bool:
    found = {path.name for path in folder.iterdir()}
    return "expiring" in found or (found <= _MARKS and not any((folder / "runtime").glob("*")))


def _folder(ref: RefName) -> str | None:
    match = _ENTRY.fullmatch(ref)
    return f"{match[1]}.{match[2]}" if match else None


def _is_at_rest(folder: Path) -> bool:
    try:
        marks = {path.name for path in folder.iterdir()}
    except FileNotFoundError:
        return False
    return "done" in marks and not marks & {"restoring", "expiring"}
