"""`git parallel claim`: take paths that no spec declared, from inside an agent's worktree."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..git.refs import snapshot
from ..git.sparse import is_sparse
from ..git.worktree import admin_of
from ..names import RepoPath, TaskId
from ..ownership.judge import Verdict
from ..project.claiming import claim as take
from ..project.cones import widen
from ..project.declared import read_tasks
from ..project.furnishing import Liaison, complete
from ..project.open import make_runtime, open_project
from ..project.places import place_of_record
from ..project.standing import standing
from ..project.typed import Standpoint


@dataclass(frozen=True, slots=True)
class ClaimAnswer:
    """Whose worktree this is, and the judgement; where nothing is foreign the paths are the task's.

    `directories` are those that were checked out for them in a sparse worktree.
    """

    task: TaskId
    verdict: Verdict
    directories: tuple[str, ...] = ()


def claim(directory: Path, paths: Sequence[str]) -> ClaimAnswer:
    """Claim paths (relative to where the user stands) for the task of this worktree, and have them there."""
    project = open_project(directory)
    here = standing(directory)
    make_runtime(project)
    standpoint = Standpoint.of(project.git.at(directory))
    wanted = [RepoPath(standpoint.inside(path)) for path in paths]
    # Taken by hand, a path that is nobody's is allowed under every policy.
    free = replace(project, settings=replace(project.settings, ownership="claim"))
    verdict = take(free, read_tasks(project), here.task, wanted)
    more: tuple[str, ...] = ()
    if verdict.is_allowed and is_sparse(admin_of(here.common, here.task)):
        more = widen(project, project.git.at(standpoint.top), wanted)
        if more:
            # A submodule that came in is an empty directory until then.
            place = place_of_record(project, snapshot(project.git).require(here.task).record)
            complete(project, place, Liaison(), is_untouched=False)
    return ClaimAnswer(here.task, verdict, more)
