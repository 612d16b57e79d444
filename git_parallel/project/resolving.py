"""A conflict made ready in the worktree of its task, so that somebody can resolve it there."""

from dataclasses import dataclass
from pathlib import Path

from ..agents import process
from ..errors import Refused
from ..git import merging
from ..git.look import look
from ..git.place import Place
from ..git.refs import Snapshot, snapshot
from ..git.target import in_the_way
from ..names import Oid, TaskId, printable
from ..schedule.record import State, TaskRecord
from .conflicts import Clashing, find_clashing
from .open import Project
from .places import place_of_record

# Work that has been proven once; of any other a merge would not take the outcome.
_PROVEN = (State.SUCCEEDED, State.CONFLICTED, State.REJECTED)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A merge of the target that stands open in a task's worktree.

    `undecided` are the paths that somebody has yet to decide, `recalled` those of them that git has filled in from
    an earlier resolution. `is_new` is whether it was begun just now; `aside` is where that lies which an earlier
    call, killed in the middle, had left in the worktree.
    """

    task: TaskId
    place: Place
    clashing: Clashing
    undecided: tuple[str, ...]
    recalled: tuple[str, ...]
    is_new: bool
    aside: Path | None = None


def prepare_conflict(project: Project, task: TaskId) -> Prepared:
    """Begin the merge of the target in the worktree of a task that is in conflict with it, or find it begun.

    Raises Refused, with nothing changed, where that cannot be as things stand.
    """
    world = snapshot(project.git)
    record = _require_proven(world, task)
    if process.is_alive(project.tasks_runtime, task):
        raise Refused(f"the agent of '{task}' is at work", hint=f"git parallel cancel {task} stops it")
    place = place_of_record(project, record)
    tip = _require_there(project, world, record, place)
    standing = merging.find_merge(place)
    if standing is not None:
        return _found(project, world, task, place, tip, standing)
    onto = project.git.find_ref(project.target) or project.base
    if not merging.was_cut_off(project.git, place):
        _require_untouched(project, place, task, tip, onto)
    if find_clashing(project, world.records, onto=onto, tip=tip) is None:
        raise Refused(
            f"'{task}' is in no conflict with '{project.target.short}'", hint=f"git parallel merge {task}"
        )
    aside = merging.begin_merge(project.git, project.common, place, project.target)
    # The target may have moved in this very moment; what counts is what is merged there.
    return _found(
        project, world, task, place, tip, merging.find_merge(place) or onto, is_new=True, aside=aside
    )


def _found(
    project: Project,
    world: Snapshot,
    task: TaskId,
    place: Place,
    tip: Oid,
    onto: Oid,
    *,
    is_new: bool = False,
    aside: Path | None = None,
) -> Prepared:
    target = project.git.find_ref(project.target) or project.base
    if not project.git.is_ancestor(old=onto, new=target):
        raise Refused(
            f"in {printable(str(place.path))} a merge of {onto:.9} is under way, which is not on "
            f"'{project.target.short}'",
            hint=f"end it there, or take it back: cd {place.path}; git merge --abort",
        )
    clashing = find_clashing(project, world.records, onto=onto, tip=tip) or Clashing(onto, tip, ())
    undecided = merging.undecided(project.git, place)
    recalled = merging.recalled(project.git, project.common, place) if undecided else ()
    return Prepared(task, place, clashing, undecided, recalled, is_new, aside)


def _require_proven(world: Snapshot, task: TaskId) -> TaskRecord:
    stored = world.tasks.get(task)
    if stored is None:
        raise Refused(f"'{task}' has not been run, so there is nothing to resolve")
    record = stored.record
    is_taken_up = record.resolves is not None and record.state is not State.RUNNING
    if record.state not in _PROVEN and not is_taken_up:
        reason = f" ({printable(record.reason)})" if record.reason else ""
        raise Refused(f"'{task}' is in state '{record.state}'{reason}, so there is nothing to resolve")
    return record


def _require_there(project: Project, world: Snapshot, record: TaskRecord, place: Place) -> Oid:
    """The tip of the task's branch, where its worktree stands on it; raises Refused."""
    tip = project.git.find_ref(place.branch)
    if tip is None or not (place.path / ".git").exists():
        is_pruned = any(ref.startswith(f"refs/parallel/trash/{record.id}/") for ref in world.trash)
        undo, anew = f"git parallel prune --undo {record.id}", f"git parallel retry {record.id}"
        hint = f"{undo} brings it back" if is_pruned else f"{anew} makes it anew, for another attempt"
        raise Refused(f"the worktree of '{record.id}' is gone", hint=hint)
    head = (place.admin / "HEAD").read_text("utf-8", "surrogateescape").strip().removeprefix("ref: ")
    if head != place.branch:
        where = printable(head.removeprefix("refs/heads/"))
        raise Refused(
            f"{printable(str(place.path))} is on '{where}' instead of '{record.branch}'",
            hint=f"cd {place.path}; git switch {record.branch}",
        )
    return tip


def _require_untouched(project: Project, place: Place, task: TaskId, tip: Oid, onto: Oid) -> None:
    """Raise Refused where a merge would meet what is not committed; it is to begin from what was judged."""
    seen = look(project.git, place, hidden=True)
    where = printable(str(place.path))
    if seen.operations:
        raise Refused(
            f"in {where} a {seen.operations[0]} is under way",
            hint=f"end it there, or take it back; then git parallel merge --resolve {task}",
        )
    held = (*seen.changed, *seen.hidden) or in_the_way(project.git, place.path, old=tip, new=onto)
    if held:
        more = f" and {len(held) - 1} more" if len(held) > 1 else ""
        raise Refused(
            f"in {where} there are changes that are not committed: '{printable(held[0])}'{more}",
            hint=f"commit them there, or put them away; then git parallel merge --resolve {task}",
        )
