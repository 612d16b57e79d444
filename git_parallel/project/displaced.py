"""A target that was moved behind the back of whoever stands on it: by an agent, past the hooks, for all we know."""

from ..errors import Stale
from ..git.brought import brought_to, is_moving
from ..names import Oid
from .open import Project


def find_displaced(project: Project, onto: Oid) -> Oid | None:
    """Where the checkout of the target was brought last, if that is not `onto`; None where nothing is amiss.

    Where the target is checked out nowhere, or git keeps no logs, nobody can tell. Raises Stale while it is moving.
    """
    last = brought_to(project.common, project.target)
    if not last or onto in last or not _keeps_logs(project):
        return None
    # git writes the log first, and holds the lock until the branch is moved.
    if is_moving(project.common, project.target) or project.git.find_ref(project.target) != onto:
        raise Stale(f"'{project.target.short}' is being moved by somebody else", hint="run the command again")
    return last[0]


def _keeps_logs(project: Project) -> bool:
    said = project.git.run("config", "--type=bool-or-str", "core.logAllRefUpdates", answers=(0, 1)).stdout
    return said.strip() != "false"
