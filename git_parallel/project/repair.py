"""Bringing the records up to what is really the case, after whatever died."""

from ..errors import Stale
from ..git import worktree
from ..git.refs import Stored, snapshot
from ..schedule.record import State
from ..tasks.task import TaskSet
from . import landing
from .adrift import is_adrift, is_merge_interrupted, runs_unrecorded, started
from .attempt import write
from .open import Project
from .settling import settle


def repair(project: Project, tasks: TaskSet) -> tuple[str, ...]:
    """Mend every record that contradicts what is the case; a sentence for each."""
    worktree.drop_dead_scratches(project.common)
    said = []
    for stored in snapshot(project.git).tasks.values():
        try:
            said.append(_mend(project, tasks, stored))
        except Stale:
            # Another command mends it at this moment.
            continue
    return tuple(sentence for sentence in said if sentence)


def _mend(project: Project, tasks: TaskSet, stored: Stored) -> str:
    task = stored.record.id
    if is_merge_interrupted(project, stored):
        mended = landing.finish_interrupted(project, stored)
        return f"the merge of '{task}' had been interrupted: {mended.record.state}"
    if runs_unrecorded(project, stored):
        write(project, stored, stored.record.to(State.RUNNING, started=started(project, stored)))
        return f"'{task}' was launched by a command that died: running"
    if is_adrift(project, stored.record):
        settled = settle(project, tasks, task)
        reason = f" ({settled.record.reason})" if settled.record.reason else ""
        return f"'{task}' had ended unseen: {settled.record.state}{reason}"
    return ""
