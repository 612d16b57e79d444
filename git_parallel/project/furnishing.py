"""Furnishing a worktree with what it needs beyond its checkout, and taking that back when it goes."""

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..agents import process
from ..errors import ParallelError
from ..git import worktree
from ..git.left_out import leave_out
from ..git.look import look
from ..git.place import Place
from ..names import Oid, TaskId
from ..workspace import bringing, large, ports, submodules, temporary
from ..workspace.bringing import Wanted
from . import setting_up
from .open import Project


@dataclass(frozen=True, slots=True)
class Liaison:
    """Whom a launch tells what is to be known, and asks whether it is called off; called from any thread."""

    note: Callable[[str], None] = lambda _: None
    is_called_off: Callable[[], bool] = lambda: False


def furnish(
    project: Project,
    task: TaskId,
    place: Place,
    told: Mapping[str, str],
    liaison: Liaison,
    *,
    is_untouched: bool,
    is_new: bool,
) -> None:
    """Give a task's worktree all that it still lacks; `told` are the variables that its agent will get.

    `is_untouched` is whether nobody has worked on the commit that is checked out, `is_new` whether no agent ever
    was there. Can be repeated after a crash
    anywhere in it. Raises SetupFailed, SetupStopped, and what else can go wrong.
    """
    settings, record = project.settings, _record(project, task)
    # A coordinator that was killed may have begun to set it up.
    setting_up.wait(project, task)
    ports.hold(project.common, task)
    complete(project, place, liaison, is_untouched=is_untouched, is_new=is_new)
    # A link of an earlier attempt may be gone.
    leave_out(project.git, project.common, place.path)
    if settings.copy or settings.link:
        wanted = Wanted(settings.copy, settings.link)
        brought = bringing.bring(project.git, project.common, project.main, place.path, wanted)
        bringing.remember(record, place.path, brought.copied)
        for note in brought.notes:
            liaison.note(note)
    env = process.agent_environment(os.environ, {**told, **variables(project, task)})
    if setting_up.set_up(project, task, place, env, liaison.is_called_off):
        # What it made there it would make again.
        seen = look(project.git, place, ignored=True)
        bringing.remember(record, place.path, seen.ignored)


def complete(
    project: Project, place: Place, liaison: Liaison, *, is_untouched: bool, is_new: bool = False
) -> None:
    """Check out what is part of the worktree's commit and not in git's own objects: submodules, large files."""
    if project.settings.submodules == "auto":
        submodules.fill(
            project.git, project.common, project.main, place, is_untouched=is_untouched, is_new=is_new
        )
    if is_untouched and (said := large.fill(project.git, project.common, place.path)):
        liaison.note(said)


def bytes_given(project: Project) -> int:
    """How many bytes each new worktree is given beside its checkout, as far as that is known before."""
    copied = project.settings.copy
    return bringing.bytes_to_copy(project.git, project.main, copied) if copied else 0


def variables(project: Project, task: TaskId) -> dict[str, str]:
    """The variables that tell an agent of its own port and its own temporary directory."""
    port = ports.find(project.common, task)
    own = {"GIT_PARALLEL_PORT": str(port)} if port is not None else {}
    return own | {"TMPDIR": str(temporary.make(project.common, task))}


def as_given(project: Project, task: TaskId, place: Place, paths: Iterable[str]) -> set[str]:
    """Those ignored paths of a worktree that are as it was given them, so that nothing is lost with them."""
    return bringing.unchanged(_record(project, task), project.main, place.path, paths)


def given(project: Project, task: TaskId, paths: Iterable[str]) -> set[str]:
    """Those paths of a worktree that were ignored when it was given them, whatever became of them since."""
    return bringing.brought_there(_record(project, task), paths)


def clear(project: Project, task: TaskId, place: Place, base: Oid) -> None:
    """Unmake a worktree in which no agent ever was, with all that it was given."""
    end_setup(project, task)
    worktree.discard(project.git, project.common, place, base=base)
    setting_up.forget(project, task)
    _record(project, task).unlink(missing_ok=True)
    ports.forget(project.common, task)
    drop_stale(project)


def end_setup(project: Project, task: TaskId) -> None:
    """Kill a setup that is still alive, and wait for its end."""
    setting_up.stop(project, task, now=True)
    setting_up.wait(project, task)


def drop_stale(project: Project) -> None:
    """Give back the ports, and remove the temporary directories, of workspaces that are gone."""
    # It is done again with the next one that goes, and no reason to keep this one.
    with suppress(ParallelError, OSError):
        ports.drop_stale(project.common)
        temporary.drop_stale(project.common)


def _record(project: Project, task: TaskId) -> Path:
    return project.tasks_runtime / f"{task}.given"
