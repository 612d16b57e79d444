"""`git parallel merge`: what lands, what does not, and that a no changes nothing."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.conftest import Cli, Repo

Agent = Callable[..., Sequence[str]]


def test_eight_branches_land_and_the_target_is_linear_in_first_parents(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    for number in range(1, 9):
        repo.spec(str(number), f"file{number}.txt")
    start = repo.git("rev-parse", "HEAD")
    cli("run", "-j", "8", "--", *agent())

    ran = cli("merge", "--json", "--verify", "test -f file1.txt")

    assert ran.status == 0
    document = ran.json
    assert (document["from"], document["to"]) == (start, repo.git("rev-parse", "main"))
    assert document["merged"] == [str(number) for number in range(1, 9)]
    assert [document[key] for key in ("conflicted", "rejected", "broken", "blocked")] == [[], [], [], []]
    assert repo.git("log", "--first-parent", "--format=%s", f"{start}..main").splitlines() == [
        f"Merge branch 'feature/{number}' into main" for number in range(8, 0, -1)
    ]
    assert (repo.path / "file8.txt").read_text() == "by 8\n", "the checkout of the target has moved too"
    assert repo.git("status", "--porcelain") == ""
    assert repo.state("8") == "merged"
    assert repo.is_sound()
    assert cli("merge").stdout == "nothing to merge\n"


def test_the_merge_commit_says_what_was_merged(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("auth", "auth.py", extra="**Agent**: code_developer")
    cli("run", "--", *agent())
    cli("merge")

    body = repo.git("log", "-1", "--format=%B", "main")

    assert body == (
        "Merge branch 'feature/auth' into main\n\nTask auth\n\n"
        "Parallel-Task: auth\nParallel-Spec: specs/SPEC-auth.md\nParallel-Agent: code_developer\n"
    )


def test_a_conflict_is_told_and_nothing_is_changed(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "app.py")
    repo.spec("2", "app.py")
    cli("run", "--", *agent('echo "by $GIT_PARALLEL_TASK" > app.py'))
    tip = repo.git("rev-parse", "feature/2")

    ran = cli("merge", "--json")

    assert ran.status == 1
    (conflicted,) = ran.json["conflicted"]
    assert (ran.json["merged"], conflicted["id"], conflicted["paths"]) == (["1"], "2", ["app.py"])
    assert repo.git("rev-parse", "feature/2") == tip
    assert repo.git("status", "--porcelain") == ""
    assert (repo.path / "app.py").read_text() == "by 1\n"
    assert repo.state("2") == "conflicted"

    solved = repo.worktree("2")
    repo.git("merge", "-X", "ours", "-m", "solve", "main", at=solved)
    assert cli("merge", "--json").json["merged"] == ["2"], "a solved conflict lands"


def test_a_broken_merge_is_not_landed_and_its_log_is_kept(repo: Repo, cli: Cli, agent: Agent) -> None:
    for name in ("bad", "good"):
        repo.spec(name, f"{name}.py")
    cli("run", "--", *agent())
    before = repo.git("rev-parse", "main")

    ran = cli("merge", "--json", "--verify", "pwd; ! test -f bad.py")

    assert (ran.status, ran.json["merged"]) == (1, ["good"])
    (broken,) = ran.json["broken"]
    assert (broken["id"], broken["exit_status"]) == ("bad", 1)
    where = Path(broken["log"]).read_text().splitlines()[-1]
    assert Path(where).is_absolute()
    assert not Path(where).is_relative_to(repo.path)
    assert repo.git("rev-parse", "main^1") == before
    assert repo.git("worktree", "list").count("\n") == 2, "no scratch worktree is left"
    assert repo.state("bad") == "succeeded"


def test_the_users_own_changes_are_never_touched(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("clash", "app.py")
    repo.spec("free", "free.py")
    repo.spec("new", "new.py")
    cli("run", "--", *agent())
    repo.write("app.py", "edited\n")
    repo.write("new.py", "untracked\n")
    repo.write("staged.py", "staged\n")
    repo.git("add", "staged.py")

    ran = cli("merge", "--json")

    assert (ran.status, ran.json["merged"]) == (1, ["free"])
    assert [(b["id"], b["paths"]) for b in ran.json["blocked"]] == [
        ("clash", ["app.py"]),
        ("new", ["new.py"]),
    ]
    assert repo.git("status", "--porcelain").splitlines() == [" M app.py", "A  staged.py", "?? new.py"]
    assert (repo.path / "app.py").read_text() == "edited\n"
    assert (repo.path / "new.py").read_text() == "untracked\n"
    assert repo.state("clash") == "succeeded"
    repo.git("checkout", "--quiet", "app.py")
    assert cli("merge", "clash", "--json").json["merged"] == ["clash"]


def test_an_ignored_file_of_the_user_is_not_overwritten(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.commit("ignore", **{".gitignore": "secret.txt\n"})
    repo.spec("1", "secret.txt")
    cli("run", "--", *agent("echo agent > secret.txt; git add -f secret.txt; git commit -qm x"))
    repo.write("secret.txt", "mine\n")

    ran = cli("merge", "--json")

    assert [(b["id"], b["paths"]) for b in ran.json["blocked"]] == [("1", ["secret.txt"])]
    assert (repo.path / "secret.txt").read_text() == "mine\n"


def test_a_target_that_is_checked_out_nowhere_moves_by_its_ref(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.git("branch", "trunk")
    repo.config("parallel.target", "trunk")
    repo.spec("1", "one.py")
    repo.git("branch", "-f", "trunk", "main")
    cli("run", "--", *agent())

    assert cli("merge").status == 0
    assert repo.git("show", "trunk:one.py") == "by 1"
    assert repo.git("log", "-1", "--format=%s", "main") == "spec 1"


def test_a_target_checked_out_in_another_worktree_moves_there(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.config("parallel.target", "trunk")
    repo.spec("1", "one.py")
    repo.git("worktree", "add", "--quiet", "-b", "trunk", "../trunk here")
    cli("run", "--", *agent())

    assert cli("merge").status == 0
    there = repo.path.parent / "trunk here"
    assert (there / "one.py").read_text() == "by 1\n"
    assert repo.git("status", "--porcelain", at=there) == ""


def test_what_was_merged_by_hand_counts_as_merged(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "one.py")
    cli("run", "--", *agent())
    repo.git("merge", "--quiet", "--no-ff", "-m", "by hand", "feature/1")

    ran = cli("merge", "--accept-target")

    assert (ran.status, ran.stdout) == (0, "1 merged: the target has it already\n")
    assert repo.state("1") == "merged"


def test_a_merge_driver_planted_by_an_agent_does_not_decide(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.commit("lines", **{"a.txt": "1\n2\n3\n"})
    repo.spec("1", "a.txt")
    repo.spec("2", "a.txt")
    cli("run", "--", *agent('sed -i "s/^$GIT_PARALLEL_TASK/by $GIT_PARALLEL_TASK/" a.txt'))
    repo.config("merge.evil.driver", "echo evil > %A")
    repo.write(".git/info/attributes", "* merge=evil\n")

    cli("merge")

    assert "evil" not in repo.git("show", "main:a.txt")


def test_names_that_have_nothing_to_merge_are_told(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "one.py")
    repo.spec("2", "two.py")
    cli("run", "1", "--", *agent("exit 3"))

    ran = cli("merge", "1", "2", "--json")

    assert ran.status == 1
    assert ran.json["not_ready"] == [
        {"id": "1", "reason": "is in state 'failed' (exit status 3)"},
        {"id": "2", "reason": "has not been run"},
    ]
    assert cli("merge", "9").status == 2


def test_a_branch_that_lost_its_work_is_not_called_merged(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "one.py")
    repo.spec("2", "two.py")
    repo.spec("3", "three.py")
    cli("run", "--", *agent())
    work = repo.git("rev-parse", "feature/1")
    repo.git("update-ref", "refs/heads/feature/1", "main")
    repo.git("update-ref", "-d", "refs/heads/feature/2")

    ran = cli("merge", "--json")

    assert (ran.status, ran.json["merged"]) == (1, ["3"])
    assert next((r["id"], r["violations"][0]["commit"]) for r in ran.json["rejected"]) == ("1", work)
    assert "does not have this commit any more" in cli("merge").stdout
    assert cli("prune", "--json").json["kept"][0]["id"] == "1"
    repo.git("update-ref", "refs/heads/feature/1", "refs/parallel/tasks/1^2")
    assert cli("merge", "1", "--json").json["merged"] == ["1"]


def test_a_verify_command_may_commit_in_its_scratch_worktree(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "one.py")
    cli("run", "--", *agent())
    assert cli("merge", "--verify", "touch x && git add x && git commit -qm x").status == 0
    assert "x" not in repo.git("ls-tree", "--name-only", "main").splitlines()


def test_what_the_user_took_back_can_be_merged_again(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "one.py")
    cli("run", "--", *agent())
    cli("merge")
    repo.git("reset", "--quiet", "--hard", "main~1")

    assert cli("merge", "1", "--json").json["merged"] == ["1"]
    assert (repo.path / "one.py").read_text() == "by 1\n"


def test_work_for_one_branch_is_not_merged_into_another(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "one.py")
    cli("run", "--", *agent())
    repo.git("switch", "--quiet", "-c", "wip")

    ran = cli("merge", "--json")

    assert (ran.status, ran.json["merged"]) == (1, [])
    assert ran.json["not_ready"][0]["reason"].startswith(
        "was launched for 'main', and the target is 'wip' now"
    )
    repo.config("parallel.target", "wip")
    assert cli("merge", "--json").json["merged"] == ["1"], "unless the user says that this is the target"


def test_a_target_in_the_middle_of_a_rebase_is_left_alone(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.config("parallel.target", "main")
    repo.git("switch", "--quiet", "-c", "up")
    repo.commit("up", **{"up.txt": "up\n"})
    repo.git("switch", "--quiet", "main")
    repo.spec("1", "one.py")
    cli("run", "--", *agent())
    repo.git("-c", "sequence.editor=sed -i 1ibreak", "rebase", "--quiet", "-i", "up")

    ran = cli("merge", "--json")

    assert ran.json["blocked"] == [
        {"id": "1", "checkout": str(repo.path), "paths": [], "reason": "'main' is being rebased there"}
    ]
    before = repo.git("rev-parse", "ORIG_HEAD")
    repo.git("rebase", "--continue")
    assert f"it would bring back {before[:9]}, which 'main' does not hold any more" in cli("merge").stdout
    repo.git("rebase", "--quiet", "--onto", "main", before, at=repo.worktree("1"))
    assert cli("merge", "--json").json["merged"] == ["1"]


def test_a_shallow_clone_merges(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "one.py")
    repo.git("clone", "--quiet", "--depth", "1", f"file://{repo.path}", "../shallow")
    shallow = repo.path.parent / "shallow"

    assert cli("run", "--", *agent(), at=shallow).status == 0
    assert cli("merge", at=shallow).status == 0
    assert (shallow / "one.py").read_text() == "by 1\n"


def test_a_git_directory_that_lies_elsewhere(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "one.py")
    repo.git("clone", "--quiet", "--separate-git-dir=../meta.git", ".", "../apart")
    apart = repo.path.parent / "apart"

    assert cli("run", "--", *agent(), at=apart).status == 0
    assert (repo.path.parent / "apart-wt1" / "one.py").exists()
    assert cli("merge", at=apart).status == 0
    assert (apart / "one.py").read_text() == "by 1\n"
    assert cli("prune", at=apart).status == 0


def test_the_users_merge_options_do_not_apply(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "one.py")
    repo.config("branch.main.mergeOptions", "--squash --no-commit")
    repo.config("merge.ff", "false")
    cli("run", "--", *agent())
    assert cli("merge").status == 0
    assert repo.git("show", "main:one.py") == "by 1"
    assert repo.git("status", "--porcelain") == ""


def test_one_ctrl_c_does_not_tear_the_users_checkout(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "big/")
    cli("run", "--", *agent("mkdir big; for i in $(seq 3000); do echo $i > big/f$i; done"))
    with subprocess.Popen(
        [sys.executable, "-m", "git_parallel", "merge"], cwd=repo.path, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as merging:  # fmt: skip
        while not (repo.path / "big").is_dir() and merging.poll() is None:
            time.sleep(0.001)
        os.killpg(merging.pid, signal.SIGINT)

    assert repo.git("status", "--porcelain") == ""
    assert cli("merge", "1", "--json").json["merged"] == ["1"]
    assert len(list((repo.path / "big").iterdir())) == 3000


def test_the_way_on_is_told(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "app.py")
    repo.spec("2", "app.py")
    cli("run", "--", *agent('echo "by $GIT_PARALLEL_TASK" > app.py'))

    ran = cli("merge", "--verify", "test -f app.py")

    assert ran.stdout.splitlines()[0].endswith(", verified")
    place = repo.worktree("2")
    assert ran.stderr == (
        f"hint: git parallel merge --resolve 2 makes it ready in {place}, for you; "
        "git parallel merge --resolver AGENT 2 hands it to an agent\n"
    )
    repo.git("merge", "main", at=place, check=False)
    (place / "app.py").write_text("both\n")
    repo.git("commit", "--quiet", "--all", "-m", "solved", at=place)
    assert cli("merge", "2").status == 0


def test_a_target_that_fails_by_itself_is_told_once(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "one.py")
    repo.spec("2", "two.py")
    cli("run", "--", *agent())

    ran = cli("merge", "--verify", "echo bad luck; exit 7")

    head = "not merged: the verify command fails without it as well (exit status 7):"
    log = repo.path / ".git/parallel/logs/1/verify.log"
    assert (ran.status, ran.stdout.splitlines()) == (
        1, [f"1 {head}", "  | $ echo bad luck; exit 7", "  | bad luck", f"  all of it: {log}", f"2 {head}"],
    )  # fmt: skip
    assert ran.stderr == "hint: mend 'main' first; then git parallel merge\n"
    assert cli("merge", "--verify", "no-such-command").stderr.startswith(
        "hint: it is run at the top of a worktree"
    )


def test_whom_a_task_is_broken_with_is_told_how_to_bring_there(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "one.py")
    repo.spec("2", "two.py")
    cli("run", "--", *agent())

    ran = cli("merge", "--verify", "! { test -f one.py && test -f two.py; }")

    place = repo.worktree("2")
    bring = "(git merge main brings 1 there)"
    assert ran.stderr == f"hint: mend it in {place} {bring} and commit; then git parallel merge 2\n"


def test_a_failed_task_of_another_branch_is_no_matter_of_a_merge(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "one.py")
    cli("run", "--", *agent("exit 1"))
    repo.git("switch", "--quiet", "-c", "wip")

    ran = cli("merge")

    assert (ran.status, ran.stdout, ran.stderr) == (0, "nothing to merge\n", "")


@pytest.mark.sample(2)
@pytest.mark.parametrize("leaves", ["git add one.py; git commit -qm bad", "true"], ids=["a commit", "none"])
def test_what_an_undo_changed_for_other_work_does_not_land(
    repo: Repo, cli: Cli, agent: Agent, leaves: str
) -> None:
    repo.spec("1", "one.py")
    cli("run", "--", *agent(f"echo bad > one.py; {leaves}; exit 1"))
    cli("retry", "1", "--fresh", "--", *agent("echo good > one.py"))
    good = repo.git("rev-parse", "feature/1")
    cli("prune", "--undo", "1")
    bad = repo.git("rev-parse", "feature/1")
    before = repo.git("rev-parse", "main")

    ran = cli("merge")

    why = f"'feature/1' is at {bad[:9]}, which has not come from what is recorded, {good[:9]}"
    assert (ran.status, ran.stdout) == (1, f"1 not merged: {why}\n")
    assert "git parallel prune --undo 1 brings back" in ran.stderr
    assert cli("merge", "1", "--json").json["not_ready"] == [{"id": "1", "reason": why}]
    assert (repo.git("rev-parse", "main"), repo.state("1")) == (before, "succeeded")
    cli("prune", "--undo", "1")
    assert cli("merge").status == 0
    assert repo.git("show", "main:one.py") == "good"


def test_what_a_retry_makes_of_what_an_undo_brought_back_lands(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "one.py")
    cli("run", "--", *agent("echo bad > one.py; exit 1"))
    cli("retry", "1", "--fresh", "--", *agent("echo good > one.py"))
    cli("prune", "--undo", "1")

    cli("retry", "1", "--", *agent("echo mended >> one.py"))

    assert cli("merge").status == 0
    assert repo.git("show", "main:one.py") == "bad\nmended"


def test_recorded_work_may_be_rewritten_by_hand(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "one.py")
    cli("run", "--", *agent())
    repo.commit(**{"other.txt": "other\n"})
    repo.git("rebase", "--quiet", "main", at=repo.worktree("1"))
    repo.git("commit", "--quiet", "--amend", "--message", "mine", at=repo.worktree("1"))

    assert cli("merge").status == 0
