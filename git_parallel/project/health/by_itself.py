"""What `status` and `run` heal by themselves before they look at anything: what git would stop at, and locks of ours.

Light on purpose: both ask on every call, and there is hardly ever anything.
"""

from contextlib import suppress
from pathlib import Path

from ...errors import ParallelError
from ...git import stanza
from ...git.admin import task_of
from ...git.room import is_inside
from ...git.suspects import find_suspects
from ..open import Project


def heal(project: Project) -> tuple[str, ...]:
    """Mend the worktrees of tasks that were left half written or locked; a sentence for each."""
    if not any(find_suspects(project.common)) or is_inside(project.common):
        return ()
    from . import admins, stale_locks
    from .scene import Scene

    said: list[str] = []
    if stanza.drop_left(project.common):
        said.append("a command that was killed had left the lock of .git/config: removed it")
    for find in (admins.find_commondirs, admins.find_others, stale_locks.find_in_worktrees):
        # Where it fails another command is at it at this moment, or `doctor` says what is the matter.
        with suppress(ParallelError, OSError):
            for finding in find(Scene(project, project)):
                if finding.mend and finding.kind != admins.HALF_MADE and _is_agents(finding.subject):
                    said.append(f"{finding.what}: {finding.mend()}")
    return tuple(said)


def _is_agents(subject: str) -> bool:
    """Whether a path is that of a task's admin directory, or of a lock in it."""
    return any(task_of(one) is not None for one in (Path(subject), Path(subject).parent))
