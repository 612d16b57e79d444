"""`git parallel merge` of many: in which order they land, and that `--dry-run` says so and changes nothing."""

import os
import re
from typing import Any

import pytest

from tests.cli.queued_work import Agent, Verifying, everything, finished
from tests.conftest import Cli, Repo

IS_CAMPAIGN = "GIT_PARALLEL_CAMPAIGN" in os.environ


def settled_by(repo: Repo, task: str, **files: str) -> None:
    """The target has been merged into the branch of a task, by hand, and these files decided."""
    there = repo.worktree(task)
    repo.git("merge", "--quiet", "--no-edit", "main", at=there, check=False)
    for path, text in files.items():
        (there / path).write_text(text)
    repo.git("add", "--all", at=there)
    repo.git(
        "-c", "core.hooksPath=/dev/null", "commit", "--quiet", "--allow-empty", "-m", "settled", at=there
    )


def told(document: Any) -> dict[str, Any]:
    """What a merge found out, without what only one that has happened can say."""
    names = ("merged", "conflicted", "rejected", "broken", "unverified", "blocked", "not_ready")
    found = {name: document[name] for name in names}
    found["conflicted"] = [(one["id"], one["paths"]) for one in document["conflicted"]]
    return found


def test_what_is_in_conflict_with_most_comes_last(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.commit("base", **{f"{name}.txt": "0\n" for name in "abc"})
    works = {"0hub": ["a.txt", "b.txt", "c.txt"], "a": ["a.txt"], "b": ["b.txt"], "c": ["c.txt"]}
    finished(repo, cli, agent, works)

    ran = cli("merge", "--json")

    assert ran.json["merged"] == ["a", "b", "c"]
    assert told(ran.json)["conflicted"] == [("0hub", ["a.txt", "b.txt", "c.txt"])]


def test_what_it_depends_on_comes_first_and_the_plan_decides_the_rest(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    works = {name: [f"{name}.txt"] for name in ("1", "2", "3", "4")}
    finished(repo, cli, agent, works, after={"1": "SPEC-3", "3": "SPEC-4"})

    assert cli("merge", "--json").json["merged"] == ["2", "4", "3", "1"]


def test_what_failed_its_verification_comes_last(repo: Repo, cli: Cli, agent: Agent) -> None:
    finished(repo, cli, agent, {name: [f"{name}.txt"] for name in ("1", "2", "3")})
    assert cli("merge", "1", "--verify", "test ! -f 1.txt").status == 1
    assert "verification failed" in repo.git("show", "refs/parallel/tasks/1:record.json")

    assert cli("merge", "--json").json["merged"] == ["2", "3", "1"]


@pytest.mark.parametrize("strategy", ["merge", "squash", "rebase"] if IS_CAMPAIGN else ["squash"])
def test_a_rehearsal_tells_what_the_merge_then_does_and_changes_nothing(
    repo: Repo, cli: Cli, agent: Agent, strategy: str
) -> None:
    repo.commit("base", **{f"{name}.txt": "0\n" for name in "abc"})
    works = {"0hub": ["a.txt", "b.txt"], "a": ["a.txt"], "b": ["b.txt"], "c": ["c.txt"], "d": ["d.txt"]}
    finished(repo, cli, agent, {**works, "e": ["e.txt"]}, after={"d": "SPEC-e"})
    repo.write("c.txt", "edited by the user\n")
    before = everything(repo)

    rehearsed = cli("merge", "--dry-run", "--json", "--strategy", strategy)
    shown = cli("merge", "--dry-run", "--strategy", strategy)

    assert everything(repo) == before
    assert (rehearsed.json["is_rehearsal"], rehearsed.json["from"]) == (True, rehearsed.json["to"])
    ran = cli("merge", "--json", "--strategy", strategy)
    assert told(rehearsed.json) == told(ran.json)
    assert (rehearsed.status, shown.status) == (ran.status, ran.status)
    order = re.findall(r"^(\S+) would be merged$", shown.stdout, re.MULTILINE)
    assert order == ran.json["merged"] == ["e", "a", "b", "d"]
    assert "0hub is in conflict with the target" in shown.stdout


def test_a_rehearsal_does_not_let_what_is_in_conflict_land_because_another_is_blocked(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    repo.commit("base", **{"a.txt": "0\n", "c.txt": "0\n"})
    finished(repo, cli, agent, {"1": ["a.txt"], "2": ["a.txt"], "3": ["c.txt"]})
    repo.write("c.txt", "edited by the user\n")

    rehearsed = cli("merge", "--dry-run", "--json").json

    assert told(rehearsed) == told(cli("merge", "--json").json)
    assert (rehearsed["merged"], [one["id"] for one in rehearsed["blocked"]]) == (["1"], ["3"])


def test_a_rehearsal_lets_land_what_was_in_conflict_only_with_what_is_blocked(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    repo.commit("base", **{"a.txt": "0\n", "c.txt": "0\n"})
    finished(repo, cli, agent, {"1": ["a.txt", "c.txt"], "2": ["a.txt"]})
    repo.write("c.txt", "edited by the user\n")

    rehearsed = cli("merge", "--dry-run", "--json").json

    assert told(rehearsed) == told(cli("merge", "--json").json)
    assert rehearsed["merged"] == ["2"]


def test_a_rehearsal_runs_no_verification_and_claims_none(repo: Repo, cli: Cli, agent: Agent) -> None:
    finished(repo, cli, agent, {"1": ["1.txt"]})
    verifying = Verifying(repo, "false")

    ran = cli("merge", "--dry-run", "--verify", verifying.command)

    assert (ran.status, ran.stdout, verifying.runs) == (0, "1 would be merged\n", [])


def test_a_foreign_change_is_refused_in_a_rehearsal_as_well(repo: Repo, cli: Cli, agent: Agent) -> None:
    finished(repo, cli, agent, {"1": ["1.txt"], "2": ["2.txt"]})
    (repo.worktree("1") / "2.txt").write_text("not mine\n")
    (repo.worktree("2") / "new.txt").write_text("nobody's\n")
    for task in ("1", "2"):
        repo.git("add", ".", at=repo.worktree(task))
        repo.git("-c", "core.hooksPath=/dev/null", "commit", "-qm", "more", at=repo.worktree(task))
    before = everything(repo)

    rehearsed = cli("merge", "--dry-run", "--json")

    assert everything(repo) == before
    ran = cli("merge", "--json")
    assert [one["id"] for one in rehearsed.json["rejected"]] == ["1"]
    assert told(rehearsed.json) == told(ran.json)


def test_what_merges_only_with_another_that_is_set_aside_is_in_conflict(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    # What `a` has settled with the target makes room for two that say the same; nobody else does.
    files = {"7.txt": "0\n", "8.txt": "0\n", "bad.txt": "0\n"}
    repo.commit("base", **files)
    works = {"t0": ["7.txt", "8.txt", "bad.txt"], **{f"t{n}": [f"{n}.txt"] for n in range(1, 9)}}
    finished(repo, cli, agent, works)
    repo.commit("theirs", **{"7.txt": "user\n", "8.txt": "user\n"})
    settled_by(repo, "t0", **{"7.txt": "by t7\n", "8.txt": "by t8\n"})

    ran = cli("merge", "--verify", "! grep by bad.txt", "--json")

    assert [one["id"] for one in ran.json["broken"]] == ["t0"]
    assert told(ran.json)["conflicted"] == [("t7", ["7.txt"]), ("t8", ["8.txt"])]
    assert ran.json["merged"] == [f"t{n}" for n in range(1, 7)]
    assert [repo.state(task) for task in ("t0", "t7", "t8")] == ["succeeded", "conflicted", "conflicted"]


def test_who_comes_after_one_that_falls_out_with_another_waits(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.commit("base", **{"7.txt": "0\n", "bad.txt": "0\n"})
    finished(repo, cli, agent, {"t0": ["7.txt", "bad.txt"], "t7": ["7.txt"], "t8": ["8.txt"]})
    spec = "# SPEC-t8: Task t8\n\n**Depends on**: SPEC-t7\n**File**: `8.txt`\n"
    repo.commit("theirs", **{"7.txt": "user\n", "specs/SPEC-t8.md": spec})
    settled_by(repo, "t0", **{"7.txt": "by t7\n"})
    assert cli("merge", "--dry-run", "--json").json["merged"] == ["t0", "t7", "t8"]
    repo.write("bad.txt", "the user is at it\n")

    ran = cli("merge", "--json")

    assert (ran.json["merged"], told(ran.json)["conflicted"]) == ([], [("t7", ["7.txt"])])
    assert [one["id"] for one in ran.json["blocked"]] == ["t0"]
    assert [one["id"] for one in ran.json["not_ready"]] == ["t8"]


def test_what_was_another_s_until_that_has_landed_is_rehearsed_as_it_is_merged(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    finished(repo, cli, agent, {"1": ["1.txt"], "2": ["2.txt"]})
    settled_by(repo, "2", **{"1.txt": "by 1\n"})

    rehearsed = cli("merge", "--dry-run", "--json").json

    assert told(rehearsed) == told(cli("merge", "--json").json)
