"""`git parallel prune`: what goes, what stays and why, and that it comes back."""

import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from git_parallel.commands.undo import undo
from tests.conftest import Cli, Repo

Agent = Callable[..., Sequence[str]]


def landed(repo: Repo, cli: Cli, agent: Agent) -> Path:
    """Task 1, run and merged; its worktree."""
    repo.spec("1", "one.py")
    cli("run", "--", *agent())
    assert cli("merge").status == 0
    return repo.worktree("1")


def test_what_is_finished_goes_and_only_trash_is_left(repo: Repo, cli: Cli, agent: Agent) -> None:
    worktree = landed(repo, cli, agent)

    ran = cli("prune", "--json")

    (removed,) = ran.json["removed"]
    assert (ran.status, removed["id"], ran.json["kept"]) == (0, "1", [])
    assert not worktree.exists()
    assert repo.git("worktree", "list").count("\n") == 0
    assert repo.refs() == ["refs/heads/main", "refs/parallel/tasks/1", removed["trash"]]
    assert list((repo.path / ".git/parallel/tasks").iterdir()) == []
    assert list((repo.path / ".git/parallel/tmp").iterdir()) == []
    assert cli("log", "1").status == 0, "what the agent said can still be read"
    assert repo.is_sound()
    assert cli("prune").stdout == "nothing to prune\n"


def test_undo_brings_everything_back(repo: Repo, cli: Cli, agent: Agent) -> None:
    worktree = landed(repo, cli, agent)
    (worktree / "__pycache__").mkdir()
    (worktree / "__pycache__" / "x.pyc").write_text("kept")
    (repo.path / ".git" / "info" / "exclude").write_text("__pycache__/\n")

    def picture() -> tuple[str, ...]:
        return (
            repo.git("status", "--porcelain=v2", "--branch", "--ignored", at=worktree),
            repo.git("ls-files", "-s", "-v", at=worktree),
            repo.git("reflog", "show", "feature/1"),
            repo.git("reflog", "show", "HEAD", at=worktree),
            (worktree / "__pycache__" / "x.pyc").read_text(),
            repo.git("config", "core.hooksPath", at=worktree),
        )

    before = picture()
    cli("prune")
    repo.git("gc", "--quiet", "--prune=now")

    ran = cli("prune", "--undo", "1")

    assert (ran.status, ran.stdout) == (0, f"1 is back in {worktree}, on feature/1\n")
    assert picture() == before
    assert repo.refs("refs/parallel/trash") == []
    assert repo.is_sound()
    assert [entry["id"] for entry in cli("prune", "--json").json["removed"]] == ["1"]


def break_off(repo: Repo, worktree: Path) -> None:
    repo.git("checkout", "--quiet", "--detach", at=worktree)


def test_a_detached_worktree_stays(repo: Repo, cli: Cli, agent: Agent) -> None:
    break_off(repo, landed(repo, cli, agent))
    (kept,) = cli("prune", "--json").json["kept"]
    assert "not on its branch" in kept["reason"]


def test_a_process_in_the_worktree_keeps_it(repo: Repo, cli: Cli, agent: Agent) -> None:
    import subprocess

    worktree = landed(repo, cli, agent)
    with subprocess.Popen(["sleep", "60"], cwd=worktree) as sleeper:
        (kept,) = cli("prune", "--json").json["kept"]
        sleeper.kill()
    assert kept["reason"] == f"process {sleeper.pid} works in its worktree"


def test_unmerged_and_failed_work_stays(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "one.py")
    repo.spec("2", "two.py")
    cli("run", "--", *agent("echo x > one.py; [ $GIT_PARALLEL_TASK = 1 ]"))

    assert cli("prune", "--json").json["kept"] == [
        {"id": "1", "reason": "it is succeeded, not merged", "reasons": ["it is succeeded, not merged"]},
        {
            "id": "2",
            "reason": "it is failed, not merged; its worktree has untracked files: 'one.py'",
            "reasons": ["it is failed, not merged", "its worktree has untracked files: 'one.py'"],
        },
    ]


def test_undo_refuses_where_its_places_are_taken(repo: Repo, cli: Cli, agent: Agent) -> None:
    worktree = landed(repo, cli, agent)
    cli("prune")
    worktree.mkdir()
    (worktree / "mine").write_text("x")

    ran = cli("prune", "--undo", "1")

    assert ran.status == 128
    assert f"'{worktree}' exists again" in ran.stderr
    assert (worktree / "mine").read_text() == "x"
    assert cli("prune", "--undo", "9").status == 2


