"""A run from its beginning to its end: the one coordinator of the repository at work."""

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from ..agents.nursery import Nursery
from ..config.settings import Settings
from ..errors import ParallelError
from ..git import guard
from ..git.refs import snapshot
from ..names import TaskId
from ..schedule.plan import Held
from ..schedule.record import State, TaskRecord
from ..tasks.task import Task, TaskSet
from . import coordinator, repair
from .admitting import door
from .backlog import Backlog, Writer
from .declared import read_tasks, warn_of_uncommitted
from .furnishing import bytes_given
from .guarding import arm, watched
from .handing import handed, handing
from .landing.outcomes import Landed, Landing
from .landing.terms import Terms
from .limits import Limits
from .open import Project, make_runtime
from .ordering import Orders
from .prospects import Prospects, View, foresee
from .request import Request
from .saying import Told
from .scheduler import Scheduler
from .stock import Stock
from .template import read_template
from .verifying import verification_of
from .versioning import looking
from .watching import target_files, watching_from

# A run that is over at once need not be told of changes.
_SOON = 1.0


@dataclass(frozen=True, slots=True)
class RunAnswer:
    """What became of a run: what it ran, what still waits and why, what was held back or refused.

    `cost` is that of all attempts that ended in it, in USD, as far as they told; None where none did.
    """

    ran: tuple[TaskRecord, ...]
    launched: tuple[TaskId, ...]
    waiting: Mapping[TaskId, str]
    held: tuple[Held, ...]
    records: Mapping[TaskId, TaskRecord]
    refused: Mapping[TaskId, str]
    landings: tuple[Landing, ...]
    started: float
    ended: float
    signal: int | None
    named: bool
    wants_merge: bool
    is_standing: bool = False
    cost: float | None = None

    @property
    def is_success(self) -> bool:
        """Whether everything launched succeeded, landed where asked, and nothing named was left out."""
        ends = (State.MERGED,) if self.wants_merge else (State.SUCCEEDED, State.MERGED)
        good = all(record.state in ends for record in self.ran)
        latest = {result.task: result for result in self.landings}
        landed = all(isinstance(result, Landed) for result in latest.values())
        left_out = self.named and (self.waiting or self.held)
        as_wished = self.signal is None or self.is_standing
        return good and landed and not self.refused and not left_out and as_wished

    @property
    def seconds_of_work(self) -> float:
        """The agents' seconds in sum, which one after the other would have taken, as far as they fall into this run."""
        # What a run that died had launched may have worked for hours before this one began.
        return sum(
            max(0.0, record.ended - max(record.started, self.started))
            for record in self.ran
            if record.started is not None and record.ended is not None
        )


class Voice(Protocol):
    """What a run says to whoever watches it."""

    def entering(self, project: Project) -> None:
        """It has just become the coordinator."""

    def entered(self, project: Project, foresee: Callable[[], Prospects]) -> None:
        """It is the coordinator now; `foresee` may be asked from any thread what is to be expected."""

    def tell(self, told: Told) -> None:
        """Something has happened."""

    def leaving(self, answer: RunAnswer) -> None:
        """It has come to its end, and is the coordinator for one moment more."""


def conduct(
    project: Project,
    tasks: TaskSet,
    chosen: Sequence[Task],
    orders: Orders,
    limits: Limits,
    voice: Voice,
    *,
    named: bool,
    writer: Writer | None = None,
) -> RunAnswer:
    """Run the chosen tasks to their end; raises Busy where another coordinator is at work.

    Raises BadInput for a prompt template that cannot be. In both cases nothing has been made.
    """
    read_template(project)
    make_runtime(project)
    office, leaving = coordinator.take_office(project), ExitStack()
    try:
        voice.entering(project)
        began, clock = time.time(), time.monotonic()
        warnings = (*project.settings.warnings, *warn_of_uncommitted(project))
        mended = repair.repair(project, tasks, in_office=True)
        tampered = tuple(f"hooks put in order: {what}" for what in arm(project))
        stock, board = Stock(tasks, limits, named=named), _board(project, limits, began)
        admits = door(
            project, limits.max_parallel, is_sparse=orders.limits.is_sparse, extra=bytes_given(project)
        )
        backlog = Backlog(limits.backlog, writer)
        with Nursery() as nursery:
            scheduler = Scheduler(project, stock, orders, voice.tell, admits, board, backlog, nursery)
            scheduler.spending.budget = limits.budget
            voice.entered(project, partial(_foresee, scheduler, began))
            for said in (*warnings, *mended, *tampered):
                voice.tell(Told(said, is_note=True))
            with _watching(scheduler, voice):
                scheduler.to_the_end(chosen)
                while late := _handed(scheduler, leaving):
                    scheduler.to_the_end(late)
        answer = _answer(scheduler, began, began + time.monotonic() - clock)
        voice.leaving(answer)
        return answer
    finally:
        coordinator.withdraw(project)
        with suppress(ParallelError, OSError):
            # It was put there for agents that may never have come.
            guard.leave(project.git, project.common)
        os.close(office)
        leaving.close()


