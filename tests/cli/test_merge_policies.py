"""`git parallel merge` of files that all touch: kept by union, made anew by a command, resolved before, marked."""

import os
import time
from pathlib import Path

import pytest

from tests.cli.queued_work import Agent, Verifying, finished
from tests.conftest import Cli, Repo

IS_CAMPAIGN = "GIT_PARALLEL_CAMPAIGN" in os.environ
STRATEGIES = ("merge", "squash", "rebase")
# How a roadmap is marked does not depend on both at once.
MARKED = [(strategy, ends) for strategy in STRATEGIES for ends in ("\n", "\r\n")]
SAMPLED = [("merge", "\n"), ("squash", "\r\n")]

# Each task adds an entry below the heading, and its own file.
ADDS_ENTRY = (
    'sed -i "2i - by $GIT_PARALLEL_TASK" CHANGELOG.md; echo "by $GIT_PARALLEL_TASK" > $GIT_PARALLEL_TASK.txt'
)
# What makes the lockfile: the names of all parts.
LOCK = "cat parts/*.txt > app.lock"
ROADMAP = """\
# Roadmap

## US-1: First 📝 Planned

**Status**: 📝 Planned
**File**: `one.txt`

## US-2: Second

**Status**: 📝 Planned
**File**: `two.txt`

## US-3: Third

**Status**: 📝 Planned
**File**: `three.txt`
"""


def with_lock(repo: Repo, cli: Cli, agent: Agent, base: str = "", adds: str = LOCK) -> None:
    """Two tasks that each add a part and make the lockfile anew."""
    repo.commit("base", **{"app.lock": base or "zero\n", "parts/0.txt": "zero\n"})
    for name in ("1", "2"):
        repo.spec(name, f"parts/{name}.txt", "app.lock", "app.py")
    cli("run", "-j", "2", "--", *agent(f"echo $GIT_PARALLEL_TASK > parts/$GIT_PARALLEL_TASK.txt; {adds}"))


@pytest.mark.parametrize("strategy", STRATEGIES if IS_CAMPAIGN else STRATEGIES[1:2])
def test_a_changelog_keeps_the_entries_of_all(repo: Repo, cli: Cli, agent: Agent, strategy: str) -> None:
    repo.config("parallel.hotFile.CHANGELOG.md", "union")
    repo.commit("base", **{"CHANGELOG.md": "# Changes\n- old\n"})
    for name in ("1", "2", "3"):
        repo.spec(name, "CHANGELOG.md", f"{name}.txt")
    cli("run", "-j", "3", "--", *agent(ADDS_ENTRY))

    ran = cli("merge", "--strategy", strategy, "--json")

    assert (ran.status, ran.json["merged"]) == (0, ["1", "2", "3"])
    lines = repo.git("show", "main:CHANGELOG.md").splitlines()
    assert (lines[0], sorted(lines[1:4]), lines[4:]) == (
        "# Changes",
        [f"- by {name}" for name in "123"],
        ["- old"],
    )


@pytest.mark.parametrize("strategy", STRATEGIES if IS_CAMPAIGN else STRATEGIES[1:2])
def test_a_lockfile_in_conflict_is_made_anew(repo: Repo, cli: Cli, agent: Agent, strategy: str) -> None:
    repo.config("parallel.hotFile.app.lock.command", LOCK)
    with_lock(repo, cli, agent)

    rehearsed = cli("merge", "--dry-run", "--strategy", strategy)
    ran = cli("merge", "--strategy", strategy, "--json")

    assert rehearsed.stdout == "1 would be merged\n2 would be merged\n"
    assert (ran.status, ran.json["merged"]) == (0, ["1", "2"])
    assert repo.git("show", "main:app.lock") == "zero\n1\n2"
    assert repo.git("show", "main:parts/2.txt") == "2"
    assert repo.git("status", "--porcelain") == ""
    assert len(repo.git("worktree", "list").splitlines()) == 3
    assert repo.is_sound()


