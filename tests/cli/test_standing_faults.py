"""What may go wrong around a run that goes on for long: other commands, signals, a disk that is full."""

import fcntl
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Timer

import pytest

from git_parallel.agents.process import signal_exactly
from git_parallel.git import locks
from git_parallel.git.scratch_worktree import SCRATCH, drop_dead_scratches
from tests.cli.beside import until
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


def test_to_say_stop_once_more_stops_no_agent(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("a", "a.txt")
    cli("start", "--", *agent(ENTERED))
    until(mark(repo, "a", "entered").exists)
    assert cli("stop", "--no-wait").status == 0
    until(lambda: told(repo)[-1].startswith("asked to end"))
    # The same signal within a moment is taken for an echo of the first.
    time.sleep(0.4)
    assert cli("stop", "--no-wait").status == 0

    mark(repo, "a", "go").touch()
    cli("stop")

    assert state(repo, "a") == "succeeded"


def test_a_file_that_cannot_be_written_stops_one_launch_and_not_the_run(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    repo.spec("a", "a.txt")
    repo.spec("b", "b.txt")
    # Like a disk that is full, but for root as well.
    (repo.path / ".git/parallel/tasks/a.command").mkdir(parents=True)
    (repo.path / ".git/parallel/coordinator.json").mkdir()

    ran = cli("run", "--", *agent())

    assert (ran.status, state(repo, "a"), state(repo, "b")) == (1, "failed", "succeeded")
    assert "a failed: is a directory" in ran.stdout


def test_a_record_that_is_removed_takes_no_other_task_with_it(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("a", "a.txt")
    repo.spec("b", "b.txt")
    cli("start", "--", *agent(ENTERED))
    until(mark(repo, "a", "entered").exists)
    until(mark(repo, "b", "entered").exists)

    repo.git("update-ref", "-d", "refs/parallel/tasks/a")
    mark(repo, "a", "go").touch()
    until(lambda: any("the record of 'a' is gone" in line for line in told(repo)))
    mark(repo, "b", "go").touch()

    until(lambda: state(repo, "b") == "succeeded")


def test_what_is_cancelled_while_its_worktree_is_made_is_not_launched(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    begun, going = repo.path.parent / "begun", repo.path.parent / "going"
    slow = f"touch {begun}; while ! [ -e {going} ]; do sleep 0.02; done; cat"
    repo.config("filter.slow.smudge", slow)
    repo.config("filter.slow.clean", "cat")
    repo.commit(**{".gitattributes": "*.slow filter=slow\n", "z.slow": "z\n"})
    begun.unlink(missing_ok=True)
    repo.spec("a", "a.txt")
    cli("start", "--poll-interval", "0.2s", "--", *agent(ENTERED))
    until(begun.exists)

    assert cli("cancel", "a").status == 0
    # The coordinator sees that before it hears what became of its own deed.
    time.sleep(1.0)
    going.touch()
    until(lambda: "a is left out: another command has made it cancelled" in told(repo))
    until(lambda: not repo.worktree("a").exists())
    repo.spec("b", "b.txt")
    until(mark(repo, "b", "entered").exists)
    mark(repo, "b", "go").touch()
    until(lambda: state(repo, "b") == "succeeded")

    assert (state(repo, "a"), mark(repo, "a", "entered").exists()) == ("cancelled", False)


def test_who_waits_is_given_the_text_of_the_day_of_its_launch(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("a", "a.txt")
    repo.spec("b", "b.txt")
    cli("start", "--max-parallel", "1", "--", *agent(f'cat > "$PWD-prompt"; {ENTERED}'))
    until(mark(repo, "a", "entered").exists)
    until(lambda: state(repo, "b") == "ready")
    made = repo.refs("refs/parallel/tasks/b"), repo.git("rev-parse", "refs/parallel/tasks/b")

    repo.spec("b", "b.txt", extra="Mind the gap.")
    until(lambda: repo.git("rev-parse", "refs/parallel/tasks/b") != made[1])
    mark(repo, "b", "go").touch()
    mark(repo, "a", "go").touch()
    until(lambda: state(repo, "b") == "succeeded")

    assert "Mind the gap." in mark(repo, "b", "prompt").read_text()
    assert "Mind the gap." in repo.git("show", "refs/parallel/tasks/b:spec.md")


def test_a_retry_by_hand_does_not_wait_for_the_clock(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.config("parallel.retryDelay", "1h")
    repo.config("parallel.retryMaxDelay", "1h")
    repo.spec("a", "a.txt")
    script = "[ $GIT_PARALLEL_ATTEMPT = 2 ] && echo x > a.txt"
    cli("start", "--", *agent(script))
    until(lambda: any("tried again at" in line for line in told(repo)))

    assert "handed to the coordinator" in cli("retry", "a").stdout

    until(lambda: state(repo, "a") == "succeeded")


def test_an_end_that_could_not_be_recorded_is_recorded_later(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("a", "a.txt")
    cli("start", "--poll-interval", "0.2s", "--", *agent(ENTERED))
    until(mark(repo, "a", "entered").exists)
    until(lambda: state(repo, "a") == "running")
    # Like a disk that is full, for this one record.
    obstacle = repo.path / ".git/refs/parallel/tasks/a.lock"
    obstacle.touch()
    mark(repo, "a", "go").touch()
    until(lambda: any("its end could not be recorded" in line for line in told(repo)))

    obstacle.unlink()

    until(lambda: state(repo, "a") == "succeeded")


def test_a_writer_whose_work_leads_to_no_task_is_not_asked_for_ever(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    repo.config("agent.writer.command", "/bin/sh -c 'mkdir -p specs; date >> specs/NOTES.txt'")
    repo.config("agent.writer.owns", "specs/**")
    cli("start", "--merge", "--poll-interval", "0.1s", "--spec-agent", "writer", "--", *agent())
    until(lambda: state(repo, "write-specs-1") == "merged")

    # What is committed now is looked at after that merge, and run after any further writer was asked.
    repo.spec("a", "a.txt")
    until(lambda: state(repo, "a") == "merged")

    asked = [ref for ref in repo.refs("refs/parallel/tasks") if "write-specs" in ref]
    assert len(asked) <= 3, "once, and once for each thing that others have declared or merged"


@pytest.mark.parametrize("pid", [-1, 0, 1])
def test_a_pid_that_proves_nothing_is_not_signalled(pid: int) -> None:
    told: list[tuple[int, int]] = []

    was_there = signal_exactly(pid, None, 0, send=lambda pid, number: told.append((pid, number)))

    assert (was_there, told) == (False, []) if sys.platform == "linux" or pid < 1 else was_there


def test_what_two_commands_tidy_up_at_once_disturbs_neither(tmp_path: Path) -> None:
    (tmp_path / "parallel" / "tmp").mkdir(parents=True)
    dead = f"{SCRATCH}{2**22 + 1}"
    for number in range(50):
        admin = tmp_path / "worktrees" / f"{dead}.{number}"
        admin.mkdir(parents=True)
        (admin / "gitdir").write_text(f"{tmp_path}/elsewhere/.git\n")

    with ThreadPoolExecutor(4) as several:
        for done in [several.submit(drop_dead_scratches, tmp_path) for _ in range(4)]:
            done.result()

    assert list((tmp_path / "worktrees").iterdir()) == []
