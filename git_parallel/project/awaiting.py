"""`claim --wait`: blocked by events until paths are free, and then all of them taken at once."""

import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

from ..git import locks
from ..git.refs import CLAIMS, TASKS, snapshot
from ..names import TaskId, printable
from ..ownership.judge import Verdict
from ..ownership.waiting import Wait, Waiter, find_circle, hopeless, waits
from ..schedule.record import State
from ..tasks.task import TaskSet
from . import waiters
from .claiming import Decision, Limit, alone, by_hand, decide
from .declared import read_tasks
from .open import Project
from .watching import watching_files

# Seconds between looks where the system tells nobody of changes.
_LOOK_AGAIN = 1.0
# No wait is longer, so that no time is too long for the system's clock.
_LONGEST = 86400.0


@dataclass(frozen=True, slots=True)
class Awaited:
    """How a wait ended: with the paths, unless the verdict has something foreign.

    `circle` are the waits that would have been for each other for ever; `is_late` says that the time was over.
    """

    decision: Decision
    circle: tuple[Wait, ...] = ()
    is_late: bool = False

    @property
    def verdict(self) -> Verdict:
        """What was judged last."""
        return self.decision.verdict


@dataclass(frozen=True, slots=True)
class _Look:
    """What was seen at one moment: the end of the wait, or what it goes on for."""

    decision: Decision
    waits: tuple[Wait, ...]
    circle: tuple[Wait, ...]
    before: tuple[Waiter, ...]
    is_over: bool

    @property
    def tasks(self) -> frozenset[TaskId]:
        return frozenset(wait.other for wait in self.waits)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the target declared when it was last looked at."""

    project: Project
    tasks: TaskSet

    def current(self) -> "_Known":
        """What it declares now; read anew only where that may be something else."""
        base = self.project.git.find_ref(self.project.target) or self.project.base
        given = {task for task, one in snapshot(self.project.git).records.items() if one.is_delegated}
        if base == self.project.base and given <= {task.id for task in self.tasks.tasks}:
            return self
        fresh = replace(self.project, base=base)
        return _Known(fresh, read_tasks(fresh))


def claim_when_free(
    project: Project,
    tasks: TaskSet,
    task: TaskId,
    paths: Sequence[str],
    *,
    limit: Limit | None,
    patience: float,
    tell: Callable[[str], None],
) -> Awaited:
    """Wait until `task` can have all of `paths`, at most `patience` seconds, and take them.

    Nothing is held meanwhile that was not held before. Who came first is served first, as soon as all that it
    wants is free. `tell` is told what is waited for, sentence by sentence. Raises Refused when the task has ended.
    """
    end = time.monotonic() + patience
    something, said = Event(), set[str]()
    watched = frozenset({task})
    known = _Known(project, tasks)
    with waiters.enrolled(project, task, paths) as me:
        while True:
            with _told(project, watched, something.set) as longest:
                something.clear()
                known = known.current()
                look = _look(known, me, limit)
                if look.is_over:
                    return Awaited(look.decision, look.circle)
                if time.monotonic() >= end:
                    return Awaited(look.decision, is_late=True)
                if not look.tasks <= watched:
                    # What has changed before it was watched nobody told of: look once more.
                    watched |= look.tasks
                    continue
                for sentence in _sentences(look, is_blind=longest is not None):
                    if sentence not in said:
                        tell(sentence)
                    said.add(sentence)
                for other in look.before:
                    locks.when_free(waiters.folder(project) / other.name, something.set)
                pause = min(end - time.monotonic(), _until_lapse(look), longest or _LONGEST)
                something.wait(max(0.0, pause))


def _look(known: _Known, me: Waiter, limit: Limit | None) -> _Look:
    project, tasks = by_hand(known.project), known.tasks
    with alone(project):
        waiters.sweep(project)
        decision = decide(project, tasks, me, limit=limit, is_by_hand=True)
        others = [one for one in waiters.waiting(project) if one != me]
        state = decision.ownership
        in_the_way = waits(me.task, me.paths, state)
        circle: tuple[Wait, ...] = ()
        is_over = decision.verdict.is_allowed or bool(hopeless(me.task, me.paths, state))
        if not is_over:
            circle = find_circle(me, others, _not_begun(tasks, decision), state)
        if circle:
            # While nobody else looks: of all in the circle, the one that has found it is enough.
            (waiters.folder(project) / me.name).unlink(missing_ok=True)
        names = {foreign.owner for foreign in decision.verdict.foreign}
        before = tuple(one for one in others if one < me and one.task in names)
        return _Look(decision, in_the_way, circle, before, is_over or bool(circle))


def _not_begun(tasks: TaskSet, decision: Decision) -> dict[TaskId, list[TaskId]]:
    """The tasks that have no agent yet, and the unfinished ones that they come after."""
    records, unfinished = decision.world.records, decision.ownership.claimants
    return {
        task.id: [TaskId(name) for name in task.after if name in unfinished]
        for task in tasks.tasks
        if task.id in unfinished
        and (task.id not in records or records[task.id].state in (State.PLANNED, State.READY))
    }


def _until_lapse(look: _Look) -> float:
    """Seconds until the time of a claim in the way is over."""
    until = look.decision.world.written.until
    ends = [until[wait.path] for wait in look.waits if wait.path in until]
    # What has lapsed and is held all the same is not waited for by the clock.
    now = time.time()
    return min((end - now for end in ends if end > now), default=math.inf)


def _sentences(look: _Look, *, is_blind: bool) -> Iterator[str]:
    if is_blind:
        yield "the system has no file watches left; looking once a second instead"
    for foreign in look.decision.verdict.foreign:
        yield f"waiting for '{printable(foreign.path)}': {foreign.why}"


@contextmanager
def _told(project: Project, tasks: Iterable[TaskId], changed: Callable[[], None]) -> Iterator[float | None]:
    """Have `changed` called when claims, the target or one of these records change.

    Gives the seconds after which to look by oneself, where the system has no watches left.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(watching_files(_files(project, tasks), changed))
            longest = None
        except OSError:
            longest = _LOOK_AGAIN
        yield longest


def _files(project: Project, tasks: Iterable[TaskId]) -> set[str]:
    """The files that change with these refs, in either format; and the folders above, which git may remove."""
    common = project.common
    refs = [Path(ref) for ref in (CLAIMS, project.target, *(f"{TASKS}{task}" for task in tasks))]
    above = {parent for ref in refs for parent in ref.parents if parent.parts}
    others = (Path("packed-refs"), Path("reftable/tables.list"))
    return {str(common / path) for path in (*refs, *above, *others)}
