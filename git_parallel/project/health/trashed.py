"""The trash: entries of which something is missing, and what was killed half way into it or out of it."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from ...errors import ParallelError
from ...git import locks
from ...git.pool import HANDED
from ...git.put_by import is_put_by
from ...git.trash.entry import Entry, folder_of, has_begun_only, is_being_restored, is_expiring
from ...git.trash.moving import discard
from ...names import Oid, RefName, printable
from ..open import Project
from ..pruning.alone import LOCK
from ..pruning.half_way import half_way, ownerless
from ..pruning.interrupted import mended
from .finding import Finding, shell
from .scene import Scene


def find(scene: Scene) -> Iterator[Finding]:
    """What is not as a prune, an undo or an expiry that came to its end leaves it."""
    if locks.is_held(scene.runtime / LOCK):
        # It is half way for somebody who is at it.
        return
    under_way = set(half_way(scene.premises, scene.world.trash))
    rest = set(ownerless(scene.premises, scene.world.trash))
    known: set[Path] = set()
    for ref, entry in scene.entries.items():
        oid = scene.world.trash[ref]
        if entry is None:
            what = f"{printable(ref)} is no trash of git-parallel"
            yield Finding("unknown-ref", ref, what, shell("git", "update-ref", "-d", ref, oid))
            continue
        known.add(folder_of(scene.common, entry))
        is_whole = ref not in under_way
        if _is_empty(scene, entry) and (is_whole or not has_begun_only(scene.git, scene.common, entry)):
            yield _without_files(ref, oid, entry)
        elif not is_whole:
            yield _interrupted(scene, entry)
    for folder in sorted((scene.runtime / "trash").glob("*")):
        if folder in rest:
            what = f"'{printable(folder.name)}' in the trash was being freed, or is what an undo has left"
            yield Finding("left-trash", str(folder), what, mend=partial(_remove, folder))
        elif folder not in known and not is_put_by(folder):
            what = f"'{printable(folder.name)}' is in the trash, and nothing keeps its commits any more"
            yield Finding("trash-without-ref", str(folder), what, shell("ls", "-R", folder))


def _is_empty(scene: Scene, entry: Entry) -> bool:
    folder = folder_of(scene.common, entry)
    return not any((folder / name).exists() for name in ("worktree", "admin", HANDED))


def _interrupted(scene: Scene, entry: Entry) -> Finding:
    mend = partial(_mend, scene.project, entry) if scene.project else None
    if is_expiring(scene.common, entry):
        what = f"freeing the trash of '{entry.task}' was interrupted"
        return Finding("interrupted-expiry", entry.task, what, mend=mend)
    if is_being_restored(scene.common, entry):
        what = f"bringing '{entry.task}' back from the trash was interrupted"
        heal = f"git parallel prune --undo {entry.task}"
        return Finding("interrupted-undo", entry.task, what, heal, mend)
    what = f"putting '{entry.task}' into the trash was interrupted"
    return Finding("interrupted-prune", entry.task, what, mend=mend)


def _mend(project: Project, entry: Entry) -> str:
    lock = locks.try_hold(project.runtime / LOCK)
    if lock is None:
        raise ParallelError("another prune is at work")
    try:
        return mended(project, entry)
    finally:
        locks.let_go(lock)


def _without_files(ref: RefName, oid: Oid, entry: Entry) -> Finding:
    what = f"the files of '{entry.task}' in the trash are gone; its commits are kept"
    return Finding("trash-without-files", ref, what, shell("git", "update-ref", "-d", ref, oid))


def _remove(folder: Path) -> str:
    discard(folder)
    return f"'{printable(folder.name)}' is gone"
