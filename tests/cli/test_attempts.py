"""Attempts after attempts: `run --retries` and `--fresh`, `retry`, `cancel`, and that no work is ever lost."""

import hashlib
import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.cli.beside import Beside, queued, until, waits_for
from tests.conftest import Cli, Repo

Agent = Callable[..., Sequence[str]]


@pytest.fixture(autouse=True)
def hurried(repo: Repo) -> None:
    """Nobody waits long for a retry, or for an agent that does not want to end."""
    repo.config("parallel.retryDelay", "0.1s")
    repo.config("parallel.grace", "1s")


def task_of(cli: Cli, name: str) -> dict[str, object]:
    """What `status` tells of a task; nothing where it has no record."""
    found: list[dict[str, object]] = cli("status", "--json").json["tasks"]
    return next((task for task in found if task["id"] == name), {})


def picture(folder: Path) -> dict[str, tuple[int, str]]:
    """Every file of a worktree, hidden and ignored ones too, with its mode and content."""
    return {
        str(path.relative_to(folder)): (path.stat().st_mode, hashlib.sha256(path.read_bytes()).hexdigest())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_an_attempt_is_told_how_the_one_before_ended(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "one.py")
    script = """
        cat > ../prompt-$GIT_PARALLEL_ATTEMPT; pwd >> ../where
        [ $GIT_PARALLEL_ATTEMPT = 2 ] || { echo half > one.py; seq 2000; echo 'it does not compile'; exit 3; }
        echo whole >> one.py
    """

    ran = cli("run", "--retries", "2", "--json", "--", *agent(script))

    assert (ran.status, [task["attempt"] for task in ran.json["tasks"]]) == (0, [2])
    assert repo.git("show", "feature/1:one.py") == "half\nwhole", "in the same worktree"
    first, second = ((repo.path.parent / f"prompt-{number}").read_text() for number in (1, 2))
    assert "Attempt" not in first
    task, _, lesson = second.rpartition("\n---\n")
    assert task.strip() == first.strip()
    told, _, tail = lesson.partition("The last that it printed:\n\n")
    assert told.splitlines() == [
        "Attempt 1 of this task ended so: failed: exit status 3: it does not compile.",
        "What it did may be in this worktree already: look before you begin.",
    ]
    assert tail.endswith("    2000\n    it does not compile\n")
    assert "\n    1000\n" not in tail, "the tail of it only"
    assert (repo.path.parent / "where").read_text().splitlines() == [str(repo.worktree("1"))] * 2
    assert cli("log", "1", "--attempt", "1").stdout.endswith("it does not compile\n"), (
        "a log for each attempt"
    )


def test_a_task_is_tried_so_often_and_one_failing_never_disturbs_the_others(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    repo.spec("1", "one.py")
    repo.spec("2", "two.py")
    script = "echo $GIT_PARALLEL_ATTEMPT >> ../tried-$GIT_PARALLEL_TASK; [ $GIT_PARALLEL_TASK = 2 ] && echo x > two.py"

    ran = cli("run", "--retries", "2", "--json", "--", *agent(script))

    assert ran.status == 1
    assert {task["id"]: (task["state"], task["attempt"]) for task in ran.json["tasks"]} == {
        "1": ("failed", 3),
        "2": ("succeeded", 1),
    }
    assert (repo.path.parent / "tried-1").read_text() == "1\n2\n3\n"
    assert (repo.path.parent / "tried-2").read_text() == "1\n"


def test_a_fresh_attempt_loses_nothing_of_the_one_before(repo: Repo, cli: Cli, agent: Agent) -> None:
    (repo.path / ".git/info/exclude").write_text(".env\nbuild/\n")
    repo.spec("1", "one.py", "two.py")
    first = """
        echo committed > one.py; git add one.py; git commit -qm own
        echo staged >> one.py; git add one.py; echo changed >> one.py
        echo untracked > two.py; chmod +x two.py; echo SECRET > .env; mkdir -p build/deep; echo made > build/deep/x.o
        exit 1
    """
    assert cli("run", "--", *agent(first)).status == 1
    worktree = repo.worktree("1")

    def git_says() -> tuple[str, ...]:
        return (
            repo.git("status", "--porcelain=v2", "--branch", "--ignored", at=worktree),
            repo.git("ls-files", "-s", at=worktree),
            repo.git("rev-parse", "feature/1"),
        )

    before = (picture(worktree), git_says())

    again = cli("run", "1", "--fresh", "--", *agent("cat > ../prompt; ls -A; echo new > one.py"))

    assert again.status == 0, again
    assert cli("log", "1").stdout.split() == [".git", "app.py", "specs"], "a new worktree at the target"
    told = (repo.path.parent / "prompt").read_text()
    assert "Attempt 1 of this task ended so: failed: exit status 1.\nThis worktree is new;" in told
    after = (picture(worktree), git_says())
    assert repo.git("show", "feature/1:one.py") == "new"
    repo.git("gc", "--quiet", "--prune=now")

    assert cli("prune", "--undo", "1").status == 0
    assert (picture(worktree), git_says()) == before
    assert cli("prune", "--undo", "1").status == 0, "and back: they change places"
    assert (picture(worktree), git_says()) == after
    assert repo.is_sound()


def test_retry_runs_what_was_run_before_or_what_is_given(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "one.py")
    repo.spec("2", "two.py")
    script = "echo $GIT_PARALLEL_ATTEMPT >> one.py; [ $GIT_PARALLEL_ATTEMPT = 2 ]"
    cli("run", "1", "--", *agent(script))
    cli("run", "2", "--", *agent("exit 4"))

    same = cli("retry", "1", "2")
    other = cli("retry", "2", "--", *agent("echo two > two.py"))
    unnamed = cli("retry")

    assert same.status == 1, "each by its own command"
    assert repo.git("show", "feature/1:one.py") == "1\n2"
    assert "2 failed" in same.stdout
    assert "exit status 4" in same.stdout
    assert (other.status, repo.git("show", "feature/2:two.py")) == (0, "two")
    assert unnamed.status == 2


def test_what_cannot_be_retried_is_told_and_nothing_is_changed(
    repo: Repo, cli: Cli, agent: Agent, beside: Beside, tmp_path: Path
) -> None:
    for task in ("merged", "running", "new", "failed", "gone"):
        repo.spec(task, f"{task}.py")
    cli("run", "merged", "--merge", "--", *agent())
    cli("run", "failed", "gone", "--", *agent("exit 1"))
    (repo.path / "specs/SPEC-gone.md").unlink()
    repo.commit("it is not wanted")
    go = tmp_path / "go"
    run = beside("run", "running", "--", *agent(f"{waits_for(go)}; echo x > running.py"))
    run.read_until("launched")
    records = repo.git("for-each-ref", "refs/parallel/tasks")

    told = {task: cli("retry", "failed", task) for task in ("merged", "running", "new", "gone", "nobody")}

    assert {task: (ran.status, ran.stdout) for task, ran in told.items()} == {
        "merged": (1, ""), "running": (1, ""), "new": (2, ""), "gone": (1, ""), "nobody": (2, ""),
    }  # fmt: skip
    assert {task: ran.stderr.splitlines()[0] for task, ran in told.items()} == {
        "merged": "error: 'merged' cannot be run again: it is merged",
        "running": "error: 'running' cannot be run again: it is running; 'git parallel cancel running' stops it",
        "new": "error: task 'new' has not been run",
        "gone": "error: 'gone' cannot be run again: no document declares it any more",
        "nobody": "error: no task is called 'nobody'",
    }
    assert repo.git("for-each-ref", "refs/parallel/tasks") == records
    go.touch()
    assert run.end()[0] == 0


def test_cancel_and_retry_while_a_coordinator_is_at_work(
    repo: Repo, cli: Cli, agent: Agent, beside: Beside, tmp_path: Path
) -> None:
    for number in range(1, 6):
        repo.spec(str(number), f"{number}.txt")
    go = tmp_path / "go"
    run = beside("run", "-j", "1", "--", *agent(f"{waits_for(go)}; echo x > $GIT_PARALLEL_TASK.txt"))
    until(lambda: task_of(cli, "2").get("state") == "ready" and task_of(cli, "3").get("state") == "ready")

    cancelled = cli("cancel", "2", "4", "5", "--json")
    assert (cancelled.status, cancelled.json) == (
        0,
        {"version": 1, "cancelled": ["2", "4", "5"], "refused": []},
    )
    assert not repo.worktree("2").exists(), "it was made ahead, and nobody was there"
    until(lambda: set(queued(cli)) == {"3"})
    taken_up = cli("retry", "4")
    assert (taken_up.status, taken_up.stdout.partition(" (")[0]) == (
        0,
        "4: handed to the coordinator that is at work",
    )
    until(lambda: set(queued(cli)) == {"3", "4"})
    go.touch()
    status, out = run.end()

    assert status == 0, out
    states = {number: repo.state(str(number)) for number in range(1, 6)}
    assert states == {1: "succeeded", 2: "cancelled", 3: "succeeded", 4: "succeeded", 5: "cancelled"}
    assert [
        f"{number} is left out: another command has made it cancelled" in out for number in (2, 4, 5)
    ] == [True] * 3
    assert repo.is_sound()


def test_cancel_of_a_running_task_and_of_one_that_waits_for_its_retry(
    repo: Repo, cli: Cli, agent: Agent, beside: Beside
) -> None:
    repo.config("parallel.retryDelay", "1m")
    repo.spec("1", "1.txt")
    repo.spec("2", "2.txt")
    script = "echo half > $GIT_PARALLEL_TASK.txt; [ $GIT_PARALLEL_TASK = 1 ] || exit 5; sleep 60"
    run = beside("run", "--retries", "3", "--", *agent(script))
    until(
        lambda: (
            (repo.worktree("1") / "1.txt").exists() and queued(cli).get("2", "").startswith("tried again at ")
        )
    )

    ran = cli("cancel", "1", "2")
    status, _ = run.end()

    assert (ran.status, ran.stderr) == (0, "")
    assert ran.stdout.splitlines() == [
        f"{task} cancelled; what it did is in {repo.worktree(task)}" for task in ("1", "2")
    ]
    assert status == 1
    assert [repo.state(task) for task in "12"] == ["cancelled"] * 2
    assert [(repo.worktree(task) / f"{task}.txt").read_text() for task in "12"] == ["half\n"] * 2
    assert "cancelled" in cli("run", "--", *agent()).stderr, "it is not run again unasked"
    assert cli("retry", "1", "--", *agent("echo whole >> 1.txt")).status == 0
    assert repo.git("show", "feature/1:1.txt") == "half\nwhole"


def test_cancel_of_what_has_no_coordinator(repo: Repo, cli: Cli, agent: Agent, beside: Beside) -> None:
    for task in ("new", "done", "landed", "orphan"):
        repo.spec(task, f"{task}.txt")
    cli("run", "landed", "--merge", "--", *agent())
    cli("run", "done", "--", *agent())
    run = beside(
        "run", "orphan", "--", *agent("trap '' INT TERM; echo half > orphan.txt; sleep 60 & wait; sleep 60")
    )
    run.read_until("launched")
    until(lambda: (repo.worktree("orphan") / "orphan.txt").exists())
    os.kill(run.process.pid, signal.SIGKILL)
    run.end()

    ran = cli("cancel", "--now", "new", "done", "landed", "orphan", "--json")
    again = cli("cancel", "new", "done")
    unknown = cli("cancel", "new", "nobody")

    assert (ran.status, ran.json) == (
        1,
        {
            "version": 1,
            "cancelled": ["new", "orphan"],
            "refused": [
                {"id": "done", "reason": "it is succeeded already"},
                {"id": "landed", "reason": "it is merged already"},
            ],
        },
    )
    assert (again.status, again.stdout) == (1, "new cancelled\n")
    assert again.stderr == "error: done cannot be cancelled: it is succeeded already\n"
    assert (unknown.status, unknown.stdout) == (2, "")
    assert unknown.stderr.startswith("error: no task is called 'nobody'\n")
    assert (repo.worktree("orphan") / "orphan.txt").read_text() == "half\n"
    assert "new is left out: cancelled" in cli("run", "--", *agent()).stderr
    assert cli("run", "new", "--", *agent()).status == 0


def test_what_an_interrupted_run_had_made_ahead_is_not_run_with_another_by_name(
    repo: Repo, cli: Cli, agent: Agent, beside: Beside, tmp_path: Path
) -> None:
    for number in range(1, 4):
        repo.spec(str(number), f"{number}.txt")
    go = tmp_path / "go"
    run = beside("run", "-j", "1", "--", *agent(f"{waits_for(go)}; echo x > $GIT_PARALLEL_TASK.txt"))
    until(lambda: task_of(cli, "2").get("state") == "ready" and task_of(cli, "3").get("state") == "ready")
    os.kill(run.process.pid, signal.SIGINT)
    run.read_until("interrupted")
    go.touch()
    assert run.end()[0] == 130
    assert [repo.state(task) for task in "23"] == ["planned"] * 2

    # Long enough that the run looks around for what others have asked for.
    named = cli("run", "2", "--", *agent("sleep 2; echo other > $GIT_PARALLEL_TASK.txt"))

    assert named.status == 0, named
    assert [repo.state(task) for task in "23"] == ["succeeded", "planned"], "3 was not asked for"
