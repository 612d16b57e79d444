"""The loop of a run: it waits for events only, and keeps as many agents going as may be.

An agent's lock came free, a launch is through, a record is settled, a merge has landed, the target moved, a
signal came: each is an event, handled in one thread, the only one that changes anything here. What to launch
is decided by `schedule.ready`; slow deeds are done by workers.

While all slots are taken, the worktrees of those that are next are made, so that a slot that comes free is
taken at once.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from ..agents import process
from ..agents.nursery import Nursery
from ..errors import ParallelError, Stale
from ..git.refs import Stored, snapshot
from ..names import Oid, TaskId
from ..schedule.plan import Held
from ..schedule.ready import Decision, Scene, next_launches, overtaken
from ..schedule.record import State, TaskRecord
from ..tasks.task import Task
from . import setting_up
from .admitting import Door
from .attempt import Order, Wish
from .backlog import Backlog
from .coordinator import Board
from .declared import singletons
from .deeds import Settled, land, launch, prepare, put_back, settle_and_look
from .elsewhere import Elsewhere
from .events import Events, Row
from .furnishing import Liaison
from .landing.outcomes import Landed, Landing
from .landing.terms import Voice
from .lane import Lane
from .limits import Limits
from .news import News, overlaps_of, read_news
from .open import Project
from .ordering import Orders
from .retrying import again
from .saying import Told, sentence
from .signals import Asking, listening
from .singletons import Registry
from .spending import Spending
from .stock import Stock, scene_of
from .waitlist import Waitlist

# The load is no event, so while it holds something back it is looked at again this often, in seconds.
_LOOK_AGAIN = 2.0
# What another command is about to change will have changed after so many seconds.
_A_MOMENT = 0.5


@dataclass(slots=True)
class Scheduler:
    """One run over some tasks. After `to_the_end` the fields say what became of it."""

    project: Project
    stock: Stock
    orders: Orders
    tell: Callable[[Told], None]
    door: Door
    board: Board
    backlog: Backlog
    nursery: Nursery | None = None
    waiting: Waitlist = field(default_factory=Waitlist)
    running: dict[TaskId, Task] = field(default_factory=dict)
    closing: dict[TaskId, Task] = field(default_factory=dict)
    ended: dict[TaskId, TaskRecord] = field(default_factory=dict)
    launched: list[TaskId] = field(default_factory=list)
    refused: dict[TaskId, str] = field(default_factory=dict)
    why: Mapping[TaskId, str] = field(default_factory=dict)
    held: tuple[Held, ...] = ()
    landings: list[Landing] = field(default_factory=list)
    asking: Asking = field(default_factory=Asking)
    events: Events = field(default_factory=Events)
    lane: Lane = field(default_factory=Lane)
    spending: Spending = field(default_factory=Spending)
    elsewhere: Elsewhere = field(init=False)
    _at_first: Mapping[TaskId, Stored] = field(default_factory=dict)
    _tip: Oid | None = None
    _making: set[TaskId] = field(default_factory=set)
    _ready: dict[TaskId, Stored] = field(default_factory=dict)
    _noted: set[str] = field(default_factory=set)
    _looks: int = 0
    _reading: bool = False
    _read_again: bool = False
    _next_poll: float = 0.0
    _call_off: Callable[[bool], None] = field(default=lambda _now: None)

    def __post_init__(self) -> None:
        self.elsewhere = Elsewhere(Registry.of(self.project), self.events, self.orders)

    @property
    def limits(self) -> Limits:
        """How far this run may go."""
        return self.stock.limits

    def to_the_end(self, chosen: Sequence[Task]) -> None:
        """Launch and wait until nothing runs and nothing more can be launched, or until asked to end."""
        self._tip = self.project.base
        self._next_poll = time.monotonic() + self.limits.poll
        with self.events.workers(), listening(self._heard_signal):
            # It takes a while, and whoever says "stop" meanwhile means what was adopted too.
            self._take_stock(chosen)
            self._land_what_waits()
            while True:
                now = time.monotonic()
                pause = self._decide(now)
                if self._is_over(now):
                    break
                self._break_silence()
                self.events.handle(pause)
            # Also what a run that died had made ready, and what somebody's news took out of the queue.
            for said in put_back(self.project, self.stock.stored.values()):
                self.tell(Told(said, is_note=True))

    def _take_stock(self, chosen: Sequence[Task]) -> None:
        world = snapshot(self.project.git)
        self.stock.take_in(world)
        self._at_first = world.tasks
        # What a command that died had launched is kept company to its end, whoever asked for it.
        self._watch_unwatched()
        self._take_on(chosen)
        self.stock.overlaps = overlaps_of(self.project, self.stock.tasks, self._concerned, world)

    def _take_on(self, chosen: Iterable[Task]) -> None:
        """Have those of the chosen tasks wait for their launch that can be launched at all."""
        found = self.stock.candidates(chosen, [*self.running, *self.closing])
        self.held = found.held
        self.waiting.come(found.tasks, self.stock.retries(found.tasks))

    @property
    def _concerned(self) -> list[Task]:
        """The tasks that matter to what is launched next."""
        return [*self.running.values(), *self.closing.values(), *self.waiting]

    # -- deciding ----------------------------------------------------------------------------------

    def _decide(self, now: float) -> float | None:
        """Launch what can be; how many seconds to wait for an event before looking again, None for ever."""
        if self.asking.urgency:
            self.why = {task.id: "the run was interrupted" for task in self.waiting}
            self.board.show(self.why, self.door.load, is_ending=True)
            return None
        scene = self._scene(now)
        decision = next_launches(scene)
        self.waiting.overtaken = overtaken(scene, decision, self.waiting.came)
        self._carry_out(decision)
        self.board.show(self.why, self.door.load)
        self._mind_backlog(scene)
        return self._pause(now)

    def _break_silence(self) -> None:
        """Say who waits for what, where nothing else is going on: that may last, and nobody would know why."""
        if not (self.running or self.closing or self._making or self.limits.is_standing):
            for task, why in self.why.items():
                self._note(f"{task} waits: {why}")

    def _scene(self, now: float) -> Scene:
        making = sum(not self.stock.is_running(task) for task in self.running)
        slots, spent = len(self.running), self.spending.why_not
        if not spent:
            slots = self.door.slots(running=slots, making=making, waiting=self.waiting)
        scene = scene_of(
            self.stock,
            self.waiting,
            running=[*self.running.values(), *self.closing.values()],
            slots=slots + len(self.closing) - self.spending.awaited,
            scarce=spent or self.door.why,
            singletons=singletons(self.project),
            now=now,
        )
        return self.elsewhere.mind(scene, self.stock.records)

    def _carry_out(self, decision: Decision) -> None:
        for task in decision.launch:
            entry = self.waiting.go(task)
            self.running[task] = entry.task
            if task in self._ready:
                self._start(self._ready.pop(task))
            elif task not in self._making:
                self._make(entry.task, entry.retries)
        self.why = decision.waiting
        for task in () if self.door.is_narrow or self.spending.why_not else decision.next:
            if task not in self._making and task not in self._ready:
                entry = self.waiting.entry(task)
                self._make(entry.task, entry.retries)

    def _mind_backlog(self, scene: Scene) -> None:
        # Documents that landed this moment are about to be read.
        if not self.limits.is_standing or self._reading:
            return
        said, task = self.backlog.mind(scene, self.stock.tasks.tasks, self.stock.records, self.project.base)
        if said:
            self.tell(Told(said, is_note=True))
        if task:
            # It comes to wait like any other newcomer, once it is known whom it meets.
            self.stock.add(task)
            self.look_around()

    def _order_for(self, task: Task) -> Order:
        writer = self.backlog.writer
        if writer and task.id in self.backlog.tasks:
            return writer.order
        stored = self.stock.stored.get(task.id)
        return self.orders.of(task, stored.record if stored else None)

    def _pause(self, now: float) -> float | None:
        pauses = [self.waiting.next_due(now)]
        if self.door.is_narrow and len(self.waiting):
            pauses.append(_LOOK_AGAIN)
        if self.limits.is_standing:
            if now >= self._next_poll:
                self._next_poll = now + self.limits.poll
                self.look_around()
            pauses.append(self._next_poll - now)
        return min((pause for pause in pauses if pause is not None), default=None)

    def _is_over(self, now: float) -> bool:
        if self.running or self.closing or self._making:
            return False
        if self.asking.urgency:
            return True
        return (
            not self.limits.is_standing
            and self.waiting.next_due(now) is None
            and not self.elsewhere.is_awaited
        )

    # -- launching ---------------------------------------------------------------------------------

    def _make(self, task: Task, retries: int) -> None:
        self._making.add(task.id)
        known, wish = self.stock.stored.get(task.id), Wish(retries, self.stock.below(task))
        project, tasks = self.project, self.stock.tasks
        liaison = Liaison(self._hear_note, lambda: self.asking.urgency > 0)

        def work() -> Stored:
            # Only the worker asks how its agent is started: that nobody knows is the end of this task alone.
            return prepare(project, tasks, task, known, self._order_for(task), wish, liaison)

        # It may have to install things first, and who has ended is not to wait for that.
        self.events.do(work, partial(self._made, task, known), partial(self._not_made, task, known), Row.LONG)

    def _hear_note(self, said: str) -> None:
        self.events.put(partial(self._note, said))

    def _note(self, said: str) -> None:
        # What is missing in the main worktree is missing for each of them.
        if said not in self._noted:
            self._noted.add(said)
            self.tell(Told(said, is_note=True))

    def _made(self, task: Task, known: Stored | None, stored: Stored) -> None:
        self._making.discard(task.id)
        seen = self.stock.stored.get(task.id)
        # Making it may take minutes, in which news of its own first record have come.
        is_own = seen and (seen.record.state, seen.record.attempt) == (State.READY, stored.record.attempt)
        if seen not in (known, stored) and not is_own:
            self._not_launched(task, known, Stale("it was changed while its worktree was made"))
            return
        self.stock.put(stored)
        if stored.record.state is not State.READY:
            self._leave(task.id)
            self.closing[task.id] = task
            self._settled(Settled(stored))
        elif task.id in self.running and not self.asking.urgency:
            self._start(stored)
        else:
            if task.id in self.running:
                self.waiting.come([self.running.pop(task.id)])
            if self.waiting.entry(task.id).task == task:
                self._ready[task.id] = stored

    def _not_made(self, task: Task, known: Stored | None, error: ParallelError) -> None:
        self._making.discard(task.id)
        self._not_launched(task, known, error)

    def _start(self, ready: Stored) -> None:
        task, tip = self.running[ready.record.id], self._tip or self.project.base

        def work() -> Stored:
            return launch(self.project, task, ready, tip, self._order_for(task), self.nursery)

        # An agent that can begin does not wait until the worktrees of others are made.
        self.events.do(
            work, partial(self._launched, task), partial(self._not_launched, task, ready), Row.FIRST
        )

    def _launched(self, task: Task, stored: Stored) -> None:
        self.stock.put(stored)
        if stored.record.started is not None:
            self.launched.append(task.id)
        if stored.record.state is State.RUNNING:
            self.tell(Told(f"{task.id} launched in {stored.record.worktree}", stored.record))
            self._watch(task.id)
            if self.asking.urgency > 1:
                self._stop([task.id])
        else:
            # Ended and settled by another command before we looked.
            self.closing[task.id] = self.running.pop(task.id)
            self._settled(Settled(stored))

    def _not_launched(self, task: Task, known: Stored | None, error: ParallelError) -> None:
        self._leave(task.id)
        if isinstance(error, process.Held) and known and not self.asking.urgency:
            # Somebody took its type in this very moment; the next decision looks who.
            self.waiting.come_again(task, retries=known.record.retries, not_before=0.0, why="")
            return
        if isinstance(error, Stale) and not self.asking.urgency:
            # Another command was faster; what it did is looked at before this is tried again.
            self.stock.forget(task.id, known)
            due = time.monotonic() + _A_MOMENT
            self.waiting.come_again(task, retries=0, not_before=due, why="another command is changing it")
            self.look_around()
            return
        self._refuse(task.id, "not launched", error.message + (f" ({error.hint})" if error.hint else ""))

    def _refuse(self, task: TaskId, what: str, why: str) -> None:
        # A run that stands comes to it again and again.
        if self.refused.get(task) != why:
            self.tell(Told(f"{task} {what}: {why}"))
        self.refused[task] = why

    def _leave(self, task: TaskId) -> None:
        self.running.pop(task, None)
        if task in self.waiting:
            self.waiting.go(task)

    # -- ends --------------------------------------------------------------------------------------

    def _watch_unwatched(self) -> None:
        for task in self.stock.running(but=self.running.keys() | self.closing.keys()):
            self.running[task.id] = task
            self._watch(task.id)

    def _watch(self, task: TaskId) -> None:
        wait = partial(process.wait, self.project.tasks_runtime, task)
        self.events.wait_for(f"wait-{task}", wait, partial(self._exited, task))

    def _exited(self, task: TaskId) -> None:
        self.spending.await_cost(task)
        # It holds what it declared until it is settled.
        self.closing[task] = self.running.pop(task)
        is_alone = len(self.running) + len(self.closing) == 1
        concerned = [] if is_alone or not len(self.waiting) else self._concerned
        self._looks += 1
        work = partial(settle_and_look, self.project, self.stock.tasks, task, concerned, self._looks)
        self.events.do(work, self._settled, partial(self._not_settled, task))

    def _settled(self, settled: Settled) -> None:
        record = settled.stored.record
        if said := self.spending.count(record):
            self.tell(Told(said, is_note=True))
        self.stock.put(settled.stored)
        self.stock.see(settled.overlaps, settled.look, self._concerned)
        self.ended[record.id] = record
        self.refused.pop(record.id, None)
        if self.limits.merge and record.state is State.SUCCEEDED:
            self.tell(Told(sentence(record), record))
            self.lane.join(record.id)
            self._merge()
            return
        task = self.closing.pop(record.id)
        next_one = None if self.asking.urgency else again(record, self.limits)
        if next_one:
            self.waiting.come_again(
                task, retries=next_one.retry, not_before=next_one.not_before, why=next_one.why
            )
        self.tell(Told(sentence(record) + (f"; {next_one.why}" if next_one else ""), record))

    def _not_settled(self, task: TaskId, error: ParallelError) -> None:
        # The next look around finds it again, or the next command; the other tasks are not to suffer.
        self.closing.pop(task)
        self.spending.give_up(task)
        self._refuse(task, "has ended", f"its end could not be recorded: {error.message}")

    def _not_landed(self, tasks: Sequence[TaskId], error: ParallelError) -> None:
        self.lane.end(())
        for task in tasks:
            self.closing.pop(task)
            self.tell(Told(f"{task} not merged: {error.message}"))
        self._merge()

    def _landed(self, done: Sequence[tuple[Stored, Landing]]) -> None:
        self.lane.end(result for _, result in done)
        for stored, result in done:
            task = stored.record.id
            self.stock.put(stored)
            self.ended[task] = stored.record
            self.closing.pop(task)
            self.landings.append(result)
            if isinstance(result, Landed) and result.commit:
                self._tip = result.commit
            self.tell(Told(sentence(stored.record), stored.record, result))
        self._merge()

    # -- what others do ----------------------------------------------------------------------------

    def look_around(self) -> None:
        """Read what has changed in the repository, as soon as nobody is reading it already."""
        if self._reading:
            self._read_again = True
            return
        self._reading, self._read_again = True, False
        self.stock.begin_reading()
        stock, concerned = self.stock, self._concerned
        work = partial(
            read_news, self.project, stock.tasks, stock.added, self.limits, concerned, self._at_first
        )
        self.events.do(work, self._heard_news, self._heard_nothing)

    def _heard_news(self, news: News) -> None:
        self._reading = False
        self._tip, self.project = news.project.base, news.project
        for task, why in self.stock.let_go(news, self.waiting):
            if task not in self._making:
                self.waiting.go(task)
                self._ready.pop(task, None)
                self.tell(Told(f"{task} is left out: {why}"))
        for again_now in self.stock.asked_again(news, self.waiting):
            self.waiting.come_again(again_now, retries=0, not_before=0.0, why="")
        self.stock.take_in(news.world)
        self.stock.renew(news.tasks)
        for task_id in self.waiting.renew(self.stock.tasks.tasks):
            # What was made ready for it has the old text; it is made ready once more.
            self._ready.pop(task_id, None)
        # The end of one could not be recorded, say, the disk was full.
        self._watch_unwatched()
        self._land_what_waits()
        self._looks += 1
        if self.stock.see(news.overlaps, self._looks, [*self._concerned, *news.newcomers]):
            # Nobody comes to wait before it is known whom it meets.
            self._take_on(news.newcomers)
        elif news.newcomers:
            self._read_again = True
        if self._read_again:
            self.look_around()

    def _land_what_waits(self) -> None:
        """In a run that stands and merges, merge what has succeeded before, or could not land so far."""
        if not (self.limits.is_standing and self.limits.merge) or self.asking.urgency:
            return
        busy = self.running.keys() | self.closing.keys()
        stored, target = list(self.stock.stored.values()), self.project.target.short
        for task in self.lane.left(stored, target=target, tip=self._tip, busy=busy):
            self.closing[task] = self.stock.known(self.stock.stored[task].record)
            self.lane.join(task)
        self._merge()

    def _merge(self) -> None:
        """Merge together all that is to be merged, as soon as nothing else is being merged."""
        tasks = self.lane.take(self._tip)
        if tasks:
            voice = Voice(can_call_off=self._can_call_off)
            work = partial(land, self.project, self.stock.tasks, tasks, self.limits.terms, voice)
            self.events.do(work, self._landed, partial(self._not_landed, tasks), Row.IN_TURN)

    def _can_call_off(self, call_off: Callable[[bool], None]) -> None:
        # In the thread of the merge: whoever comes second, this or the signal, sees what the other has left.
        self._call_off = call_off
        if self.asking.urgency > 1:
            call_off(self.asking.urgency > 2)

    def _heard_nothing(self, _error: ParallelError) -> None:
        # Say, a setting of the team's that cannot be read: the next change will be looked at as well.
        self._reading = False

    # -- signals -----------------------------------------------------------------------------------

    def _heard_signal(self, number: int) -> None:
        self.events.put(partial(self._interrupted, number))

    def _interrupted(self, number: int) -> None:
        if not self.asking.hear(number):
            return
        self.tell(Told(self.asking.words))
        for task in self._making:
            # Nobody is launched any more for whom it would be set up.
            setting_up.stop(self.project, task, now=self.asking.urgency > 2)
        if self.asking.urgency > 1:
            self._stop(self.running)
            self._call_off(self.asking.urgency > 2)

    def _stop(self, tasks: Iterable[TaskId]) -> None:
        for task in tasks:
            if self.stock.is_running(task):
                attempt = self.stock.stored[task].record.attempt
                process.stop(self.project.tasks_runtime, task, attempt, now=self.asking.urgency > 2)
