"""`git parallel run`: agents in worktrees of their own, as many at once as may be."""

from pathlib import Path

from ..errors import BadInput
from ..git.refs import snapshot
from ..names import printable
from ..project.commanding import orders_of
from ..project.conducting import RunAnswer, Voice, conduct, limits_of
from ..project.declared import read_tasks, require_tasks, uncommitted_documents
from ..project.health import by_itself
from ..project.open import Project, open_project
from ..project.refreshing import refreshed
from ..project.request import Request
from ..project.saying import Told


def run(
    directory: Path,
    request: Request,
    voice: Voice,
) -> RunAnswer:
    """Run the named tasks, or all that can be run, to their end.

    Raises Busy where another run is at work, BadInput where there is nothing to run or no command to
    run it with; in both cases nothing has been made.
    """
    project = open_project(directory)
    # Better told now than by the end of each agent's work.
    project.git.require_identity()
    healed = by_itself.heal(project)
    project, notes = refreshed(project, directory, is_asked=request.fetch)
    for said in (*healed, *notes):
        voice.tell(Told(said, is_note=True))
    tasks = read_tasks(project)
    chosen = require_tasks(project, tasks, request.spellings) or tasks.tasks
    if not chosen:
        raise _nothing_declared(project)
    orders = orders_of(project, request, directory, (task.agent for task in chosen))
    if request.is_told and request.spellings:
        orders = orders.told_for(chosen)
    orders.require(snapshot(project.git).records.values(), chosen, request.verb)
    limits, named = limits_of(project, request), bool(request.spellings)
    return conduct(project, tasks, chosen, orders, limits, voice, named=named)


def _nothing_declared(project: Project) -> BadInput:
    unread = uncommitted_documents(project)
    branch = project.target.short
    if unread:
        first = printable(unread[0])
        return BadInput(
            f"'{first}' is not committed, and tasks are read from commits of '{branch}'",
            hint=f"git add {first} && git commit",
        )
    return BadInput(
        f"'{branch}' declares no tasks",
        hint="commit a SPEC-<name>.md with a line '**File**: `path`', or set parallel.specs",
    )