def test_a_branch_that_is_checked_out_elsewhere_stays(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.config("parallel.target", "main")
    worktree = landed(repo, cli, agent)
    repo.git("worktree", "remove", str(worktree))
    repo.git("switch", "--quiet", "feature/1")

    (kept,) = cli("prune", "--json").json["kept"]

    assert kept["reason"] == f"its branch is checked out in '{repo.path}'"


def test_a_worktree_that_was_moved_is_found_where_it_is(repo: Repo, cli: Cli, agent: Agent) -> None:
    worktree = landed(repo, cli, agent)
    moved = worktree.with_name("moved")
    repo.git("worktree", "move", str(worktree), str(moved))
    (moved / "app.py").write_text("edited")

    (kept,) = cli("prune", "--json").json["kept"]
    assert kept["reason"] == "its worktree has uncommitted changes: 'app.py'"
    repo.git("restore", "app.py", at=moved)
    assert cli("prune").status == 0
    assert not moved.exists()
    assert cli("prune", "--undo", "1").stdout == f"1 is back in {moved}, on feature/1\n"


def test_an_interrupted_undo_is_gone_on_with_and_an_interrupted_prune_judged_again(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    worktree = landed(repo, cli, agent)
    cli("prune")
    (trash,) = (repo.path / ".git/parallel/trash").iterdir()
    (trash / "restoring").touch()
    (trash / "worktree").rename(worktree)

    assert cli("prune", "1", "--json").json["removed"][0]["id"] == "1", "brought back whole, then pruned"

    (trash,) = (repo.path / ".git/parallel/trash").iterdir()
    (trash / "done").unlink()
    (trash / "admin").rename(repo.path / ".git/worktrees/gp-1")
    (trash / "worktree").rename(worktree)
    repo.git("update-ref", "refs/heads/feature/1", "refs/parallel/tasks/1^2")
    (worktree / "one.py").write_text("worked on since")
    (kept,) = cli("prune", "--json").json["kept"]
    assert kept["reason"] == "its worktree has uncommitted changes: 'one.py'"
    assert (worktree / "one.py").read_text() == "worked on since"


def test_undo_makes_the_folder_that_was_around_it(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.config("parallel.worktree", "../deep/er/{id}")
    repo.spec("1", "one.py")
    cli("run", "--", *agent())
    cli("merge")
    cli("prune")
    (repo.path.parent / "deep" / "er").rmdir()
    (repo.path.parent / "deep").rmdir()

    assert cli("prune", "--undo", "1").status == 0
    assert repo.git("status", "--porcelain", at=repo.path.parent / "deep" / "er" / "1") == ""


def test_one_that_is_damaged_does_not_keep_the_others(repo: Repo, cli: Cli, agent: Agent) -> None:
    import shutil

    repo.spec("1", "one.py")
    repo.spec("2", "two.py")
    cli("run", "--", *agent())
    cli("merge")
    shutil.rmtree(repo.path / ".git/worktrees/gp-1")
    repo.git("update-ref", "refs/parallel/trash/foo/1", "HEAD")

    document = cli("prune", "--json").json

    assert [entry["id"] for entry in document["removed"]] == ["2"]
    assert [entry["id"] for entry in document["kept"]] == ["1"]


def test_a_prune_killed_between_its_two_renames_is_completed(repo: Repo, cli: Cli, agent: Agent) -> None:
    worktree = landed(repo, cli, agent)
    cli("prune")
    (trash,) = (repo.path / ".git/parallel/trash").iterdir()
    (trash / "done").unlink()
    (trash / "worktree").rename(worktree)
    repo.git("update-ref", "refs/heads/feature/1", "refs/parallel/tasks/1^2")

    assert [entry["id"] for entry in cli("prune", "--json").json["removed"]] == ["1"]
    assert not worktree.exists()
    assert repo.refs("refs/heads") == ["refs/heads/main"]
    assert cli("prune", "--undo", "1").status == 0
    assert repo.git("status", "--porcelain", at=worktree) == ""


class Killed(BaseException):
    """As good as SIGKILL: nothing after it is done."""


def kill_an_undo(repo: Repo, before: str) -> None:
    def dying(*_: object, **__: object) -> None:
        raise Killed

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(f"git_parallel.git.trash.back.{before}", dying)
        with pytest.raises(Killed):
            undo(repo.path, "1")


def hand_on(repo: Repo, cli: Cli, agent: Agent) -> Path:
    """Task 1 landed and pruned, its checkout handed on to task 2; where its worktree was."""
    repo.config("parallel.pool", "1")
    worktree = landed(repo, cli, agent)
    cli("prune")
    repo.spec("2", "two.py")
    cli("run", "2", "--", *agent())
    (folder,) = (repo.path / ".git/parallel/trash").iterdir()
    assert (folder / "handed").exists()
    return worktree


@pytest.mark.parametrize("before", ["check_out", "drop"])
def test_an_undo_that_was_killed_is_gone_on_with_and_nothing_else(
    repo: Repo, cli: Cli, agent: Agent, before: str
) -> None:
    worktree = hand_on(repo, cli, agent)
    kill_an_undo(repo, before)

    ran = cli("prune", "--undo", "1")

    assert (ran.status, ran.stdout) == (0, f"1 is back in {worktree}, on feature/1\n")
    assert repo.git("status", "--porcelain", at=worktree) == ""
    assert (worktree / "app.py").exists()
    assert list((repo.path / ".git/parallel/trash").iterdir()) == []
    assert repo.refs("refs/parallel/trash") == []
    assert cli("prune", "--undo", "1").stderr.startswith("error: the trash holds nothing of '1'")


def test_what_was_done_since_an_undo_was_killed_at_its_end_stays(repo: Repo, cli: Cli, agent: Agent) -> None:
    worktree = hand_on(repo, cli, agent)
    kill_an_undo(repo, "drop")
    (worktree / "more.py").write_text("more\n")
    repo.git("add", "more.py", at=worktree)
    repo.git("commit", "--quiet", "--no-verify", "--message", "more", at=worktree)
    (worktree / "app.py").write_text("edited\n")

    assert cli("prune", "--undo", "1").status == 0

    assert (worktree / "app.py").read_text() == "edited\n"
    assert repo.git("log", "-1", "--format=%s", "feature/1") == "more"
    assert repo.git("reflog", "show", "--format=%gs", "feature/1").splitlines()[0] == "commit: more"
    assert list((repo.path / ".git/parallel/trash").iterdir()) == []


def test_an_undo_whose_git_outlives_it_is_not_disturbed(repo: Repo, cli: Cli, agent: Agent) -> None:
    worktree = hand_on(repo, cli, agent)
    kill_an_undo(repo, "check_out")
    with subprocess.Popen(["sleep", "60"], cwd=worktree) as orphan:
        ran = cli("prune", "--undo", "1")
        orphan.kill()

    assert ran.status == 3
    assert ran.stderr == (
        "error: an undo of '1' was killed, and is still being worked on: "
        f"process {orphan.pid} works in its worktree\nhint: run it again when that has ended\n"
    )
    assert cli("prune", "--undo", "1").status == 0
    assert (worktree / "app.py").exists()


def test_what_is_begun_anew_after_a_killed_undo_is_not_taken_for_what_it_brought_back(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    repo.spec("1", "one.py")
    cli("run", "--", *agent("echo bad > one.py; exit 1"))
    cli("retry", "1", "--fresh", "--", *agent("echo good > one.py"))
    kill_an_undo(repo, "drop")
    assert (repo.worktree("1") / "one.py").read_text() == "bad\n"

    cli("retry", "1", "--fresh", "--", *agent("echo better > one.py"))
    assert (repo.worktree("1") / "one.py").read_text() == "better\n"

    assert cli("prune", "--undo", "1").status == 0
    assert (repo.worktree("1") / "one.py").read_text() == "bad\n"


def test_undo_says_what_it_put_away_and_takes_it_back(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "one.py")
    cli("run", "--", *agent("echo first > one.py; exit 1"))
    cli("retry", "1", "--fresh", "--", *agent("echo second > one.py"))
    tip = repo.git("rev-parse", "feature/1")

    ran = cli("prune", "--undo", "1")

    assert ran.stdout == (
        f"1 is back in {repo.worktree('1')}, on feature/1\n"
        f"what it had there until now, {tip[:9]}, is in the trash; "
        "'git parallel prune --undo 1' swaps the two again\n"
    )
    back = cli("prune", "--undo", "1", "--json").json
    assert (ids(back["restored"]), ids(back["removed"])) == (["1"], ["1"])
    assert repo.git("rev-parse", "feature/1") == tip


def ids(entries: Sequence[Mapping[str, str]]) -> list[str]:
    return [entry["id"] for entry in entries]
