"""A queue of tasks for agents in this process: as many at once as files, agent types and the machine allow."""

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ..config.settings import Settings
from ..errors import BadInput
from ..names import TaskId
from ..project.open import make_runtime, open_project
from ..project.singletons import Registry
from .agent_task import AgentTask
from .crew import Crew
from .dependencies import dependencies
from .dispatch import Dispatch
from .entries import entry_of
from .failures import Closed, Deadlock
from .room import Room
from .task_future import TaskFuture


class TaskQueue:
    """Runs tasks in threads, at most `max_parallel` at once, and never two that may not be beside each other.

    Of an agent type one task runs at a time, and no two that modify the same files. Otherwise the order is
    that of `git parallel run`: by priority, the smaller number first, and nobody waits for ever. With
    `repo_root`, agent types that are singletons there are held for the whole repository, and its settings
    for overlaps and load count. `admission` is `auto` where a busy machine is to be given fewer tasks, or
    `off`; by default as the repository has it, and off without one.
    """

    def __init__(
        self, max_parallel: int = 4, *, repo_root: str | Path | None = None, admission: str | None = None
    ) -> None:
        """Raises BadInput for a limit below 1, and whatever is wrong with the repository."""
        if isinstance(max_parallel, bool) or not isinstance(max_parallel, int) or max_parallel < 1:
            raise BadInput(f"max_parallel is a number above 0, not {max_parallel!r}")
        if admission not in (None, "auto", "off"):
            raise BadInput(f"admission is 'auto' or 'off', not {admission!r}")
        self._root = Path.cwd() if repo_root is None else Path(repo_root).resolve()
        hire = partial(_dispatch, self._root, max_parallel, admission, is_in_repository=repo_root is not None)
        self._crew = Crew(hire)
        self._is_closed = False

    def submit_task(self, task: AgentTask) -> Future[Any]:
        """Have a task run when it may; the future of what it returns.

        Raises BadInput for a path or a dependency that cannot be, Closed after the queue was shut down.
        """
        return self.submit_tasks([task])[0]

    def submit_tasks(self, tasks: Iterable[AgentTask]) -> list[Future[Any]]:
        """Have several tasks run, which may depend on each other in any order; all of them or none."""
        crew, asked = self._crew, list(tasks)
        futures = [TaskFuture(TaskId(task.id), crew, crew.waiting_for) for task in asked]
        entries = [entry_of(task, future, self._root) for task, future in zip(asked, futures, strict=True)]
        with crew.change:
            if self._is_closed:
                raise Closed("the queue was shut down and takes no more tasks")
            before = dependencies(asked, (crew.entries, crew.ended), crew)
            for entry in entries:
                entry.open = {name for name in before[entry.id] if name not in crew.ended}
                entry.open |= {name for name in before[entry.id] if crew.ended.get(name) is not None}
            begun = crew.come(entries)
        crew.begin(begun)
        for entry in entries:
            crew.look_after(entry, before[entry.id])
        return list(futures)

    def get_status(self) -> dict[str, Any]:
        """The types of the agents that run, the files that they modify, and how many tasks wait."""
        with self._crew.change:
            self._crew.until_decided()
            running = self._crew.dispatch.running.values()
            return {
                "running_agents": [entry.asked.agent_type for entry in running],
                "running_files": sorted(
                    {declared.path for entry in running for declared in entry.task.declared}
                ),
                "queued_tasks": len(self._crew.dispatch.waiting),
            }

    def get_waiting(self) -> dict[str, str]:
        """The ids of the tasks that wait, and why each does, in a sentence."""
        with self._crew.change:
            self._crew.until_decided()
            return self._crew.dispatch.reasons()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more tasks; those that were submitted still run, unless `cancel_futures` says otherwise:
        then nothing is tried again either.

        With `wait` it returns when all of them have ended. Raises Deadlock where one of them asks for that.
        """
        with self._crew.change:
            self._is_closed = True
            waiting = [entry.future for entry in self._crew.dispatch.waiting.values()]
        # The last first: otherwise what depends on another would have failed before it is cancelled.
        for future in reversed(waiting) if cancel_futures else ():
            future.cancel()
        if cancel_futures:
            self._crew.retry_no_more()
        if wait and self._crew.doing() is not None:
            raise Deadlock("a task cannot wait for the end of its own queue", hint="shutdown(wait=False)")
        if wait:
            self._crew.until_over()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown()


def _dispatch(
    root: Path,
    max_parallel: int,
    admission: str | None,
    freed: Callable[[str], None],
    *,
    is_in_repository: bool,
) -> Dispatch:
    settings, registry = Settings(admission="off"), None
    if is_in_repository:
        project = open_project(root, hurried=True)
        make_runtime(project)
        settings, registry = project.settings, Registry.of(project)
    rules = settings.rules() if (admission or settings.admission) == "auto" else None
    single = [name for name, agent in settings.agents.items() if agent.singleton]
    return Dispatch(Room(max_parallel, rules, root), settings.exclusion(), registry, single, freed)
