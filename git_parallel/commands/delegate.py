"""`git parallel delegate`: tasks for agent types that no document declares."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ..agents import presets
from ..errors import BadInput, Busy
from ..git.refs import snapshot
from ..names import printable
from ..ownership.assignment import Assignment, assigned, assignment, checked, id_for, title_of
from ..project import coordinator
from ..project.agent_types import has_command
from ..project.attempt import remember_command
from ..project.commanding import orders_of
from ..project.conducting import RunAnswer, Voice, conduct, limits_of
from ..project.declared import read_tasks
from ..project.delegated import delegate as record
from ..project.handing import Handed, hand_over, hand_over_again, handing, wait_for_leaving
from ..project.open import Project, make_runtime, open_project
from ..project.ordering import Orders
from ..project.refreshing import refreshed
from ..project.request import Request
from ..project.saying import Told
from ..tasks.task import Task, TaskSet


def delegate(
    directory: Path, said: Sequence[str], request: Request, voice: Voice, *, paths: Sequence[str] = ()
) -> RunAnswer | Handed:
    """Give work to agent types, each `AGENT: text` or `AGENT(PATH, PATH): text`, and run it to its end.

    Each is recorded as a task, which all other verbs know too. It may touch the paths that it names, or all
    of them `paths`, or else what its agent type owns. Where a coordinator is at work it runs them. Raises
    BadInput, with nothing made, for what names no agent or no command.
    """
    project = open_project(directory)
    project.git.require_identity()
    project, notes = refreshed(project, directory, is_asked=request.fetch)
    for told in notes:
        voice.tell(Told(told, is_note=True))
    assignments = tuple(map(assignment, said))
    everywhere = checked(paths)
    orders = orders_of(project, request, directory, (one.agent for one in assignments))
    for one in assignments:
        _require_startable(project, one, orders, is_told=request.is_told)
    make_runtime(project)
    declared = read_tasks(project)
    wait_for_leaving(project)
    # Nor is anybody who delegates at the same time to choose the same ids.
    with handing(project):
        given = tuple(_tasks(project, assignments, declared, everywhere))
        for task in given:
            remember_command(project, task.id, orders.of_agent(task.agent))
            record(project, task)
        office = coordinator.find_office(project)
    ids = tuple(task.id for task in given)
    if office:
        return hand_over(project, ids, office, request, voice.tell)
    everything = replace(declared, tasks=(*declared.tasks, *given))
    try:
        return conduct(project, everything, given, orders, limits_of(project, request), voice, named=True)
    except Busy:
        return hand_over_again(project, ids, request, voice.tell)


def _tasks(
    project: Project, assignments: Sequence[Assignment], declared: TaskSet, everywhere: Sequence[str]
) -> Iterator[Task]:
    taken: set[str] = {task.id for task in declared.tasks} | set(snapshot(project.git).tasks)
    for one in assignments:
        agent = project.settings.agents.get(one.agent)
        where = one.paths or everywhere or (agent.owns if agent else ())
        name = id_for(one, taken)
        taken.add(name)
        yield assigned(name, agent=one.agent, title=title_of(one.text), text=one.text, paths=where)


def _require_startable(project: Project, one: Assignment, orders: Orders, *, is_told: bool) -> None:
    """An agent type that nobody has heard of is a slip of the pen, unless a command is given for it."""
    settings = project.settings
    if is_told or one.agent in settings.agents or has_command(settings, one.agent):
        orders.of_agent(one.agent)
        return
    known = ", ".join((*sorted(map(printable, settings.agents)), *presets.names()))
    usual = f"git config agent.{one.agent}.command 'COMMAND ARGUMENTS', or give one: -- COMMAND"
    raise BadInput(
        f"there is no agent type '{one.agent}'; known are: {known}", hint=settings.untrusted or usual
    )
