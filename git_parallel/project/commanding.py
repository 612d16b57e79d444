"""The command that agents are started by: given, set, or that of the attempt before."""

import math
import shlex
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..agents import presets
from ..agents.presets import Preset
from ..config.settings import AgentType, Settings
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
    preset = preset_of(settings, name)
    return Order(
        (startable(argv[0], directory, preset), *argv[1:]),
        name or None,
        preset=preset.name if preset else "",
        timeout=_limit(request.timeout, settings.timeout),
        grace=settings.grace,
        stall=_limit(request.stall, settings.stall_timeout),
        log_limit=settings.log_bytes,
        is_fresh=request.is_fresh,
    )


def of_type(project: Project, order: Order, name: str, directory: Path) -> Order:
    """The same order for agents of another type; raises BadInput where these cannot be started."""
    program, *rest = command_of(project.settings, name)
    preset = preset_of(project.settings, name)
    argv = (startable(program, directory, preset), *rest)
    return replace(order, argv=argv, agent=name, preset=preset.name if preset else "")


def command_of(settings: Settings, name: str) -> tuple[str, ...]:
    """The words of the command of an agent type: the one that is set, else its preset's with what is added to it.

    Raises BadInput where there is neither.
    """
    agent = settings.agents.get(name, AgentType(name))
    if agent.command:
        return _split(f"agent.{name}.command", agent.command)
    preset = preset_of(settings, name)
    if preset is None:
        raise BadInput(
            f"no command is set for agent '{printable(name)}'",
            hint=f"git config agent.{name}.command 'COMMAND ARGUMENTS', or take one of {', '.join(presets.names())}",
        )
    return (*preset.argv, *_split(f"agent.{name}.args", agent.args))


def has_command(settings: Settings, name: str) -> bool:
    """Whether it is known how agents of this type are started."""
    agent = settings.agents.get(name)
    return bool(agent and agent.command) or preset_of(settings, name) is not None


def preset_of(settings: Settings, name: str) -> Preset | None:
    """The preset of an agent type: the one that is set, else the one of its own name; None where there is neither.

    With a command of its own it still tells how what the agent prints is read. Raises BadInput for a preset
    that is set and unknown.
    """
    agent = settings.agents.get(name)
    if agent is None or not agent.preset:
        return presets.find(name)
    preset = presets.find(agent.preset)
    if preset is None:
        raise BadInput(
            f"agent.{name}.preset: there is no preset '{printable(agent.preset)}'",
            hint=f"there are {', '.join(presets.names())}",
        )
    return preset


def startable(program: str, directory: Path, preset: Preset | None = None) -> str:
    """The full path of a program as seen from where the user stands; raises BadInput for one that is none."""
    found = shutil.which(str(directory / program) if "/" in program else program)
    if found is None:
        is_missing = preset is not None and preset.program == program
        raise BadInput(
            f"agent command not found or not executable: '{printable(program)}'",
            hint=preset.install if preset and is_missing else "give its full path, or put it on PATH",
        )
    return str(Path(found).absolute())


def _split(key: str, text: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(text))
    except ValueError as error:
        raise BadInput(f"{key}: {str(error).lower()}: {printable(text)}") from error


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
