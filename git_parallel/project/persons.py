"""What only a person may say: an agent, or whatever it has started, is told so."""

from os import environ
from pathlib import Path

from ..errors import BadInput, NotARepository, Refused
from .standing import standing


def require_person(directory: Path, what: str) -> None:
    """Raise Refused where an agent asks: `what` is how a sentence begins that says whose it is to say."""
    if "GIT_PARALLEL_TASK" in environ or _is_in_agent_worktree(directory):
        raise Refused(
            f"{what} is for the user to say, not for an agent",
            hint="run it in the main worktree, outside of any task",
        )


def _is_in_agent_worktree(directory: Path) -> bool:
    try:
        standing(directory)
    except (BadInput, NotARepository):
        return False
    return True
