"""What a killed merge has left is mended by the next command, and what it may not touch is told."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from git_parallel.git import under_way
from git_parallel.git.command import Git
from git_parallel.git.refs import snapshot, write_record
from git_parallel.git.under_way import Move
from git_parallel.names import Oid, RefName, TaskId
from git_parallel.schedule.record import State
from tests.cli.beside import until
from tests.conftest import Cli, Repo


@pytest.fixture
def half(repo: Repo, cli: Cli) -> Path:
    """A merge of a task that was killed when git had begun to write its one file: that file."""
    repo.spec("1", "app.py")
    assert cli("run", "--", "/bin/sh", "-c", "echo 'print(1)' >> app.py").status == 0
    old, new = Oid(repo.git("rev-parse", "main")), Oid(repo.git("rev-parse", "feature/1"))
    common, plan = repo.path / ".git", Move(RefName.of_branch("main"), old, new, "parallel: merge 1")
    before = under_way.look_ahead(Git(repo.path), common, plan, repo.path)
    under_way.begin(common, replace(plan, before=before))
    stored = snapshot(Git(repo.path)).tasks[TaskId("1")]
    intent = stored.record.to(State.MERGING, candidate=new, reason="")
    write_record(Git(repo.path), intent, old=stored.oid, reason="1 merging")
    (repo.path / "app.py").unlink()
    (repo.path / "app.py").write_text("print('app')\nprin")
    (common / "index.lock").touch()
    return repo.path / "app.py"


def test_the_next_command_mends_it(repo: Repo, cli: Cli, half: Path) -> None:
    ran = cli("status")

    assert (ran.status, half.read_text(), repo.state("1")) == (0, "print('app')\n", "succeeded")
    assert repo.git("status", "--porcelain") == ""
    assert cli("merge", "--json").json["merged"] == ["1"]


def test_what_the_user_has_changed_since_is_told(cli: Cli, half: Path) -> None:
    half.write_text("mine\n")

    ran = cli("status")

    assert (
        "'app.py' has been changed since a merge was interrupted there, and stays so"
        in ran.stdout + ran.stderr
    )
    assert half.read_text() == "mine\n"
    assert "has been changed since" not in cli("status").stdout


@pytest.mark.usefixtures("half")
def test_while_a_git_is_at_work_there_it_waits_for_that(repo: Repo, cli: Cli) -> None:
    with subprocess.Popen(["git", "cat-file", "--batch"], cwd=repo.path, stdin=subprocess.PIPE) as git:
        until(lambda: Path(f"/proc/{git.pid}/cmdline").read_bytes().startswith(b"git\0"))
        told, refused = cli("status"), cli("merge")

    lock = repo.path / ".git" / "index.lock"
    assert f"cannot be brought to its end: a git that is still at work may hold '{lock}'" in (
        told.stdout + told.stderr
    )
    assert (refused.status, "remove that file" in refused.stderr) == (3, True)
    # Whether it has landed nobody can say yet.
    assert repo.state("1") == "merging"
    assert cli("merge", "--json").json["merged"] == ["1"]


def test_locks_of_records_logs_and_scratch_worktrees_of_the_dead_are_removed(repo: Repo, cli: Cli) -> None:
    repo.spec("1", "app.py")
    assert cli("run", "--", "/bin/sh", "-c", "echo 'print(1)' >> app.py").status == 0
    lock = repo.path / ".git" / "refs" / "parallel" / "tasks" / "1.lock"
    logs = repo.path / ".git" / "parallel" / "tmp" / "verify-dead"
    lock.touch()
    logs.mkdir()
    dead = subprocess.Popen(["true"])
    dead.wait()
    scratch = repo.path / ".git" / "worktrees" / f"gp-scratch.{dead.pid}.x"
    shutil.copytree(repo.path / ".git" / "worktrees" / "gp-1", scratch)
    (scratch / "gitdir").write_text(f"{repo.path.parent}/git-parallel-x/.git\n")
    (scratch / "index.lock").touch()

    assert cli("status").status == 0

    assert (lock.exists(), logs.exists(), scratch.exists()) == (False, False, False)
    assert cli("merge", "--json").json["merged"] == ["1"]
