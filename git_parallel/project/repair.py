"""Bringing the records up to what is really the case, after whatever died."""

from ..git import worktree
from ..git.refs import snapshot
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
    for task_id, stored in snapshot(project.git).tasks.items():
        if is_merge_interrupted(project, stored):
            mended = landing.finish_interrupted(project, stored)
            said.append(f"the merge of '{task_id}' had been interrupted: {mended.record.state}")
        elif runs_unrecorded(project, stored):
            write(project, stored, stored.record.to(State.RUNNING, started=started(project, stored)))
            said.append(f"'{task_id}' was launched by a command that died: running")
        elif is_adrift(project, stored.record):
            settled = settle(project, tasks, task_id)
            reason = f" ({settled.record.reason})" if settled.record.reason else ""
            said.append(f"'{task_id}' had ended unseen: {settled.record.state}{reason}")
    return tuple(said)
