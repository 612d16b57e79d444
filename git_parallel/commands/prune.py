"""`git parallel prune`: what is merged, clean and dead goes to the trash; everything else stays, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..agents import process
from ..errors import ParallelError, UnknownTask
from ..git import guard, pool, spotless, trash, worktree
from ..git.refs import Snapshot, Stored, snapshot
from ..git.trash import Entry
from ..git.worktree import Place
from ..names import Oid, RefName, TaskId, printable
from ..overlap import patterns
from ..project import coordinator, repair
from ..project.accounting import without_leftovers
from ..project.aside import bring_back, in_trash, set_aside, why_held_there, why_occupied
from ..project.declared import find_recorded, read_tasks
from ..project.furnishing import as_given, drop_stale
from ..project.open import Project, make_runtime, open_project
from ..project.places import place_of_record
from ..schedule.record import State, TaskRecord
from ..schedule.strategy import Strategy


@dataclass(frozen=True, slots=True)
class PruneAnswer:
    """What was put into the trash, and what was kept for which reason."""

    removed: tuple[Entry, ...]
    kept: Mapping[TaskId, str]
    mended: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UndoAnswer:
    """What is back, and what was put into the trash in its stead."""

    restored: Entry
    removed: Entry | None


def prune(directory: Path, spellings: Sequence[str] = ()) -> PruneAnswer:
    """Put away the worktrees and branches of the named tasks, or of all that are finished."""
    project = open_project(directory)
    make_runtime(project)
    tasks = read_tasks(project)
    mended = repair.repair(project, tasks)
    world = snapshot(project.git)
    removed, kept = [], {}
    for ref in world.trash:
        gone_on = _finish_interrupted(project, world, ref)
        if gone_on:
            removed.append(gone_on)
    chosen = [find_recorded(text, tasks, world) for text in spellings] or list(world.tasks)
    for task in dict.fromkeys(chosen):
        stored = world.tasks.get(task)
        if stored is None:
            kept[task] = "it has not been run"
            continue
        answer = _prune_one(project, stored)
        if isinstance(answer, Entry):
            removed.append(answer)
        elif answer:
            kept[task] = answer
    drop_stale(project)
    if not coordinator.is_in_office(project):
        # Who coordinates has put the guard there for agents that are still to come.
        guard.leave(project.git, project.common)
    return PruneAnswer(tuple(removed), kept, mended)


def _finish_interrupted(project: Project, world: Snapshot, ref: RefName) -> Entry | None:
    """Go on with what a killed prune or undo had begun; the entry if something went to the trash now."""
    try:
        entry = trash.read(project.git, ref)
        if trash.is_being_restored(project.common, entry):
            bring_back(project, entry)
            return None
        if trash.is_complete(project.common, entry):
            return None
        stored = world.tasks.get(entry.task)
        if trash.is_in_place(project.common, entry) and stored is not None:
            trash.take_admin_back(project.common, entry)
            place = place_of_record(project, stored.record)
            # Somebody may have worked there since; what speaks against it speaks against going on.
            if why_kept(project, stored.record, place, project.git.find_ref(place.branch)):
                return None
        trash.complete(project.git, project.common, entry)
        return entry
    except ParallelError:
        # Not one of ours, or in the way of something: it stays as it is, and `--undo` says why.
        return None


def undo(directory: Path, spelling: str) -> UndoAnswer:
    """Bring the latest pruned state of a task back; raises UnknownTask where the trash has none.

    Where the task was begun anew since, what it has now takes the place in the trash. An undo that was
    killed is gone on with, and does nothing else.
    """
    project = open_project(directory)
    make_runtime(project)
    world = snapshot(project.git)
    wanted = find_recorded(spelling, read_tasks(project), world)
    mine = in_trash(project, wanted)
    if not mine:
        raise UnknownTask(
            f"the trash holds nothing of '{wanted}'", hint="only what was pruned can be brought back"
        )
    begun = [entry for entry in mine if trash.is_being_restored(project.common, entry)]
    entry = max(begun or mine, key=lambda entry: int(entry.time))
    present, removed = world.tasks.get(wanted), None
    if present is not None and present.record.branch and not trash.is_back(project.common, entry):
        place = place_of_record(project, present.record)
        if place.admin.exists() and place.branch == entry.branch:
            removed = set_aside(project, present.record, place)
    bring_back(project, entry)
    return UndoAnswer(entry, removed)


def _prune_one(project: Project, stored: Stored) -> Entry | str:
    """The trash entry, or why the task is kept; an empty string where there is nothing to put away."""
    record = stored.record
    if not record.branch:
        return ""
    place = place_of_record(project, record)
    try:
        tip = project.git.find_ref(place.branch)
        if tip is None and not place.path.exists() and not place.admin.exists():
            return ""
        reason = why_kept(project, record, place, tip)
        if reason or tip is None:
            return reason or f"its branch '{record.branch}' is gone, but its worktree is not"
        is_spotless = place.path.exists() and _may_be_handed_on(project, place)
        return trash.put_away(project.git, project.common, record.id, place, tip, is_spotless=is_spotless)
    except ParallelError as error:
        # One that is damaged must not keep the others.
        return error.message


def _may_be_handed_on(project: Project, place: Place) -> bool:
    wanted = project.settings.pool
    if not wanted or sum(1 for _ in pool.spares(project.common)) >= wanted:
        return False
    return spotless.is_spotless(project.git, project.common, place.path, place.admin)


def why_kept(project: Project, record: TaskRecord, place: Place, tip: Oid | None) -> str:
    """What would be lost, or is not finished; empty where nothing speaks against putting it away."""
    if process.is_alive(project.tasks_runtime, record.id):
        return "its agent is running"
    if record.state is not State.MERGED:
        return f"it is {record.state}, not merged"
    if tip and not _is_landed(project, record, tip):
        return f"its branch '{record.branch}' has commits that '{project.target.short}' has not"
    if reason := why_held_there(project, place):
        return reason
    if not place.path.exists():
        return ""
    if not place.admin.exists():
        return f"'{printable(str(place.path))}' is no worktree any more (git has no record of it)"
    return _what_is_left(project, record, place)


def _is_landed(project: Project, record: TaskRecord, tip: Oid) -> bool:
    """Whether the target has the work of a branch: its commits, or the commit by which it landed in another form."""
    is_rewritten = record.strategy not in ("", Strategy.MERGE) and tip == record.tip and record.candidate
    landed = record.candidate if is_rewritten and record.candidate else tip
    return project.git.is_ancestor(old=landed, new=project.base)


def _what_is_left(project: Project, record: TaskRecord, place: Place) -> str:
    seen = worktree.look(project.git, place, ignored=True, hidden=True)
    if seen.operations:
        return f"a {seen.operations[0]} is unfinished in its worktree"
    if seen.changed:
        return f"its worktree has uncommitted changes: {_some(seen.changed)}"
    # Where git ignores no longer what was brought there, it is no work of anybody's all the same.
    brought = as_given(project, record.id, place, seen.untracked)
    strange = [path for path in seen.untracked if path not in brought]
    if untracked := without_leftovers(project, record, strange):
        return f"its worktree has untracked files: {_some(untracked)}"
    if seen.hidden:
        return f"its worktree has files that git was told not to look at: {_some(seen.hidden)}"
    if seen.head != place.branch:
        return f"its worktree is on '{printable(seen.head.removeprefix('refs/heads/'))}', not on its branch"
    disposable = [patterns.parse(glob) for glob in project.settings.disposable]
    # git names an ignored directory as a whole, with a '/' at its end; ask for something inside it.
    inside = {path: f"{path}x" if path.endswith("/") else path for path in seen.ignored}
    precious = [p for p, probe in inside.items() if not any(patterns.matches(d, probe) for d in disposable)]
    given = as_given(project, record.id, place, precious)
    precious = [path for path in precious if path not in given]
    if precious:
        return f"its worktree has ignored files: {_some(precious)}"
    return why_occupied(place)


def _some(paths: Sequence[str]) -> str:
    more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    return f"'{printable(paths[0])}'{more}"
