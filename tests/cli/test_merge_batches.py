"""`git parallel merge --verify` of many at once: who broke it is found with few verifications, the rest lands."""

import json
import math
from pathlib import Path

import pytest

from tests.cli.queued_work import Agent, Verifying, everything, finished, leftovers
from tests.conftest import Cli, Repo


def reason(repo: Repo, task: str) -> str:
    return str(json.loads(repo.git("show", f"refs/parallel/tasks/{task}:record.json"))["reason"])


def test_all_that_is_good_is_verified_once(repo: Repo, cli: Cli, agent: Agent) -> None:
    names = [f"t{number}" for number in range(6)]
    finished(repo, cli, agent, {name: [f"{name}.txt"] for name in names})
    verifying = Verifying(repo, "test -f t0.txt && test -f t5.txt")

    ran = cli("merge", "--verify", verifying.command, "--json")

    assert (ran.status, ran.json["merged"]) == (0, names)
    assert verifying.runs == [" ".join(names)]
    assert leftovers(repo) == []


@pytest.mark.sample(3)
@pytest.mark.parametrize("bad", [0, 4, 8])
def test_one_that_is_bad_among_nine_is_found_with_few(repo: Repo, cli: Cli, agent: Agent, bad: int) -> None:
    names = [f"t{number}" for number in range(9)]
    finished(repo, cli, agent, {name: [f"{name}.txt"] for name in names})
    verifying = Verifying(repo, f"echo because; ! test -f t{bad}.txt")

    ran = cli("merge", "--verify", verifying.command, "--json")

    (broken,) = ran.json["broken"]
    assert (ran.status, broken["id"], broken["exit_status"], broken["only_with"]) == (1, f"t{bad}", 1, [])
    assert "because" in Path(broken["log"]).read_text()
    assert ran.json["merged"] == [name for name in names if name != f"t{bad}"]
    assert len(verifying.runs) <= math.ceil(math.log2(len(names))) + 3, verifying.runs
    assert (repo.state(f"t{bad}"), reason(repo, f"t{bad}")) == (
        "succeeded",
        "verification failed (exit status 1)",
    )
    assert repo.git("log", "-1", "--format=%(trailers:key=Parallel-Verified,valueonly)", "main").strip()
    assert leftovers(repo) == []
    assert repo.is_sound()


@pytest.mark.sample(2)
@pytest.mark.parametrize("as_json", [True, False])
def test_two_that_break_only_together_are_named(repo: Repo, cli: Cli, agent: Agent, as_json: bool) -> None:
    names = ["a", "b", "c", "d"]
    finished(repo, cli, agent, {name: [f"{name}.txt"] for name in names})
    verifying = Verifying(repo, "! { test -f b.txt && test -f d.txt; }")

    ran = cli("merge", "--verify", verifying.command, *(["--json"] if as_json else []))

    assert ran.status == 1
    if as_json:
        assert [(one["id"], one["only_with"]) for one in ran.json["broken"]] == [("d", ["b"])]
        assert ran.json["merged"] == ["a", "b", "c"]
    else:
        assert "d refused: the verify command fails with it and b together (exit status 1):" in ran.stdout
    assert reason(repo, "d") == "verification failed (exit status 1), only together with 'b'"
    assert [repo.state(name) for name in names] == ["merged", "merged", "merged", "succeeded"]


def test_what_fails_once_and_then_passes_lands_and_is_marked(repo: Repo, cli: Cli, agent: Agent) -> None:
    finished(repo, cli, agent, {"a": ["a.txt"], "b": ["b.txt"]})
    once = repo.path.parent / "once"
    verifying = Verifying(repo, f"test -f {once} || {{ touch {once}; false; }}")

    ran = cli("merge", "--verify", verifying.command, "--json")

    assert (ran.status, ran.json["merged"], ran.json["flaky"]) == (0, ["a", "b"], ["a", "b"])
    verified = json.loads(repo.git("show", "refs/parallel/tasks/a:record.json"))["verified"]
    assert verified.endswith(" (passed the second time)")


def test_of_one_alone_a_flake_is_retried_once(repo: Repo, cli: Cli, agent: Agent) -> None:
    finished(repo, cli, agent, {"a": ["a.txt"]})
    once = repo.path.parent / "once"
    verifying = Verifying(repo, f"test -f {once} || {{ touch {once}; false; }}")

    ran = cli("merge", "--verify", verifying.command)

    assert (ran.status, len(verifying.runs)) == (0, 2)
    assert "(the verification failed first, and passed the second time)" in ran.stdout


def test_nobody_is_blamed_for_a_target_that_is_broken_itself(repo: Repo, cli: Cli, agent: Agent) -> None:
    before = finished(repo, cli, agent, {"a": ["a.txt"], "b": ["b.txt"]})

    ran = cli("merge", "--verify", "echo always; exit 3", "--json")

    assert (ran.status, ran.json["merged"], ran.json["broken"]) == (1, [], [])
    assert [(one["id"], one["exit_status"]) for one in ran.json["unverified"]] == [("a", 3), ("b", 3)]
    assert "always" in Path(ran.json["unverified"][1]["log"]).read_text()
    assert repo.git("rev-parse", "main") == before
    assert [(repo.state(name), "verification" in reason(repo, name)) for name in "ab"] == [
        ("succeeded", False)
    ] * 2


