"""Real keepers and real agents: small scripts, no mocks."""

import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from git_parallel.agents import process
from git_parallel.agents.nursery import Nursery
from git_parallel.agents.process import ExitRecord, Job, Launched, NotLaunched
from git_parallel.names import TaskId

TASK = TaskId("20")
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc and the subreaper")
ROOT = Path(__file__).parents[2]


class Bench:
    """A runtime directory, a prompt and a place to work in."""

    def __init__(self, base: Path, nursery: Nursery | None) -> None:
        self.runtime, self.work, self.prompt = base / "parallel" / "tasks", base / "work", base / "prompt"
        self.log = base / "logs" / "20" / "1.log"
        self.nursery = nursery
        self.work.mkdir()
        self.prompt.write_text("please\n")

    def job(self, *argv: str, attempt: int = 1, timeout: float | None = None, grace: float = 5.0) -> Job:
        env = process.agent_environment(os.environ, {})
        return Job(TASK, attempt, argv, self.work, env, self.log, self.prompt, timeout, grace)

    def sh(self, script: str, *, timeout: float | None = None, grace: float = 5.0) -> Job:
        return self.job("sh", "-c", script, timeout=timeout, grace=grace)

    def launch(self, job: Job) -> Launched | NotLaunched:
        return process.launch(self.runtime, job, self.nursery)

    def launched(self, job: Job) -> Launched:
        answer = self.launch(job)
        assert isinstance(answer, Launched)
        return answer

    def run(self, job: Job) -> ExitRecord:
        """Run the job to its end and give its exit record, times set to zero."""
        self.launch(job)
        return self.ended(job.attempt)

    def ended(self, attempt: int = 1) -> ExitRecord:
        process.wait(self.runtime, TASK)
        record = process.read_exit(self.runtime, TASK, attempt)
        assert record is not None
        assert 0 < record.started <= record.ended
        return replace(record, started=0.0, ended=0.0)

    def stop(self, *, now: bool = False) -> bool:
        return process.stop(self.runtime, TASK, 1, now=now)

    def await_output(self, text: str) -> None:
        until(lambda: self.log.exists() and text in self.log.read_text())


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


def ending(status: int | None = None, **other: object) -> ExitRecord:
    fields = {"signal": None, "timed_out": False, "stopped": False, "error": ""} | other
    return ExitRecord(attempt=1, status=status, started=0.0, ended=0.0, **fields)  # type: ignore[arg-type]


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False
