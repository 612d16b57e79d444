"""Kill the coordinator at random moments; two commands go on at once; nothing is lost, nothing runs twice."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.conftest import Cli, Repo

ROUNDS = int(os.environ.get("GIT_PARALLEL_CAMPAIGN", "5"))
TASKS = 6


def strays(home: str) -> list[str]:
    """What still runs of all that this test has started: everything inherits the HOME that it was given."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and process.environ().get("HOME") == home:
                found.append(" ".join(process.cmdline()))
        except psutil.Error:
            continue
    return found


@pytest.mark.campaign
@pytest.mark.parametrize("seed", range(ROUNDS))
def test_kill_the_coordinator(repo: Repo, cli: Cli, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    for number in range(TASKS):
        repo.spec(f"t{number}", f"f{number}.txt")
    seen = tmp_path / "seen"
    script = (
        f'echo "$GIT_PARALLEL_TASK $GIT_PARALLEL_ATTEMPT" >> "{seen}"; sleep 0.{chance.randrange(4)}; '
        "echo x > f${GIT_PARALLEL_TASK#t}.txt; [ $GIT_PARALLEL_TASK != t3 ] || exit 7"
    )
    command = [sys.executable, "-m", "git_parallel", "run", "-j", "3", "--", "/bin/sh", "-c", script]

    def start() -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            command, cwd=repo.path, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip

    first = start()
    time.sleep(chance.uniform(0.05, 1.2))
    os.kill(first.pid, signal.SIGKILL)
    first.communicate()
    both = [start(), start()]
    said = [(one.communicate()[0].decode(), one.returncode) for one in both]
    assert {status for _, status in said} <= {0, 1, 3}, said
    last = cli("run", "--", "/bin/sh", "-c", script)

    attempts = seen.read_text().splitlines()
    assert len(attempts) == len(set(attempts)), "no attempt ran twice"
    assert {line.split()[0] for line in attempts} == {f"t{number}" for number in range(TASKS)}
    states = {
        task["id"]: (task["state"], task["exit_status"]) for task in cli("status", "--json").json["tasks"]
    }
    assert states == {f"t{n}": ("succeeded", 0) if n != 3 else ("failed", 7) for n in range(TASKS)}, (
        said,
        last,
    )
    assert cli("merge").status == 0
    assert repo.git("log", "--first-parent", "--format=%s", "main").count("Merge branch") == TASKS - 1
    deadline = time.monotonic() + 10
    while left := strays(os.environ["HOME"]):
        assert time.monotonic() < deadline, left
        time.sleep(0.05)
    assert not list((repo.path / ".git").rglob("*.lock.lock"))
    assert not list((repo.path / ".git" / "refs").rglob("*.lock"))
    assert repo.is_sound()
