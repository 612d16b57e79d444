"""The hooks of agent worktrees: missing or altered where there are any, left where there are none."""

from collections.abc import Iterator
from functools import partial

from ...git import guard
from ...git.admin import PREFIX
from ..guarding import arm
from ..open import Project, make_runtime
from .finding import Finding
from .scene import Scene


def find(scene: Scene) -> Iterator[Finding]:
    """What is not as we leave it."""
    project = scene.project
    if project is None:
        return
    ours = [admin for admin in scene.admins if admin.path.name.startswith(PREFIX)]
    if any(admin.lacks for admin in ours):
        # git does not know yet by which configuration it would go there.
        return
    if ours:
        for what in guard.tampered(project.git, project.common, may_push=project.settings.push):
            yield Finding("altered-hooks", "hooks", what, "git parallel hooks repair", partial(_arm, project))
    elif guard.is_installed(project.git, project.common) and not scene.is_coordinated:
        what = "there are hooks and a stanza in .git/config for worktrees of agents, and no such worktree"
        heal, mend = "git parallel hooks uninstall", partial(_leave, project)
        yield Finding("left-stanza", str(project.common / "config"), what, heal, mend)


def _arm(project: Project) -> str:
    make_runtime(project)
    # All at once; what stood wrong has been said.
    arm(project)
    return "the hooks are in order again"


def _leave(project: Project) -> str:
    guard.leave(project.git, project.common)
    return "the hooks are out, and so is the stanza in .git/config"
