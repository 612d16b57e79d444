"""The commands that agents are started by: given, set, or those of the attempt before."""

import math
import shlex
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from ..config.settings import Settings
from ..errors import BadInput
from ..names import TaskId, printable
from .attempt import Order, recall_command
from .open import Project
from .ordering import Orders
from .request import Request


def orders_of(
    project: Project, request: Request, directory: Path, agents: Iterable[str | None] = ()
) -> Orders:
    """How the agents of a request are started; `agents` are the agent types that its tasks name.

    A command that the user gives is everybody's. Otherwise each agent type has its own, where one is set,
    and the others have that of `parallel.agent`. Raises BadInput for a command that cannot be started.
    """
    settings = project.settings
    limits = Order(
        (),
        None,
        timeout=_limit(request.timeout, settings.timeout),
        grace=settings.grace,
        stall=_limit(request.stall, settings.stall_timeout),
        log_limit=settings.log_bytes,
        is_fresh=request.is_fresh,
        is_sparse=request.is_sparse or settings.sparse,
    )

    def order(name: str, words: Sequence[str]) -> Order:
        return replace(limits, argv=(startable(words[0], directory), *words[1:]), agent=name or None)

    def of_agent(name: str) -> Order:
        return order(name, (*command_of(settings, name), *request.command))

    if request.agent:
        return Orders(project, of_agent(request.agent), limits)
    if request.command:
        return Orders(project, order("", request.command), limits)
    recalled = {task: order(name, argv) for task, (argv, name) in _recalled(project, request.again).items()}
    usual = of_agent(settings.agent) if settings.agent and not recalled else None
    own = {name: of_agent(name) for name in dict.fromkeys(agents) if name and has_command(settings, name)}
    return Orders(project, usual, limits, by_agent=own, by_task=recalled)


def has_command(settings: Settings, name: str) -> bool:
    """Whether it is known how an agent of this type is started."""
    agent = settings.agents.get(name)
    return agent is not None and bool(agent.command)


def command_of(settings: Settings, name: str) -> tuple[str, ...]:
    """The words of the command that is set for an agent type; raises BadInput where there is none."""
    agent = settings.agents.get(name)
    if agent is None or not agent.command:
        raise BadInput(
            f"no command is set for agent '{printable(name)}'",
            hint=settings.untrusted or f"git config agent.{name}.command 'COMMAND ARGUMENTS'",
        )
    try:
        return tuple(shlex.split(agent.command))
    except ValueError as error:
        raise BadInput(f"agent.{name}.command: {str(error).lower()}: {printable(agent.command)}") from error


def startable_agents(settings: Settings, directory: Path) -> tuple[str, ...]:
    """The agent types whose command is set and found on this machine."""
    return tuple(
        name
        for name in settings.agents
        if has_command(settings, name) and _which(command_of(settings, name)[0], directory)
    )


def startable(program: str, directory: Path) -> str:
    """The full path of a program as seen from where the user stands; raises BadInput for one that is none."""
    found = _which(program, directory)
    if found is None:
        raise BadInput(
            f"agent command not found or not executable: '{printable(program)}'",
            hint="give its full path, or put it on PATH",
        )
    return str(Path(found).absolute())


def _which(program: str, directory: Path) -> str | None:
    return shutil.which(str(directory / program) if "/" in program else program)


def _recalled(project: Project, tasks: Sequence[TaskId]) -> dict[TaskId, tuple[tuple[str, ...], str]]:
    """The commands that these tasks were run by and their agent types; raises BadInput where one is not known."""
    found = {}
    for task in tasks:
        command = recall_command(project, task)
        if command is None:
            raise BadInput(
                f"it is not known any more by which command '{task}' was run",
                hint=f"git parallel retry {task} -- COMMAND [ARGUMENT...]",
            )
        found[task] = (command[0], command[1] or "")
    return found


def _limit(asked: float | None, usual: float | None) -> float | None:
    """A time limit in seconds: as asked for, or as is usual; None where there is none."""
    return usual if asked is None else None if math.isinf(asked) else asked