def _board(project: Project, limits: Limits, began: float) -> coordinator.Board:
    queue = coordinator.Queue(
        os.getpid(),
        started=began,
        slots=limits.max_parallel,
        assume_independent=limits.assume_independent,
    )
    return coordinator.Board(project, queue)


@contextmanager
def _watching(scheduler: Scheduler, voice: Voice) -> Iterator[None]:
    """Have the run hear of what others change, and of agents that are too old, as long as this lasts."""
    project, events, writer = scheduler.project, scheduler.events, scheduler.backlog.writer
    used = [*scheduler.orders.all(), *([writer.order] if writer else [])]
    soon = 0.0 if scheduler.limits.is_standing else _SOON

    def guarded() -> None:
        """Have the guard put in order again, where somebody has changed it."""
        events.do(lambda: arm(project), tell_all, failed=lambda error: tell_all((error.message,)))

    def tell_all(said: Iterable[str]) -> None:
        for sentence in said:
            voice.tell(Told(f"hooks put in order: {sentence}", is_note=True))

    with (
        watching_from(target_files(project), lambda: events.put(scheduler.look_around), after=soon),
        watching_from(watched(project), lambda: events.put(guarded), after=soon),
        looking(project, used, events.put, lambda said: voice.tell(Told(said, is_note=True))),
    ):
        yield


def _handed(scheduler: Scheduler, leaving: ExitStack) -> list[Task]:
    """What somebody has handed over in the last moment; where there is nothing, nothing comes any more."""
    if scheduler.asking.urgency:
        return []
    project = scheduler.project
    with ExitStack() as held:
        held.enter_context(handing(project))
        # What it has itself put back is not news.
        found = handed(snapshot(project.git), scheduler.stock.stored)
        new = [task for task in found if task not in scheduler.waiting]
        known = {task.id: task for task in read_tasks(project).tasks} if new else {}
        late = [known[task] for task in new if task in known]
        if not late:
            leaving.push(held.pop_all())
    if late:
        scheduler.stock.renew(replace(scheduler.stock.tasks, tasks=tuple(known.values())))
    return late


def _answer(scheduler: Scheduler, began: float, ended: float) -> RunAnswer:
    limits = scheduler.limits
    return RunAnswer(
        ran=tuple(scheduler.ended.values()),
        launched=tuple(scheduler.launched),
        waiting=dict(scheduler.why),
        held=scheduler.held,
        records=scheduler.stock.records,
        refused=scheduler.refused,
        landings=tuple(scheduler.landings),
        started=began,
        ended=ended,
        signal=scheduler.asking.first,
        named=scheduler.stock.named,
        wants_merge=limits.merge,
        is_standing=limits.is_standing,
        cost=scheduler.spending.cost,
    )


def _foresee(scheduler: Scheduler, began: float) -> Prospects:
    stock = scheduler.stock
    view = View(
        records=stock.records,
        tasks={task.id: task for task in stock.tasks.tasks},
        slots=stock.limits.max_parallel,
        waiting=list(scheduler.waiting),
        overlaps=stock.overlaps,
        began=began,
        assume_independent=stock.limits.assume_independent,
    )
    return foresee(scheduler.project, view, now=time.time())


def limits_of(project: Project, request: Request) -> Limits:
    """How far a run may go, as asked for over what is set."""
    settings = project.settings
    return Limits(
        max_parallel=request.max_parallel or settings.max_parallel,
        assume_independent=request.assume_independent,
        merge=request.merge,
        terms=_terms(settings, request) if request.merge else Terms(),
        retries=settings.retries if request.retries is None else request.retries,
        first_delay=settings.retry_delay,
        longest_delay=settings.retry_max_delay,
        is_stacking=request.is_stacking,
        budget=settings.budget if request.budget is None else request.budget,
    )


def _terms(settings: Settings, request: Request) -> Terms:
    return Terms(
        strategy=request.strategy or settings.strategy, verify=verification_of(settings, request.verify)
    )


def standing(limits: Limits, *, poll: float, backlog: int) -> Limits:
    """The same limits for a run that goes on when there is nothing left to do."""
    return replace(limits, is_standing=True, poll=poll, backlog=backlog)