def test_a_lockfile_that_git_can_merge_is_made_anew_all_the_same(repo: Repo, cli: Cli, agent: Agent) -> None:
    # What git makes of both sides, and what the command makes of the merged files: it has the number of parts.
    repo.config("parallel.hotFile.app.lock.command", "ls parts | wc -l >> app.lock")
    base = "".join(f"{number}\n" for number in range(9))
    own = 'if [ $GIT_PARALLEL_TASK = 1 ]; then sed -i "1i first" app.lock; else echo last >> app.lock; fi'
    with_lock(repo, cli, agent, base, own)

    ran = cli("merge", "--json")

    assert (ran.status, ran.json["merged"]) == (0, ["1", "2"])
    lines = repo.git("show", "main:app.lock").split()
    assert (lines[0], lines[-2:]) == ("first", ["last", "3"])


def test_two_files_one_in_conflict_and_one_that_git_merged_are_both_made_anew(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    repo.config("parallel.hotFile.app.lock.command", LOCK)
    repo.config("parallel.hotFile.app.sum.command", "ls parts | wc -l > app.sum")
    repo.commit("base", **{"app.lock": "zero\n", "app.sum": "1\n2\n3\n4\n5\n", "parts/0.txt": "zero\n"})
    for name in ("1", "2"):
        repo.spec(name, f"parts/{name}.txt", "app.lock", "app.sum")
    own = "if [ $GIT_PARALLEL_TASK = 1 ]; then sed -i 1ifirst app.sum; else echo last >> app.sum; fi"
    part = "echo $GIT_PARALLEL_TASK > parts/$GIT_PARALLEL_TASK.txt"
    cli("run", "-j", "2", "--", *agent(f"{part}; {LOCK}; {own}"))

    ran = cli("merge", "--json")

    assert (ran.status, ran.json["merged"]) == (0, ["1", "2"]), ran
    assert repo.git("show", "main:app.lock") == "zero\n1\n2"
    assert repo.git("show", "main:app.sum") == "3"


def test_a_command_that_fails_leaves_the_conflict(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.config("parallel.hotFile.app.lock.command", "echo sorry; false")
    with_lock(repo, cli, agent)

    ran = cli("merge", "--json")

    assert (ran.status, ran.json["merged"]) == (1, ["1"])
    assert [(one["id"], one["paths"]) for one in ran.json["conflicted"]] == [("2", ["app.lock"])]
    assert repo.state("2") == "conflicted"
    assert "sorry" in (repo.path / ".git/parallel/logs/2/make.log").read_text()


def test_only_what_could_not_be_made_anew_is_told_as_in_conflict(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.config("parallel.hotFile.app.lock.command", "false")
    own = 'if [ $GIT_PARALLEL_TASK = 1 ]; then sed -i "1i first" app.lock; else echo last >> app.lock; fi'
    with_lock(repo, cli, agent, "".join(f"{number}\n" for number in range(9)), own)

    ran = cli("merge", "--json")

    assert [(one["id"], one["paths"]) for one in ran.json["conflicted"]] == [("2", ["app.lock"])]


def test_a_command_does_not_decide_a_conflict_in_another_file(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.config("parallel.hotFile.app.lock.command", LOCK)
    with_lock(repo, cli, agent, adds=f"{LOCK}; echo $GIT_PARALLEL_TASK > app.py")

    ran = cli("merge", "--json")

    assert (ran.status, ran.json["merged"]) == (1, ["1"])
    assert [(one["id"], one["paths"]) for one in ran.json["conflicted"]] == [("2", ["app.lock", "app.py"])]


def test_the_command_of_a_team_that_is_not_trusted_is_not_run(repo: Repo, cli: Cli, agent: Agent) -> None:
    mark = repo.path.parent / "mark"
    repo.commit(
        "team", **{".gitparallel": f'[parallel "hotFile.app.lock"]\n\tcommand = "touch {mark}; {LOCK}"\n'}
    )
    with_lock(repo, cli, agent)

    ran = cli("merge", "--json")

    assert not mark.exists()
    assert [one["id"] for one in ran.json["conflicted"]] == ["2"]
    assert cli("trust").status == 0
    assert cli("merge", "--json").json["merged"] == ["2"]
    assert mark.exists()
    assert repo.git("show", "main:app.lock") == "zero\n1\n2"


def test_what_the_user_resolved_before_lands_without_asking(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.commit("base", **{"a.txt": "0\n"})
    finished(repo, cli, agent, {"1": ["a.txt"], "2": ["a.txt"]})
    before = repo.git("rev-parse", "main")
    repo.config("rerere.enabled", "true")
    repo.git("merge", "--quiet", "--no-ff", "--no-edit", "feature/1")
    repo.git("merge", "--quiet", "--no-edit", "feature/2", check=False)
    repo.write("a.txt", "both\n")
    repo.git("commit", "--quiet", "--all", "--no-edit")
    repo.git("reset", "--quiet", "--hard", before)

    ran = cli("merge", "--json")

    assert (ran.status, ran.json["merged"]) == (0, ["1", "2"]), ran
    assert repo.git("show", "main:a.txt") == "both"
    assert repo.git("status", "--porcelain") == ""


@pytest.mark.parametrize(("strategy", "ends"), MARKED if IS_CAMPAIGN else SAMPLED)
def test_the_roadmap_is_marked_by_the_merges_themselves(
    repo: Repo, cli: Cli, agent: Agent, strategy: str, ends: str
) -> None:
    repo.config("parallel.updateRoadmap", "true")
    (repo.path / "ROADMAP.md").write_bytes(ROADMAP.replace("\n", ends).encode())
    repo.commit("roadmap")
    cli("run", "us-1", "us-2", "-j", "2", "--", *agent())
    verifying = Verifying(repo, "grep -q Complete ROADMAP.md")
    # It may be midnight in between.
    days = [time.strftime("%Y-%m-%d")]

    ran = cli("merge", "--strategy", strategy, "--verify", verifying.command, "--json")

    days.append(time.strftime("%Y-%m-%d"))
    assert (ran.status, ran.json["merged"], len(verifying.runs)) == (0, ["us-1", "us-2"], 1), ran
    now = repo.git("cat-file", "blob", "main:ROADMAP.md")
    assert (repo.path / "ROADMAP.md").read_bytes().count(ends.encode()) == ROADMAP.count("\n")
    lines = [line for line in now.splitlines() if "Status" in line]
    done = [f"**Status**: ✅ Complete ({day})" for day in days]
    assert set(lines[:2]) <= set(done)
    assert lines[2] == "**Status**: 📝 Planned"
    for commit in ("main", "main~1"):
        changed = repo.git("diff", "--name-only", f"{commit}~1", commit).splitlines()
        assert changed == ["ROADMAP.md", "two.txt" if commit == "main" else "one.txt"]
    assert repo.git("status", "--porcelain") == ""
    assert cli("merge").stdout == "nothing to merge\n"
    states = {task["id"]: task["state"] for task in cli("status", "--json").json["tasks"]}
    assert [states[name] for name in ("us-1", "us-2")] == ["merged", "merged"]
    assert repo.is_sound()


def test_an_agent_that_marks_another_task_is_refused_as_ever(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.config("parallel.updateRoadmap", "true")
    repo.commit("roadmap", **{"ROADMAP.md": ROADMAP})
    repo.spec("map", "ROADMAP.md")
    cli("run", "us-1", "us-2", "-j", "2", "--", *agent())
    there = repo.worktree("us-1")
    (there / "ROADMAP.md").write_text(ROADMAP.replace("📝 Planned", "✅ Complete"))
    repo.git("-c", "core.hooksPath=/dev/null", "commit", "-qam", "all done", at=there)

    ran = cli("merge", "--json")

    assert (ran.status, ran.json["merged"]) == (1, ["us-2"])
    (rejected,) = ran.json["rejected"]
    assert (rejected["id"], {one["path"] for one in rejected["violations"]}) == ("us-1", {"ROADMAP.md"})
    assert repo.git("show", "main:ROADMAP.md").count("✅ Complete") == 1


def test_a_roadmap_that_the_user_edits_is_not_overwritten(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.config("parallel.updateRoadmap", "true")
    repo.commit("roadmap", **{"ROADMAP.md": ROADMAP})
    cli("run", "us-1", "--", *agent())
    repo.write("ROADMAP.md", f"{ROADMAP}\nmine\n")

    ran = cli("merge", "--json")

    assert [(one["id"], one["paths"]) for one in ran.json["blocked"]] == [("us-1", ["ROADMAP.md"])]
    assert Path(repo.path / "ROADMAP.md").read_text().endswith("mine\n")
    repo.git("checkout", "--quiet", "ROADMAP.md")
    assert cli("merge", "--json").json["merged"] == ["us-1"]
