"""Whether something is half way into the trash or out of it; light, since `status` asks it on every call."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from ...git import locks
from ...git.refs import TRASH
from ...names import Oid, RefName
from ..open import Premises
from .alone import LOCK

_FOLDER = re.compile(r"[a-z0-9-]+\.\d+")
# What an entry has beside its files.
_MARKS = {"done", "restoring", "spotless", "handed", "copied", "branch.log"}
_ENTRY = re.compile(re.escape(TRASH) + r"([a-z0-9-]+)/(\d+)")


def is_any(project: Premises, trash: Mapping[RefName, Oid]) -> bool:
    """Whether there is anything of the kind, and no prune at work."""
    is_left = any(half_way(project, trash)) or any(ownerless(project, trash))
    return is_left and not locks.is_held(project.runtime / LOCK)


def half_way(project: Premises, trash: Mapping[RefName, Oid]) -> Iterator[RefName]:
    """The refs whose entries are not wholly in the trash, or about to leave it."""
    for ref in trash:
        name = _folder(ref)
        if name is not None and not _is_at_rest(project.runtime / "trash" / name):
            yield ref


def ownerless(project: Premises, trash: Mapping[RefName, Oid]) -> Iterator[Path]:
    """The folders of entries whose refs are gone: they were being freed, or nothing of worth is left in them."""
    known = {_folder(ref) for ref in trash}
    with suppress(FileNotFoundError):
        for folder in (project.runtime / "trash").iterdir():
            if folder.name not in known and _FOLDER.fullmatch(folder.name) and _is_rest(folder):
                yield folder


def _is_rest(folder: Path) -> bool:
    found = {path.name for path in folder.iterdir()}
    return "expiring" in found or found <= _MARKS


def _folder(ref: RefName) -> str | None:
    match = _ENTRY.fullmatch(ref)
    return f"{match[1]}.{match[2]}" if match else None


def _is_at_rest(folder: Path) -> bool:
    try:
        marks = {path.name for path in folder.iterdir()}
    except FileNotFoundError:
        return False
    return "done" in marks and not marks & {"restoring", "expiring"}
