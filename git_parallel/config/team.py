"""The team's `.gitparallel` file as it was read, and which of its keys are commands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

Pairs: TypeAlias = Sequence[tuple[str, str]]

TEAM_FILE = ".gitparallel"
# A worktree may be made where programs are looked for, a preset brings the rights that it is started with, and what
# is pushed cannot be called back.
_COMMANDS = ("parallel.verify", "parallel.setup", "parallel.worktree", "parallel.push")
_OF_AN_AGENT = ("command", "args", "preset")
_SCOPE, _HOT, _COMMAND = "parallel.verify.", "parallel.hotfile.", ".command"


@dataclass(frozen=True, slots=True)
class TeamFile:
    """The bytes of a `.gitparallel` and the keys and values in them; both empty where there is none."""

    content: bytes = b""
    pairs: tuple[tuple[str, str], ...] = ()


def is_command(key: str) -> bool:
    """Whether a key decides what is run; section and name are in lower case, as git gives them."""
    is_agents = key.startswith("agent.") and key.count(".") > 1
    is_for_files = scope_of(key) is not None or made_anew(key) is not None
    return key in _COMMANDS or is_for_files or (is_agents and key.rpartition(".")[2] in _OF_AN_AGENT)


def scope_of(key: str) -> str | None:
    """The glob whose verify command a key sets, as `parallel.verify.<glob>.command`; None for any other key."""
    return _glob_of(key, _SCOPE)


def made_anew(key: str) -> str | None:
    """The glob whose files a key's command makes anew, as `parallel.hotFile.<glob>.command`; None for any other key."""
    return _glob_of(key, _HOT)


def _glob_of(key: str, prefix: str) -> str | None:
    # git keeps the case of what is between the first dot and the last one.
    if not key.casefold().startswith(prefix) or not key.endswith(_COMMAND):
        return None
    return key[len(prefix) : -len(_COMMAND)] or None


def commands(pairs: Pairs) -> tuple[tuple[str, str], ...]:
    """The keys and values by which a file would have something run."""
    return tuple((key, value) for key, value in pairs if is_command(key))
