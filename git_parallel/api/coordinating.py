"""A batch of tasks run by agents in worktrees of their own, from a program: the run of `git parallel run`."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..commands.run import run
from ..commands.status import status
from ..errors import BadInput, NotARepository, ParallelError
from ..project.conducting import RunAnswer
from ..project.declared import read_tasks, require_tasks
from ..project.open import open_project
from ..project.request import Request
from ..schedule.record import State, TaskRecord
from .outcomes import merge_results, monitoring
from .priorities import Named, Priority, spellings
from .voice import Voice


class ParallelExecutionCoordinator:
    """Runs priorities in parallel, each in a worktree and on a branch of its own, at most `max_instances` at once.

    Agents are started by `command` (words), or as the agent type `agent`, by default that of
    `parallel.agent`. With `auto_merge` each is merged as soon as it has succeeded. Those that overlap run one
    after the other.
    """

    def __init__(
        self,
        repo_root: str | Path = ".",
        max_instances: int = 2,
        auto_merge: bool = True,
        *,
        command: Sequence[str] = (),
        agent: str | None = None,
        approve_with: Sequence[str] = (),
    ) -> None:
        """`approve_with` are words that have the agent act without asking; see `execute_parallel_batch`."""
        if isinstance(command, str) or isinstance(approve_with, str):
            raise BadInput("a command is a list of words", hint='command=["code-developer", "--priority"]')
        if isinstance(max_instances, bool) or not isinstance(max_instances, int) or max_instances < 1:
            raise BadInput(f"max_instances is a number above 0, not {max_instances!r}")
        self.repo_root = Path(repo_root)
        self.max_instances, self.auto_merge = max_instances, auto_merge
        self._command, self._agent, self._approve_with = tuple(command), agent, tuple(approve_with)
        self._names = Named({})

    def execute_parallel_batch(
        self, priority_ids: Sequence[Priority], auto_approve: bool = True
    ) -> dict[str, Any]:
        """Run these to their end and say what became of each, by the names that were given.

        With `auto_approve` the words of `approve_with` are added to the agents' command (such as
        `--auto-approve`); without it they are left out, and the agent asks as it does by itself. Raises
        BadInput for what cannot be meant; where it could not be run, `success` is false and `error` says why.
        """
        began = datetime.now(UTC)
        asked = spellings(priority_ids)
        try:
            self._names = self._known_as(priority_ids, asked)
            answer = run(self.repo_root, self._request(asked, auto_approve=auto_approve), Voice())
        except (BadInput, NotARepository):
            raise
        except ParallelError as error:
            return _not_run(error, began)
        return _document(answer, self._names)

    def get_status(self) -> dict[str, Any]:
        """The worktrees in which agents are at work, and what the machine has left."""
        answer = status(self.repo_root, with_load=True)
        active = [row.record for row in answer.rows if row.record.state is State.RUNNING and row.has_worktree]
        load = answer.load
        return {
            "active_worktrees": [self._worktree(record) for record in active],
            "resources": {
                "cpu_percent": load.cpu_percent if load else None,
                "memory_percent": load.memory_percent if load else None,
                "disk_free_bytes": load.disk_free_bytes if load else None,
                "max_instances": self.max_instances,
            },
        }

    def _known_as(self, given: Sequence[Priority], asked: Sequence[str]) -> Named:
        project = open_project(self.repo_root)
        tasks = read_tasks(project)
        return Named.of(given, [require_tasks(project, tasks, [text])[0].id for text in asked])

    def _request(self, asked: Sequence[str], *, auto_approve: bool) -> Request:
        agent, more = self._agent, self._approve_with if auto_approve else ()
        if more and not (agent or self._command):
            # Words alone would be taken for a command of their own.
            agent = open_project(self.repo_root).settings.agent
        return Request(
            spellings=asked,
            command=(*self._command, *more),
            agent=agent or None,
            max_parallel=self.max_instances,
            merge=self.auto_merge,
        )

    def _worktree(self, record: TaskRecord) -> dict[str, Any]:
        return {
            "priority_id": self._names[record.id],
            "worktree_path": record.worktree,
            "branch_name": record.branch,
            "status": str(record.state),
            "start_time": _clock(record.started) if record.started else None,
        }


def _document(answer: RunAnswer, names: Named) -> dict[str, Any]:
    ran = {record.id for record in answer.ran}
    mine = [task for task in names.names if task in ran]
    return {
        "success": answer.is_success,
        "priorities_executed": [names[task] for task in mine],
        "worktrees_created": len(mine),
        "monitoring_result": monitoring(answer, names),
        "merge_results": merge_results(answer, names),
        "duration_seconds": round(answer.ended - answer.started, 3),
        "start_time": _clock(answer.started),
        "end_time": _clock(answer.ended),
    }


def _not_run(error: ParallelError, began: datetime) -> dict[str, Any]:
    ended = datetime.now(UTC)
    return {
        "success": False,
        "priorities_executed": [],
        "worktrees_created": 0,
        "monitoring_result": {"completed": 0, "failed": 0, "total": 0, "tasks": {}},
        "merge_results": {},
        "duration_seconds": round((ended - began).total_seconds(), 3),
        "start_time": began.isoformat(),
        "end_time": ended.isoformat(),
        "error": error.message + (f" ({error.hint})" if error.hint else ""),
    }


def _clock(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
