"""`git parallel hold`: become the command, holding an agent type."""

from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from ..agents.foreground import become
from ..commands.hold import hold
from ..names import printable
from .errors import note


def show_hold(agent: str, command: Sequence[str], *, wait: bool) -> NoReturn:
    """Take the type and become the command; says for whom it waits."""
    held = hold(Path.cwd(), agent, command, wait=wait, waiting=lambda why: note(f"waiting: {printable(why)}"))
    become(held.argv, keeping=held.lock)
