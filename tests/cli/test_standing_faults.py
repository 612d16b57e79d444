"""What may go wrong around a run that goes on for long: other commands, signals, a disk that is full."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

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
    end = time.monotonic() + 60
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
