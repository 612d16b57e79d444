"""What the tests of faults stand on: commands that go on beside the test, and a look at what is left alive."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from git_parallel.agents import process
from git_parallel.agents.process import StartRecord
from git_parallel.names import TaskId
from tests.cli.beside import until
from tests.conftest import Ran, Repo

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
COMMAND = (sys.executable, "-m", "git_parallel")
# The other task of each run: it is the one that must not be disturbed.
OTHER = "if [ $GIT_PARALLEL_TASK = other ]; then echo fine > other.txt; exit; fi; echo half > bad.txt; "
# What an agent does until the test lets it go on.
WAITS = 'touch "../up-$GIT_PARALLEL_TASK"; until [ -e ../go ]; do sleep 0.02; done; '


@dataclass
class Beside:
    """A command that goes on beside the test."""

    process: "subprocess.Popen[bytes]"
    folder: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    def tell(self, number: int) -> None:
        self.process.send_signal(number)

    def said(self) -> str:
        return (self.folder / "out").read_text() + (self.folder / "err").read_text()

    def ended(self) -> Ran:
        status = self.process.wait(60)
        out, err = (self.folder / "out").read_text(), (self.folder / "err").read_text()
        assert "Traceback" not in err, err
        return Ran(status, out, err)


@contextmanager
def beside(repo: Repo, *arguments: str) -> Iterator[Beside]:
    """`git parallel ...` in a session of its own; killed at the end if it is still there."""
    folder = repo.path.parent / f"beside-{time.monotonic_ns()}"
    folder.mkdir()
    with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
        started = subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=repo.path, stdin=subprocess.DEVNULL, stdout=out, stderr=err, start_new_session=True,
        )  # fmt: skip
    try:
        yield Beside(started, folder)
    finally:
        if started.poll() is None:
            started.kill()
            started.wait()


@dataclass
class Bench:
    """Two tasks, `bad` and `other`, and what is to be known of their agents."""

    repo: Repo
    home: Path

    @property
    def gate(self) -> Path:
        """The file that agents which wait wait for."""
        return self.repo.path.parent / "go"

    @property
    def runtime(self) -> Path:
        return self.repo.path / ".git/parallel/tasks"

    def is_up(self, task: str = "bad") -> bool:
        """Whether an agent that waits has come to that."""
        return (self.repo.path.parent / f"up-{task}").exists()

    def start(self, task: str = "bad", attempt: int = 1) -> StartRecord:
        """Who keeps and who works."""
        found = process.read_start(self.runtime, TaskId(task), attempt)
        assert found
        return found

    def record(self, task: str = "bad") -> tuple[str, str]:
        """The state of a task and its reason."""
        found = json.loads(self.repo.git("show", f"refs/parallel/tasks/{task}:record.json"))
        return found["state"], found["reason"]

    def kept(self, task: str = "bad", file: str = "bad.txt") -> str:
        """What an agent left in its worktree."""
        return (self.repo.worktree(task) / file).read_text()

    def alive(self) -> list[str]:
        """The processes that came from this test: its home is in their environment."""
        found = []
        for folder in Path("/proc").iterdir():
            if folder.name.isdecimal() and int(folder.name) != os.getpid():
                try:
                    if f"HOME={self.home}\0".encode() in (folder / "environ").read_bytes():
                        found.append(f"{folder.name} {(folder / 'cmdline').read_bytes()!r}")
                except OSError:  # it has ended
                    continue
        return found


@contextmanager
def nothing_left(bench: Bench) -> Iterator[None]:
    """At the end no process of the test is left; on a failure they are killed."""
    try:
        yield
        until(lambda: not bench.alive())
    finally:
        for one in bench.alive():
            try:
                os.kill(int(one.split()[0]), signal.SIGKILL)
            except ProcessLookupError:
                continue
