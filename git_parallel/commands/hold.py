"""`git parallel hold`: a singleton agent type for a person's own command."""

import os
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import BadInput, Busy
from ..names import printable
from ..project.agent_types import startable
from ..project.open import make_runtime, open_project
from ..project.singletons import Registry, require_singleton

_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Hold:
    """A command that can be run, and the lock of the type that it is to hold."""

    argv: tuple[str, ...]
    lock: int


def hold(
    directory: Path, agent: str, command: Sequence[str], *, wait: bool, waiting: Callable[[str], None]
) -> Hold:
    """Take an agent type for a command; with `wait` as soon as it is free, `waiting` being told why not yet.

    Raises Busy with the holder where it is taken, BadInput for a type that is no singleton.
    """
    if not command:
        raise BadInput("no command", hint=f"git parallel hold {printable(agent)} -- COMMAND [ARGUMENT...]")
    project = open_project(directory, hurried=True)
    require_singleton(project.settings, agent)
    argv = (startable(command[0], directory, what="command"), *command[1:])
    make_runtime(project)
    registry = Registry.of(project)
    holder = f"'{_short(shlex.join(command))}' (process {os.getpid()})"
    lock = registry.try_take(agent, holder=holder)
    if lock is None and not wait:
        raise Busy(registry.why_not(agent), hint="'git parallel hold --wait' waits for it")
    if lock is None:
        waiting(registry.why_not(agent))
        lock = registry.take(agent, holder=holder)
    return Hold(argv, lock)


def _short(words: str) -> str:
    return words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…"
