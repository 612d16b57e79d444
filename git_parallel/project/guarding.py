"""The guard of agent worktrees as the settings of a repository want it."""

from ..git import guard
from .open import Project


def arm(project: Project) -> tuple[str, ...]:
    """Put the guard in place, or in order again; what was not as we had left it, a sentence each."""
    return guard.install(project.git, project.common, may_push=project.settings.push)


def watched(project: Project) -> set[str]:
    """The files by which it works."""
    return guard.watched(project.common)


def tampered(project: Project) -> tuple[str, ...]:
    """What of the guard is not as we leave it; nothing is changed."""
    return guard.inspect(project.git, project.common, may_push=project.settings.push)
