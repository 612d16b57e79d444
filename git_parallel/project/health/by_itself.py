"""What `status` and `run` heal by themselves before they look at anything: what git would stop at, and locks of ours.

Light on purpose: both ask on every call, and there is hardly ever anything.
"""

from pathlib import Path

from ...errors import ParallelError
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

    said = []
    for find in (admins.find_commondirs, admins.find_others, stale_locks.find_ours):
        for finding in find(Scene(project, project)):
            is_ours = finding.kind != admins.HALF_MADE and _is_agents(finding.subject)
            if finding.mend is None or not (is_ours or find is stale_locks.find_ours):
                continue
            try:
                said.append(f"{finding.what}: {finding.mend()}")
            except (ParallelError, OSError):
                # Another command is at it at this moment, or `doctor` says what is the matter.
                continue
    return tuple(said)


def _is_agents(subject: str) -> bool:
    return task_of(Path(subject)) is not None
