"""Singleton agent types for scripts and queues, beside other processes."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from git_parallel import AgentTask, TaskQueue, singleton
from git_parallel.errors import BadInput, Busy
from git_parallel.git import locks
from tests.api.stage import SOON, Stage
from tests.cli.beside import Beside, waits_for
from tests.conftest import EDITS_ITS_FILE, Cli, Repo

# Another process that has the type until its standard input is closed.
HOLDS = """if True:
    import sys
    from git_parallel import singleton
    with singleton("architect", repo_root=sys.argv[1], holder="another script"):
        print("held", flush=True)
        sys.stdin.read()
"""
QUEUES = """if True:
    import sys
    from git_parallel import AgentTask, TaskQueue
    def act():
        print("held", flush=True)
        sys.stdin.read()
    with TaskQueue(repo_root=sys.argv[1]) as queue:
        queue.submit_task(AgentTask("architect", "x", ["a"], act, id="far-away"))
"""


@pytest.fixture
def architect(repo: Repo) -> Repo:
    repo.config("agent.architect.singleton", "true")
    return repo


class Other:
    """Another process that has the type."""

    def __init__(self, script: str, repo: Repo) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", script, str(repo.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout
        assert self.process.stdout.readline() == "held\n"

    def __enter__(self) -> "Other":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.communicate(timeout=SOON)


def test_a_script_holds_a_type_and_gives_it_back(architect: Repo, cli: Cli) -> None:
    with singleton("architect", repo_root=architect.path, holder="my\nscript"):
        refused = cli("hold", "architect", "--", "true")
        assert refused.status == 3
        assert f"and my script (process {os.getpid()}) has it" in refused.stderr
        with (
            pytest.raises(Busy, match=r"^only one 'architect' runs at a time, and my script"),
            singleton("architect", repo_root=architect.path, wait=False),
        ):
            pass
    assert cli("hold", "architect", "--", "true").status == 0


def test_a_type_that_is_no_singleton_cannot_be_held(repo: Repo) -> None:
    with (
        pytest.raises(BadInput, match=r"^agent type 'coder' is no singleton"),
        singleton("coder", repo_root=repo.path),
    ):
        pass


@pytest.mark.parametrize("name", ["Code Developer/..", "..", "x" * 300, "\u00e4rzt"])
def test_any_name_makes_a_file(repo: Repo, name: str) -> None:
    repo.config(f"agent.{name}.singleton", "true")
    with singleton(name, repo_root=repo.path):
        (lock,) = (repo.path / ".git/parallel/singletons").iterdir()
        assert lock.name.isascii()
        assert locks.is_held(lock)


@pytest.mark.parametrize("script", [HOLDS, QUEUES], ids=["script", "queue"])
def test_a_queue_waits_for_another_process_and_goes_on_by_itself(
    architect: Repo, script: str, stage: Stage
) -> None:
    with Other(script, architect) as other, TaskQueue(repo_root=architect.path) as queue:
        mine = queue.submit_task(stage.task("mine", "architect", "b", held=False))
        assert queue.submit_task(stage.task("other", "coder", "c", held=False)).result(SOON) == "other"

        who = "another script" if script is HOLDS else "task 'far-away' of a queue"
        assert queue.get_waiting() == {
            "mine": f"only one 'architect' runs at a time, and {who} (process {other.process.pid}) has it"
        }
        assert other.process.stdin
        other.process.stdin.close()
        other.process.stdin = None
        assert mine.result(SOON) == "mine"


def test_a_holder_that_was_killed_holds_nothing(architect: Repo, stage: Stage) -> None:
    with Other(HOLDS, architect) as other, TaskQueue(repo_root=architect.path) as queue:
        mine = queue.submit_task(stage.task("mine", "architect", "b", held=False))
        assert queue.get_status()["queued_tasks"] == 1
        other.process.send_signal(signal.SIGKILL)
        assert mine.result(SOON) == "mine"


def test_a_queue_holds_the_type_while_its_task_runs(architect: Repo, cli: Cli, stage: Stage) -> None:
    with TaskQueue(repo_root=architect.path) as queue:
        queue.submit_task(stage.task("a", "architect", "a"))
        stage.await_begin("a")
        refused = cli("hold", "architect", "--", "true")
        assert f"and task 'a' of a queue (process {os.getpid()}) has it" in refused.stderr
        stage.let("a")
    assert cli("hold", "architect", "--", "true").status == 0


def test_two_queues_of_one_process_hold_it_in_turn(architect: Repo, stage: Stage) -> None:
    with TaskQueue(repo_root=architect.path) as one, TaskQueue(repo_root=architect.path) as two:
        one.submit_task(stage.task("a", "architect", "a"))
        stage.await_begin("a")
        two.submit_task(stage.task("b", "architect", "b", held=False))
        assert two.get_status()["queued_tasks"] == 1
        stage.let("a")
    assert stage.told == ["+a", "-a", "+b", "-b"]


def test_hundreds_of_turns_between_processes_never_meet(architect: Repo, tmp_path: Path) -> None:
    script = """if True:
        import os, sys
        from git_parallel import AgentTask, TaskQueue
        room = sys.argv[2]
        def act():
            os.mkdir(room)
            os.rmdir(room)
        with TaskQueue(repo_root=sys.argv[1]) as queue:
            futures = [queue.submit_task(AgentTask("architect", "x", [f"{n}"], act)) for n in range(60)]
        for future in futures:
            future.result()
    """
    words = [sys.executable, "-c", script, str(architect.path), str(tmp_path / "room")]
    others = [subprocess.Popen(words, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    ends = [(other.communicate(timeout=60)[1], other.returncode) for other in others]
    assert ends == [("", 0)] * 3


def test_the_settings_of_the_repository_count(repo: Repo, stage: Stage) -> None:
    repo.config("parallel.hotFile.CHANGELOG.md.policy", "allow")
    with TaskQueue(repo_root=repo.path) as queue:
        queue.submit_task(stage.task("a", "one", "CHANGELOG.md"))
        queue.submit_task(AgentTask("two", "x", [repo.path / "CHANGELOG.md"], stage.act("b"), id="b"))
        stage.await_begin("a", "b")
        stage.let_all()


def test_a_lock_that_cannot_be_taken_is_the_failure_of_that_task_alone(architect: Repo, stage: Stage) -> None:
    with TaskQueue(repo_root=architect.path) as queue:
        lock = architect.path / ".git/parallel/singletons/architect.lock"
        lock.parent.mkdir()
        lock.mkdir()
        lost = queue.submit_task(stage.task("a", "architect", "a"))
        assert isinstance(lost.exception(SOON), IsADirectoryError)
        lock.rmdir()
        assert queue.submit_task(stage.task("b", "architect", "a", held=False)).result(SOON) == "b"


def test_a_run_and_a_queue_take_turns(architect: Repo, beside: Beside, tmp_path: Path, stage: Stage) -> None:
    architect.spec("20", "a.py", extra="**Assigned To**: architect")
    go = tmp_path / "go"
    run = beside("run", "--", "/bin/sh", "-c", f"{waits_for(go)}\n{EDITS_ITS_FILE}")
    run.read_until("20 launched")
    with TaskQueue(repo_root=architect.path) as queue:
        mine = queue.submit_task(stage.task("mine", "architect", "b", held=False))
        (why,) = queue.get_waiting().values()
        assert why.startswith("only one 'architect' runs at a time, and task '20', attempt 1 (process ")
        assert run.process.poll() is None
        go.touch()
        assert mine.result(SOON) == "mine"
    assert run.end()[0] == 0
    assert architect.state("20") == "succeeded"
