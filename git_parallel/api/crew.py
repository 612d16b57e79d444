"""The threads of a queue: one that decides as long as anybody waits, and one for each task that runs.

Whatever happens is told to `Dispatch` under one lock and wakes the thread that decides; nothing looks again
without a reason. What happens while it decides, say a thousand tasks that are submitted, is one decision more.
No thread outlives the last task, and Python does not end before the last task has.
"""

import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from typing import TypeAlias

from ..names import TaskId
from .dispatch import Dispatch
from .entries import Entry
from .failures import Deadlock, DependencyFailed
from .task_future import TaskFuture

Hire: TypeAlias = Callable[[Callable[[str], None]], Dispatch]

_doing = threading.local()


class Crew:
    """Everything submitted to one queue, and the threads that see to it. `change` guards all of it."""

    def __init__(self, hire: Hire) -> None:
        """`hire` makes the dispatch, given what to call when an agent type is free elsewhere."""
        self.change = threading.Condition()
        self.entries: dict[TaskId, Entry] = {}
        self.ended: dict[TaskId, BaseException | None] = {}
        self.dispatch = hire(self._freed)
        self._is_undecided = False
        self._retries_no_more = False
        self._dispatcher: threading.Thread | None = None

    def come(self, entries: Sequence[Entry]) -> list[Entry]:
        """Tasks come to wait, all of them together; `change` is held. Gives those to `begin` without it."""
        is_quiet = not self.dispatch.waiting and not self._is_undecided
        for entry in entries:
            self.entries[entry.id] = entry
            self.dispatch.come(entry)
        begun: list[Entry] = []
        if is_quiet:
            # A slot that is free is taken by whoever comes first, not by who comes a moment later.
            begun = [entry for entry in self.dispatch.decide(time.monotonic()) if self._is_wanted(entry)]
        self._wake(is_decided=is_quiet)
        return begun

    def begin(self, entries: Iterable[Entry]) -> None:
        """Have each of these run in a thread of its own."""
        for entry in entries:
            try:
                threading.Thread(target=self._run, args=(entry,), name=f"agent-{entry.id}").start()
            except RuntimeError as error:
                # The system has no thread left.
                self._end(entry, error, None)

    def look_after(self, entry: Entry, before: Collection[TaskId]) -> None:
        """See to it that a task that came is not forgotten when it is cancelled, or what it needs had failed."""
        entry.future.add_done_callback(lambda _: self._if_cancelled(entry))
        for name in before:
            if (error := self.ended.get(name)) is not None:
                with self.change:
                    behind = self.dispatch.forsaken(name)
                self._give_up(behind, name, error)

    def retry_no_more(self) -> None:
        """Have what waits for a retry end with the error that it failed with, and nothing be tried again."""
        with self.change:
            self._retries_no_more = True
            waiting = [entry for entry in self.dispatch.waiting.values() if entry.latest is not None]
        for entry in waiting:
            if entry.latest is not None:
                self._fail(entry, entry.latest)

    def until_decided(self) -> None:
        """Wait until everything that has happened is decided on; `change` is held."""
        if threading.current_thread() is not self._dispatcher:
            self.change.wait_for(lambda: not self._is_undecided)

    def until_over(self) -> None:
        """Wait until all tasks have ended."""
        with self.change:
            self.change.wait_for(lambda: not self.entries)

    def doing(self) -> Entry | None:
        """The task that the calling thread runs, where that is one of ours."""
        entry: Entry | None = getattr(_doing, "entry", None)
        return entry if entry is not None and self.entries.get(entry.id) is entry else None

    @contextmanager
    def waiting_for(self, future: TaskFuture, timeout: float | None) -> Iterator[None]:
        """As long as this lasts the calling thread does nothing but wait for that future."""
        mine = self.doing()
        if mine is None or future.done():
            yield
            return
        if mine.future is future:
            raise Deadlock(f"task '{mine.id}' waits for itself")
        with self.change:
            mine.awaits, mine.has_patience = self.entries.get(future.task_id), timeout is None
            self._wake()
        try:
            yield
        finally:
            with self.change:
                mine.awaits = None

    # -- the thread that decides -------------------------------------------------------------------

    def _wake(self, *, is_decided: bool = False) -> None:
        self._is_undecided = bool(self.dispatch.waiting) and (self._is_undecided or not is_decided)
        if self.dispatch.waiting and self._dispatcher is None:
            self._dispatcher = threading.Thread(target=self._decide, name="task-queue")
            try:
                self._dispatcher.start()
            except RuntimeError:
                # The system has no thread left: one that comes free will do it.
                self._dispatcher = None
        self.change.notify_all()

    def _decide(self) -> None:
        try:
            while self._decide_next():
                pass
        except BaseException as error:
            # A defect of ours; at least nobody waits for ever because of it.
            self._break_off(error)
            raise

    def _decide_next(self) -> bool:
        """Wait for something to happen and decide; whether there can be more."""
        with self.change:
            pause = self.dispatch.pause(time.monotonic())
            self.change.wait_for(lambda: self._is_undecided or not self.dispatch.waiting, pause)
            now = time.monotonic()
            begun = [entry for entry in self.dispatch.decide(now) if self._is_wanted(entry)]
            stuck = [] if begun else self.dispatch.stuck(now)
            self._is_undecided, is_over = False, not self.dispatch.waiting
            if is_over:
                self._dispatcher = None
            self.change.notify_all()
        self.begin(begun)
        for entry in stuck:
            # What is called back then must not hold up the decisions.
            threading.Thread(target=self._refuse, args=(entry,)).start()
        return not is_over

    def _is_wanted(self, entry: Entry) -> bool:
        # Whoever has just cancelled it is about to tell, and then it is taken off.
        return bool(entry.failures) or entry.future.set_running_or_notify_cancel()

    def _freed(self, agent: str) -> None:
        with self.change:
            self.dispatch.elsewhere.pop(agent, None)
            self._wake()

    def _break_off(self, error: BaseException) -> None:
        with self.change:
            waiting = list(self.dispatch.waiting.values())
            self._dispatcher, self._is_undecided = None, False
            self.change.notify_all()
        for entry in waiting:
            self._fail(entry, error)

    # -- the threads that work ---------------------------------------------------------------------

    def _run(self, entry: Entry) -> None:
        _doing.entry = entry
        error, result = None, None
        try:
            if entry.obstacle:
                raise entry.obstacle
            result = entry.asked.execute_fn()
        except BaseException as raised:
            error = raised
        _doing.entry = None
        self._end(entry, error, result)
        with self.change:
            is_needed = bool(self.dispatch.waiting) and self._dispatcher is None
            self._dispatcher = threading.current_thread() if is_needed else self._dispatcher
        if is_needed:
            self._decide()

    def _end(self, entry: Entry, error: BaseException | None, result: object) -> None:
        with self.change:
            may_retry = isinstance(error, Exception) and entry.failures < entry.asked.retries
            if may_retry and not self._retries_no_more:
                entry.latest = error
                self.dispatch.put_off(entry, time.monotonic())
                self._wake()
                return
            # Who hears of the end may ask for the status at once.
            self.dispatch.leave(entry)
            self._wake()
        if error is None:
            entry.future.set_result(result)
        else:
            entry.future.set_exception(error)
        self._over(entry, error)

    def _over(self, entry: Entry, error: BaseException | None) -> None:
        """A task has ended, and its future knows: those that come after it may begin, or never will."""
        with self.change:
            if self.entries.pop(entry.id, None) is None:
                return
            self.ended[entry.id] = error
            behind = self.dispatch.forsaken(entry.id) if error else []
            if self.dispatch.release(entry):
                self._wake()
            self.change.notify_all()
        if error:
            self._give_up(behind, entry.id, error)

    # -- tasks that are not run --------------------------------------------------------------------

    def _if_cancelled(self, entry: Entry) -> None:
        if not entry.future.cancelled():
            return
        with self.change:
            self.dispatch.leave(entry)
            self._wake()
        self._over(entry, CancelledError())

    def _give_up(self, behind: Sequence[Entry], name: TaskId, why: BaseException) -> None:
        how = "was cancelled" if isinstance(why, CancelledError) else "has failed"
        for entry in behind:
            error = DependencyFailed(f"'{entry.id}' was not run: '{name}', on which it depends, {how}")
            error.__cause__ = why
            self._fail(entry, error)

    def _refuse(self, entry: Entry) -> None:
        error = Deadlock(
            f"'{entry.id}' was not run: it may not run beside the tasks that wait for it",
            hint="return the future instead of waiting for it, or let that task depend on this one",
        )
        self._fail(entry, error)

    def _fail(self, entry: Entry, error: BaseException) -> None:
        """Have a task that waits end with an error."""
        with self.change:
            if not self.dispatch.leave(entry):
                return
            self._wake()
        if entry.failures or entry.future.set_running_or_notify_cancel():
            entry.future.set_exception(error)
        self._over(entry, error)
