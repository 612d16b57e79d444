"""Random queues: whatever is submitted, nobody meets whom it may not, and everybody comes to an end."""

import random
import threading
import time
from concurrent.futures import Future
from typing import Any

import pytest

from git_parallel import AgentTask, DependencyFailed, TaskQueue
from git_parallel.overlap import patterns

PATHS = [
    "src/",
    "src/a.py",
    "src/b.py",
    "docs/**/*.md",
    "docs/x/y.md",
    "README.md",
    "tests/*.py",
    "tests/t.py",
]


class House:
    """Sees who is at work, and complains of those who may not be there together."""

    def __init__(self, slots: int) -> None:
        self.slots = slots
        self.complaints: list[str] = []
        self._inside: dict[str, AgentTask] = {}
        self._lock = threading.Lock()

    def enter(self, task: AgentTask) -> None:
        with self._lock:
            for other in self._inside.values():
                if task.agent_type == other.agent_type or meet(task, other):
                    self.complaints.append(f"{task.id} beside {other.id}")
            self._inside[task.id] = task
            if len(self._inside) > self.slots:
                self.complaints.append(f"{len(self._inside)} inside")

    def leave(self, task: AgentTask) -> None:
        with self._lock:
            del self._inside[task.id]


def meet(one: AgentTask, other: AgentTask) -> bool:
    if one.files_to_modify is None or other.files_to_modify is None:
        return True
    return any(
        patterns.meets(patterns.parse(str(a)), patterns.parse(str(b)))
        for a in one.files_to_modify
        for b in other.files_to_modify
    )


@pytest.mark.sample(2)
@pytest.mark.parametrize("seed", range(12))
def test_nobody_meets_whom_it_may_not_and_everybody_comes_to_an_end(seed: int) -> None:
    chance = random.Random(seed)
    house = House(slots=chance.randint(1, 5))
    tasks: dict[str, AgentTask] = {}
    tries: dict[str, int] = {}
    futures: list[Future[Any]] = []

    def act(name: str, seconds: float, failures: int) -> str:
        house.enter(tasks[name])
        try:
            time.sleep(seconds)
            tries[name] = tries.get(name, 0) + 1
            if tries[name] <= failures:
                raise ValueError(name)
            return name
        finally:
            house.leave(tasks[name])

    def task(number: int) -> AgentTask:
        name = f"t{number}"
        seconds, failures = chance.choice([0, 0, 0.001, 0.004]), chance.choice([0, 0, 0, 1, 9])
        files = chance.sample(PATHS, chance.randint(0, 2)) if chance.random() < 0.97 else None
        tasks[name] = AgentTask(
            f"agent{chance.randrange(8)}",
            name,
            files,
            lambda: act(name, seconds, failures),
            priority=chance.randint(-2, 2),
            depends_on=chance.sample(futures, min(len(futures), chance.choice([0, 0, 0, 1, 2]))),
            retries=chance.choice([0, 1]),
            id=name,
        )
        return tasks[name]

    with TaskQueue(max_parallel=house.slots) as queue:
        for number in range(120):
            futures.append(queue.submit_task(task(number)))
            if chance.random() < 0.05:
                chance.choice(futures).cancel()
            if chance.random() < 0.1:
                status = queue.get_status()
                assert len(status["running_agents"]) == len(set(status["running_agents"])) <= house.slots
                assert all(queue.get_waiting().values())
    assert house.complaints == []
    assert all(future.done() for future in futures)
    kinds = {type(f.exception()) for f in futures if not f.cancelled()}
    assert kinds <= {type(None), ValueError, DependencyFailed}
    assert type(None) in kinds
