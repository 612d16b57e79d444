"""Keepers forked from a nursery: they need neither it nor the one who started it."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from git_parallel.agents import process
from git_parallel.agents.nursery import Nursery
from git_parallel.agents.process import Job, Launched
from git_parallel.names import TaskId
from tests.git.agent_bench import LINUX, ROOT, TASK, Bench, ending, is_running, until

nursed = pytest.mark.parametrize("bench", ["nursery"], indirect=True)

WAITS = "while [ ! -e go ]; do sleep 0.02; done; exit 7"

COORDINATOR = """
import os, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from git_parallel.agents import process
from git_parallel.agents.nursery import Nursery
from git_parallel.names import TaskId
base, script = Path(sys.argv[2]), sys.argv[3]
job = process.Job(TaskId("20"), 1, ("sh", "-c", script), base / "work", dict(os.environ),
                  base / "logs" / "20" / "1.log", base / "prompt", None, 5.0)
nursery = Nursery()
process.launch(base / "parallel" / "tasks", job, nursery)
print(nursery.pid, flush=True)
os.kill(os.getpid(), 9)
"""


def nursery_of(bench: Bench) -> Nursery:
    assert bench.nursery is not None
    return bench.nursery


def descriptors(pid: int) -> list[str]:
    return sorted(str(link.readlink()).split(":")[0] for link in Path(f"/proc/{pid}/fd").iterdir())


def job_of(bench: Bench, number: int) -> Job:
    job = bench.sh(WAITS)
    return replace(job, task=TaskId(f"{number}"), log=bench.log.with_name(f"{number}.log"))


@nursed
def test_many_threads_at_once(bench: Bench) -> None:
    jobs = [job_of(bench, number) for number in range(12)]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(bench.launched, jobs))
    (bench.work / "go").touch()
    for job in jobs:
        process.wait(bench.runtime, job.task)

    assert [answer.task for answer in answers] == [job.task for job in jobs]
    assert len({answer.keeper_pid for answer in answers}) == 12
    ends = [process.read_exit(bench.runtime, job.task, 1) for job in jobs]
    assert [end and end.status for end in ends] == [7] * 12


@LINUX
@nursed
def test_a_keeper_holds_nothing_of_the_nursery_or_of_other_keepers(bench: Bench) -> None:
    jobs = [job_of(bench, number) for number in (1, 2, 3)]
    first, second = (bench.launched(job) for job in jobs[:2])
    alone = process.launch(bench.runtime, jobs[2])
    assert isinstance(alone, Launched)

    # Its own files are named after its number, all else is the same; at first it may be reading something.
    def found(keeper: Launched) -> list[str]:
        return [name.replace(f"/{keeper.task}.", "/.") for name in descriptors(keeper.keeper_pid)]

    until(lambda: found(first) == found(second) == found(alone))
    (bench.work / "go").touch()
    for job in jobs:
        process.wait(bench.runtime, job.task)


@LINUX
@nursed
def test_the_nursery_has_no_children(bench: Bench) -> None:
    bench.launch(bench.sh(WAITS))

    pid = nursery_of(bench).pid
    assert Path(f"/proc/{pid}/task/{pid}/children").read_text() == ""


@LINUX
@nursed
def test_a_dead_nursery_is_no_obstacle(bench: Bench) -> None:
    launched = bench.launched(job_of(bench, 1))
    os.kill(nursery_of(bench).pid, signal.SIGKILL)
    until(lambda: not is_running(nursery_of(bench).pid))

    assert bench.run(bench.sh("exit 3")) == ending(3)
    assert is_running(launched.keeper_pid)
    (bench.work / "go").touch()
    process.wait(bench.runtime, launched.task)
    end = process.read_exit(bench.runtime, launched.task, 1)
    assert end
    assert end.status == 7


@nursed
def test_a_nursery_that_dies_in_the_act_is_no_obstacle(bench: Bench) -> None:
    pid = nursery_of(bench).pid
    os.kill(pid, signal.SIGSTOP)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(bench.launch, bench.sh("exit 3"))  # the job waits to be taken
        with pytest.raises(TimeoutError):
            answer.result(0.3)
        os.kill(pid, signal.SIGKILL)

        assert isinstance(answer.result(), Launched)
    assert bench.ended() == ending(3)


@LINUX
def test_keepers_outlive_the_coordinator_and_the_nursery_does_not(bench: Bench, tmp_path: Path) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", COORDINATOR, ROOT, tmp_path, WAITS],
        capture_output=True,
        text=True,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    until(lambda: not is_running(int(killed.stdout)))
    assert process.is_alive(bench.runtime, TASK)

    (bench.work / "go").touch()

    assert bench.ended() == ending(7)


@LINUX
def test_a_closed_nursery_has_ended(bench: Bench) -> None:
    with Nursery() as nursery:
        process.launch(bench.runtime, bench.sh(WAITS), nursery)

    assert not is_running(nursery.pid)
    assert process.is_alive(bench.runtime, TASK)
    (bench.work / "go").touch()
    assert bench.ended() == ending(7)
