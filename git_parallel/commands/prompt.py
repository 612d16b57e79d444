"""`git parallel run --print-prompt`: what an agent would be told."""

from pathlib import Path

from ..git.refs import snapshot
from ..project.declared import ownership, read_tasks, require_tasks
from ..project.open import open_project
from ..project.places import place_of_record
from ..project.prompting import prompt_of
from ..schedule.record import State, TaskRecord


def prompt(directory: Path, spelling: str, *, agent: str | None = None) -> str:
    """The prompt of a task's next attempt, as things stand; nothing is made. `agent` is the type that would run it.

    Raises UnknownTask for a name that is none, BadInput for a template that cannot be.
    """
    project = open_project(directory)
    tasks = read_tasks(project)
    task = require_tasks(project, tasks, [spelling])[0]
    world = snapshot(project.git)
    found = world.records.get(task.id, TaskRecord(task.id, State.PLANNED))
    place = place_of_record(project, found) if found.branch else project.place_of(task.id)
    is_under_way = found.state in (State.READY, State.RUNNING)
    ready = TaskRecord(
        task.id,
        State.READY,
        agent=task.agent or agent or project.settings.agent or found.agent,
        attempt=found.attempt + (not is_under_way),
        branch=place.branch.short,
        worktree=str(place.path),
        base=found.base if found.branch else project.base,
        reason="" if is_under_way else found.ending,
    )
    return prompt_of(project, task, ready, ownership(project, tasks, world), is_fresh=not found.branch)
