"""`git parallel log`: what an agent printed."""

import threading
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

from ..agents import process
from ..agents.logs import Log
from ..errors import UnknownTask
from ..git.refs import snapshot
from ..project import setting_up
from ..project.accounting import stream_of
from ..project.declared import find_recorded, read_tasks
from ..project.open import Project, open_project
from ..project.plain import read_plain
from ..schedule.record import TaskRecord
from ..tasks.task import TaskSet

# A file tells nobody that it has grown, short of inotify; `tail -f` looks once a second, this more often.
_LOOK_AGAIN = 0.1
_Limit = Callable[[], int | None]


def log(
    directory: Path, spelling: str, *, follow: bool = False, attempt: int | None = None, is_raw: bool = False
) -> Iterator[bytes]:
    """The output of a task's latest attempt (or of another one), piece by piece.

    What an agent prints for programs is made readable, unless it is wanted raw. With `follow` it goes on until
    the agent has ended. Raises UnknownTask where the task has no log.
    """
    project = open_project(directory)
    record = _record(project, spelling)
    number = attempt or record.attempt
    path = project.log_of(record.id, number)
    if not path.exists():
        is_set_up = setting_up.log_of(project, record.id).exists()
        raise UnknownTask(
            f"task '{record.id}' has no log of attempt {number}",
            hint=f"its agent was not started; 'git parallel log {record.id} --setup' shows the setup of its worktree"
            if is_set_up
            else "'git parallel status' tells which attempt is the latest",
        )

    def limit() -> int | None:
        started = process.read_start(project.tasks_runtime, record.id, number)
        return started.log_limit if started else None

    def wait() -> None:
        process.wait(project.tasks_runtime, record.id)

    pieces = _follow(wait, path, limit) if follow else _whole(path, limit())
    return pieces if is_raw else _readable(pieces, lambda: stream_of(project, record, number))


def setup_log(directory: Path, spelling: str, *, follow: bool = False) -> Iterator[bytes]:
    """The output of the setup of a task's worktree; as `log` does."""
    project = open_project(directory)
    record = _record(project, spelling)
    path = setting_up.log_of(project, record.id)
    if not path.exists():
        raise UnknownTask(
            f"task '{record.id}' has no log of a setup",
            hint="it is parallel.setup that is run in a new worktree",
        )

    def limit() -> int | None:
        return setting_up.log_limit(project, record.id)

    def wait() -> None:
        setting_up.wait(project, record.id)

    return _follow(wait, path, limit) if follow else _whole(path, limit())


def _record(project: Project, spelling: str) -> TaskRecord:
    world = snapshot(project.git)
    # The documents are needed only for a spelling that is not an id.
    tasks = TaskSet() if spelling in world.tasks else read_tasks(project)
    task = find_recorded(spelling, tasks, world)
    if task not in world.tasks:
        raise UnknownTask(f"task '{task}' has not been run", hint=f"git parallel run {task} -- COMMAND")
    return world.tasks[task].record


def _readable(pieces: Iterator[bytes], stream: Callable[[], str]) -> Iterator[bytes]:
    for first in pieces:
        # Whoever has printed something was started, and that is on record.
        form, everything = stream(), chain([first], pieces)
        if not form:
            yield from everything
            return
        from ..agents.streams.reading import rendered

        yield from rendered(everything, form)


def _whole(path: Path, limit: int | None) -> Iterator[bytes]:
    with read_plain(path) as file:
        yield from Log(file, limit).more()


def _follow(wait: Callable[[], None], path: Path, limit: _Limit) -> Iterator[bytes]:
    ended = threading.Event()

    def wait_and_tell() -> None:
        wait()
        ended.set()

    threading.Thread(target=wait_and_tell, daemon=True).start()
    with read_plain(path) as file:
        log, over = Log(file), False
        while not over:
            # Asked before reading: what came before the end is then read after it.
            over = ended.wait(_LOOK_AGAIN)
            log.limit = log.limit or limit()  # the log is there a moment before the agent's start is recorded
            yield from log.more()
