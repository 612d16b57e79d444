"""`git parallel merge --accept` and `--accept-target`: what the user takes knowingly, and what is found out."""

import json
import subprocess
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Cli, Repo

Agent = Callable[..., Sequence[str]]


def record(repo: Repo, task: str) -> Any:
    return json.loads(repo.git("show", f"refs/parallel/tasks/{task}:record.json"))


def two_tasks(repo: Repo, cli: Cli, agent: Agent) -> Path:
    """Both have run; the first can be worked on in its worktree."""
    repo.spec("1", "one.py")
    repo.spec("2", "other.py")
    assert cli("run", "--", *agent()).status == 0
    return repo.worktree("1")


def commit(repo: Repo, at: Path, **files: str) -> str:
    """Commit past the hooks."""
    for path, text in files.items():
        (at / path).parent.mkdir(exist_ok=True)
        (at / path).write_text(text)
    repo.git("add", "--all", at=at)
    repo.git("-c", "core.hooksPath=/dev/null", "commit", "--quiet", "-m", "past the hooks", at=at)
    return repo.git("rev-parse", "HEAD", at=at)


def test_a_foreign_change_that_the_user_accepts_lands_and_is_recorded(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    worktree = two_tasks(repo, cli, agent)
    commit(repo, worktree, **{"other.py": "not mine\n"})
    assert cli("merge", "1").status == 1

    ran = cli("merge", "1", "--accept", "other.py", "--json")

    assert ran.json["merged"] == ["1"]
    assert repo.git("show", "main:other.py") == "not mine"
    assert (
        repo.git("log", "-1", "--format=%(trailers:key=Parallel-Accepted,valueonly)", "main") == "other.py\n"
    )
    assert (record(repo, "1")["accepted"], record(repo, "2")["accepted"]) == (["other.py"], [])


def test_a_directory_is_accepted_by_its_slash_and_nothing_beside_it(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    repo.spec("1", "one.py")
    repo.spec("2", "lib/", "library.py", ".gitattributes")
    assert cli("run", "1", "--", *agent()).status == 0
    names = {"lib/a.py": "a\n", "library.py": "b\n", ".gitattributes": "* text\n"}
    commit(repo, repo.worktree("1"), **names)

    left = cli("merge", "1", "--accept", "lib/", "--accept", "./.gitattributes", "--json").json["rejected"]

    assert [one["path"] for one in left[0]["violations"]] == ["library.py"]
    assert cli("merge", "1", "--accept", "library.py", "--json").json["merged"] == ["1"], (
        "it adds to the rest"
    )


@pytest.mark.parametrize("path", ["../outside", "/etc/passwd", ".git/config", ""])
def test_what_is_no_path_cannot_be_accepted(cli: Cli, path: str) -> None:
    ran = cli("merge", "--accept", path)

    assert (ran.status, ran.stderr.split("(")[0]) == (
        2, f"error: --accept: not a path in this repository: '{path}' "
    )  # fmt: skip


def test_where_several_tasks_could_be_meant_one_has_to_be_named(repo: Repo, cli: Cli, agent: Agent) -> None:
    two_tasks(repo, cli, agent)

    ran = cli("merge", "--accept", "other.py")

    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr.splitlines() == [
        "error: --accept: several tasks could be meant: 1, 2",
        "hint: name the one: git parallel merge ID --accept PATH",
    ]
    assert (repo.state("1"), record(repo, "1")["accepted"]) == ("succeeded", [])


def test_a_document_with_another_content_gives_nobody_anything(repo: Repo, cli: Cli, agent: Agent) -> None:
    worktree = two_tasks(repo, cli, agent)
    commit(repo, worktree, **{"other.py": "not mine\n"})
    oid = repo.git("rev-parse", "main:specs/SPEC-1.md")
    text = repo.git("cat-file", "blob", oid).replace("one.py", "other.py").encode()
    path = repo.path / ".git/objects" / oid[:2] / oid[2:]
    path.unlink()
    path.write_bytes(zlib.compress(b"blob %d\0" % len(text) + text))

    ran = cli("merge", "1")

    assert (ran.status, ran.stdout) == (128, "")
    assert ran.stderr.startswith(f"error: object {oid} does not hold what its name says\n")


MOVES = {
    "the user's fast-forward": ("merge", "--quiet", "--ff-only", "feature/1"),
    "the user's merge": ("merge", "--quiet", "--no-ff", "-m", "by hand", "feature/1"),
    "part of it": ("merge", "--quiet", "--ff-only", "feature/1~1"),
}


@pytest.mark.sample(3)
@pytest.mark.parametrize("move", MOVES)
def test_an_agents_commits_that_came_to_the_target_by_no_merge_of_ours_are_found_out(
    repo: Repo, cli: Cli, agent: Agent, move: str
) -> None:
    worktree = two_tasks(repo, cli, agent)
    commit(repo, worktree, **{"one.py": "more\n"})
    repo.git(*MOVES[move])
    first = repo.git("rev-parse", "feature/1~1")
    there = repo.git("rev-parse", "main")

    ran = cli("merge")

    why = f"{first[:9]} was made in the worktree of task '1' and came to 'main' by no merge of ours"
    assert (ran.status, ran.stdout.splitlines()) == (1, [f"{task} not merged: {why}" for task in "12"])
    assert f"git show {first[:9]}; if all of it may stay: git parallel merge --accept-target" in ran.stderr
    assert (repo.git("rev-parse", "main"), repo.state("2")) == (there, "succeeded")
    assert cli("merge", "2", "--json").json["not_ready"] == [{"id": "2", "reason": why}]

    assert cli("merge", "--accept-target", "--json").json["merged"] == ["1", "2"]
    assert record(repo, "1")["accepted_target"] == there
    assert record(repo, "2")["accepted_target"] is None
    assert cli("merge").status == 0


def test_what_comes_to_the_target_after_it_was_accepted_is_found_out_again(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    worktree = two_tasks(repo, cli, agent)
    repo.git("merge", "--quiet", "--ff-only", "feature/1")
    assert cli("merge", "1", "--accept-target", "--json").json["merged"] == ["1"]
    late = commit(repo, worktree, **{"other.py": "late\n"})
    repo.git("update-ref", "refs/heads/main", late)
    repo.git("reset", "--quiet", "--hard")

    ran = cli("merge", "2")

    assert f"{late[:9]} was made in the worktree of task '1'" in ran.stdout


def test_who_takes_the_target_in_has_made_none_of_its_commits(repo: Repo, cli: Cli, agent: Agent) -> None:
    worktree = two_tasks(repo, cli, agent)
    for number, how in enumerate(("merge", "rebase", "cherry-pick --ff", "reset --hard")):
        repo.commit(**{"mine.txt": f"{number}\n"})
        repo.git("reset", "--quiet", "--hard", "main~1", at=worktree)
        repo.git(*how.split(), "main", at=worktree)
        commit(repo, worktree, **{"one.py": f"{number}\n"})

    assert cli("merge", "--json").json["merged"] == ["1", "2"]


def test_a_target_that_was_rewritten_is_not_brought_back(repo: Repo, cli: Cli, agent: Agent) -> None:
    worktree = two_tasks(repo, cli, agent)
    base = repo.git("rev-parse", "main")
    repo.write("app.py", "amended\n")
    repo.git("commit", "--quiet", "--all", "--amend", "-m", "amended")
    onto = repo.git("rev-parse", "main")

    ran = cli("merge", "1")

    assert (ran.status, repo.git("rev-parse", "main"), repo.state("1")) == (1, onto, "succeeded")
    assert (
        ran.stdout == f"1 not merged: it would bring back {base[:9]}, which 'main' does not hold any more\n"
    )
    way_on = f"cd {worktree}; git rebase --onto main {base[:9]}; then git parallel merge 1"
    assert ran.stderr == f"hint: {way_on}\n"
    repo.git("rebase", "--quiet", "--onto", "main", base, at=worktree)
    assert cli("merge", "1", "--json").json["merged"] == ["1"]
    assert repo.git("show", "main:app.py") == "amended"


def test_a_landing_that_the_user_took_back_does_not_come_back_with_another(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    two_tasks(repo, cli, agent)
    assert cli("merge", "1").status == 0
    landed = repo.git("rev-parse", "main")
    repo.git("merge", "--quiet", "-m", "taken in", "main", at=repo.worktree("2"))
    repo.git("reset", "--quiet", "--hard", "main~1")

    ran = cli("merge", "2")

    assert f"it would bring back {landed[:9]}" in ran.stdout
    assert not (repo.path / "one.py").exists()


def test_a_target_that_is_rewritten_while_an_agent_works_is_no_offence_of_the_agents(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    repo.spec("1", "one.py")
    amend = f"git -C {repo.path} commit --quiet --amend -m amended"
    assert cli("run", "--", *agent(f"{amend}; echo x > one.py")).status == 0
    assert repo.state("1") == "succeeded"


def test_a_branch_that_only_stands_for_another_is_no_branch(repo: Repo, cli: Cli, agent: Agent) -> None:
    two_tasks(repo, cli, agent)
    repo.git("branch", "elsewhere", "feature/1")
    repo.git("symbolic-ref", "refs/heads/feature/1", "refs/heads/elsewhere")
    tree = repo.git("rev-parse", "main^{tree}")
    (repo.path / ".git/refs/heads/feature/2").write_text(f"{tree}\n")

    ran = cli("merge")

    assert ran.stdout.splitlines() == [
        "1 not merged: 'feature/1' is only another name for 'elsewhere'",
        "2 not merged: 'feature/2' is the name of a tree and not of a commit",
    ]


def test_what_can_mislead_git_is_told_where_it_has_changed(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "one.py")
    repo.write(".git/info/attributes", "*.md text\n")
    plants = "cd $(git rev-parse --git-common-dir); echo > info/grafts; git replace HEAD HEAD~1"
    assert cli("run", "--", *agent(f"({plants}); echo x > one.py")).status == 0

    ran = cli("merge", "--json")

    assert ran.json["merged"] == ["1"]
    assert ran.json["notes"] == [
        f"{name} has changed since the launch; what was merged does not go by it"
        for name in ("info/grafts", "refs/replace")
    ]


def moved_from_elsewhere(repo: Repo, at: Path, commit: str) -> tuple[str, str]:
    """Move the target from a worktree in which it is not checked out; where it was, and is."""
    before = repo.git("rev-parse", "main")
    repo.git("-c", "core.hooksPath=/dev/null", "update-ref", "refs/heads/main", commit, at=at)
    return before, repo.git("rev-parse", "main")


def test_a_target_that_was_moved_behind_its_checkout_takes_nothing_until_the_user_says_so(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    worktree = two_tasks(repo, cli, agent)
    tree = repo.git("rev-parse", "main^{tree}")
    foreign = repo.git("commit-tree", "-p", "main", "-m", "made without a worktree", tree)
    before, after = moved_from_elsewhere(repo, worktree, foreign)

    ran = cli("merge")

    assert (ran.status, repo.git("rev-parse", "main")) == (1, after)
    why = f"'main' is at {after[:9]}, and was brought to {before[:9]} last where it is checked out"
    assert ran.stdout.count(why) == 2
    assert f"git update-ref refs/heads/main {before[:9]} takes it back" in ran.stderr
    assert cli("merge", "1", "--accept-target", "--json").json["merged"] == ["1"]
    assert record(repo, "1")["accepted_target"] == after
    assert cli("merge", "--json").json["merged"] == ["2"], "our merge has brought the checkout there"


def test_a_target_that_was_wound_back_is_found_out_and_can_be_taken_back(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    worktree = two_tasks(repo, cli, agent)
    repo.commit("by the user", **{"user.txt": "precious\n"})
    before, _ = moved_from_elsewhere(repo, worktree, "main~1")

    assert cli("merge").status == 1
    repo.git("update-ref", "refs/heads/main", before)
    assert cli("merge", "--json").json["merged"] == ["1", "2"]
    assert repo.git("show", "main:user.txt") == "precious"


def test_where_git_keeps_no_logs_nobody_can_tell(repo: Repo, cli: Cli, agent: Agent) -> None:
    worktree = two_tasks(repo, cli, agent)
    repo.config("core.logAllRefUpdates", "false")
    tree = repo.git("rev-parse", "main^{tree}")
    moved_from_elsewhere(repo, worktree, repo.git("commit-tree", "-p", "main", "-m", "empty", tree))

    assert cli("merge", "--json").json["merged"] == ["1", "2"]


def test_the_user_may_move_the_target_in_any_way_where_it_is_checked_out(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    two_tasks(repo, cli, agent)
    start = repo.git("rev-parse", "main")
    for number, command in enumerate(
        (
            "git commit -q --allow-empty -m more",
            "git commit -q --amend --allow-empty -m again",
            "git reset -q --hard HEAD~1",
            "git switch -q -c side; git commit -q --allow-empty -m side; git switch -q main; git merge -q side",
            "git update-ref refs/heads/main $(git commit-tree -p main -m plumbing main^{tree})",
            "git rebase -q -f HEAD~1",
            "git switch -q --detach; git branch -qf main HEAD; git switch -q main",
            "git pack-refs --all; git gc -q; git reflog expire --expire=now --all",
        )
    ):
        subprocess.run(["/bin/sh", "-c", command], cwd=repo.path, check=True)
        repo.spec(f"9{number}", f"nine{number}.py")
        assert cli("run", f"9{number}", "--merge", "--", *agent()).status == 0, command
    assert repo.git("merge-base", start, "main") == start
