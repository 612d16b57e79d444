"""Bringing the records up to what is really the case, after whatever died."""

from ..errors import ParallelError, Stale
from ..git.refs import Stored, snapshot
from ..schedule.record import State
from ..tasks.task import TaskSet
from . import cut_off, kept_command
from .adrift import is_adrift, is_coordinated, is_merge_interrupted, runs_unrecorded, started
from .landing.recording import finish_interrupted
from .open import Project
from .pruning import half_way
from .recording import write
from .settling import settle


def repair(project: Project, tasks: TaskSet, *, in_office: bool = False) -> tuple[str, ...]:
    """Mend every record that contradicts what is the case; a sentence for each.

    `in_office` says that the caller is the coordinator, so that no other one is about to record a launch.
    """
    kept_command.end_dead(project)
    # What has become of the target decides what its records have to say.
    said = list(cut_off.mend(project)) if cut_off.is_any(project) else []
    world = snapshot(project.git)
    if half_way.is_any(project, world.trash):
        # There is seldom anything to mend.
        from .pruning import interrupted

        said += interrupted.mend(project, world.trash)
    for stored in snapshot(project.git).tasks.values():
        try:
            said.append(_mend(project, tasks, stored, in_office=in_office))
        except Stale:
            # Another command mends it at this moment.
            continue
        except ParallelError as error:
            # One task that cannot be mended must not keep the others from it.
            said.append(f"'{stored.record.id}' cannot be mended: {error.message}")
    return tuple(sentence for sentence in said if sentence)


def _mend(project: Project, tasks: TaskSet, stored: Stored, *, in_office: bool) -> str:
    task = stored.record.id
    if is_merge_interrupted(project, stored):
        mended = finish_interrupted(project, stored)
        return f"the merge of '{task}' had been interrupted: {mended.record.state}"
    if runs_unrecorded(project, stored) and (in_office or not is_coordinated(project)):
        write(project, stored, stored.record.to(State.RUNNING, started=started(project, stored), reason=""))
        return f"'{task}' was launched by a command that died: running"
    if is_adrift(project, stored.record):
        settled = settle(project, tasks, task)
        reason = f" ({settled.record.reason})" if settled.record.reason else ""
        return f"'{task}' had ended unseen: {settled.record.state}{reason}"
    return ""
