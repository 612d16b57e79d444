"""`git parallel start`: run whatever is ready, and go on when there is nothing left to do."""

from dataclasses import replace
from pathlib import Path

from ..errors import BadInput
from ..project.attempt import Order
from ..project.backlog import Writer
from ..project.commanding import has_command, of_type, order_of
from ..project.conducting import RunAnswer, Voice, conduct, limits_of, standing
from ..project.declared import read_tasks, sources
from ..project.open import Project, open_project
from ..project.request import Request


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
    tasks = read_tasks(project)
    order = order_of(project, request, directory)
    limits = standing(limits_of(project, request), poll=poll, backlog=backlog)
    writer = _writer(project, order, spec_agent, directory)
    return conduct(project, tasks, tasks.tasks, order, limits, voice, named=False, writer=writer)


def _writer(project: Project, order: Order, asked: str | None, directory: Path) -> Writer | None:
    name = project.settings.spec_agent if asked is None else asked
    if not name:
        return None
    agent = project.settings.agents.get(name)
    if has_command(project.settings, name):
        mine = of_type(project, order, name, directory)
    elif asked is not None or agent is None:
        raise BadInput(
            f"no command is set for agent '{name}', which is to write specs",
            hint=f"git config agent.{name}.command 'COMMAND ARGUMENTS'",
        )
    else:
        mine = replace(order, agent=name)
    globs = (agent.owns if agent else ()) or _where_specs_lie(project)
    return Writer(name, mine, globs)


def _where_specs_lie(project: Project) -> tuple[str, ...]:
    return next((source.globs for source in sources(project) if source.name == "spec"), ("specs/**",))
