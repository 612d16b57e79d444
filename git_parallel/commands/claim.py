"""`git parallel claim`: take paths that no spec declared, from inside an agent's worktree."""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import Refused
from ..git.place import admin_of
from ..git.refs import snapshot
from ..git.room import is_inside
from ..git.sparse import is_sparse
from ..names import TaskId
from ..ownership.judge import Verdict
from ..ownership.waiting import Wait
from ..project.claiming import Decision, claim_by_hand
from ..project.declared import read_tasks
from ..project.inside import inside
from ..project.open import Project, make_runtime, open_project
from ..project.standing import Standing, required
from ..schedule.record import TaskRecord


@dataclass(frozen=True, slots=True)
class Wish:
    """How paths are to be claimed: until when, and whether to wait for them, for how long at most.

    Both times as the user writes them; empty is as long as the task lasts, and for ever.
    """

    until: str = ""
    wait: bool = False
    timeout: str = ""


@dataclass(frozen=True, slots=True)
class ClaimAnswer:
    """Whose worktree this is, and the judgement; where nothing is foreign the paths are the task's.

    `had` were its own before, `folders` are directories, of which a claim gives nothing below; `until` is when
    the claim ends, `directories` are those that were checked out in a sparse worktree. Where something is
    foreign, `owners` are the records of the tasks whose it is, as far as they have one, `circle` the waits that
    would have been for each other, and `is_late` says that the time to wait was over.
    """

    task: TaskId
    verdict: Verdict
    had: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    until: float | None = None
    directories: tuple[str, ...] = ()
    owners: Mapping[TaskId, TaskRecord | None] = field(default_factory=dict)
    claimed: Mapping[str, TaskId] = field(default_factory=dict)
    circle: tuple[Wait, ...] = ()
    is_late: bool = False


def claim(
    directory: Path, paths: Sequence[str], wish: Wish | None = None, tell: Callable[[str], None] | None = None
) -> ClaimAnswer:
    """Claim paths (relative to where the user stands) for the task of this worktree, and have them there.

    `tell` hears what is waited for. Raises BadInput outside of a task's worktree, Refused where its task has ended.
    """
    wish = wish or Wish()
    project = open_project(directory, hurried=True)
    place = inside(directory)
    here = required(place.standing)
    if is_inside(project.common):
        raise Refused(
            "an agent in a sandbox cannot claim",
            hint="change and commit what you need: what is nobody's is claimed for the task when its agent has ended",
        )
    make_runtime(project)
    wanted = tuple(dict.fromkeys(place.path(path) for path in paths))
    limit = _limit(wish)
    patience = _patience(wish)
    tasks = read_tasks(project)
    decision = claim_by_hand(project, tasks, here.task, wanted, limit)
    circle: tuple[Wait, ...] = ()
    is_late = False
    if decision.verdict.foreign and wish.wait:
        # It is what most claims need not, and costs more than all the rest to import.
        from ..project.awaiting import claim_when_free

        awaited = claim_when_free(
            project, tasks, here.task, wanted, limit=limit, patience=patience, tell=tell or (lambda _: None)
        )
        decision, circle, is_late = awaited.decision, awaited.circle, awaited.is_late
    if decision.verdict.foreign:
        return _refused(here, decision, circle, is_late=is_late)
    verdict = decision.verdict
    directories = _checked_out(project, here, place.top, wanted)
    return ClaimAnswer(
        here.task,
        verdict,
        had=tuple(path for path in wanted if path not in verdict.unclaimed),
        folders=tuple(path for path in wanted if (place.top / path).is_dir()),
        until=decision.until,
        directories=directories,
    )


def _limit(wish: Wish) -> Callable[[float], float] | None:
    """When the claim is to end, by the time at which it begins; raises BadInput for what is no time."""
    if not wish.until:
        return None
    from ..config.moments import moment

    text = wish.until
    moment("--until", text, time.time())
    return lambda now: moment("--until", text, now)


def _patience(wish: Wish) -> float:
    if not wish.timeout:
        return math.inf
    from ..config.converting import limit

    longest = limit("--timeout", wish.timeout)
    return math.inf if longest is None else longest


def _refused(here: Standing, decision: Decision, circle: tuple[Wait, ...], *, is_late: bool) -> ClaimAnswer:
    verdict, state, records = decision.verdict, decision.ownership, decision.world.records
    owners = {TaskId(one.owner) for one in verdict.foreign if one.owner in state.claimants}
    return ClaimAnswer(
        here.task,
        verdict,
        owners={task: records.get(task) for task in sorted(owners)},
        claimed={one.path: state.claims[one.path] for one in verdict.foreign if one.path in state.claims},
        circle=circle,
        is_late=is_late,
    )


def _checked_out(project: Project, here: Standing, top: Path, wanted: Sequence[str]) -> tuple[str, ...]:
    """The directories that a sparse worktree got for the paths."""
    if not is_sparse(admin_of(here.common, here.task)):
        return ()
    # What a full worktree needs nothing of.
    from ..project.cones import widen
    from ..project.furnishing import Liaison, complete
    from ..project.places import place_of_record

    more = widen(project, project.git.at(top), wanted)
    if more:
        # A submodule that came in is an empty directory until then.
        place = place_of_record(project, snapshot(project.git).require(here.task).record)
        complete(project, place, Liaison(), is_untouched=False)
    return more
