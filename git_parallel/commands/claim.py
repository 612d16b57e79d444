"""`git parallel claim`: take paths that no spec declared, from inside an agent's worktree."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import BadInput
from ..names import RepoPath, TaskId
from ..ownership.judge import Verdict
from ..project.claiming import claim as take
from ..project.declared import read_tasks
from ..project.open import make_runtime, open_project
from ..project.standing import standing


@dataclass(frozen=True, slots=True)
class ClaimAnswer:
    """Whose worktree this is, and the judgement; where nothing is foreign the paths are the task's."""

    task: TaskId
    verdict: Verdict


def claim(directory: Path, paths: Sequence[str]) -> ClaimAnswer:
    """Claim paths (relative to where the user stands) for the task of this worktree."""
    project = open_project(directory)
    task = standing(directory).task
    make_runtime(project)
    prefix = project.git.at(directory).run("rev-parse", "--show-prefix").stdout.removesuffix("\n")
    wanted = [_inside(prefix, path) for path in paths]
    # Taken by hand, a path that is nobody's is allowed under every policy.
    free = replace(project, settings=replace(project.settings, ownership="claim"))
    return ClaimAnswer(task, take(free, read_tasks(project), task, wanted))


def _inside(prefix: str, path: str) -> str:
    parts: list[str] = []
    for part in f"{prefix}{path}".split("/"):
        if part == "..":
            if not parts:
                raise BadInput(f"'{path}' is outside the repository")
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return RepoPath("/".join(parts))
