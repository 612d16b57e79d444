"""Taking paths that are nobody's and letting go of them, atomically between agents."""

import math
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from ..errors import Refused, Stale
from ..git import ground, locks
from ..git.admin import PREFIX
from ..git.refs import Snapshot, snapshot, write_claims
from ..names import TaskId
from ..ownership.claims import Claims, of, taken
from ..ownership.judge import Ownership, Verdict, judge
from ..ownership.waiting import Waiter, preceded, with_turn
from ..tasks.task import TaskSet
from . import waiters
from .declared import ownership
from .lapsing import changed, rest
from .open import Project

# Whoever claims holds the lock; only what writes the ref without us can come between.
_TRIES = 20


@dataclass(frozen=True, slots=True)
class Released:
    """What became of paths that were to be free again.

    `absent` were not held, with the task that does hold them, if any does; `changed` are those that the branch has
    changed, which are kept unless the user insists.
    """

    paths: tuple[str, ...] = ()
    absent: tuple[tuple[str, TaskId | None], ...] = ()
    changed: tuple[str, ...] = ()


@contextmanager
def alone(project: Project) -> Iterator[None]:
    """Be the only one that claims, until done.

    The compare-and-swap alone would be right as well. But of many who try it at once all but one have read and
    judged for nothing, and who is slow may lose every time.
    """
    with locks.held(project.runtime / "claims.lock"):
        yield


@dataclass(frozen=True, slots=True)
class Decision:
    """A judgement, and of what it is.

    Where nothing is foreign the paths are the task's; those that it has by this have it `until` then, if that is given.
    """

    verdict: Verdict
    ownership: Ownership
    world: Snapshot
    until: float | None = None


# What a time that is given as a duration means depends on when the paths can be had.
Limit = Callable[[float], float]


def claim(project: Project, tasks: TaskSet, task: TaskId, paths: Sequence[str]) -> Verdict:
    """Judge `paths` for a task and, where none is foreign, take those that are nobody's.

    All of them live in one ref that moves by compare-and-swap, so of two tasks that want one path
    exactly one gets it. Raises Stale when others keep winning.
    """
    with alone(project):
        return decide(project, tasks, newcomer(task, paths)).verdict


def claim_by_hand(
    project: Project, tasks: TaskSet, task: TaskId, paths: Sequence[str], limit: Limit | None
) -> Decision:
    """The same under every policy, with a limit; what the task held by claim already has that limit then as well.

    Raises Refused for a task that has ended.
    """
    with alone(project):
        return decide(by_hand(project), tasks, newcomer(task, paths), limit=limit, is_by_hand=True)


def by_hand(project: Project) -> Project:
    """The project as it is for who claims by hand: a path that is nobody's can be had under every policy."""
    return replace(project, settings=replace(project.settings, ownership="claim"))


def newcomer(task: TaskId, paths: Sequence[str]) -> Waiter:
    """Who does not wait: everybody who does has come before."""
    return Waiter(math.inf, "", task, tuple(paths))


def decide(
    project: Project, tasks: TaskSet, me: Waiter, *, limit: Limit | None = None, is_by_hand: bool = False
) -> Decision:
    """Take all that somebody wants, or nothing; the caller is `alone`.

    By hand nothing is taken for a task that has ended: Refused. Raises Stale when others keep winning.
    """
    for _ in range(_TRIES):
        world = snapshot(project.git)
        if is_by_hand:
            _require_unfinished(me.task, world)
        state = ownership(project, tasks, world)
        verdict = judge(me.task, me.paths, state)
        if verdict.is_allowed and verdict.unclaimed:
            mine = replace(me, paths=verdict.unclaimed)
            verdict = with_turn(verdict, preceded(mine, waiters.waiting(project), state))
        until = limit(time.time()) if limit else None
        again = _renewed(world, state, me, until) if is_by_hand else ()
        if verdict.foreign or not (verdict.unclaimed or again):
            return Decision(verdict, state, world, until)
        try:
            take(project, world, state, me.task, (*verdict.unclaimed, *again), until=until)
        except Stale:
            continue
        return Decision(verdict, state, world, until)
    raise Stale("other agents keep claiming paths", hint="try again")


