"""`git parallel claim` and `release`: one holder a path, for as long as it is said."""

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from git_parallel.git import locks
from tests.cli.contest import PATH, contest
from tests.cli.test_hooks import commit
from tests.conftest import Cli, Repo

Agent = Callable[..., Sequence[str]]


@pytest.fixture
def places(repo: Repo, cli: Cli, agent: Agent) -> tuple[Path, Path]:
    """The worktrees of two tasks that have run."""
    repo.spec("1", "one.py")
    repo.spec("2", "two.py")
    assert cli("run", "--", *agent()).status == 0
    return repo.worktree("1"), repo.worktree("2")


def written(repo: Repo) -> Any:
    return json.loads(repo.git("show", "refs/parallel/claims:claims.json"))


def own(repo: Repo, task: str) -> list[str]:
    """What the fast path of the hooks passes."""
    return (repo.path / f".git/parallel/guard/gp-{task}/own").read_text().splitlines()


def write_limit(repo: Repo, **until: float) -> None:
    """Have claims end at other times: as if these had gone by."""
    data = json.dumps({**written(repo), "until": until})
    blob = repo.git("hash-object", "-w", "--stdin", stdin=data)
    tree = repo.git("mktree", stdin=f"100644 blob {blob}\tclaims.json\n")
    repo.git("update-ref", "refs/parallel/claims", repo.git("commit-tree", "-m", "x", tree))


def test_claimed_refused_with_the_holder_released_and_claimed_by_the_other(
    repo: Repo, cli: Cli, places: tuple[Path, Path]
) -> None:
    one, two = places

    assert cli("claim", "new.py", "one.py", at=one).stdout == (
        "claimed new.py for task '1'\none.py is task '1's own already\n"
    )
    refused = cli("claim", "free.py", "new.py", "one.py", at=two)
    assert (refused.status, refused.stdout) == (1, "")
    assert refused.stderr.splitlines() == [
        "error: 'new.py' cannot be claimed: claimed by task '1'",
        "error: 'one.py' cannot be claimed: declared by task '1'",
        "note: nothing was claimed",
        f"hint: task '1' (succeeded) works in {one}; 'git parallel log 1' shows what it says",
        "hint: wait until it is free: git parallel claim --wait new.py one.py",
        "hint: in the main worktree the user can free it: git parallel release new.py --task 1",
    ]
    assert written(repo)["claims"] == {"new.py": "1"}, "all or nothing"
    assert "new.py" in own(repo, "1")

    assert cli("release", "../shop-wt1/new.py", at=one).status == 2, "paths are of this worktree"
    let_go = cli("release", f"{one}/new.py", at=one)
    assert (let_go.status, let_go.stdout) == (0, "released new.py, which task '1' held\n")
    assert "new.py" not in own(repo, "1")
    assert cli("claim", "new.py", at=two).status == 0
    assert written(repo) == {"version": 1, "claims": {"new.py": "2"}, "until": {}}
    said = repo.git("log", "--format=%s", "refs/parallel/claims").splitlines()
    assert said == ["2 claims new.py", "1 releases new.py", "1 claims new.py"], "recorded"


def test_what_is_not_held_cannot_be_released(repo: Repo, cli: Cli, places: tuple[Path, Path]) -> None:
    one, two = places
    cli("claim", "a", "b", at=one)
    cli("claim", "c", at=two)

    ran = cli("release", "a", "c", "typo", "one.py", at=one)

    assert (ran.status, ran.stdout) == (1, "released a, which task '1' held\n")
    assert ran.stderr.splitlines() == [
        "error: task '1' does not hold 'c' by claim; task '2' does",
        "error: task '1' does not hold 'typo' by claim; nobody does",
        "error: task '1' does not hold 'one.py' by claim; nobody does",
    ]
    assert cli("release", "--all", at=one).stdout == "released b, which task '1' held\n"
    nothing = cli("release", "--all", at=one)
    assert (nothing.status, nothing.stdout) == (0, "task '1' holds nothing by claim\n")
    for arguments in ((), ("x", "--all")):
        assert cli("release", *arguments, at=one).stderr.startswith("error: give either paths or --all\n")
    assert written(repo)["claims"] == {"c": "2"}


