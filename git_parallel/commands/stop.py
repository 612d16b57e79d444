"""`git parallel stop`: have the coordinator end, with its agents' work done or, at once, without."""

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..agents import process
from ..errors import Stale
from ..git.refs import Snapshot, snapshot
from ..names import TaskId
from ..project import coordinator, repair, setting_up
from ..project.declared import read_tasks
from ..project.journal import Entry, follow
from ..project.open import Premises, Project, find_premises, make_runtime, open_project
from ..schedule.record import State


@dataclass(frozen=True, slots=True)
class StopAnswer:
    """The coordinator that was asked to end (None: there was none), and the agents that still ran without one."""

    pid: int | None
    alone: tuple[TaskId, ...]
    mended: tuple[str, ...] = ()
    is_over: bool = True


def stop(
    directory: Path, *, now: bool = False, wait: bool = True, tell: Callable[[Entry], None]
) -> StopAnswer:
    """Ask the coordinator to launch nothing more and to end with its agents; `now`: to stop them first.

    Agents whose coordinator has died are waited for, or stopped, as well. With `wait` it returns when
    nothing runs any more; what the coordinator says meanwhile is told.
    """
    premises = find_premises(directory)
    office = _find_office(premises)
    if office is not None:
        asked = time.time()
        process.signal_exactly(office.pid, office.start_time, signal.SIGQUIT if now else signal.SIGTERM)
        if not wait:
            return StopAnswer(office.pid, (), is_over=False)
        for entry in follow(premises, since=asked):
            if entry.status is None:
                tell(entry)
        return StopAnswer(office.pid, ())
    project = open_project(directory)
    world = snapshot(project.git)
    alone = _alive(project, world)
    if not alone:
        return StopAnswer(None, ())
    for task in alone if now else ():
        process.stop(project.tasks_runtime, task, world.tasks[task].record.attempt)
        setting_up.stop(project, task, now=False)
    if not wait:
        return StopAnswer(None, alone, is_over=False)
    for task in alone:
        process.wait(project.tasks_runtime, task)
        setting_up.wait(project, task)
    make_runtime(project)
    return StopAnswer(None, alone, repair.repair(project, read_tasks(project)))


def _find_office(project: Premises) -> coordinator.Office | None:
    office = coordinator.find_office(project)
    if office is None and coordinator.is_in_office(project):
        raise Stale("a coordinator is just beginning or ending", hint="run 'git parallel stop' again")
    return office


def _alive(project: Project, world: Snapshot) -> tuple[TaskId, ...]:
    return tuple(
        task
        for task, stored in world.tasks.items()
        if stored.record.state in (State.RUNNING, State.READY)
        and (process.is_alive(project.tasks_runtime, task) or setting_up.is_setting_up(project, task))
    )
