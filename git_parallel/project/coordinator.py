"""Who coordinates: one process a repository, and what it lets the others know while it does."""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace

from ..agents.keeper.proc import start_time
from ..errors import Busy
from ..git import locks
from ..names import TaskId
from ..schedule.load import Load
from .open import Premises, Project

_LOCK = "coordinator.lock"
# Seconds; whoever wants to know whether there is a coordinator takes the lock for a moment.
_PATIENCE = 0.2


@dataclass(frozen=True, slots=True)
class Queue:
    """What the coordinator last made known: why each task waits, and the load it saw.

    `started` is when its run began, in seconds since the epoch, `slots` how many agents it lets run at once;
    one that `is_ending` launches nothing any more.
    """

    pid: int
    waiting: Mapping[str, str] = field(default_factory=dict)
    load: Load | None = None
    started: float | None = None
    slots: int | None = None
    assume_independent: bool = False
    is_ending: bool = False


@dataclass(frozen=True, slots=True)
class Office:
    """Who coordinates: a process and when it began, in ticks since the boot (None outside Linux)."""

    pid: int
    start_time: int | None


def take_office(project: Project) -> int:
    """Become the coordinator: a descriptor to close at the end. Raises Busy where there is one."""
    lock = locks.try_hold(project.runtime / _LOCK, patience=_PATIENCE)
    if lock is None:
        office = find_office(project)
        who = f" (process {office.pid})" if office else ""
        raise Busy(
            f"another git-parallel is at work in this repository{who}",
            hint="'git parallel status' shows what it does, 'git parallel attach' follows it, 'git parallel stop' "
            "has it end",
        )
    # Who holds the lock stands in it, so that nobody is ever taken for the one before.
    os.truncate(lock, 0)
    os.pwrite(lock, json.dumps(asdict(Office(os.getpid(), start_time(os.getpid())))).encode("ascii"), 0)
    return lock


def find_office(project: Premises) -> Office | None:
    """The process that coordinates at this moment; None where there is none, or it has only just begun."""
    if not is_in_office(project):
        return None
    try:
        data = json.loads((project.runtime / _LOCK).read_bytes())
        return Office(int(data["pid"]), data["start_time"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def wait_until_free(project: Premises) -> None:
    """Block until nobody coordinates."""
    locks.wait(project.runtime / _LOCK)


def is_in_office(project: Premises) -> bool:
    """Whether some process coordinates at this moment."""
    return locks.is_held(project.runtime / _LOCK)


class Board:
    """What this coordinator lets the others know, written anew when something of it has changed."""

    def __init__(self, project: Project, queue: Queue) -> None:
        self._project, self._queue = project, queue
        self._shown: Queue | None = None

    def show(self, waiting: Mapping[TaskId, str], load: Load | None, *, is_ending: bool = False) -> None:
        """Show why each task waits, and the load, of which a few percent more or less are no news."""
        known = {str(task): why for task, why in waiting.items()}
        queue = replace(self._queue, waiting=known, load=load, is_ending=is_ending)
        if self._shown is None or _in_short(queue) != _in_short(self._shown):
            # On a disk that is full the old stays; it is no reason to end.
            with suppress(OSError):
                aside = self._project.runtime / f"coordinator.{queue.pid}.json"
                aside.write_text(json.dumps(asdict(queue)), "utf-8")
                aside.replace(self._project.runtime / "coordinator.json")
                self._shown = queue


def _in_short(queue: Queue) -> tuple[object, ...]:
    return queue.waiting, queue.load and round(queue.load.cpu_percent, -1), queue.is_ending


def withdraw(project: Project) -> None:
    """Take back what was published; nothing waits any more."""
    # Without a coordinator nobody reads it.
    with suppress(OSError):
        (project.runtime / "coordinator.json").unlink(missing_ok=True)


def read_queue(project: Project) -> Queue | None:
    """What the living coordinator made known; None where there is none."""
    if not is_in_office(project):
        return None
    try:
        data = json.loads((project.runtime / "coordinator.json").read_text("utf-8"))
        load = Load(**data["load"]) if data["load"] else None
        return Queue(**(data | {"load": load}))
    except (OSError, ValueError, KeyError, TypeError):
        return None