def test_what_the_branch_has_changed_is_let_go_by_nobody_but_the_user(
    repo: Repo, cli: Cli, places: tuple[Path, Path]
) -> None:
    one, two = places
    assert commit(one, **{"new.py": "mine\n", "other.py": "mine\n"})[0] == 0
    # Taken back in a later commit, it is still in one that the merge judges.
    repo.git("rm", "--quiet", "other.py", at=one)
    assert commit(one)[0] == 0
    cli("claim", "free.py", at=one)

    ran = cli("release", "--all", at=one)

    assert (ran.status, ran.stdout) == (1, "released free.py, which task '1' held\n")
    once = "as soon as another task has the path, the merge refuses that branch"
    hint = (
        "hint: take the change out of the commits of the branch first, not only back; then release it again"
    )
    assert ran.stderr.splitlines() == [
        f"error: branch 'feature/1' has changed 'new.py', so it is not released: {once}",
        hint,
        f"error: branch 'feature/1' has changed 'other.py', so it is not released: {once}",
        hint,
    ]
    assert written(repo)["claims"] == {"new.py": "1", "other.py": "1"}

    elsewhere = cli("release", "new.py", "--task", "1", at=two)
    assert elsewhere.status == 2
    assert "this is the worktree of task '2'" in elsewhere.stderr
    user = cli("release", "new.py", "--task", "1")
    assert (user.status, user.stdout) == (0, "released new.py, which task '1' held\n")
    assert user.stderr == f"note: branch 'feature/1' has changed 'new.py': {once}\n"
    assert cli("claim", "new.py", at=two).status == 0
    rejected = cli("merge", "1", "--json").json["rejected"]
    assert {violation["path"] for violation in rejected[0]["violations"]} == {"new.py"}

    repo.git("reset", "--quiet", "--hard", "HEAD~2", at=one)
    assert cli("release", "other.py", at=one).status == 0


def test_what_the_target_brought_is_no_work_of_the_branch(
    repo: Repo, cli: Cli, places: tuple[Path, Path]
) -> None:
    one, _ = places
    cli("claim", "new.py", at=one)
    repo.commit("by the user", **{"new.py": "theirs\n"})
    repo.git("merge", "--quiet", "--no-edit", "main", at=one)

    assert cli("release", "new.py", at=one).status == 0


def test_the_user_names_the_task(repo: Repo, cli: Cli, places: tuple[Path, Path]) -> None:
    cli("claim", "sub/x", at=places[0])
    (repo.path / "sub").mkdir()

    nobody = cli("release", "sub/x")
    assert nobody.status == 2
    assert "hint: say whose paths: git parallel release PATH --task ID" in nobody.stderr
    assert cli("release", "x", "--task", "nine").status == 2
    assert cli("release", "x", "--task", "SPEC-1", at=repo.path / "sub").status == 0
    assert written(repo)["claims"] == {}


def test_a_claim_until_some_time_ends_then_and_is_dropped_at_the_next_write(
    repo: Repo, cli: Cli, places: tuple[Path, Path]
) -> None:
    one, two = places
    claimed = cli("claim", "new.py", "--until", "30m", at=one)
    assert claimed.stdout.startswith("claimed new.py for task '1' until 20")
    row = cli("status", "--json").json["tasks"][0]
    assert (row["drift"], [claim["path"] for claim in row["claims"]]) == (["new.py"], ["new.py"])
    assert row["claims"][0]["until"] is not None
    assert "holds new.py for another " in cli("status").stdout
    assert "new.py" not in own(repo, "1"), "the fast path knows no time"
    assert cli("claim", "new.py", at=two).status == 1

    write_limit(repo, **{"new.py": 1.0})

    assert cli("status", "--json").json["tasks"][0]["claims"] == []
    assert cli("claim", "other.py", at=two).status == 0
    assert written(repo) == {"version": 1, "claims": {"other.py": "2"}, "until": {}}
    assert cli("release", "new.py", at=one).status == 1
    assert cli("claim", "new.py", at=two).status == 0


def test_a_claim_can_be_made_longer_and_without_end(repo: Repo, cli: Cli, places: tuple[Path, Path]) -> None:
    one, _ = places
    cli("claim", "a", "b", "--until", "30m", at=one)
    first = written(repo)["until"]
    cli("claim", "a", "--until", "2h", at=one)
    assert written(repo)["until"]["a"] > first["a"] + 3600
    assert written(repo)["until"]["b"] == first["b"]

    assert cli("claim", "a", at=one).stdout == "a is task '1's own already\n"

    assert written(repo)["until"] == {"b": first["b"]}
    assert own(repo, "1")[-1] == "a"
    for text in ("soon", "2020-01-01T00:00"):
        refused = cli("claim", "c", "--until", text, at=one)
        assert (refused.status, refused.stdout) == (2, "")


@pytest.mark.sample(2)
@pytest.mark.parametrize("policy", ["claim", "strict"])
def test_what_was_committed_in_time_is_kept_beyond_it(
    repo: Repo, cli: Cli, places: tuple[Path, Path], policy: str
) -> None:
    repo.config("parallel.ownership", policy)
    one, two = places
    cli("claim", "new.py", "idle.py", "--until", "30m", at=one)
    assert commit(one, **{"new.py": "mine\n"})[0] == 0
    write_limit(repo, **{"new.py": 1.0, "idle.py": 1.0})

    refused = cli("claim", "new.py", at=two)
    assert (refused.status, refused.stderr.splitlines()[0]) == (
        1,
        "error: 'new.py' cannot be claimed: claimed by task '1'",
    )
    assert cli("claim", "idle.py", at=two).status == 0
    assert written(repo) == {"version": 1, "claims": {"idle.py": "2", "new.py": "1"}, "until": {}}
    assert cli("merge", "1").status == 0, "the gate lets through what was done in time"
    assert cli("claim", "new.py", at=two).status == 0


