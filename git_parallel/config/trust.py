"""Which content of `.gitparallel` the user has trusted.

`.git/parallel/trusted` holds one line, the SHA-256 of the one content whose commands count. Only one: what the
team has replaced, perhaps because it did harm, is not to come back by a branch that still has it.
"""

import hashlib
import os
from pathlib import Path

from .team import TeamFile

_FILE = "trusted"


def is_trusted(runtime: Path, team: TeamFile) -> bool:
    """Whether the user has trusted exactly this content."""
    return bool(team.content) and _recorded(runtime) == _digest(team)


def trust(runtime: Path, team: TeamFile) -> None:
    """Trust exactly this content, and no other any more."""
    aside = runtime / f".{_FILE}.{os.getpid()}"
    with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600), "w") as file:
        file.write(f"{_digest(team)}\n")
        file.flush()
        os.fsync(file.fileno())
    aside.replace(runtime / _FILE)


def revoke(runtime: Path) -> bool:
    """Trust nothing any more; whether anything was trusted."""
    is_there = bool(_recorded(runtime))
    (runtime / _FILE).unlink(missing_ok=True)
    return is_there


def _recorded(runtime: Path) -> str:
    try:
        return (runtime / _FILE).read_text("ascii").strip()
    except (OSError, ValueError):
        return ""


def _digest(team: TeamFile) -> str:
    return hashlib.sha256(team.content).hexdigest()
