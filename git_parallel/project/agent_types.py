"""What is known of an agent type: its preset, and the words of the command that starts it."""

import shlex
import shutil
from pathlib import Path

from ..agents import presets
from ..agents.presets import Preset
from ..config.settings import AgentType, Settings
from ..errors import BadInput
from ..names import printable


def command_of(settings: Settings, name: str) -> tuple[str, ...]:
    """The words of the command of an agent type: the one that is set, else its preset's with what is added to it.

    Raises BadInput where there is neither.
    """
    agent = settings.agents.get(name, AgentType(name))
    if agent.command:
        return _split(f"agent.{name}.command", agent.command)
    preset = preset_of(settings, name)
    if preset is None:
        usual = f"git config agent.{name}.command 'COMMAND ARGUMENTS', or take one of {', '.join(presets.names())}"
        raise BadInput(f"no command is set for agent '{printable(name)}'", hint=settings.untrusted or usual)
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


def startable(
    program: str, directory: Path, preset: Preset | None = None, *, what: str = "agent command"
) -> str:
    """The full path of a program as seen from where the user stands; raises BadInput for one that is none."""
    found = _which(program, directory)
    if found is None:
        is_missing = preset is not None and preset.program == program
        raise BadInput(
            f"{what} not found or not executable: '{printable(program)}'",
            hint=preset.install if preset and is_missing else "give its full path, or put it on PATH",
        )
    return str(Path(found).absolute())


def found_on(settings: Settings, directory: Path) -> tuple[str, ...]:
    """The agent types that are set up and whose program is found on this machine, and the presets that are."""
    names = dict.fromkeys((*settings.agents, *presets.names()))
    return tuple(
        name
        for name in names
        if has_command(settings, name) and _which(command_of(settings, name)[0], directory)
    )


def _which(program: str, directory: Path) -> str | None:
    return shutil.which(str(directory / program) if "/" in program else program)


def _split(key: str, text: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(text))
    except ValueError as error:
        raise BadInput(f"{key}: {str(error).lower()}: {printable(text)}") from error
