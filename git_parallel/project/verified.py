"""What becomes of a verification, and what is told of it meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from ..errors import Stale
from ..names import TaskId
from ..overlap.verify_scopes import Scoped


@dataclass(frozen=True, slots=True)
class Verified:
    """Every command that the change asks for has succeeded; there may have been none."""

    commands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Failed:
    """A command did not succeed, or could not have its worktree, and `why`; `scope` tells for what paths it is."""

    scope: Scoped
    exit_status: int
    why: str
    log: Path

    @property
    def command(self) -> str:
        """The command."""
        return self.scope.command

    def concerns(self, path: str) -> bool:
        """Whether a change of this path can have been the cause, as far as scopes tell."""
        return self.scope.concerns(path)


@dataclass(frozen=True, slots=True)
class Begun:
    """A command begins, on what these tasks come to together."""

    command: str
    tasks: tuple[TaskId, ...]


@dataclass(frozen=True, slots=True)
class Ended:
    """A command has ended after so many seconds, and why it has failed, empty where it has not."""

    command: str
    tasks: tuple[TaskId, ...]
    seconds: float
    why: str


Verification: TypeAlias = Verified | Failed
Voice: TypeAlias = Callable[[Begun | Ended], None]


class CalledOff(Stale):
    """The verification was called off before its end; nothing is known."""
