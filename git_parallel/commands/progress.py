"""`git parallel progress`: an agent tells how far it is. Often called, so it asks and imports little."""

import time
from dataclasses import dataclass
from pathlib import Path

from ..agents import process
from ..names import TaskId
from ..project.reporting import checked, write_report
from ..project.standing import standing


@dataclass(frozen=True, slots=True)
class ProgressAnswer:
    """Whose progress it is, and why it was not noted; empty where it was."""

    task: TaskId
    refused: str = ""


def progress(directory: Path, percent: str, message: str) -> ProgressAnswer:
    """Note how far the task of this worktree is; raises BadInput outside of one, or for a bad percentage."""
    report = checked(percent, message, at=time.time())
    here = standing(directory)
    attempt = process.attempt_under_way(here.runtime, here.task)
    if attempt is None:
        return ProgressAnswer(here.task, _why_not(directory, here.task))
    write_report(here.runtime, here.task, attempt, report)
    return ProgressAnswer(here.task)


def _why_not(directory: Path, task: TaskId) -> str:
    """Where a task that does not run stands."""
    from ..git.command import Git
    from ..git.refs import snapshot
    from ..schedule.record import State

    stored = snapshot(Git(directory)).tasks.get(task)
    if stored is None:
        return "nothing is recorded of it"
    if stored.record.state is State.RUNNING:
        return "its agent has ended"
    if stored.record.state is State.READY:
        return "its agent has not been started yet"
    return f"its latest attempt is recorded as {stored.record.state}"
