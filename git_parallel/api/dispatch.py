"""The state of a queue and its decisions. Whoever calls holds the queue's lock; nothing here waits."""

import os
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import chain

from ..names import TaskId
from ..overlap.exclusion import Exclusion
from ..overlap.meet import Overlaps
from ..project.singletons import Registry, release
from ..schedule.backoff import delay
from ..schedule.order import launch_order
from ..schedule.ready import Decision, next_launches, overtaken
from ..schedule.scene import Scene
from ..tasks.task import Task
from .entries import Entry
from .room import Room

# The load is no event, so while it holds something back it is looked at again this often, in seconds.
_LOOK_AGAIN = 2.0
# A task that failed waits at most so many seconds for its next attempt.
_LONGEST_DELAY = 3600.0


class Dispatch:
    """Who waits, who runs, and what is decided on that; all that happens is told to it.

    With a `registry`, types that are `singletons` are taken there; `freed` is called, from another thread, when
    one that somebody else had is free.
    """

    def __init__(
        self,
        room: Room,
        exclusion: Exclusion,
        registry: Registry | None,
        singletons: Iterable[str],
        freed: Callable[[str], None],
    ) -> None:
        self.waiting: dict[TaskId, Entry] = {}
        self.running: dict[TaskId, Entry] = {}
        self.elsewhere: dict[str, str] = {}
        self._room, self._exclusion = room, exclusion
        self._registry, self._registered = registry, frozenset(singletons)
        self._freed = freed
        self._types: set[str] = set()
        self._behind: dict[TaskId, list[Entry]] = {}
        self._came: dict[TaskId, int] = {}
        self._batch = 0
        self._overtaken: Mapping[TaskId, int] = {}
        self._order: list[Task] | None = []
        self._overlaps: Overlaps | None = None
        self._gone = 0
        self._reasons: Mapping[TaskId, str] = {}

    def come(self, entry: Entry) -> None:
        """A task comes to wait; those that come before the next decision come together."""
        self.waiting[entry.id] = entry
        self._came[entry.id] = self._batch
        self._types.add(entry.asked.agent_type)
        for name in entry.open:
            self._behind.setdefault(name, []).append(entry)
        self._order = self._overlaps = None

    def decide(self, now: float) -> list[Entry]:
        """Those that begin now; they run from here on."""
        begun: list[Entry] = []
        while True:
            known = len(self.elsewhere)
            begun += self._decide_once(now)
            if len(self.elsewhere) == known:
                return begun

    def _decide_once(self, now: float) -> list[Entry]:
        scene = self._scene(now)
        decision = next_launches(scene)
        self._overtaken = overtaken(scene, decision, self._came)
        self._batch += 1
        self._reasons = decision.waiting
        return self._begin(decision)

    def pause(self, now: float) -> float | None:
        """How many seconds to wait for something to happen before the next decision; None for ever."""
        pauses = [entry.not_before - now for entry in self.waiting.values() if entry.not_before > now]
        if self.waiting and self._room.is_narrow:
            pauses.append(_LOOK_AGAIN)
        return min(pauses, default=None)

    def reasons(self) -> dict[str, str]:
        """Why each of those that wait does, as was last decided."""
        return {str(task): self._reasons[task] for task in self.waiting if task in self._reasons}

    def leave(self, entry: Entry) -> bool:
        """A task runs or waits no longer, and makes room for others; whether it did."""
        if self.running.pop(entry.id, None) is not None:
            self._free(entry)
        elif self.waiting.pop(entry.id, None) is not None:
            self._forget(entry.id)
        else:
            return False
        self._gone += 1
        if self._gone > len(self.waiting):
            # Most of the table is about tasks that are over.
            self._overlaps, self._gone = None, 0
        return True

    def release(self, entry: Entry) -> bool:
        """A task has succeeded, and what comes after it no longer waits for it; whether anything did."""
        behind = self.forsaken(entry.id)
        for one in behind:
            one.open.discard(entry.id)
        if behind:
            # Who frees the most is first, and that has changed.
            self._order = None
        return bool(behind)

    def forsaken(self, name: TaskId) -> list[Entry]:
        """Those that wait for a task that is over, each given once."""
        return [entry for entry in self._behind.pop(name, ()) if entry.id in self.waiting]

    def put_off(self, entry: Entry, now: float) -> None:
        """A task that failed waits for its next attempt."""
        self.running.pop(entry.id)
        self._free(entry)
        entry.failures += 1
        first = entry.asked.retry_delay
        entry.not_before = now + delay(
            entry.failures, first=first, longest=max(first, _LONGEST_DELAY), chance=random.random()
        )
        entry.why = f"it failed and waits for retry {entry.failures} of {entry.asked.retries}"
        self.come(entry)

    def stuck(self, now: float) -> list[Entry]:
        """Those that will never begin: all that run wait for them, or for others like them."""
        if not self.running or self.pause(now) is not None or self.elsewhere:
            return []
        if not all(entry.awaits and entry.has_patience for entry in self.running.values()):
            return []
        awaited = [entry.awaits for entry in self.running.values() if entry.awaits]
        return [entry for entry in awaited if entry.id in self.waiting]

    def _scene(self, now: float) -> Scene:
        waits = {task: tuple(sorted(entry.open)) for task, entry in self.waiting.items() if entry.open}
        if self._order is None:
            self._order = launch_order([entry.task for entry in self.waiting.values()], waits)
        if self._overlaps is None:
            everybody = chain(self.waiting.values(), self.running.values())
            self._overlaps = Overlaps((entry.footprint for entry in everybody), exclusion=self._exclusion)
        # Who waits for another has work to do only when that is done; its slot is free until then.
        idle = sum(entry.awaits is not None for entry in self.running.values())
        return Scene(
            waiting=self._order,
            running=[entry.task for entry in self.running.values()],
            overlaps=self._overlaps,
            waits=waits,
            slots=self._room.slots(running=len(self.running), now=now) + idle,
            scarce=self._room.why,
            singletons=self._types,
            # An empty list of files says that none is modified.
            assume_independent=True,
            done_means="done",
            delayed=dict(self._delayed(now)),
            overtaken=self._overtaken,
        )

    def _delayed(self, now: float) -> Iterator[tuple[TaskId, str]]:
        for task, entry in self.waiting.items():
            if entry.not_before > now:
                yield task, entry.why
            elif self.elsewhere and entry.asked.agent_type in self.elsewhere:
                yield task, self.elsewhere[entry.asked.agent_type]

    def _begin(self, decision: Decision) -> list[Entry]:
        begun = []
        for task in decision.launch:
            entry = self.waiting[task]
            if not self._take(entry):
                continue
            del self.waiting[task]
            self._forget(task)
            self.running[task] = entry
            begun.append(entry)
        return begun

    def _take(self, entry: Entry) -> bool:
        """Take its agent type where that is a singleton of the whole repository; whether that could be done."""
        agent = entry.asked.agent_type
        if self._registry is None or agent not in self._registered:
            return True
        holder = f"task '{entry.id}' of a queue (process {os.getpid()})"
        try:
            entry.lock, entry.obstacle = self._registry.try_take(agent, holder=holder, patience=0.0), None
        except OSError as error:
            # A disk that is full, no descriptor left: this task's failure alone.
            entry.obstacle = error
            return True
        if entry.lock is None:
            self.elsewhere[agent] = self._registry.why_not(agent)
            self._registry.when_free(agent, partial(self._freed, agent))
        return entry.lock is not None

    def _forget(self, task: TaskId) -> None:
        del self._came[task]
        if self._order is not None:
            # A new list: the reasons of the last decision stand on the old one.
            self._order = [one for one in self._order if one.id != task]

    def _free(self, entry: Entry) -> None:
        if entry.lock is not None:
            release(entry.lock)
            entry.lock = None
