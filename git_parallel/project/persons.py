"""What only a person may say: an agent, or whatever it has started, is told so."""

from os import environ
from pathlib import Path

from ..errors import BadInput, NotARepository, Refused
from ..git.admin import task_of
from .standing import standing


def require_person(directory: Path, what: str) -> None:
    """Raise Refused where an agent asks: `what` is how a sentence begins that says whose it is to say."""
    if "GIT_PARALLEL_TASK" in environ or _is_in_agent_worktree(directory):
        raise _refused(what)


def require_no_worktree_of_an_agent(admin: Path, what: str) -> None:
    """The same for who stands in the worktree of an admin directory, which need not be one that git knows any more."""
    if "GIT_PARALLEL_TASK" in environ or task_of(admin):
        raise _refused(what)


def _refused(what: str) -> Refused:
    return Refused(
        f"{what} is for the user to say, not for an agent",
        hint="run it in the main worktree, outside of any task",
    )


def _is_in_agent_worktree(directory: Path) -> bool:
    try:
        standing(directory)
    except (BadInput, NotARepository):
        return False
    return True
