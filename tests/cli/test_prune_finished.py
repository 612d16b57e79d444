"""What counts as finished: work that the target has, in whatever form and by whomever it came there."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.conftest import Cli, Repo

Agent = Callable[..., Sequence[str]]
TWO_COMMITS = (
    "seq 9 > one.py; git add one.py; git commit -qm first; sed -i s/5/five/ one.py; git commit -qam second"
)


@pytest.fixture
def done(repo: Repo, cli: Cli, agent: Agent) -> Path:
    """Task 1, run and not merged by us; its worktree."""
    repo.spec("1", "one.py")
    assert cli("run", "--", *agent(TWO_COMMITS)).status == 0
    return repo.worktree("1")


def merged(repo: Repo) -> None:
    repo.git("merge", "--quiet", "--no-ff", "-m", "by hand", "feature/1")


def squashed(repo: Repo) -> None:
    repo.git("merge", "--quiet", "--squash", "feature/1")
    repo.git("commit", "--quiet", "-m", "squashed")


def picked(repo: Repo) -> None:
    repo.commit("other", **{"other.py": "x\n"})
    repo.git("cherry-pick", "main..feature/1")


def squashed_and_changed(repo: Repo) -> None:
    """The same tree was there for a moment only."""
    squashed(repo)
    repo.commit("on top", **{"one.py": "quite another\n"})


def picked_and_changed(repo: Repo) -> None:
    picked(repo)
    repo.commit("on top", **{"one.py": "quite another\n"})


def squashed_onto_more_and_changed(repo: Repo) -> None:
    repo.commit("other", **{"other.py": "x\n"})
    squashed_and_changed(repo)


def written_once_more(repo: Repo) -> None:
    """Nobody has merged it, but the target has all that it brings."""
    repo.commit("mine", **{"one.py": (repo.worktree("1") / "one.py").read_text(), "other.py": "x\n"})


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    "land",
    [
        merged,
        squashed,
        picked,
        squashed_and_changed,
        picked_and_changed,
        squashed_onto_more_and_changed,
        written_once_more,
    ],
)
def test_what_somebody_else_has_landed_is_finished(
    repo: Repo, cli: Cli, done: Path, land: Callable[[Repo], None]
) -> None:
    land(repo)

    ran = cli("prune", "--json")

    assert ([one["id"] for one in ran.json["removed"]], ran.json["landed"]) == (["1"], ["1"])
    assert not done.exists()
    assert repo.state("1") == "merged"
    assert cli("merge", "1").status == 0, "it has landed"
    assert cli("prune", "--undo", "1").status == 0


def half_of_it(repo: Repo) -> None:
    repo.git("cherry-pick", "feature/1~1")


def the_same_lines_elsewhere(repo: Repo) -> None:
    repo.commit("mine", **{"two.py": (repo.worktree("1") / "one.py").read_text()})


def taken_back(repo: Repo) -> None:
    """Reverted, but the commits are there."""
    half_of_it(repo)
    repo.git("revert", "--no-edit", "HEAD")


@pytest.mark.parametrize("land", [half_of_it, the_same_lines_elsewhere, taken_back])
def test_what_has_landed_in_part_is_not(
    repo: Repo, cli: Cli, done: Path, land: Callable[[Repo], None]
) -> None:
    land(repo)

    (kept,) = cli("prune", "--json").json["kept"]

    assert kept["reasons"] == ["it is succeeded, not merged"]
    assert done.exists()


def test_what_was_cancelled_before_anything_was_committed_is_finished(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    repo.spec("1", "one.py")
    repo.spec("2", "two.py")
    cli(
        "run",
        "--",
        *agent('[ "$GIT_PARALLEL_TASK" = 1 ] || { echo x > two.py; git add .; git commit -qm x; }; exit 1'),
    )
    assert cli("cancel", "1", "2").status == 0

    answer = cli("prune", "--json").json

    assert [one["id"] for one in answer["removed"]] == ["1"]
    assert [(one["id"], one["reason"]) for one in answer["kept"]] == [("2", "it is cancelled, not merged")]
    assert answer["landed"] == []
    assert repo.state("1") == "cancelled"


def test_a_branch_that_is_another_name_for_the_target_takes_nothing_with_it(
    repo: Repo, cli: Cli, done: Path
) -> None:
    merged(repo)
    repo.git("symbolic-ref", "refs/heads/feature/1", "refs/heads/main")
    before = repo.git("rev-parse", "main")

    ran = cli("prune", "--force", "1", "--json")

    (kept,) = ran.json["kept"]
    assert ran.status == 1
    assert kept["reasons"][0] == "its branch 'feature/1' is only another name for 'main'"
    assert repo.git("rev-parse", "main") == before
    assert done.exists()


def test_a_rehearsal_records_nothing(repo: Repo, cli: Cli, done: Path) -> None:
    merged(repo)
    before = repo.git("for-each-ref")

    ran = cli("prune", "--dry-run", "--json")

    assert (ran.json["landed"], ran.json["is_rehearsal"]) == (["1"], True)
    assert ran.json["removed"][0]["trash"] is None
    tip = repo.git("rev-parse", "--short=9", "feature/1")
    assert cli("prune", "--dry-run").stdout == f"1 would be pruned: {done}, feature/1 at {tip}\n"
    assert repo.git("for-each-ref") == before
    assert done.exists()


RESET_AWAY = (
    "echo lost > lost.py; git add .; git commit -qm lost; git reset -q --hard HEAD~1; echo x > one.py"
)
AMENDED = "echo x > one.py; git add .; git commit -qm x; echo y > one.py; git commit -qa --amend -m y"
SOFT = "echo x > one.py; git add .; git commit -qm x; git reset -q --soft HEAD~1; git commit -qm again"
REBASED = (
    "echo x > one.py; git add .; git commit -qm x; echo y > one.py; git commit -qam y;"
    "GIT_SEQUENCE_EDITOR='sed -i 2s/pick/fixup/' git rebase -qi HEAD~2"
)


@pytest.mark.sample(3)
@pytest.mark.parametrize(
    ("script", "is_kept"), [(RESET_AWAY, True), (AMENDED, False), (SOFT, False), (REBASED, False)]
)
def test_commits_that_were_reset_away_keep_a_worktree_and_those_replaced_do_not(
    repo: Repo, cli: Cli, agent: Agent, script: str, is_kept: bool
) -> None:
    repo.spec("1", "one.py")
    assert cli("run", "--", *agent(script)).status == 0
    assert cli("merge").status == 0

    log = repo.git("reflog", "show", "--format=%h %gs", "feature/1").splitlines()
    lost = [repo.git("rev-parse", "--short=9", line.split()[0]) for line in log if "lost" in line]

    kept = cli("prune", "--json").json["kept"]

    assert [one["reason"] for one in kept] == [f"1 commit was reset away there: {oid}" for oid in lost]
    assert bool(kept) == is_kept


def test_a_worktree_that_git_was_told_is_elsewhere_is_left_alone(
    repo: Repo, cli: Cli, agent: Agent, tmp_path: Path
) -> None:
    repo.spec("1", "one.py")
    repo.spec("2", "two.py")
    cli("run", "--merge", "--", *agent())
    mine = tmp_path / "mine"
    repo.git("clone", "--quiet", str(repo.path), str(mine))
    for victim in (mine, repo.worktree("2"), repo.path):
        (repo.path / ".git/worktrees/gp-1/gitdir").write_text(f"{victim}/.git\n")

        ran = cli("prune", "--force", "1", "--json")

        (kept,) = ran.json["kept"]
        assert kept["reasons"][0] == f"'{victim}' is not its worktree: the '.git' there leads elsewhere"
        assert repo.git("status", "--porcelain", at=victim) == ""


def test_a_worktree_whose_directory_is_gone_is_judged_by_what_git_knows(
    repo: Repo, cli: Cli, done: Path
) -> None:
    merged(repo)
    (done / "one.py").write_text("staged\n")
    repo.git("add", "one.py", at=done)
    done.rename(done.with_name("away"))

    (kept,) = cli("prune", "--json").json["kept"]
    assert kept["reasons"] == ["its worktree has uncommitted changes: 'one.py'"]

    assert cli("prune", "--force", "1").status == 0
    repo.git("gc", "--quiet", "--prune=now")
    assert cli("prune", "--undo", "1").status == 0
    done.with_name("away").rename(done)
    assert repo.git("diff", "--cached", "--stat", at=done).startswith(" one.py")
    assert repo.git("show", ":one.py", at=done) == "staged"


def test_a_branch_whose_name_is_taken_by_a_directory_comes_back_later(
    repo: Repo, cli: Cli, done: Path
) -> None:
    merged(repo)
    cli("prune")
    repo.git("branch", "feature/1/more")

    assert cli("prune", "--undo", "1").status == 128
    assert cli("status").stderr == "", "nothing is half way"
    repo.git("branch", "-D", "feature/1/more")
    assert cli("prune", "--undo", "1").status == 0
    assert repo.git("status", "--porcelain", at=done) == ""


def test_an_index_that_nobody_can_read_goes_by_force(repo: Repo, cli: Cli, done: Path) -> None:
    merged(repo)
    index = repo.path / ".git/worktrees/gp-1/index"
    index.write_bytes(b"DIRC torn")

    (kept,) = cli("prune", "--json").json["kept"]

    assert kept["reasons"][0].startswith("its worktree cannot be looked at: git status failed: ")
    assert cli("prune", "--force", "1").status == 0
    assert cli("prune", "--undo", "1").status == 0
    assert index.read_bytes() == b"DIRC torn"
    assert (done / "one.py").exists()
