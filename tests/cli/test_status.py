"""`git parallel status` tells the truth at any moment, also after something died."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.cli.beside import Background, until, waits_for
from tests.conftest import Cli, Repo

Agent = Callable[..., Sequence[str]]


@pytest.fixture
def background(repo: Repo) -> Iterator[Callable[..., Background]]:
    started: list[Background] = []

    def start(*arguments: str) -> Background:
        started.append(Background(repo, "run", *arguments))
        return started[-1]

    yield start
    for one in started:
        one.give_up()


def test_before_anything_was_run(repo: Repo, cli: Cli) -> None:
    ran = cli("status")
    assert (ran.status, ran.stderr) == (0, "")
    assert ran.stdout == "no task has been run yet; 'git parallel plan' shows what could be\n"
    document = cli("status", "--json").json
    assert (document["tasks"], document["running"], document["queued"]) == ([], [], [])
    assert set(document["load"]) == {"cpu_percent", "memory_percent", "disk_free_bytes"}
    assert document["load"]["disk_free_bytes"] > 0
    assert repo.refs() == ["refs/heads/main"], "looking makes nothing"
    assert not (repo.path / ".git" / "parallel").exists()


def test_what_runs_and_what_waits_and_why(
    repo: Repo, cli: Cli, background: Callable[..., Background], tmp_path: Path
) -> None:
    repo.spec("1", "one.py")
    repo.spec("2", "one.py")
    go = tmp_path / "go"
    run = background("-j", "4", "--", "/bin/sh", "-c", f"{waits_for(go)}; echo $GIT_PARALLEL_TASK >> one.py")
    run.read_until("1 launched")
    until(lambda: cli("status", "--json").json["queued"] != [])

    document = cli("status", "--json").json

    (task,) = document["tasks"]
    assert {key: task[key] for key in ("id", "state", "attempt", "branch", "ahead", "exit_status")} == {
        "id": "1", "state": "running", "attempt": 1, "branch": "feature/1", "ahead": 0, "exit_status": None,
    }  # fmt: skip
    assert os.kill(task["pid"], 0) is None, "the pid is that of a living process"
    assert document["running"] == ["1"]
    assert document["queued"] == [
        {"id": "2", "reason": "overlaps '1', which is running (both create one.py)"}
    ]
    text = cli("status").stdout
    assert "overlaps '1', which is running" in text
    go.touch()
    assert run.end()[0] == 0
    assert cli("status", "--json").json["queued"] == []


def test_kill_of_the_coordinator_loses_nothing_and_nothing_runs_twice(
    repo: Repo, cli: Cli, background: Callable[..., Background], tmp_path: Path
) -> None:
    for number in range(1, 5):
        repo.spec(str(number), f"{number}.txt")
    go = tmp_path / "go"
    script = f'echo start >> "{tmp_path}/count-$GIT_PARALLEL_TASK"; {waits_for(go)}; echo x > $GIT_PARALLEL_TASK.txt'
    run = background("-j", "2", "--", "/bin/sh", "-c", script)
    run.read_until("launched")
    run.read_until("launched")
    os.kill(run.process.pid, signal.SIGKILL)
    run.end()

    told = cli("status", "--json").json
    assert told["running"] == ["1", "2"], f"the agents outlive the coordinator: {told}"
    assert told["queued"] == []

    second = background("-j", "2", "--", "/bin/sh", "-c", script)
    until(
        lambda: (
            [task["reason"] for task in cli("status", "--json").json["queued"]] == ["all slots are taken"] * 2
        )
    )
    go.touch()
    status, out = second.end()

    assert status == 0, out
    assert out.splitlines()[-2].startswith("4 of 4 succeeded")
    for number in range(1, 5):
        assert (tmp_path / f"count-{number}").read_text() == "start\n"
        assert repo.state(str(number)) == "succeeded"
    assert cli("merge").status == 0
    assert repo.is_sound()


def test_agents_that_end_while_nobody_looks_are_settled_by_the_next_command(
    repo: Repo, cli: Cli, background: Callable[..., Background], tmp_path: Path
) -> None:
    repo.spec("1", "1.txt")
    go = tmp_path / "go"
    run = background("--", "/bin/sh", "-c", f"{waits_for(go)}; echo done > 1.txt")
    run.read_until("launched")
    os.kill(run.process.pid, signal.SIGKILL)
    run.end()
    (pid,) = [task["pid"] for task in cli("status", "--json").json["tasks"]]
    go.touch()
    until(lambda: not Path(f"/proc/{pid}").exists())
    until(lambda: cli("status", "--json").json["running"] == [])

    (task,) = cli("status", "--json").json["tasks"]

    assert (task["state"], task["exit_status"], task["ahead"]) == ("succeeded", 0, 1)
    assert repo.git("show", "feature/1:1.txt") == "done"


def test_a_killed_keeper_is_lost_and_run_again_by_the_next_run(
    repo: Repo, cli: Cli, background: Callable[..., Background]
) -> None:
    repo.spec("1", "1.txt")
    run = background("--", "/bin/sh", "-c", "echo half > 1.txt; exec sleep 60")
    run.read_until("launched")
    start = json.loads((repo.path / ".git/parallel/tasks/1.1.start").read_text())
    os.kill(start["pid"], signal.SIGKILL)
    os.kill(start["agent_pid"], signal.SIGKILL)
    status, out = run.end()

    assert status == 1
    assert "1 lost" in out
    assert (repo.worktree("1") / "1.txt").read_text() == "half\n"
    again = cli("run", "--json", "--", "/bin/sh", "-c", "echo whole >> 1.txt")
    assert [(t["state"], t["attempt"]) for t in again.json["tasks"]] == [("succeeded", 2)]
    assert repo.git("show", "feature/1:1.txt") == "half\nwhole"


def test_ctrl_c_once_lets_agents_finish(
    repo: Repo, cli: Cli, background: Callable[..., Background], tmp_path: Path
) -> None:
    repo.spec("1", "1.txt")
    repo.spec("2", "2.txt")
    go = tmp_path / "go"
    run = background("-j", "1", "--", "/bin/sh", "-c", f"{waits_for(go)}; echo x > $GIT_PARALLEL_TASK.txt")
    run.read_until("1 launched")
    os.kill(run.process.pid, signal.SIGINT)
    run.read_until("interrupted: no new launches")
    go.touch()
    status, out = run.end()

    assert (status, repo.state("1")) == (130, "succeeded")
    assert "2 was not launched: the run was interrupted" in out
    assert [task["id"] for task in cli("status", "--json").json["tasks"]] == ["1"]


def test_ctrl_c_twice_stops_agents(repo: Repo, background: Callable[..., Background]) -> None:
    repo.config("parallel.grace", "1s")
    repo.spec("1", "1.txt")
    run = background("--", "/bin/sh", "-c", "trap '' INT; echo half > 1.txt; sleep 60 & wait; sleep 60")
    run.read_until("launched")
    until(lambda: (repo.worktree("1") / "1.txt").exists())
    os.kill(run.process.pid, signal.SIGINT)
    run.read_until("interrupted")
    # Nobody presses twice in less; what comes sooner is the same press, handed on by git.
    time.sleep(0.5)
    os.kill(run.process.pid, signal.SIGINT)
    status, _ = run.end()

    assert (status, repo.state("1")) == (130, "cancelled")
    assert (repo.worktree("1") / "1.txt").read_text() == "half\n"


def test_a_run_that_died_before_its_agent_started_is_taken_up(repo: Repo, cli: Cli, agent: Agent) -> None:
    """The record says ready, the worktree is half made: killed between the branch and the checkout."""
    repo.spec("1", "one.py")
    cli("run", "--", *agent())
    ready = repo.git("rev-list", "--first-parent", "--reverse", "refs/parallel/tasks/1").splitlines()[0]
    admin = repo.path / ".git/worktrees/gp-1"
    repo.git("update-ref", "refs/parallel/tasks/1", ready)
    repo.git("update-ref", "refs/heads/feature/1", "main")
    for name in ("1.1.start", "1.1.exit"):
        (repo.path / ".git/parallel/tasks" / name).unlink()
    (admin / "index").rename(admin / "index.lock")
    (repo.worktree("1") / "one.py").unlink()
    (repo.worktree("1") / "app.py").write_text("torn")

    assert cli("status", "--json").json["tasks"][0]["state"] == "ready"
    ran = cli("run", "--json", "--", *agent())

    assert [(t["id"], t["state"], t["attempt"]) for t in ran.json["tasks"]] == [("1", "succeeded", 1)]
    assert repo.git("diff", "--name-only", "main", "feature/1") == "one.py"
    assert repo.is_sound()


def test_a_merge_that_died_in_the_middle_is_finished_or_taken_back(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    repo.spec("1", "one.py")
    repo.spec("2", "two.py")
    cli("run", "--", *agent())
    cli("merge")
    for task in ("1", "2"):
        merging = repo.git("rev-parse", f"refs/parallel/tasks/{task}~1")
        assert json.loads(repo.git("show", f"{merging}:record.json"))["state"] == "merging"
        repo.git("update-ref", f"refs/parallel/tasks/{task}", merging)
    repo.git("reset", "--quiet", "--hard", "main~1")

    told = cli("status", "--json")

    assert [(t["id"], t["state"]) for t in told.json["tasks"]] == [("1", "merged"), ("2", "succeeded")]
    assert "the merge of '2' had been interrupted" in told.stderr
    assert cli("merge", "--json").json["merged"] == ["2"]


def test_log_follows_to_the_end(repo: Repo, background: Callable[..., Background], tmp_path: Path) -> None:
    repo.spec("1", "1.txt")
    go = tmp_path / "go"
    run = background("--", "/bin/sh", "-c", f"echo first; {waits_for(go)}; echo last | tee 1.txt")
    run.read_until("launched")
    follow = subprocess.Popen(
        [sys.executable, "-m", "git_parallel", "log", "1", "-f"],
        cwd=repo.path,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert follow.stdout
    assert follow.stdout.readline() == "first\n"
    go.touch()
    out, _ = follow.communicate(timeout=60)
    assert (follow.returncode, out) == (0, "last\n")
    assert run.end()[0] == 0


def test_an_unknown_ref_in_our_namespace_is_reported(repo: Repo, cli: Cli) -> None:
    repo.git("update-ref", "refs/parallel/stray", "HEAD")
    repo.git("update-ref", "refs/parallel/tasks/odd", "HEAD")

    told = cli("status").stderr

    assert "refs/parallel/stray is no ref of git-parallel" in told
    assert "refs/parallel/tasks/odd holds no task record" in told


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    "text", ["[]", "null", '{"version": 1, "id": "2", "state": "failed"}', '{"version": 2}', "{"]
)
def test_a_damaged_record_is_reported_and_nothing_else_suffers(
    repo: Repo, cli: Cli, agent: Agent, text: str
) -> None:
    repo.spec("1", "one.py")
    repo.spec("3", "three.py")
    cli("run", "1", "--", *agent())
    blob = repo.git("hash-object", "-w", "--stdin", stdin=text)
    tree = repo.git("mktree", stdin=f"100644 blob {blob}\trecord.json\n")
    repo.git("update-ref", "refs/parallel/tasks/3", repo.git("commit-tree", "-m", "x", tree))

    told = cli("status", "--json")

    assert [task["id"] for task in told.json["tasks"]] == ["1"]
    assert "refs/parallel/tasks/3 holds no task record" in told.stderr
    assert cli("merge").status == 0
