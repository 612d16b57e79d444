"""Taking paths that are nobody's, atomically between agents."""

from collections.abc import Sequence

from ..errors import Stale
from ..git import ground
from ..git.admin import PREFIX
from ..git.refs import snapshot, write_claims
from ..names import TaskId
from ..ownership.claims import taken
from ..ownership.judge import Verdict, judge
from ..tasks.task import TaskSet
from .declared import ownership
from .open import Project

_TRIES = 20


def claim(project: Project, tasks: TaskSet, task: TaskId, paths: Sequence[str]) -> Verdict:
    """Judge `paths` for a task and, where none is foreign, take those that are nobody's.

    All of them live in one ref that moves by compare-and-swap, so of two tasks that want one path
    exactly one gets it. Raises Stale when others keep winning.
    """
    for _ in range(_TRIES):
        world = snapshot(project.git)
        state = ownership(project, tasks, world)
        verdict = judge(task, paths, state)
        if verdict.foreign or not verdict.unclaimed:
            return verdict
        wanted = taken(state.claims, task, verdict.unclaimed)
        try:
            write_claims(
                project.git, wanted, old=world.claims_oid, reason=f"{task} claims {_some(verdict.unclaimed)}"
            )
        except Stale:
            continue
        ground.add_owned(project.common, f"{PREFIX}{task}", verdict.unclaimed)
        return verdict
    raise Stale("other agents keep claiming paths", hint="commit again")


def _some(paths: Sequence[str]) -> str:
    return paths[0] if len(paths) == 1 else f"{paths[0]} and {len(paths) - 1} more"
