"""Reading what is the case with tasks that are to be put away: of all at once, then in each worktree."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...agents import process
from ...agents.occupants import Occupant, occupants
from ...errors import ParallelError
from ...git import locks
from ...git.checkouts import Checkout, checkouts, elsewhere, path_of
from ...git.dropped import dropped, named, unreachable
from ...git.inspection import Inspection
from ...git.place import Place, is_joined
from ...git.refs import Branch, Stored, branches
from ...names import Oid, RefName, TaskId, printable
from ...schedule.record import State, TaskRecord
from ..open import Project
from ..places import place_of_record
from .contents import contents_of, inspected
from .examined import Contents, Examined
from .landed import landed


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """What is known of all of them at once: where the branches are and which have landed, commits that no ref has, who
    uses which directory, what is checked out where, all worktrees, and what is in the stash.
    """

    at: Mapping[RefName, Branch]
    landed: set[TaskId]
    lost: set[Oid]
    dropped: Mapping[Place, tuple[Oid, ...]]
    users: Mapping[Path, tuple[Occupant, ...]]
    checkouts: Sequence[Checkout]
    worktrees: Sequence[Path]
    stashes: Sequence[tuple[str, str]]


def examine(project: Project, some: Sequence[Stored]) -> list[Examined]:
    """What is the case with these tasks; those that have neither a worktree nor a branch are left out."""
    found = [(one, place_of_record(project, one.record)) for one in some if one.record.branch]
    at = branches(project.git, [place.branch for _, place in found])
    there = [(one, place) for one, place in found if _is_any(place, at)]
    around = _surroundings(project, there, at)
    seen = inspected(project, [place for _, place in there])
    return [_examined(project, one, place, around, seen.get(place)) for one, place in there]


def _surroundings(
    project: Project, there: Sequence[tuple[Stored, Place]], at: Mapping[RefName, Branch]
) -> _Surroundings:
    git, common = project.git, project.common
    places = [place for _, place in there]
    logged = {oid for place in places for oid in (*named(common, place), *_head(place))}
    lost = unreachable(git, logged)
    return _Surroundings(
        at=at,
        landed=landed(
            project, [(one.record, at[place.branch].oid) for one, place in there if place.branch in at]
        ),
        lost=lost,
        dropped=dropped(git, common, places, lost),
        users=occupants([place.path for place in places]),
        checkouts=checkouts(git, common),
        worktrees=[path for admin in (common / "worktrees").glob("*") if (path := path_of(admin))],
        stashes=_stashes(project),
    )


def _examined(
    project: Project, one: Stored, place: Place, around: _Surroundings, seen: Inspection | str | None
) -> Examined:
    record, tip = one.record, around.at.get(place.branch)
    is_whole = is_joined(place)
    other = elsewhere(around.checkouts, place.path, place.branch)
    return Examined(
        stored=one,
        place=place,
        tip=tip.oid if tip else None,
        is_there=place.path.exists(),
        is_known=place.admin.exists() and (is_whole or not place.path.exists()),
        is_strange=os.path.lexists(place.path / ".git") and not is_whole,
        oddity=tip.oddity if tip else "",
        busy=_busy(project, record),
        elsewhere=f"its branch is {other.how} in '{printable(str(other.path))}'" if other else "",
        inner=_inner(around.worktrees, place),
        unseen=seen if isinstance(seen, str) else "",
        is_locked=(place.admin / "locked").exists(),
        is_landed=record.id in around.landed,
        contents=contents_of(project, record, place, seen, around.lost)
        if isinstance(seen, Inspection)
        else Contents(),
        dropped=around.dropped.get(place, ()),
        stashes=tuple(entry for entry, branch in around.stashes if branch == record.branch),
        users=around.users.get(place.path, ()),
    )


def _is_any(place: Place, at: Mapping[RefName, Branch]) -> bool:
    return place.branch in at or os.path.lexists(place.path) or place.admin.exists()


def _busy(project: Project, record: TaskRecord) -> str:
    if process.is_alive(project.tasks_runtime, record.id):
        return f"its agent is running; 'git parallel cancel {record.id}' ends it"
    if record.state is State.MERGING and locks.is_held(project.runtime / "merge.lock"):
        return "it is being merged"
    if record.state in (State.READY, State.RUNNING) and locks.is_held(project.runtime / "coordinator.lock"):
        return f"its launch is under way; 'git parallel cancel {record.id}' ends it"
    return ""


def _inner(worktrees: Sequence[Path], place: Place) -> str:
    """Which worktree lies inside this one: moved along with it, to `git worktree prune` it would be garbage."""
    for path in worktrees:
        if path != place.path and path.is_relative_to(place.path):
            return (
                f"another worktree lies in it, '{printable(str(path))}'; 'git worktree move' takes that out"
            )
    return ""


def _head(place: Place) -> set[Oid]:
    """The commit at which the HEAD of a worktree is detached."""
    try:
        text = (place.admin / "HEAD").read_text("ascii", "replace").strip()
        return set() if text.startswith("ref:") else {Oid(text)}
    except (OSError, ParallelError):
        return set()


def _stashes(project: Project) -> list[tuple[str, str]]:
    """Each entry of the stash, which all worktrees share, and the branch that it was made on."""
    out = project.git.run(
        "log", "--walk-reflogs", "-z", "--format=%gd %gs", "refs/stash", "--", answers=(0, 128)
    )
    found = []
    for line in out.fields if out.status == 0 else ():
        name, _, subject = line.partition(" ")
        where = subject.removeprefix("WIP on ").removeprefix("On ").partition(":")[0]
        found.append((name, where))
    return found
