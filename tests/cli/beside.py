"""Commands that go on while a test looks at them from outside, and waiting for what they are about to do."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.conftest import Cli, Repo


class Background:
    """A `git parallel ...` that goes on while the test looks at it from outside."""

    def __init__(self, repo: Repo, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "git_parallel", *arguments],
            cwd=repo.path,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def read_until(self, words: str) -> str:
        """Its output up to the line with these words."""
        assert self.process.stdout
        seen = ""
        for line in self.process.stdout:
            seen += line
            if words in line:
                return seen
        raise AssertionError(f"'{words}' never came in: {seen}")

    def end(self) -> tuple[int, str]:
        """Wait for its end; the exit status and the rest of its output."""
        out, _ = self.process.communicate(timeout=60)
        return self.process.returncode, out

    def give_up(self) -> None:
        """End it, whatever it does."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


def waits_for(path: Path) -> str:
    """A line of shell: wait until a file exists, for at most half a minute."""
    return f'n=0; while [ ! -e "{path}" ] && [ $n -lt 600 ]; do sleep 0.05; n=$((n+1)); done'


def until(condition: Callable[[], object], *, patience: float = 30) -> None:
    """Wait for what other processes are about to do, for so many seconds."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)


Beside = Callable[..., Background]


def queued(cli: Cli) -> dict[str, str]:
    """What waits, and why."""
    return {task["id"]: task["reason"] for task in cli("status", "--json").json["queued"]}
