"""`git parallel start`: run whatever is ready, and go on when there is nothing left to do."""

from dataclasses import replace
from pathlib import Path

from ..errors import BadInput
from ..git.refs import snapshot
from ..project.agent_types import command_of, found_on, has_command
from ..project.backlog import Writer
from ..project.commanding import orders_of
from ..project.conducting import RunAnswer, Voice, conduct, limits_of, standing
from ..project.declared import read_tasks, sources
from ..project.health import by_itself
from ..project.open import Project, open_project
from ..project.ordering import Orders, ordered
from ..project.refreshing import refreshed
from ..project.request import Request
from ..project.saying import Told


def start(
    directory: Path,
    request: Request,
    voice: Voice,
    *,
    poll: float,
    backlog: int,
    spec_agent: str | None,
) -> RunAnswer:
    """Run every task as it becomes ready, until somebody asks for the end.

    `poll` is in seconds; fewer than `backlog` ready tasks are told, and given to the agent type that writes
    specs, where there is one. Raises Busy where another coordinator is at work, BadInput for a command
    that cannot be started.
    """
    project = open_project(directory)
    project.git.require_identity()
    healed = by_itself.heal(project)
    project, notes = refreshed(project, directory, is_asked=request.fetch)
    for said in (*healed, *notes):
        voice.tell(Told(said, is_note=True))
    tasks = read_tasks(project)
    # Which agent types the documents to come will name, nobody knows yet.
    orders = orders_of(project, request, directory, found_on(project.settings, directory))
    orders.require(snapshot(project.git).records.values(), tasks.tasks, request.verb)
    limits = standing(limits_of(project, request), poll=poll, backlog=backlog)
    writer = _writer(project, orders, spec_agent, directory)
    return conduct(project, tasks, tasks.tasks, orders, limits, voice, named=False, writer=writer)


def _writer(project: Project, orders: Orders, asked: str | None, directory: Path) -> Writer | None:
    name = project.settings.spec_agent if asked is None else asked
    if not name:
        return None
    agent = project.settings.agents.get(name)
    if has_command(project.settings, name):
        mine = ordered(project, orders.limits, name, command_of(project.settings, name), directory)
    elif asked is not None or agent is None or orders.usual is None:
        raise BadInput(
            f"no command is set for agent '{name}', which is to write specs",
            hint=f"git config agent.{name}.command 'COMMAND ARGUMENTS'",
        )
    else:
        mine = replace(orders.usual, agent=name)
    globs = (agent.owns if agent else ()) or _where_specs_lie(project)
    return Writer(name, mine, globs)


def _where_specs_lie(project: Project) -> tuple[str, ...]:
    return next((source.globs for source in sources(project) if source.name == "spec"), ("specs/**",))
