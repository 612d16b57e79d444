"""The examples of the user's documents (US-043 and SPEC-108), with short sleeps.

That things run at the same time is proven by their meeting, that they do not by who was there: a machine that is
busy makes these slower, not red.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest

from git_parallel import AgentTask, TaskQueue
from git_parallel.errors import BadInput
from tests.api.stage import SOON, Stage

SHORT = 0.05


class Workshop:
    """Counts who is at work at the same time."""

    def __init__(self, meeting: int = 1) -> None:
        self.most = 0
        self.order: list[str] = []
        self._now = 0
        self._lock = threading.Lock()
        self._meeting = threading.Barrier(meeting)

    def work(self, name: str) -> Callable[[], str]:
        """Work for a short while, after `meeting` of them have met."""

        def work() -> str:
            with self._lock:
                self._now += 1
                self.most = max(self.most, self._now)
                self.order.append(name)
            self._meeting.wait(SOON)
            time.sleep(SHORT)
            with self._lock:
                self._now -= 1
            return f"{name} done"

        return work


def test_the_example_workflow_four_agents_at_once() -> None:
    shop = Workshop(meeting=4)
    files = {
        "code_developer": ["coffee_maker/"],
        "project_manager": ["docs/roadmap/"],
        "assistant": [],
        "architect": ["docs/architecture/"],
    }
    with TaskQueue(max_parallel=4) as queue:
        futures = [
            queue.submit_task(AgentTask(agent, f"work of {agent}", paths, shop.work(agent), priority=0))
            for agent, paths in files.items()
        ]
        assert [future.result(SOON) for future in futures] == [f"{agent} done" for agent in files]
    assert shop.most == 4


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("code_developer", "coffee_maker/"), ("code_developer", "tests/")),
        (("project_manager", "docs/roadmap/ROADMAP.md"), ("architect", "docs/roadmap/ROADMAP.md")),
        (("project_manager", "docs/roadmap/ROADMAP.md"), ("architect", "docs/**/*.md")),
    ],
    ids=["same agent", "same file", "a glob over it"],
)
def test_same_agent_or_same_file_one_after_the_other(first: tuple[str, str], second: tuple[str, str]) -> None:
    shop = Workshop()
    with TaskQueue(max_parallel=4) as queue:
        for number, (agent, path) in enumerate((first, second, first, second)):
            queue.submit_task(AgentTask(agent, "work", [path], shop.work(str(number))))
    assert (shop.most, shop.order) == (1, ["0", "1", "2", "3"])


def test_scheduler_detects_file_conflicts(stage: Stage) -> None:
    with TaskQueue() as queue:
        queue.submit_task(stage.task("t1", "code_developer", "coffee_maker/"))
        queue.submit_task(stage.task("t2", "code_developer", "coffee_maker/"))

        status = queue.get_status()
        assert len(status["running_agents"]) == 1
        assert status["queued_tasks"] == 1
        stage.let_all()


def test_scheduler_allows_parallel_no_conflicts(stage: Stage) -> None:
    with TaskQueue() as queue:
        queue.submit_task(stage.task("t1", "code_developer", "coffee_maker/"))
        queue.submit_task(stage.task("t2", "project_manager", "docs/roadmap/"))
        queue.submit_task(stage.task("t3", "architect", "docs/architecture/"))

        status = queue.get_status()
        assert len(status["running_agents"]) == 3
        assert status["queued_tasks"] == 0
        stage.let_all()


def test_parallel_execution_end_to_end() -> None:
    shop = Workshop(meeting=4)
    agents = ("code_developer", "architect", "project_manager", "assistant")
    seconds: list[float] = []

    def timed(work: Callable[[], str]) -> Callable[[], None]:
        def act() -> None:
            began = time.monotonic()
            work()
            seconds.append(time.monotonic() - began)

        return act

    began = time.monotonic()
    with TaskQueue(max_parallel=4) as queue:
        futures = [queue.submit_task(AgentTask(a, "work", [f"{a}/"], timed(shop.work(a)))) for a in agents]
        assert all(future.exception(SOON) is None for future in futures)
    total = time.monotonic() - began

    # Each is at work for as long as it takes until all have met and slept; one by one it would be the sum.
    assert sum(seconds) >= 4 * SHORT
    assert total < sum(seconds)


def test_when_all_queued_tasks_conflict_the_next_runs_when_one_ends(stage: Stage) -> None:
    with TaskQueue() as queue:
        for name in "abc":
            queue.submit_task(stage.task(name, name, "ROADMAP.md"))

        assert queue.get_status() == {
            "running_agents": ["a"],
            "running_files": ["ROADMAP.md"],
            "queued_tasks": 2,
        }
        assert all("overlaps 'a', which is running" in why for why in queue.get_waiting().values())
        stage.let("a")
        stage.await_begin("b")
        assert queue.get_status()["running_agents"] == ["b"]
        stage.let_all()


def test_when_an_agent_crashes_it_is_tried_again_and_blocks_nobody(stage: Stage) -> None:
    crashes = iter([True, True, False])

    def crash() -> str:
        if next(crashes):
            raise OSError("crashed")
        return "recovered"

    with TaskQueue() as queue:
        crashing = queue.submit_task(AgentTask("code_developer", "x", ["a.py"], crash, retries=3))
        other = queue.submit_task(stage.task("other", "architect", "b.md", held=False))
        assert (other.result(SOON), crashing.result(SOON)) == ("other", "recovered")


def test_a_dependency_cycle_is_a_clear_error(stage: Stage) -> None:
    with TaskQueue() as queue, pytest.raises(BadInput, match="dependency cycle: a -> b -> c -> a"):
        queue.submit_tasks([stage.task(n, n, depends_on=[d]) for n, d in ("ab", "bc", "ca")])


def test_a_task_needs_the_result_of_another() -> None:
    with TaskQueue() as queue:
        spec: Future[Any] = queue.submit_task(AgentTask("architect", "write", ["spec.md"], lambda: "a spec"))
        code = AgentTask(
            "code_developer", "implement", ["a.py"], lambda: f"{spec.result()}, done", depends_on=[spec]
        )
        assert queue.submit_task(code).result(SOON) == "a spec, done"
