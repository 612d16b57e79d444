"""Which verify commands a change asks for: those of the scopes that its paths lie in, and the general one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from . import patterns

# A glob, and the command that verifies what it fits; an empty one says that this needs no verification.
Scope: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Commands:
    """What merged trees are verified by: the `general` command, and those of the scopes; empty ones are none."""

    general: str = ""
    scopes: tuple[Scope, ...] = ()

    @property
    def is_none(self) -> bool:
        """Whether no change at all would be verified."""
        return not self.general and not any(command for _, command in self.scopes)


@dataclass(frozen=True, slots=True)
class Scoped:
    """One command to be run, for the paths that one of its `globs` fits.

    Where it is the general one it is also for all that none of the globs in `others` fits; None where it is not.
    """

    command: str
    globs: tuple[str, ...] = ()
    others: tuple[str, ...] | None = None

    def concerns(self, path: str) -> bool:
        """Whether a change of this path is verified by it."""
        if _fits_any(self.globs, path):
            return True
        return self.others is not None and not _fits_any(self.others, path)


def commands_for(changed: Collection[str], scopes: Sequence[Scope], general: str) -> tuple[Scoped, ...]:
    """The commands that these changed paths ask for, each once, scopes in their order and the general one last.

    The general one is asked for by a path in no scope; without any scope it is always.
    """
    every = tuple(glob for glob, _ in scopes)
    asked: dict[str, list[str]] = {}
    for glob, command in scopes:
        if any(_fits(glob, path) for path in changed):
            asked.setdefault(command, []).append(glob)
    is_left = not scopes or any(not _fits_any(every, path) for path in changed)
    if is_left:
        asked.setdefault(general, [])
    return tuple(
        Scoped(command, tuple(globs), every if is_left and command == general else None)
        for command, globs in asked.items()
        if command
    )


def _fits_any(globs: Sequence[str], path: str) -> bool:
    return any(_fits(glob, path) for glob in globs)


def _fits(glob: str, path: str) -> bool:
    # A bare name is that file in every directory, as it is for hot files.
    return patterns.matches(patterns.trusted(glob if "/" in glob else f"**/{glob}"), path)
