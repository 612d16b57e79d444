"""The loop of a run: it waits for events only, and keeps as many agents going as may be.

An agent's lock came free, a launch is through, a record is settled, a merge has landed, a signal came:
each is put on one queue and handled in one thread, the only one that changes anything here. What to
launch is decided by `schedule.ready`; slow deeds are done by workers.
"""

import os
import queue
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from ..agents import process
from ..errors import GitFailed, ParallelError
from ..git.refs import Snapshot, Stored, snapshot
from ..git.size import checkout_bytes
from ..names import TaskId
from ..overlap.meet import Overlaps
from ..schedule.admission import Admission, admit
from ..schedule.load import Load
from ..schedule.plan import Held, dependencies, is_done, why_held
from ..schedule.ready import Scene, next_launches
from ..schedule.record import State, TaskRecord
from ..tasks.task import Task, TaskSet
from . import coordinator, landing
from .attempt import Order, launch
from .declared import Declared, is_unfinished, ownership, singletons
from .footprints import footprints
from .landing import Landing
from .open import Project
from .settling import settle
from .sight import see
from .signals import listening

# The load is no event, so while it holds something back it is looked at again this often, in seconds.
_LOOK_AGAIN = 2.0
# Seconds within which the same signal is the same key press.
_ECHO = 0.3


@dataclass(frozen=True, slots=True)
class Limits:
    """How many at once, and what the user lets pass."""

    max_parallel: int
    assume_independent: bool = False
    merge: bool = False
    verify: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """Something that happened, for whoever shows it: a sentence, and the record it is about."""

    what: str
    record: TaskRecord | None = None
    landing: Landing | None = None
    is_note: bool = False


