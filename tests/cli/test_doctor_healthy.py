"""`git parallel doctor` raises no false alarm: whatever is done with a repository, it is healthy."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from git_parallel.agents.sandbox import find_way
from git_parallel.errors import Unusable
from tests.cli.beside import Beside, until, waits_for
from tests.conftest import EDITS_ITS_FILE, Cli, Repo

Agent = Callable[..., Sequence[str]]
Healthy = Callable[..., None]


@pytest.fixture
def healthy(cli: Cli) -> Healthy:
    """Asserts that nothing is found."""

    def assert_healthy(at: Path | None = None) -> None:
        ran = cli("doctor", at=at)
        assert (ran.status, ran.stdout, ran.stderr) == (0, "healthy\n", "")

    return assert_healthy


def test_where_nothing_of_ours_is(repo: Repo, cli: Cli, healthy: Healthy) -> None:
    healthy()
    assert not (repo.path / ".git/parallel").exists(), "to look leaves nothing behind"
    assert cli("doctor", "--fix").stdout == "healthy\n"
    empty = repo.path.parent / "empty"
    repo.git("init", "-q", str(empty))
    healthy(empty)
    assert cli("doctor", at=repo.path.parent).status == 128


def test_through_the_life_of_tasks(repo: Repo, cli: Cli, agent: Agent, healthy: Healthy) -> None:
    repo.spec("1", "1.py")
    repo.spec("2", "2.py")
    cli("run", "--", *agent(f"{EDITS_ITS_FILE}\ngit parallel claim more.py; [ $GIT_PARALLEL_TASK = 1 ]"))
    healthy()
    healthy(repo.worktree("1"))
    cli("merge")
    healthy()
    cli("prune")
    healthy()
    cli("prune", "--undo", "1")
    healthy()
    cli("retry", "2", "--fresh", "--", *agent("exit 1"))
    healthy()
    cli("cancel", "2")
    healthy()
    cli("delegate", "write z.py", "--", *agent("echo z > z.py"))
    healthy()
    repo.git("gc", "--quiet")
    healthy()
    cli("prune")
    repo.git("commit", "-q", "--amend", "-m", "written anew by the user")
    healthy()


def test_while_agents_are_at_work(repo: Repo, agent: Agent, healthy: Healthy, beside: Beside) -> None:
    repo.spec("1", "1.py")
    repo.spec("2", "2.py")
    go = repo.path.parent / "go"
    run = beside("run", "-j", "1", "--", *agent(f"{waits_for(go)}\n{EDITS_ITS_FILE}"))
    until(lambda: "refs/parallel/tasks/1" in repo.refs("refs/parallel") and repo.state("1") == "running")
    healthy()
    go.touch()
    run.end()
    healthy()


def test_a_launch_at_every_moment(repo: Repo, cli: Cli, agent: Agent, beside: Beside) -> None:
    """However far a launch, an end or a merge has come when it is looked at."""
    for task in range(1, 7):
        repo.spec(f"{task}", f"{task}.py")
    run = beside("run", "-j", "2", "--merge", "--", *agent())
    while run.process.poll() is None:
        ran = cli("doctor")
        assert ran.stdout == "healthy\n"
    assert cli("doctor").stdout == "healthy\n"


@pytest.mark.parametrize("strategy", ["squash", "rebase"])
def test_what_landed_in_another_form(
    repo: Repo, cli: Cli, agent: Agent, healthy: Healthy, strategy: str
) -> None:
    repo.spec("1", "1.py")
    cli("run", "--", *agent())
    cli("merge", "--strategy", strategy)
    healthy()
    cli("prune")
    healthy()


def test_sparse_worktrees_and_a_pool(repo: Repo, cli: Cli, agent: Agent, healthy: Healthy) -> None:
    repo.config("parallel.sparse", "true")
    repo.commit("more", **{"src/1/a.py": "a\n", "src/2/a.py": "a\n"})
    repo.spec("1", "src/1/a.py")
    cli("run", "--", *agent())
    healthy()
    repo.config("parallel.sparse", "false")
    repo.config("parallel.pool", "2")
    repo.spec("2", "src/2/a.py")
    cli("run", "2", "--", *agent())
    cli("merge")
    cli("prune")
    healthy()
    repo.spec("3", "3.py")
    cli("run", "3", "--", *agent())
    healthy()


def test_in_a_sandbox(repo: Repo, agent: Agent, healthy: Healthy, beside: Beside) -> None:
    try:
        find_way()
    except Unusable as error:
        pytest.skip(error.message)
    repo.config("parallel.branch", "parallel/{id}/work")
    repo.spec("1", "1.py")
    run = beside("run", "--sandbox", "--", *agent(f"git parallel doctor\nsleep 3\n{EDITS_ITS_FILE}"))
    until(lambda: "refs/parallel/tasks/1" in repo.refs("refs/parallel") and repo.state("1") == "running")
    healthy()
    assert run.end()[0] == 0
    healthy()
    log = (repo.path / ".git/parallel/logs/1/1.log").read_text()
    assert log.startswith("error: from inside a sandbox not all of the repository can be seen\n")


def test_worktrees_of_the_users(repo: Repo, cli: Cli, agent: Agent, healthy: Healthy) -> None:
    repo.spec("1", "1.py")
    mine = repo.path.parent / "mine"
    repo.git("worktree", "add", "-q", "-b", "mine", str(mine))
    repo.git("worktree", "lock", "--reason", "on a stick", str(mine))
    cli("run", "--", *agent())
    healthy(mine)
    # A worktree on a stick that is not there is none of our business.
    mine.rename(repo.path.parent.with_name("stick"))
    healthy()


def test_worktrees_that_are_reached_by_links(repo: Repo, cli: Cli, agent: Agent, healthy: Healthy) -> None:
    repo.spec("1", "1.py")
    link = repo.path.parent.with_name("link")
    link.symlink_to(repo.path.parent)
    cli("run", "--", *agent(), at=link / "shop")
    repo.git("worktree", "add", "-q", "-b", "mine", str(link / "mine"), at=link / "shop")
    (link / "mine/.git").write_text("gitdir: ../shop/.git/worktrees/mine\n")
    healthy()
    healthy(link / "shop")
    healthy(link / "mine")


def test_a_worktree_of_a_bare_repository(repo: Repo, cli: Cli, agent: Agent, healthy: Healthy) -> None:
    repo.spec("1", "1.py")
    bare, tree = repo.path.parent / "bare.git", repo.path.parent / "tree"
    repo.git("clone", "--quiet", "--bare", ".", str(bare))
    repo.git("worktree", "add", "-q", str(tree), "main", at=bare)
    cli("run", "1", "--", *agent(), at=tree)
    healthy(tree)
    (bare / "worktrees/gp-1/commondir").write_bytes(b"")
    assert cli("doctor", "--fix", at=tree).status == 0
    healthy(tree)


def test_a_repository_with_submodules(repo: Repo, cli: Cli, agent: Agent, healthy: Healthy) -> None:
    library = repo.path.parent / "library"
    repo.git("clone", "--quiet", ".", str(library))
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(library), "lib")
    repo.spec("1", "1.py")
    cli("run", "--", *agent())
    healthy()
    healthy(repo.path / "lib")
    library.rename(library.with_name("gone"))
    worktree = repo.worktree("1")
    (worktree / "lib/app.py").write_text("changed\n")
    before = repo.git("status", "--porcelain", at=worktree), repo.git("submodule", "status", at=worktree)

    # Their own git directories go with that of the worktree.
    shutil.rmtree(repo.path / ".git/worktrees/gp-1")
    assert cli("doctor", "--fix").status == 0

    healthy()
    assert (
        repo.git("status", "--porcelain", at=worktree),
        repo.git("submodule", "status", at=worktree),
    ) == before
    assert repo.git("status", "--porcelain", at=worktree / "lib") == " M app.py"
    shutil.rmtree(worktree)
    assert cli("doctor", "--fix").status == 0
    healthy()
    assert (worktree / "lib/app.py").read_text() == "print('app')\n"


def test_a_branch_that_was_renamed_or_taken_over(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "1.py")
    cli("run", "--", *agent())
    cli("merge")
    repo.git("branch", "-m", "feature/1", "kept")
    repo.git("worktree", "remove", "--force", str(repo.worktree("1")))
    healthy_or_left = {finding["kind"] for finding in cli("doctor", "--json").json["findings"]}
    assert healthy_or_left <= {"left-runtime", "left-stanza", "left-port", "left-temporary"}
    assert cli("doctor", "--fix").status == 0
    assert "refs/heads/kept" in repo.refs("refs/heads")
