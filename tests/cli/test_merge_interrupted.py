"""`git parallel merge` while others are at work: Ctrl-C, a target that moves, tasks that end meanwhile."""

import os
import signal
import time
from pathlib import Path

import pytest

from tests.cli.beside import Beside, until, waits_for
from tests.cli.queued_work import EACH_FILE, Agent, Verifying, finished, leftovers
from tests.conftest import Cli, Repo


@pytest.mark.parametrize(("sent", "expected"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_during_a_verification_lands_nothing_and_leaves_nothing(
    repo: Repo, cli: Cli, agent: Agent, beside: Beside, sent: signal.Signals, expected: int
) -> None:
    before = finished(repo, cli, agent, {"1": ["1.txt"], "2": ["2.txt"]})
    pid = repo.path.parent / "pid"
    records = repo.git("for-each-ref", "refs/parallel/")

    merging = beside(
        "merge", "--verify", f"echo $$ > {pid}.new; mv {pid}.new {pid}; sleep 60 & sleep 60; wait"
    )
    until(pid.exists)
    os.kill(merging.process.pid, sent)
    status, _ = merging.end()

    assert status % 256 in (expected, -sent % 256)
    assert not Path("/proc", pid.read_text().strip()).exists()
    assert leftovers(repo) == []
    assert repo.git("rev-parse", "main") == before
    assert repo.git("for-each-ref", "refs/parallel/") == records
    assert repo.git("status", "--porcelain") == ""
    again = cli("merge", "--json")
    assert (again.status, again.json["merged"]) == (0, ["1", "2"])
    assert repo.is_sound()


def test_what_the_user_commits_during_a_verification_is_below_what_lands(
    repo: Repo, cli: Cli, agent: Agent, beside: Beside
) -> None:
    finished(repo, cli, agent, {"1": ["1.txt"], "2": ["2.txt"]})
    begun, go = repo.path.parent / "begun", repo.path.parent / "go"
    verifying = Verifying(repo, f"touch {begun}; {waits_for(go)}; ls > {repo.path.parent}/seen")

    merging = beside("merge", "--verify", verifying.command)
    until(begun.exists)
    mine = repo.commit("mine", **{"mine.txt": "mine\n"})
    go.touch()
    status, out = merging.end()

    assert status == 0, out
    assert len(verifying.runs) == 2, "what was verified is not what would have landed"
    assert "mine.txt" in (repo.path.parent / "seen").read_text()
    assert repo.git("rev-parse", "main~2") == mine
    assert [(repo.path / name).exists() for name in ("1.txt", "2.txt", "mine.txt")] == [True] * 3
    assert repo.git("status", "--porcelain") == ""
    assert [repo.state(name) for name in "12"] == ["merged"] * 2


def test_what_a_branch_gets_during_a_verification_does_not_land_unverified(
    repo: Repo, cli: Cli, agent: Agent, beside: Beside
) -> None:
    finished(repo, cli, agent, {"1": ["1.txt"]})
    begun, go = repo.path.parent / "begun", repo.path.parent / "go"

    merging = beside("merge", "--verify", f"touch {begun}; {waits_for(go)}; ! grep later 1.txt")
    until(begun.exists)
    (repo.worktree("1") / "1.txt").write_text("later\n")
    repo.git("commit", "--quiet", "--all", "-m", "later", at=repo.worktree("1"))
    go.touch()
    status, out = merging.end()

    assert status == 0, out
    assert repo.git("show", "main:1.txt") == "by 1"
    assert repo.git("show", "feature/1:1.txt") == "later"


def test_what_the_user_edits_during_a_verification_is_not_overwritten(
    repo: Repo, cli: Cli, agent: Agent, beside: Beside
) -> None:
    repo.commit("base", **{"1.txt": "0\n"})
    finished(repo, cli, agent, {"1": ["1.txt"], "2": ["2.txt"]})
    begun, go = repo.path.parent / "begun", repo.path.parent / "go"

    merging = beside("merge", "--verify", f"touch {begun}; {waits_for(go)}")
    until(begun.exists)
    repo.write("1.txt", "mine\n")
    go.touch()
    status, out = merging.end()

    assert status == 1, out
    assert (repo.path / "1.txt").read_text() == "mine\n"
    assert repo.git("status", "--porcelain") == " M 1.txt"
    assert [repo.state(name) for name in "12"] == ["succeeded", "merged"]
    assert (repo.path / "2.txt").read_text() == "by 2\n"


def test_what_ends_during_a_verification_of_a_run_is_merged_together(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    for name in ("1", "2", "3", "4"):
        repo.spec(name, f"{name}.txt")
    begun = repo.path.parent / "begun"
    done = repo.path.parent / "done"
    done.mkdir()
    # The others end while the first one is verified.
    later = f"if [ $GIT_PARALLEL_TASK != 1 ]; then {waits_for(begun)}; fi"
    script = f'{later}; {EACH_FILE}; touch "{done}/$GIT_PARALLEL_TASK"'
    all_done = (
        f'n=0; while [ $(ls "{done}" | wc -l) -lt 4 ] && [ $n -lt 600 ]; do sleep 0.05; n=$((n+1)); done'
    )
    verifying = Verifying(repo, f"touch {begun}; {all_done}; sleep 1.5")

    ran = cli("run", "--merge", "-j", "4", "--verify", verifying.command, "--", *agent(script))

    assert ran.status == 0, ran
    assert [repo.state(name) for name in "1234"] == ["merged"] * 4
    assert verifying.runs[0] == "1"
    assert len(verifying.runs) <= 3, verifying.runs
    assert sorted(" ".join(verifying.runs).split()) == ["1", "2", "3", "4"]


def test_whoever_insists_ends_the_verification_of_a_run_as_well(
    repo: Repo, cli: Cli, agent: Agent, beside: Beside
) -> None:
    repo.spec("1", "1.txt")
    pid = repo.path.parent / "pid"
    before = repo.git("rev-parse", "main")
    slow = f"echo $$ > {pid}.new; mv {pid}.new {pid}; sleep 120"

    running = beside("run", "--merge", "--verify", slow, "--", *agent())
    until(pid.exists)
    os.kill(running.process.pid, signal.SIGINT)
    running.read_until("interrupted")
    # The same key pressed at once is taken for the same press.
    time.sleep(0.5)
    os.kill(running.process.pid, signal.SIGINT)
    status, out = running.end()

    assert status == 130, out
    assert "1 not merged: the verification was called off" in out
    assert not Path("/proc", pid.read_text().strip()).exists()
    assert leftovers(repo) == []
    assert (repo.git("rev-parse", "main"), repo.state("1")) == (before, "succeeded")
    assert cli("merge", "--json").json["merged"] == ["1"]