@dataclass(slots=True)
class Scheduler:
    """One run over some tasks; `read_load` is None where the load is not to matter.

    After `to_the_end` the fields say what became of it.
    """

    project: Project
    tasks: TaskSet
    order: Order
    limits: Limits
    tell: Callable[[Told], None]
    read_load: Callable[[], Load] | None = None
    waiting: dict[TaskId, Task] = field(default_factory=dict)
    running: dict[TaskId, Task] = field(default_factory=dict)
    closing: dict[TaskId, Task] = field(default_factory=dict)
    ended: dict[TaskId, TaskRecord] = field(default_factory=dict)
    launched: list[TaskId] = field(default_factory=list)
    refused: dict[TaskId, str] = field(default_factory=dict)
    why: Mapping[TaskId, str] = field(default_factory=dict)
    held: tuple[Held, ...] = ()
    landings: list[Landing] = field(default_factory=list)
    signals: list[int] = field(default_factory=list)
    _stored: dict[TaskId, Stored] = field(default_factory=dict)
    _overlaps: Overlaps = field(default_factory=lambda: Overlaps(()))
    _events: "queue.SimpleQueue[Callable[[], None]]" = field(default_factory=queue.SimpleQueue)
    _looks: int = 0
    _latest_look: int = 0
    _published: object = None
    _heard: float = 0.0
    _admission: Admission | None = None
    _worktree_bytes: int | None = None
    _workers: Any = None
    _lander: Any = None

    def to_the_end(self, chosen: Sequence[Task], *, named: bool) -> None:
        """Launch and wait until nothing runs and nothing more can be launched."""
        self._take_stock(chosen, named)
        with (
            _pool(os.cpu_count() or 2) as self._workers,
            _pool(1) as self._lander,
            listening(self._heard_signal),
        ):
            while True:
                look_again = self._launch_what_may_be()
                if not self.running and not self.closing:
                    return
                try:
                    self._events.get(timeout=look_again)()
                except queue.Empty:
                    continue

    @property
    def records(self) -> dict[TaskId, TaskRecord]:
        """The records of all tasks as this run last saw them."""
        return {task: stored.record for task, stored in self._stored.items()}

    def _take_stock(self, chosen: Sequence[Task], named: bool) -> None:
        world = snapshot(self.project.git)
        self._stored = dict(world.tasks)
        everything = {task.id: task for task in self.tasks.tasks}
        reasons = {task.id: why_held(task, named, world.records) for task in chosen}
        candidates = {task.id: task for task in chosen if not reasons[task.id]}
        _, blocked = dependencies(candidates, records=world.records, everything=everything)
        self.held = tuple(Held(task, why) for task, why in (reasons | blocked).items() if why)
        self.waiting = {task.id: task for task in candidates.values() if task.id not in blocked}
        # What a command that died had launched is kept company to its end, whoever asked for it.
        for task_id, stored in world.tasks.items():
            if stored.record.state is State.RUNNING:
                self.running[task_id] = everything.get(task_id) or Task(task_id, stored.record.title, "", 1)
                self._watch(task_id)
        self._overlaps = self._look([*self.running.values(), *self.waiting.values()], world)

    def _look(self, concerned: Sequence[Task], world: Snapshot) -> Overlaps:
        """Where these meet as things are now: what runs may touch more than it declared."""
        unfinished = [task for task in concerned if is_unfinished(task, world.records)]
        try:
            return see(self.project, Declared(self.tasks, {}), world, unfinished).overlaps
        except (GitFailed, OSError):
            # What branches show is more than what is declared, but no reason to run nothing.
            prints, _ = footprints(unfinished, world)
            return Overlaps(prints.values(), exclusion=self.project.settings.exclusion())

    # -- deciding ----------------------------------------------------------------------------------

    def _launch_what_may_be(self) -> float | None:
        """Launch what can be; how long to wait for an event before looking at the load again."""
        if self.signals:
            self.why = dict.fromkeys(self.waiting, "the run was interrupted")
            return None
        slots, scarce, load = self._slots()
        decision = next_launches(
            Scene(
                waiting=list(self.waiting.values()),
                running=[*self.running.values(), *self.closing.values()],
                overlaps=self._overlaps,
                waits={task.id: self._open_dependencies(task) for task in self.waiting.values()},
                slots=slots + len(self.closing),
                scarce=scarce,
                singletons=singletons(self.project),
                assume_independent=self.limits.assume_independent,
            )
        )
        for task_id in decision.launch:
            task = self.running[task_id] = self.waiting.pop(task_id)
            self._submit(self._workers, self._make(task))
        self.why = decision.waiting
        self._publish(load)
        return _LOOK_AGAIN if scarce != _SLOTS_TAKEN and self.waiting else None

    def _slots(self) -> tuple[int, str, Load | None]:
        ceiling = self.limits.max_parallel
        if self.read_load is None:
            return ceiling, _SLOTS_TAKEN, None
        if self._admission is None:
            self._worktree_bytes = checkout_bytes(self.project.git, self.project.base)
        load = self.read_load()
        running = (self._stored.get(task) for task in self.running)
        making = sum(stored is None or stored.record.state is not State.RUNNING for stored in running)
        self._admission = admit(
            load,
            self.project.settings.rules(),
            ceiling=ceiling,
            running=len(self.running),
            making=making,
            worktree_bytes=self._worktree_bytes,
            before=self._admission,
        )
        return self._admission.slots, self._admission.scarce or _SLOTS_TAKEN, load

    def _open_dependencies(self, task: Task) -> tuple[str, ...]:
        everything = {other.id: other for other in self.tasks.tasks}
        return tuple(name for name in task.after if not is_done(name, self.records, everything))

    def _publish(self, load: Load | None) -> None:
        now = (dict(self.why), load and round(load.cpu_percent, -1))
        if now != self._published:
            self._published = now
            coordinator.publish(self.project, self.why, load)

    # -- doing, by workers -------------------------------------------------------------------------

    def _make(self, task: Task) -> Callable[[], Callable[[], None]]:
        def work() -> Callable[[], None]:
            base = self.project.git.find_ref(self.project.target) or self.project.base
            fresh = replace(self.project, base=base)
            state = ownership(fresh, self.tasks, snapshot(fresh.git))
            try:
                stored = launch(fresh, task, self._stored.get(task.id), self.order, state)
            except ParallelError as error:
                reason = error.message + (f" ({error.hint})" if error.hint else "")
                return lambda: self._not_launched(task, reason)
            return lambda: self._launched(task, stored)

        return work

    def _settle(self, task: TaskId) -> Callable[[], Callable[[], None]]:
        # Those that end just now hold what they declared until they are settled.
        running = [*self.running.values(), *self.closing.values()]
        waiting = list(self.waiting.values())
        self._looks += 1
        number = self._looks

        def work() -> Callable[[], None]:
            try:
                stored = settle(self.project, self.tasks, task)
            except ParallelError as error:
                reason = f"its end could not be recorded: {error.message}"
                return lambda: self._not_settled(task, reason)
            overlaps = None
            if len(running) > 1 and waiting:
                # Who is launched next must not meet what the others have come to touch in the meantime.
                with suppress(ParallelError, OSError):
                    overlaps = self._look([*running, *waiting], snapshot(self.project.git))
            return lambda: self._settled(stored, overlaps, number)

        return work

    def _land(self, task: TaskId) -> Callable[[], Callable[[], None]]:
        def work() -> Callable[[], None]:
            try:
                answer = landing.land(self.project, self.tasks, [task], verify=self.limits.verify)
            except ParallelError as error:
                reason = error.message
                return lambda: self._not_landed(task, reason)
            stored = snapshot(self.project.git).tasks[task]
            return lambda: self._landed(stored, answer.results[0])

        return work

    def _submit(self, pool: ThreadPoolExecutor, work: Callable[[], Callable[[], None]]) -> None:
        def whole() -> None:
            try:
                self._events.put(work())
            except BaseException as error:
                self._events.put(_raiser(error))

        pool.submit(whole)

    def _watch(self, task: TaskId) -> None:
        def wait() -> None:
            process.wait(self.project.tasks_runtime, task)
            self._events.put(lambda: self._exited(task))

        threading.Thread(target=wait, name=f"wait-{task}", daemon=True).start()

    # -- what happened -----------------------------------------------------------------------------

    def _launched(self, task: Task, stored: Stored) -> None:
        self._stored[task.id] = stored
        if stored.record.started is not None:
            self.launched.append(task.id)
        if stored.record.state is State.RUNNING:
            self.tell(Told(f"{task.id} launched in {stored.record.worktree}", stored.record))
            self._watch(task.id)
            if len(self.signals) > 1:
                self._stop([task.id])
        else:
            # Failed to launch, or ended and settled by another command before we looked.
            self.closing[task.id] = self.running.pop(task.id)
            self._settled(stored)

    def _not_launched(self, task: Task, reason: str) -> None:
        self.running.pop(task.id)
        self.refused[task.id] = reason
        self.tell(Told(f"{task.id} not launched: {reason}"))

    def _exited(self, task: TaskId) -> None:
        self.closing[task] = self.running.pop(task)
        self._submit(self._workers, self._settle(task))

    def _settled(self, stored: Stored, overlaps: Overlaps | None = None, number: int = 0) -> None:
        task = stored.record.id
        # A task that was launched since that look was taken is in the one before only; and of two looks
        # the later one may be through first.
        is_whole = overlaps is not None and all(running in overlaps.position for running in self.running)
        if overlaps is not None and is_whole and number > self._latest_look:
            self._overlaps, self._latest_look = overlaps, number
        if self.limits.merge and stored.record.state is State.SUCCEEDED:
            self._stored[task] = stored
            self.ended[task] = stored.record
            self.tell(Told(_sentence(stored.record), stored.record))
            self._submit(self._lander, self._land(task))
        else:
            self.closing.pop(task)
            self._done(stored)

    def _not_settled(self, task: TaskId, reason: str) -> None:
        # The next command finds it ended and tries again; the other tasks are not to suffer.
        self.closing.pop(task)
        self.refused[task] = reason
        self.tell(Told(f"{task}: {reason}"))

    def _not_landed(self, task: TaskId, reason: str) -> None:
        self.closing.pop(task)
        self.tell(Told(f"{task} not merged: {reason}"))

    def _landed(self, stored: Stored, result: Landing) -> None:
        task = stored.record.id
        self._stored[task] = stored
        self.ended[task] = stored.record
        self.closing.pop(task)
        self.landings.append(result)
        self.tell(Told(_sentence(stored.record), stored.record, result))

    def _done(self, stored: Stored) -> None:
        self._stored[stored.record.id] = stored
        self.ended[stored.record.id] = stored.record
        self.tell(Told(_sentence(stored.record), stored.record))

    # -- signals -----------------------------------------------------------------------------------

    def _heard_signal(self, number: int) -> None:
        self._events.put(lambda: self._interrupted(number))

    def _interrupted(self, number: int) -> None:
        # One Ctrl-C can come twice: from the terminal, and handed on by the git that started us.
        now = time.monotonic()
        is_echo = bool(self.signals) and number == self.signals[-1] and now - self._heard < _ECHO
        self._heard = now
        if is_echo:
            return
        self.signals.append(number)
        if len(self.signals) == 1:
            self.tell(Told("interrupted: no new launches; agents finish (once more to stop them)"))
        else:
            self.tell(Told("stopping the agents" if len(self.signals) == 2 else "killing the agents"))
            self._stop(self.running)

    def _stop(self, tasks: Iterable[TaskId]) -> None:
        for task in tasks:
            stored = self._stored.get(task)
            if stored is not None:
                process.stop(
                    self.project.tasks_runtime, task, stored.record.attempt, now=len(self.signals) > 2
                )


_SLOTS_TAKEN = "all slots are taken"


def _pool(size: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max(1, size))


def _raiser(error: BaseException) -> Callable[[], None]:
    def throw() -> None:
        raise error

    return throw


def _sentence(record: TaskRecord) -> str:
    after = f" after {record.seconds:.1f} s" if record.seconds is not None else ""
    if record.state is State.MERGED:
        return f"{record.id} merged into {record.target}"
    return f"{record.id} {record.state}{after}" + (f": {record.reason}" if record.reason else "")
