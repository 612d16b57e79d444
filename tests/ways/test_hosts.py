"""Repositories of other kinds and at other places: the guard is the same in them, and honest work passes."""

import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.conftest import Cli, Repo

Agent = Callable[..., Sequence[str]]


def work(worktree: Path) -> None:
    """Honest work: commits, the target taken in by merge and by rebase, a second thought."""
    for script in (
        "echo x >> one.py; git commit -qam x",
        "git merge -q --no-edit main",
        "echo y >> one.py; git commit -qam y; git commit -q --amend -m z; git revert --no-edit HEAD",
        "git rebase -q main",
        "git pack-refs --all; git gc -q; echo z >> one.py; git commit -qam z",
    ):
        done = subprocess.run(
            ["/bin/sh", "-ec", script], cwd=worktree, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


def assert_guarded(repo: Repo, worktree: Path, path: str = "other.py") -> None:
    """A foreign change is refused, with hooks asked and with only the last of them."""
    tip = repo.git("rev-parse", "HEAD", at=worktree)
    (worktree / path).write_text("foreign\n")
    repo.git("add", "--all", at=worktree)
    for how in ("-qm", "-qnm"):
        done = subprocess.run(
            ["git", "commit", how, "foreign"], cwd=worktree, capture_output=True, text=True, check=False
        )
        assert done.returncode != 0
        assert path in done.stderr
    assert repo.git("rev-parse", "HEAD", at=worktree) == tip
    repo.git("reset", "--quiet", "--hard", at=worktree)


def launched(repo: Repo, cli: Cli, agent: Agent, at: Path | None = None) -> Path:
    """Two tasks, of which the first one has run, and a target that has moved since."""
    repo.spec("1", "one.py")
    repo.spec("2", "other.py")
    ran = cli("run", "1", "--", *agent("echo one > one.py"), at=at)
    assert ran.status == 0, ran.stderr + ran.stdout
    repo.commit("by the user", **{"app.py": "changed\n", "other.py": "by the user\n"})
    return repo.worktree("1")


def test_a_repository_that_has_moved(repo: Repo, cli: Cli, agent: Agent) -> None:
    launched(repo, cli, agent)
    moved = repo.path.parent.parent / "moved here"
    repo.path.parent.rename(moved)
    repo.path = moved / repo.path.name
    worktree = repo.worktree("1")
    repo.git("worktree", "repair", str(worktree))
    assert cli("hooks", "repair", at=repo.path).status == 0

    work(worktree)
    assert_guarded(repo, worktree)

    assert cli("merge", "--json", at=repo.path).json["merged"] == ["1"]
    assert repo.is_sound()


def test_a_worktree_that_git_has_moved(repo: Repo, cli: Cli, agent: Agent) -> None:
    worktree = launched(repo, cli, agent)
    repo.git("worktree", "move", str(worktree), "../somewhere else")
    worktree = repo.path.parent / "somewhere else"

    work(worktree)
    assert_guarded(repo, worktree)

    assert cli("merge", "--json").json["merged"] == ["1"]


def test_a_repository_by_a_link_to_it(repo: Repo, cli: Cli, agent: Agent) -> None:
    link = repo.path.parent.parent / "link"
    link.symlink_to(repo.path.parent)
    launched(repo, cli, agent, at=link / repo.path.name)

    work(link / repo.worktree("1").name)
    assert_guarded(repo, link / repo.worktree("1").name)

    assert cli("merge", "--json", at=link / repo.path.name).json["merged"] == ["1"]


@pytest.mark.sample(3)
@pytest.mark.parametrize("name", ["-a b's ünï $HOME", 'back\\slash "quote" [x]*', "new\nline"])
def test_a_repository_at_an_unusual_place(repo: Repo, cli: Cli, agent: Agent, name: str) -> None:
    repo.path.parent.rename(repo.path.parent.parent / name)
    repo.path = repo.path.parent.parent / name / repo.path.name
    worktree = launched(repo, cli, agent, at=repo.path)

    work(worktree)
    assert_guarded(repo, worktree)

    assert cli("merge", "--json", at=repo.path).json["merged"] == ["1"]


def test_a_bare_repository_with_worktrees(repo: Repo, cli: Cli, agent: Agent) -> None:
    bare = repo.path.parent / "host.git"
    repo.git("clone", "--quiet", "--bare", str(repo.path), str(bare))
    repo.git("config", "parallel.admission", "off", at=bare)
    repo.git("worktree", "add", "--quiet", str(repo.path.parent / "main"), "main", at=bare)
    repo.path = repo.path.parent / "main"
    repo.spec("1", "one.py")
    repo.spec("2", "other.py")
    ran = cli("run", "1", "--json", "--", *agent("echo one > one.py"), at=repo.path)
    assert ran.status == 0, ran.stderr
    repo.commit("by the user", **{"app.py": "changed\n", "other.py": "by the user\n"})
    listed = repo.git("worktree", "list", "--porcelain").splitlines()
    (worktree,) = (
        Path(listed[at - 2].removeprefix("worktree "))
        for at, line in enumerate(listed)
        if line == "branch refs/heads/feature/1"
    )

    work(worktree)
    assert_guarded(repo, worktree)

    assert cli("merge", "--json", at=repo.path).json["merged"] == ["1"]


def test_a_repository_of_another_object_format(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.path = repo.path.parent / "long"
    repo.path.mkdir()
    repo.git("init", "--quiet", "--object-format=sha256")
    repo.config("parallel.admission", "off")
    repo.commit("first", **{"app.py": "app\n"})
    worktree = launched(repo, cli, agent, at=repo.path)

    work(worktree)
    assert_guarded(repo, worktree)

    assert cli("merge", "--json", at=repo.path).json["merged"] == ["1"]


def test_unusual_paths_that_are_declared(repo: Repo, cli: Cli, agent: Agent) -> None:
    paths = ["a b/ünï cöde.txt", "it's.txt", "[x].txt", "-dash.txt"]
    repo.spec("1", "one.py", *paths)
    repo.spec("2", "other.py", "theirs/")
    assert cli("run", "1", "--", *agent("echo one > one.py")).status == 0
    worktree = repo.worktree("1")
    for path in paths:
        (worktree / path).parent.mkdir(exist_ok=True)
        (worktree / path).write_text("x\n")
    repo.git("add", "--all", at=worktree)
    repo.git("commit", "--quiet", "-m", "x", at=worktree)
    (worktree / "theirs").mkdir()
    assert_guarded(repo, worktree, "theirs/-dash.txt")

    assert cli("merge", "--json").json["merged"] == ["1"]


@pytest.mark.sample(2)
@pytest.mark.parametrize("backend", ["--merge", "--apply"])
def test_a_rebase_of_many_commits(repo: Repo, cli: Cli, agent: Agent, backend: str) -> None:
    worktree = launched(repo, cli, agent)
    script = f"""
        n=0; while [ $n -lt 25 ]; do n=$((n+1)); echo $n >> one.py; git commit -qam $n; done
        git rebase -q {backend} main
        """
    done = subprocess.run(
        ["/bin/sh", "-ec", script], cwd=worktree, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert cli("merge", "--json").json["merged"] == ["1"]


def test_an_agent_whose_environment_has_next_to_nothing(repo: Repo, cli: Cli, agent: Agent) -> None:
    worktree = launched(repo, cli, agent)
    (worktree / "nobodys.py").write_text("x\n")
    bare = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(worktree.parent),
        "GIT_AUTHOR_NAME": "x",
        "GIT_AUTHOR_EMAIL": "x",
    }
    committer = {"GIT_COMMITTER_NAME": "x", "GIT_COMMITTER_EMAIL": "x"}

    done = subprocess.run(
        ["/bin/sh", "-c", "git add -A && git commit -qm x"],
        cwd=worktree,
        env={**bare, **committer},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "nobodys.py" in repo.git("show", "refs/parallel/claims:claims.json")