def test_a_commit_after_the_time_is_refused_once_somebody_else_has_the_path(
    repo: Repo, cli: Cli, places: tuple[Path, Path]
) -> None:
    one, two = places
    cli("claim", "new.py", "--until", "30m", at=one)
    write_limit(repo, **{"new.py": 1.0})
    cli("claim", "new.py", at=two)

    status, said = commit(one, **{"new.py": "too late\n"})

    assert status == 1
    assert "new.py  (claimed by task '2')" in said


def test_a_finished_task_can_claim_nothing(cli: Cli, places: tuple[Path, Path]) -> None:
    one, _ = places
    cli("claim", "new.py", at=one)
    assert cli("merge", "1").status == 0

    refused = cli("claim", "more.py", at=one)

    assert (refused.status, refused.stdout) == (1, "")
    assert refused.stderr.splitlines()[0] == "error: task '1' is merged, and can hold nothing any more"
    assert cli("release", "--all", at=one).stdout == "task '1' holds nothing by claim\n"


def test_a_directory_is_not_what_is_in_it(repo: Repo, cli: Cli, places: tuple[Path, Path]) -> None:
    one, two = places

    claimed = cli("claim", "specs/", at=one)

    assert (claimed.status, claimed.stdout) == (0, "claimed specs for task '1'\n")
    assert claimed.stderr == (
        "note: 'specs' is a directory, and a claim is of one path: claim the files in it by name\n"
    )
    assert cli("claim", "specs/new.md", at=two).status == 0
    assert written(repo)["claims"] == {"specs": "1", "specs/new.md": "2"}


def test_unusual_paths_are_claimed_and_released_like_any_other(
    repo: Repo, cli: Cli, places: tuple[Path, Path]
) -> None:
    one, _ = places
    paths = ["dir with space/ünïcode.txt", "a\u2028b", "quo'te", "[x]*"]
    assert cli("claim", *paths, "keep", at=one).status == 0

    assert cli("release", *paths[:3], at=one).status == 0

    assert written(repo)["claims"] == {"[x]*": "1", "keep": "1"}
    assert own(repo, "1")[-2:] == ["[x]*", "keep"]
    quoted = cli("claim", "[x]*", at=places[1]).stderr
    assert "git parallel claim --wait '[x]*'" in quoted


@pytest.mark.skipif("GIT_PARALLEL_CAMPAIGN" not in os.environ, reason="takes 10 s; 'make campaign' runs it")
@pytest.mark.campaign
def test_a_claim_that_somebody_has_stopped_does_not_stop_the_others(
    repo: Repo, cli: Cli, places: tuple[Path, Path]
) -> None:
    stopped = locks.hold(repo.path / ".git/parallel/claims.lock")
    try:
        assert cli("claim", "x", at=places[0]).status == 0
        assert cli("claim", "x", at=places[1]).status == 1
    finally:
        locks.let_go(stopped)
    assert written(repo)["claims"] == {"x": "1"}


def test_the_lock_of_a_git_that_was_killed_is_removed_by_the_next(
    repo: Repo, cli: Cli, places: tuple[Path, Path]
) -> None:
    left = repo.path / ".git/refs/parallel/claims.lock"
    left.touch()
    os.utime(left, (1, 1))

    assert cli("claim", "x", at=places[0]).status == 0
    assert cli("release", "x", at=places[0]).status == 0


@pytest.mark.sample(2)
@pytest.mark.parametrize("arguments", [(), ("--wait",)])
def test_of_two_agents_in_a_tight_loop_one_holds_the_path_at_every_moment(
    repo: Repo, places: tuple[Path, Path], tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    """A second holder would stumble over the witness's file."""
    tallies = contest(list(places), tmp_path / "witness", *arguments, seconds=2)

    assert [tally.failed for tally in tallies] == [(), ()]
    # Who does not wait may be refused each time, where the machine has much to do.
    everybody = all if arguments else any
    assert everybody(tally.got for tally in tallies), tallies
    reasons = repo.git("log", "--format=%s", "--reverse", "refs/parallel/claims").splitlines()
    assert len(reasons) == 2 * sum(tally.got for tally in tallies)
    for claimed, released in zip(reasons[::2], reasons[1::2], strict=True):
        assert (claimed.split()[1:], released.split()) == (
            ["claims", PATH],
            [claimed.split()[0], "releases", PATH],
        )