def test_what_stands_on_a_broken_one_waits(repo: Repo, cli: Cli, agent: Agent) -> None:
    works = {name: [f"{name}.txt"] for name in ("1", "2", "3", "4")}
    finished(repo, cli, agent, works, after={"3": "SPEC-2", "4": "SPEC-3"})

    ran = cli("merge", "--verify", "! test -f 2.txt", "--json")

    assert (ran.json["merged"], [one["id"] for one in ran.json["broken"]]) == (["1"], ["2"])
    assert {one["id"]: one["reason"] for one in ran.json["not_ready"]}.keys() == {"3", "4"}
    assert all("2" in one["reason"] or "3" in one["reason"] for one in ran.json["not_ready"])
    assert repo.git("ls-tree", "--name-only", "main", "3.txt", "4.txt") == ""
    assert [repo.state(name) for name in "34"] == ["succeeded"] * 2


def test_what_was_in_conflict_only_with_a_broken_one_lands(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.commit("base", **{"a.txt": "0\n"})
    finished(repo, cli, agent, {"1": ["a.txt", "bad.txt"], "2": ["a.txt"]})

    ran = cli("merge", "--verify", "! test -f bad.txt", "--json")

    assert (ran.status, ran.json["merged"], ran.json["conflicted"]) == (1, ["2"], [])
    assert [one["id"] for one in ran.json["broken"]] == ["1"]
    assert (repo.state("1"), repo.state("2")) == ("succeeded", "merged")


def test_all_of_a_merge_that_is_refused_stays_as_it_is(repo: Repo, cli: Cli, agent: Agent) -> None:
    finished(repo, cli, agent, {"1": ["1.txt"], "2": ["2.txt"]})
    repo.write("notes.txt", "mine\n")
    before = everything(repo)

    assert cli("merge", "--verify", "false").status == 1

    after = everything(repo)
    # What was verified is among the objects until git collects it, and a lock is a file that nobody removes.
    assert after.keys() - before.keys() <= {".git/parallel/merge.lock"}
    assert {name: after[name] for name in before if name != "objects"} == {
        name: kept for name, kept in before.items() if name != "objects"
    }


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    "harm",
    [
        "rm -rf ./* .git",
        "git checkout -q --orphan gone; git rm -rqf .; git commit -qm gone --allow-empty",
        "chmod -R a-w . ; mkdir -p deep/er 2>/dev/null; true",
        "(setsid sleep 321 >/dev/null 2>&1 &) ; true",
        "git update-ref refs/heads/left HEAD; git worktree lock . ; true",
    ],
    ids=["deletes all", "commits", "no writing", "daemon", "locks"],
)
def test_what_a_verify_command_does_to_its_worktree_is_gone_with_it(
    repo: Repo, cli: Cli, agent: Agent, harm: str
) -> None:
    finished(repo, cli, agent, {"1": ["1.txt"], "2": ["2.txt"]})

    ran = cli("merge", "--verify", f"{harm}", "--json")

    assert (ran.status, ran.json["merged"]) == (0, ["1", "2"]), ran
    assert repo.git("ls-tree", "-r", "--name-only", "main").splitlines()[:2] == ["1.txt", "2.txt"]
    assert repo.git("status", "--porcelain") == ""
    assert leftovers(repo) == []
    assert not [one for one in Path("/proc").glob("[0-9]*/cmdline") if _is_ours(one)]
    assert repo.is_sound()


def _is_ours(cmdline: Path) -> bool:
    try:
        return cmdline.read_bytes() == b"sleep\x00321\x00"
    except OSError:
        return False


def test_only_what_the_change_asks_for_is_verified(repo: Repo, cli: Cli, agent: Agent) -> None:
    finished(repo, cli, agent, {"doc": ["docs/a.md"], "code": ["src/a.py"]})
    count = repo.path.parent / "count"
    repo.config("parallel.verify", f"echo general >> {count}")
    repo.config("parallel.verify.docs/**.command", f"echo docs >> {count}")

    assert cli("merge", "doc").status == 0
    assert count.read_text() == "docs\n"
    told = repo.git("log", "-1", "--format=%(trailers:key=Parallel-Verified,valueonly)", "main").strip()
    assert told == f"echo docs >> {count}"
    assert cli("merge", "code").status == 0
    assert count.read_text() == "docs\ngeneral\n"


def test_scopes_are_verified_at_the_same_time_when_that_is_allowed(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    finished(repo, cli, agent, {"a": ["a/a.txt"], "b": ["b/b.txt"]})
    repo.config("parallel.verifyJobs", "2")
    # Each waits for the other to begin, so one after the other would not end well.
    for mine, other in ("ab", "ba"):
        place = repo.path.parent
        wait = f'n=0; while [ ! -e "{place}/{other}" ] && [ $n -lt 100 ]; do sleep 0.05; n=$((n+1)); done'
        repo.config(
            f"parallel.verify.{mine}/**.command", f"touch {place}/{mine}; {wait}; test -e {place}/{other}"
        )

    ran = cli("merge", "--json")

    assert (ran.status, ran.json["merged"], ran.json["flaky"]) == (0, ["a", "b"], [])


def test_only_who_changes_what_the_failed_command_is_for_is_suspected(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    names = [f"t{number}" for number in range(6)]
    finished(repo, cli, agent, {"doc": ["docs/a.md"], **{name: [f"src/{name}.py"] for name in names}})
    verifying = Verifying(repo, "false")
    repo.config("parallel.verify.docs/**.command", verifying.command)

    ran = cli("merge", "--json")

    assert (ran.json["merged"], [one["id"] for one in ran.json["broken"]]) == (names, ["doc"])
    assert len(verifying.runs) <= 4
