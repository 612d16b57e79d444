"""`--fetch`: the target is where its upstream is before anything begins, or it is said why it is not."""

from collections.abc import Callable, Sequence

import pytest

from tests.conftest import Cli, Repo

Agent = Callable[..., Sequence[str]]


@pytest.fixture
def upstream(repo: Repo) -> Repo:
    """What `main` follows: a clone that is ahead by a spec and by a change of the team's settings."""
    repo.spec("1", "one.txt")
    theirs = Repo(repo.path.parent / "upstream")
    repo.git("clone", "--quiet", str(repo.path), str(theirs.path))
    theirs.spec("2", "two.txt")
    theirs.commit("team", **{".gitparallel": "[parallel]\n\tbranch = theirs/{id}\n"})
    repo.git("remote", "add", "origin", str(theirs.path))
    repo.git("fetch", "--quiet", "origin")
    repo.git("branch", "--quiet", "--set-upstream-to=origin/main", "main")
    repo.git("update-ref", "-d", "refs/remotes/origin/main")
    return theirs


def tip(repo: Repo) -> str:
    return repo.git("rev-parse", "main")


def test_what_the_upstream_has_is_run_from(repo: Repo, upstream: Repo, cli: Cli, agent: Agent) -> None:
    repo.write("mine.txt", "untracked\n")

    ran = cli("run", "--fetch", "--", *agent())

    assert ran.status == 0, ran
    assert ran.stderr == "note: 'main' is brought forward to 'origin/main', by 2 commits\n"
    assert tip(repo) == tip(upstream)
    assert repo.refs("refs/heads/theirs/") == ["refs/heads/theirs/1", "refs/heads/theirs/2"]
    assert (repo.path / "specs/SPEC-2.md").exists()
    assert repo.git("status", "--porcelain") == "?? mine.txt"
    assert repo.git("log", "-1", "-g", "--format=%gs", "main").startswith("parallel: fetch origin/main")
    assert cli("run", "--fetch", "--", *agent()).stderr.count("note: 'main'") == 0


def test_it_can_be_a_setting(repo: Repo, upstream: Repo, cli: Cli, agent: Agent) -> None:
    repo.config("parallel.fetch", "true")

    assert cli("run", "--", *agent()).status == 0

    assert tip(repo) == tip(upstream)


@pytest.mark.usefixtures("upstream")
def test_changes_of_the_user_are_not_overwritten(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.write(".gitparallel", "[parallel]\n\tmaxParallel = 1\n")
    before = tip(repo)

    ran = cli("run", "--fetch", "--", *agent())

    assert (ran.status, tip(repo)) == (0, before)
    assert ran.stderr == (
        "note: 'main' is behind 'origin/main' and stays so: your changes there would be overwritten: .gitparallel\n"
    )
    assert repo.state("1") == "succeeded"


@pytest.mark.usefixtures("upstream")
def test_a_branch_that_has_diverged_stays_as_it_is(repo: Repo, cli: Cli, agent: Agent) -> None:
    before = repo.commit("mine", **{"mine.txt": "x\n"})

    ran = cli("run", "--fetch", "--", *agent())

    assert (ran.status, tip(repo)) == (0, before)
    assert ran.stderr == (
        "note: 'main' and 'origin/main' have diverged; going on with 'main' as it is here\n"
    )


def test_a_server_that_does_not_answer_keeps_nobody_from_work(
    repo: Repo, upstream: Repo, cli: Cli, agent: Agent
) -> None:
    upstream.path.rename(upstream.path.with_suffix(".gone"))

    ran = cli("run", "--fetch", "--", *agent())

    assert (ran.status, repo.state("1")) == (0, "succeeded")
    assert ran.stderr.startswith("note: git fetch failed: ")
    assert ran.stderr.endswith("; going on with 'main' as it is here\n")


def test_without_an_upstream_who_asked_is_told(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "one.txt")
    why = "'main' follows no branch of a remote, so there is nothing to fetch"

    ran = cli("run", "--fetch", "--", *agent())

    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr == f"error: {why}\nhint: git branch --set-upstream-to=origin/main main\n"
    repo.config("parallel.fetch", "true")
    ran = cli("run", "--", *agent())
    assert (ran.status, ran.stderr) == (0, f"note: {why}\n")


def test_a_run_in_the_background_fetches_too(repo: Repo, upstream: Repo, cli: Cli, agent: Agent) -> None:
    assert cli("start", "--fetch", "--merge", "--", *agent()).status == 0
    try:
        assert repo.git("merge-base", "--is-ancestor", tip(upstream), "main") == ""
    finally:
        assert cli("stop").status == 0
