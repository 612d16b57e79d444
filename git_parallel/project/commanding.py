"""The command that agents are started by: given, set, or that of the attempt before."""

import math
import shlex
import shutil
from collections.abc import Sequence
from pathlib import Path

from ..config.settings import Settings
from ..errors import BadInput
from ..names import TaskId, printable
from .attempt import Order, recall_command
from .open import Project
from .request import Request


def order_of(project: Project, request: Request, directory: Path) -> Order:
    """How the agents of a request are started; raises BadInput where there is no command that can be."""
    settings = project.settings
    name = request.agent or ("" if request.command or request.again else settings.agent)
    if name:
        argv = (*command_of(settings, name), *request.command)
    elif request.again and not request.command:
        argv, name = _recalled(project, request.again)
    else:
        argv = tuple(request.command)
    if not argv:
        raise BadInput("no agent command", hint=f"git parallel {request.verb} -- COMMAND [ARGUMENT...]")
    return Order(
        (startable(argv[0], directory), *argv[1:]),
        name or None,
        timeout=_limit(request.timeout, settings.timeout),
        grace=settings.grace,
        stall=_limit(request.stall, settings.stall_timeout),
        log_limit=settings.log_bytes,
        is_fresh=request.is_fresh,
        is_sparse=request.is_sparse or settings.sparse,
    )


def command_of(settings: Settings, name: str) -> tuple[str, ...]:
    """The words of the command that is set for an agent type; raises BadInput where there is none."""
    agent = settings.agents.get(name)
    if agent is None or not agent.command:
        raise BadInput(
            f"no command is set for agent '{printable(name)}'",
            hint=f"git config agent.{name}.command 'COMMAND ARGUMENTS'",
        )
    try:
        return tuple(shlex.split(agent.command))
    except ValueError as error:
        raise BadInput(f"agent.{name}.command: {str(error).lower()}: {printable(agent.command)}") from error


def startable(program: str, directory: Path) -> str:
    """The full path of a program as seen from where the user stands; raises BadInput for one that is none."""
    found = shutil.which(str(directory / program) if "/" in program else program)
    if found is None:
        raise BadInput(
            f"agent command not found or not executable: '{printable(program)}'",
            hint="give its full path, or put it on PATH",
        )
    return str(Path(found).absolute())


def _recalled(project: Project, tasks: Sequence[TaskId]) -> tuple[tuple[str, ...], str]:
    """The command that all these tasks were run by; raises BadInput where there is no such one."""
    known = {task: recall_command(project, task) for task in tasks}
    for task, command in known.items():
        if command is None:
            raise BadInput(
                f"it is not known any more by which command '{task}' was run",
                hint=f"git parallel retry {task} -- COMMAND [ARGUMENT...]",
            )
    commands = {command for command in known.values() if command is not None}
    if len(commands) > 1:
        raise BadInput(
            "these tasks were run by different commands",
            hint="retry them one by one, or give one: -- COMMAND",
        )
    argv, agent = commands.pop()
    return argv, agent or ""


def _limit(asked: float | None, usual: float | None) -> float | None:
    """A time limit in seconds: as asked for, or as is usual; None where there is none."""
    return usual if asked is None else None if math.isinf(asked) else asked
