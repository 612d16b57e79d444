"""Locks that a job asks for: held as long as anything of the agent's tree lives, by nobody else."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from git_parallel.agents import process
from git_parallel.agents.process import Held, Job, Launched
from git_parallel.git import locks
from git_parallel.names import TaskId
from tests.git.agent_bench import TASK, Bench, ending, is_running, until

pytestmark = pytest.mark.parametrize("bench", ["alone", "nursery"], indirect=True)


def locked(bench: Bench, script: str, task: str = TASK) -> Job:
    bench.runtime.mkdir(parents=True, exist_ok=True)
    return replace(bench.sh(script), task=TaskId(task), locks=(bench.runtime / "architect.lock",))


def lock_of(bench: Bench) -> Path:
    return bench.runtime / "architect.lock"


def test_it_is_held_while_the_agent_lives_and_tells_who_it_is(bench: Bench) -> None:
    bench.launched(locked(bench, "echo up; read line; sleep 60"))
    bench.await_output("up")
    assert locks.is_held(lock_of(bench))
    record = process.read_start(bench.runtime, TASK, 1)
    assert record
    assert lock_of(bench).read_text() == f"task '20', attempt 1 (process {record.pid})\n"

    bench.stop(now=True)
    bench.ended()
    locks.wait(lock_of(bench))
    assert bench.run(replace(locked(bench, "exit 0"), attempt=2)) == replace(ending(0), attempt=2)


def test_where_somebody_has_it_nothing_is_started_and_the_attempt_is_not_used_up(bench: Bench) -> None:
    job = locked(bench, "touch began")
    held = locks.hold(lock_of(bench))
    with pytest.raises(Held, match=r"^somebody holds '.*/architect\.lock'$"):
        bench.launch(job)
    assert not process.is_alive(bench.runtime, TASK)
    assert process.read_start(bench.runtime, TASK, 1) is None
    assert not (bench.work / "began").exists()

    locks.let_go(held)
    assert bench.run(job) == ending(0)


def test_the_agent_holds_it_when_its_keeper_was_killed(bench: Bench) -> None:
    bench.launched(locked(bench, "echo up; exec sleep 60"))
    bench.await_output("up")
    record = process.read_start(bench.runtime, TASK, 1)
    assert record
    os.kill(record.pid, signal.SIGKILL)
    until(lambda: not is_running(record.pid))
    assert locks.is_held(lock_of(bench))

    os.kill(record.agent_pid, signal.SIGKILL)
    locks.wait(lock_of(bench))


def test_who_only_looks_keeps_no_agent_from_starting(bench: Bench) -> None:
    job = locked(bench, "exit 0")
    with ThreadPoolExecutor(2) as pool:
        looking = [pool.submit(lambda: [locks.is_held(lock_of(bench)) for _ in range(20_000)]) for _ in "12"]
        assert bench.run(job) == ending(0)
        for look in looking:
            look.cancel()


def test_of_many_that_want_it_at_once_one_gets_it(bench: Bench) -> None:
    jobs = [locked(bench, "sleep 60", f"t{n}") for n in range(5)]

    def attempt(job: Job) -> bool:
        try:
            return isinstance(process.launch(bench.runtime, job, bench.nursery), Launched)
        except Held:
            return False

    with ThreadPoolExecutor(5) as pool:
        won = list(pool.map(attempt, jobs))
    assert sum(won) == 1
    process.stop(bench.runtime, jobs[won.index(True)].task, 1, now=True)
    process.wait(bench.runtime, jobs[won.index(True)].task)