def _require_unfinished(task: TaskId, world: Snapshot) -> None:
    record = world.records.get(task)
    if record is not None and not record.is_unfinished:
        raise Refused(
            f"task '{task}' is {record.state}, and can hold nothing any more",
            hint="'git parallel status' shows the tasks that can",
        )


def _renewed(world: Snapshot, state: Ownership, me: Waiter, until: float | None) -> tuple[str, ...]:
    """What somebody holds by claim already, until some other time."""
    mine = (path for path in me.paths if state.claims.get(path) == me.task)
    return tuple(path for path in mine if world.written.until.get(path) != until)


def take(
    project: Project,
    world: Snapshot,
    state: Ownership,
    task: TaskId,
    paths: Collection[str],
    *,
    until: float | None = None,
) -> None:
    """Write down that a task has `paths` now, until then if that is given.

    The caller has judged in `state`, which is of `world`, that it may. Raises Stale where somebody came between.
    """
    before = rest(world, state.claims, state.claimants.keys())
    limits = {path: at for path, at in before.until.items() if path not in paths}
    if until is not None:
        limits |= dict.fromkeys(paths, until)
    _write(
        project, world, Claims(taken(before.holders, task, paths), limits), f"{task} claims {_some(paths)}"
    )
    # The fast path of the hooks knows no time: what is held for a while only is asked about each time.
    if until is None:
        ground.add_owned(project.common, f"{PREFIX}{task}", paths)
    else:
        ground.drop_owned(project.common, f"{PREFIX}{task}", paths)


def release(
    project: Project,
    tasks: TaskSet,
    task: TaskId,
    paths: Collection[str] | None,
    *,
    is_insisted: bool = False,
) -> Released:
    """Let go of what a task holds by claim: of these paths, or of all that it can.

    What its branch has changed it keeps, unless that is insisted on: as soon as another task has such a path, the
    merge refuses the branch. Raises Stale when others keep winning.
    """
    with alone(project):
        for _ in range(_TRIES):
            world = snapshot(project.git)
            state = ownership(project, tasks, world)
            mine = of(state.claims, task)
            wanted = mine if paths is None else tuple(dict.fromkeys(paths))
            found = [path for path in wanted if path in mine]
            record = world.tasks[task].record if task in world.tasks else None
            worked = changed(project, record, found) if record else frozenset()
            free = tuple(path for path in found if is_insisted or path not in worked)
            answer = Released(
                free,
                tuple((path, state.claims.get(path)) for path in wanted if path not in mine),
                tuple(path for path in found if path in worked),
            )
            if not free:
                return answer
            try:
                _let_go(project, world, state, task, free)
            except Stale:
                continue
            return answer
    raise Stale("other agents keep claiming paths", hint="try again")


def _let_go(
    project: Project, world: Snapshot, state: Ownership, task: TaskId, paths: Collection[str]
) -> None:
    before = rest(world, state.claims, state.claimants.keys())
    after = Claims(
        {path: holder for path, holder in before.holders.items() if path not in paths},
        {path: at for path, at in before.until.items() if path not in paths},
    )
    # First the fast path, which would let the path through to whoever dies between the two.
    ground.drop_owned(project.common, f"{PREFIX}{task}", paths)
    _write(project, world, after, f"{task} releases {_some(paths)}")


def _write(project: Project, world: Snapshot, claims: Claims, reason: str) -> None:
    write_claims(project.git, claims, old=world.claims_oid, reason=reason)


def _some(paths: Collection[str]) -> str:
    first = next(iter(paths))
    return first if len(paths) == 1 else f"{first} and {len(paths) - 1} more"
