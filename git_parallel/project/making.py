"""Commands that make files anew, run on merged files in a scratch worktree."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from ..agents.process import agent_environment, run_to_end
from ..git.place import Place
from ..git.scratch_pool import ScratchPool
from ..git.scratch_worktree import Scratch
from ..names import Oid, TaskId
from .furnishing import Liaison, complete
from .landing.finishing import CheckOut, Run
from .open import Project


def making(project: Project, held: ExitStack, take_in: Callable[[Oid], None]) -> tuple[CheckOut, Run]:
    """What checks a commit out and what runs a command there; what they need is there until `held` ends.

    `take_in` writes a commit into the repository's own store, where the command's git finds it. What a command
    prints is in `make.log` among the logs of the task.
    """

    def whole(scratch: Scratch) -> None:
        complete(project, Place(scratch.path, project.target, scratch.admin), Liaison(), is_untouched=True)

    pool = held.enter_context(ScratchPool(project.git, project.common, whole))

    @contextmanager
    def check_out(commit: Oid) -> Iterator[Path]:
        take_in(commit)
        with pool.lent(commit) as scratch:
            yield scratch.path

    def run(command: str, top: Path, task: TaskId) -> bool:
        extra = {"GIT_PARALLEL_TASK": str(task), "GIT_PARALLEL_WORKTREE": str(top)}
        log = project.runtime / "logs" / task / "make.log"
        return run_to_end(command, cwd=top, env=agent_environment(os.environ, extra), log=log) == 0

    return check_out, run
