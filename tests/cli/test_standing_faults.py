"""What may go wrong around a run that goes on for long: other commands, signals, a disk that is full."""

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Timer

import pytest

from git_parallel.git import locks
from tests.conftest import Cli, Repo

Agent = Callable[..., Sequence[str]]
ENTERED = (
    'touch "$PWD-entered"; while ! [ -e "$PWD-go" ]; do sleep 0.02; done; echo x > $GIT_PARALLEL_TASK.txt'
)


@pytest.fixture(autouse=True)
def nothing_stays(cli: Cli) -> Iterator[None]:
    """No coordinator and no agent is left behind by a test that failed."""
    yield
    cli("stop", "--now")


def until(is_so: Callable[[], object]) -> None:
    """Wait for something that will be so in a moment."""
    end = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.02)


def told(repo: Repo) -> list[str]:
    """What the coordinator has said so far."""
    log = repo.path / ".git/parallel/logs/coordinator.log"
    return [json.loads(line)["what"] for line in log.read_text().splitlines()] if log.exists() else []


def state(repo: Repo, task: str) -> str:
    """The recorded state of a task, or that there is none."""
    return repo.state(task) if f"refs/parallel/tasks/{task}" in repo.refs() else "none"


def mark(repo: Repo, task: str, name: str) -> Path:
    """A file beside the worktree of a task."""
    return Path(f"{repo.worktree(task)}-{name}")


def test_who_waits_is_cancelled_before_the_slot_of_who_runs_comes_free(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    repo.spec("a", "a.txt")
    repo.spec("b", "b.txt")
    cli("start", "--max-parallel", "1", "--", *agent(ENTERED))
    until(mark(repo, "a", "entered").exists)

    answer = cli("cancel", "a", "b")

    assert (answer.status, repo.state("a"), repo.state("b")) == (0, "cancelled", "cancelled")
    assert not mark(repo, "b", "entered").exists()


def test_a_task_whose_keeper_dies_each_time_is_not_tried_for_ever(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.config("parallel.retryDelay", "0.01s")
    repo.spec("a", "a.txt")
    repo.spec("b", "b.txt")
    script = f"[ $GIT_PARALLEL_TASK != a ] || {{ kill -9 $PPID; exit 1; }}; {ENTERED}"
    cli("start", "--max-retries", "1", "--poll-interval", "0.1s", "--", *agent(script))
    until(
        lambda: told(repo).count("a lost") == 0 and sum(line.startswith("a lost") for line in told(repo)) == 2
    )
    mark(repo, "b", "go").touch()
    until(lambda: state(repo, "b") == "succeeded")
    for name in ("c", "d", "e"):
        repo.spec(name, f"{name}.txt")
        mark(repo, name, "go").touch()
        until(lambda name=name: state(repo, name) == "succeeded")

    record = json.loads(repo.git("show", "refs/parallel/tasks/a:record.json"))
    assert (record["state"], record["attempt"], record["retries"]) == ("lost", 2, 1)


def test_prune_leaves_the_guard_to_a_coordinator_at_work(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("a", "a.txt")
    script = 'git config core.hooksPath > "$PWD-hooks"; echo x > $GIT_PARALLEL_TASK.txt'
    cli("start", "--merge", "--", *agent(script))
    until(lambda: state(repo, "a") == "merged")
    assert cli("prune").status == 0

    repo.spec("b", "b.txt")
    until(lambda: state(repo, "b") == "merged")

    assert mark(repo, "b", "hooks").read_text() == mark(repo, "a", "hooks").read_text() != ""


def test_who_looks_at_a_lock_for_a_moment_does_not_have_it(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with lock.open("w") as looking:
        fcntl.flock(looking, fcntl.LOCK_SH)
        Timer(0.05, fcntl.flock, (looking, fcntl.LOCK_UN)).start()

        taken = locks.try_hold(lock, patience=30.0)

    assert taken is not None
    os.close(taken)
