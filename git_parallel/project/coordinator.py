"""Who coordinates: one process a repository, and what it lets the others know while it does."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from ..errors import Busy
from ..git import locks
from ..names import TaskId
from ..schedule.load import Load
from .open import Project


@dataclass(frozen=True, slots=True)
class Queue:
    """What the coordinator last made known: why each task waits, and the load it saw."""

    pid: int
    waiting: Mapping[str, str] = field(default_factory=dict)
    load: Load | None = None


def take_office(project: Project) -> int:
    """Become the coordinator: a descriptor to close at the end. Raises Busy where there is one."""
    lock = locks.try_hold(project.runtime / "coordinator.lock")
    if lock is None:
        queue = read_queue(project)
        who = f" (process {queue.pid})" if queue else ""
        raise Busy(
            f"another 'git parallel run' is at work in this repository{who}",
            hint="'git parallel status' shows what it does; run this again when it has ended",
        )
    return lock


def is_in_office(project: Project) -> bool:
    """Whether some process coordinates at this moment."""
    return locks.is_held(project.runtime / "coordinator.lock")


def publish(project: Project, waiting: Mapping[TaskId, str], load: Load | None) -> None:
    """Let `status` know what waits and why."""
    data = {"pid": os.getpid(), "waiting": dict(waiting), "load": asdict(load) if load else None}
    aside = project.runtime / f"coordinator.{os.getpid()}.json"
    aside.write_text(json.dumps(data), "utf-8")
    aside.replace(project.runtime / "coordinator.json")


def withdraw(project: Project) -> None:
    """Take back what was published; nothing waits any more."""
    (project.runtime / "coordinator.json").unlink(missing_ok=True)


def read_queue(project: Project) -> Queue | None:
    """What the living coordinator made known; None where there is none."""
    if not is_in_office(project):
        return None
    try:
        data = json.loads((project.runtime / "coordinator.json").read_text("utf-8"))
        return Queue(data["pid"], data["waiting"], Load(**data["load"]) if data["load"] else None)
    except (OSError, ValueError, KeyError, TypeError):
        return None
