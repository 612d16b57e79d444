"""`git parallel retry`: another attempt at tasks that have ended, in their worktrees or from the start."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..errors import Busy, Refused, UnknownTask
from ..git.refs import Snapshot, snapshot
from ..names import TaskId
from ..project import coordinator, repair
from ..project.commanding import orders_of
from ..project.conducting import RunAnswer, Voice, conduct, limits_of
from ..project.declared import find_recorded, read_tasks
from ..project.handing import Handed, hand_over, hand_over_again, handing, wait_for_leaving
from ..project.open import make_runtime, open_project
from ..project.recording import write
from ..project.request import Request
from ..project.saying import Told
from ..schedule.record import State
from ..tasks.task import TaskSet

_WHY_NOT = {
    State.READY: "it is made ready for its launch; 'git parallel run {id}' launches it where nobody does",
    State.RUNNING: "it is running; 'git parallel cancel {id}' stops it",
    State.MERGING: "it is being merged",
    State.MERGED: "it is merged",
}


def retry(directory: Path, request: Request, voice: Voice) -> RunAnswer | Handed:
    """Run the named tasks once more, by the command that they were run by unless there is another one.

    Where a coordinator is at work it does so, by its own command. Raises Refused for a task that cannot be
    run again as it stands; then nothing has been changed.
    """
    project = open_project(directory)
    project.git.require_identity()
    make_runtime(project)
    tasks = read_tasks(project)
    for said in repair.repair(project, tasks):
        voice.tell(Told(said, is_note=True))
    world = snapshot(project.git)
    chosen = tuple(dict.fromkeys(find_recorded(text, tasks, world) for text in request.spellings))
    _require_ended(chosen, tasks, world)
    again = replace(request, again=chosen, is_fresh=False, verb="retry ID...")
    wait_for_leaving(project)
    with handing(project):
        office = coordinator.find_office(project)
        orders = None if office else orders_of(project, again, directory)
        for task in chosen:
            stored = world.tasks[task]
            again_now = stored.record.to(
                State.PLANNED,
                reason=stored.record.ending,
                retries=0,
                is_fresh=request.is_fresh,
                resolves=None,
            )
            write(project, stored, again_now)
    if orders is None:
        return hand_over(project, chosen, office, request, voice.tell)
    declared = {task.id: task for task in tasks.tasks}
    limits = limits_of(project, request)
    mine = [declared[task] for task in chosen]
    if request.is_told:
        orders = orders.told_for(mine)
    try:
        return conduct(project, tasks, mine, orders, limits, voice, named=True)
    except Busy:
        return hand_over_again(project, chosen, request, voice.tell)


def _require_ended(chosen: Sequence[TaskId], tasks: TaskSet, world: Snapshot) -> None:
    declared = {task.id for task in tasks.tasks}
    for task in chosen:
        stored = world.tasks.get(task)
        if stored is None:
            raise UnknownTask(f"task '{task}' has not been run", hint=f"git parallel run {task} -- COMMAND")
        if task not in declared:
            raise Refused(
                f"'{task}' cannot be run again: no document declares it any more",
                hint="'git parallel tasks' lists those that are",
            )
        if why := _WHY_NOT.get(stored.record.state):
            raise Refused(f"'{task}' cannot be run again: {why.format(id=task)}")
