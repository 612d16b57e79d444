"""The trash: entries of which something is missing, and prunes and undos that were killed in the middle."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from ...git import trash
from ...git.put_by import is_put_by
from ...git.refs import RefChange, apply
from ...git.trash import Entry
from ...names import Oid, RefName, printable
from ..aside import bring_back
from ..open import Project
from .finding import Finding, shell
from .scene import Scene


def find(scene: Scene) -> Iterator[Finding]:
    """What is not as a prune, or an undo that came to its end, leaves it."""
    known: set[Path] = set()
    for ref, entry in scene.entries.items():
        oid = scene.world.trash[ref]
        if entry is None:
            what = f"{printable(ref)} is no trash of git-parallel"
            yield Finding("unknown-ref", ref, what, shell("git", "update-ref", "-d", ref, oid))
            continue
        known.add(trash.folder_of(scene.common, entry))
        yield from _about(scene, ref, oid, entry)
    for folder in sorted((scene.runtime / "trash").glob("*")):
        if folder not in known and not is_put_by(folder):
            what = f"'{printable(folder.name)}' is in the trash, and nothing keeps its commits any more"
            yield Finding("trash-without-ref", str(folder), what, shell("ls", "-R", folder))


def _about(scene: Scene, ref: RefName, oid: Oid, entry: Entry) -> Iterator[Finding]:
    project, common = scene.project, scene.common
    if trash.is_being_restored(common, entry):
        what = f"bringing '{entry.task}' back from the trash was interrupted"
        mend = partial(_bring_back, project, entry) if project else None
        yield Finding("interrupted-undo", entry.task, what, f"git parallel prune --undo {entry.task}", mend)
    elif trash.is_complete(common, entry):
        return
    elif trash.is_in_place(common, entry):
        what = f"putting '{entry.task}' into the trash was interrupted, and its worktree is where it was"
        yield Finding("interrupted-prune", entry.task, what, mend=partial(_take_back, scene, ref, oid, entry))
    elif (trash.folder_of(common, entry) / "worktree").exists():
        what = f"putting '{entry.task}' into the trash was interrupted"
        yield Finding("interrupted-prune", entry.task, what, mend=partial(_complete, scene, entry))
    else:
        what = f"the files of '{entry.task}' in the trash are gone; its commits are kept"
        heal = shell("git", "update-ref", "-d", ref, oid)
        yield Finding("trash-without-files", ref, what, heal)


def _bring_back(project: Project, entry: Entry) -> str:
    bring_back(project, entry)
    return f"'{entry.task}' is back in '{printable(entry.worktree)}'"


def _take_back(scene: Scene, ref: RefName, oid: Oid, entry: Entry) -> str:
    folder = trash.folder_of(scene.common, entry)
    if (folder / "admin").exists():
        trash.take_admin_back(scene.common, entry)
    # Nothing but a copy of the log of its branch is in there any more.
    (folder / "branch.log").unlink(missing_ok=True)
    if folder.exists():
        folder.rmdir()
    apply(scene.git, RefChange(ref, new=None, old=oid), reason="parallel: doctor")
    return f"'{entry.task}' stays in '{printable(entry.worktree)}'"


def _complete(scene: Scene, entry: Entry) -> str:
    trash.complete(scene.git, scene.common, entry)
    return f"'{entry.task}' is in the trash"
