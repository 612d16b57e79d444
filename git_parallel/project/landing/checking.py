"""The user's verify command run on merged files, as they would be on the target."""

import os
from collections.abc import Collection, Sequence
from pathlib import Path

from ...agents.process import agent_environment, run_to_end
from ...errors import ParallelError
from ...git import worktree
from ...git.scratch_worktree import scratch_worktree
from ...names import Oid, TaskId
from ..furnishing import Liaison, complete
from ..open import Project
from ..plain import write_anew
from .trying import Failure, Verify


def checking(project: Project, command: str) -> Verify:
    """What verifies by this command."""

    def verify(commit: Oid, changed: Collection[str], tasks: Sequence[TaskId], log: Path) -> Failure | None:
        status = _run(project, command, commit, tasks, log)
        return Failure(status, log, lambda _: True) if status else None

    return verify


def _run(project: Project, command: str, commit: Oid, tasks: Sequence[TaskId], log: Path) -> int:
    with scratch_worktree(project.git, project.common, at=commit) as path:
        try:
            complete(project, worktree.place_at(path, project.target), Liaison(), is_untouched=True)
        except ParallelError as error:
            with write_anew(log) as file:
                file.write(f"{error.message}\n")
            return error.status
        extra = {"GIT_PARALLEL_TASK": " ".join(tasks), "GIT_PARALLEL_WORKTREE": str(path)}
        return run_to_end(command, cwd=path, env=agent_environment(os.environ, extra), log=log)
