"""Agent types of which only one may be at work: who has one, whichever process that is.

`.git/parallel/singletons/<type>.lock` is held by `flock` as long as the type is taken: by the keeper of an
agent and its whole tree, by a script, by a person's command. The truth is the lock, which the kernel frees when
its last holder dies. What stands in the file is for people, and may be stale.
"""

import hashlib
import os
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ..config.settings import Settings
from ..errors import BadInput
from ..git import locks
from ..names import printable
from .open import Premises

# What is looked at is taken for microseconds.
_PATIENCE = 0.2
_LONGEST = 100
_MOST_READ = 500


class Registry:
    """The singletons of one repository, in its runtime directory `runtime`."""

    def __init__(self, runtime: Path) -> None:
        self._folder = runtime / "singletons"

    @classmethod
    def of(cls, premises: Premises) -> "Registry":
        """The one of a repository."""
        return cls(premises.runtime)

    def lock_of(self, agent: str) -> Path:
        """The file whose lock stands for an agent type; its folder is made."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self._folder / f"{_safe(agent)}.lock"

    def try_take(self, agent: str, *, holder: str, patience: float = _PATIENCE) -> int | None:
        """Take a type if it is free: a descriptor for `release`, or None. `holder` is for people, in a line."""
        lock = locks.try_hold(self.lock_of(agent), patience=patience)
        if lock is not None:
            _sign(lock, holder)
        return lock

    def take(self, agent: str, *, holder: str) -> int:
        """Take a type, waiting for it as long as needed."""
        lock = locks.hold(self.lock_of(agent))
        _sign(lock, holder)
        return lock

    def is_taken(self, agent: str) -> bool:
        """Whether somebody has it."""
        return locks.is_held(self.lock_of(agent))

    def why_not(self, agent: str) -> str:
        """Why another of this type may not begin, in a sentence; to be asked while somebody has it."""
        return f"only one '{printable(agent)}' runs at a time, and {self.holder_of(agent)} has it"

    def holder_of(self, agent: str) -> str:
        """Who has it, in words; to be asked while somebody has."""
        said = ""
        with suppress(OSError), self.lock_of(agent).open("rb") as file:
            lines = file.read(_MOST_READ).decode("utf-8", "replace").splitlines()
            said = printable(lines[0]) if lines else ""
        return said or "somebody else"

    def when_free(self, agent: str, then: Callable[[], None]) -> None:
        """Call this, from a thread of its own, when nobody has the type any more."""
        locks.when_free(self.lock_of(agent), then)


def release(lock: int) -> None:
    """Give back what was taken."""
    with suppress(OSError):
        os.truncate(lock, 0)
    locks.let_go(lock)


def require_singleton(settings: Settings, agent: str) -> None:
    """Raise BadInput for an agent type of which any number may run: to hold it would keep nobody out."""
    found = settings.agents.get(agent)
    if found is None or not found.singleton:
        raise BadInput(
            f"agent type '{printable(agent)}' is no singleton, so nobody would wait for it",
            hint=f"git config agent.{printable(agent)}.singleton true",
        )


def _sign(lock: int, holder: str) -> None:
    os.truncate(lock, 0)
    os.pwrite(lock, f"{holder}\n".encode("utf-8", "surrogateescape"), 0)


def _safe(agent: str) -> str:
    """A file name for any agent type: capital letters too, which some file systems do not tell apart."""
    name = re.sub(
        r"[^a-z0-9_-]", lambda m: "".join(f"%{b:02x}" for b in m[0].encode("utf-8", "surrogateescape")), agent
    )
    if len(name) <= _LONGEST:
        return name
    return name[:_LONGEST] + "%" + hashlib.sha256(name.encode()).hexdigest()[:16]
