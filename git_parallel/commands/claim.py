"""`git parallel claim`: take paths that no spec declared, from inside an agent's worktree."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import BadInput, Refused
from ..git.refs import snapshot
from ..git.room import is_inside
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
    if is_inside(project.common):
        raise Refused(
            "an agent in a sandbox cannot claim",
            hint="change and commit what you need: what is nobody's is claimed for the task when its agent has ended",
        )
    make_runtime(project)
    git = project.git.at(directory)
    top = Path(git.run("rev-parse", "--show-toplevel").stdout.removesuffix("\n"))
    prefix = git.run("rev-parse", "--show-prefix").stdout.removesuffix("\n")
    wanted = [_inside(top, prefix, path) for path in paths]
    # Taken by hand, a path that is nobody's is allowed under every policy.
    free = replace(project, settings=replace(project.settings, ownership="claim"))
    verdict = take(free, read_tasks(project), here.task, wanted)
    more: tuple[str, ...] = ()
    if verdict.is_allowed and is_sparse(admin_of(here.common, here.task)):
        more = widen(project, project.git.at(top), wanted)
        if more:
            # A submodule that came in is an empty directory until then.
            place = place_of_record(project, snapshot(project.git).require(here.task).record)
            complete(project, place, Liaison(), is_untouched=False)
    return ClaimAnswer(here.task, verdict, more)


def _inside(top: Path, prefix: str, path: str) -> str:
    parts: list[str] = []
    for part in (_below(top, path) if path.startswith("/") else f"{prefix}{path}").split("/"):
        if part == "..":
            if not parts:
                raise BadInput(f"'{path}' is outside the repository")
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return RepoPath("/".join(parts))


def _below(top: Path, path: str) -> str:
    """What an absolute path is called from the top of the worktree, by whatever name it has that."""
    full = Path(os.path.normpath(path))
    for above in (*reversed(full.parents), full):
        if _is_one(above, top):
            return str(full.relative_to(above))
    raise BadInput(f"'{path}' is outside the repository")


def _is_one(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except OSError:
        return False
