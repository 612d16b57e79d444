"""What is paid for at the start: the hot paths import nothing that they do not use."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from git_parallel import __version__
from tests.conftest import Cli, Repo

Agent = Callable[..., Sequence[str]]
LIBRARIES = {"click", "git", "psutil", "unidiff", "rich", "yaml"}


def imported(
    repo: Repo, *arguments: str, env: dict[str, str] | None = None, at: Path | None = None
) -> set[str]:
    """The libraries that a command imports, as Python itself tells."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "git_parallel", *arguments],
        cwd=at or repo.path, env={**os.environ, **(env or {})}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    names = re.findall(r"^import time: .*\| +(\S+)$", done.stderr, re.MULTILINE)
    assert "git_parallel" in names
    return {name.split(".")[0] for name in names} & LIBRARIES


def test_version_imports_no_library(repo: Repo, cli: Cli) -> None:
    assert imported(repo, "--version") == set()
    assert cli("--version").stdout == f"git-parallel version {__version__}\n"


def test_status_imports_only_what_it_shows(repo: Repo, cli: Cli, agent: Agent) -> None:
    assert imported(repo, "status") == set()
    repo.spec("1", "one.py")
    cli("run", "--", *agent())
    assert imported(repo, "status") == set(), "columns in a pipe need no library"
    assert imported(repo, "status", "--json") == {"psutil"}, "the load is read by psutil"


def test_the_hook_imports_no_library(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "one.py")
    cli("run", "--", *agent())
    worktree = repo.worktree("1")
    (worktree / "extra.py").write_text("x")
    repo.git("add", "extra.py", at=worktree)
    assert imported(repo, "hook", "pre-commit", "0", at=worktree) == set()


def test_the_fast_path_of_the_hook_starts_no_python(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "one.py")
    repo.spec("2", "lib/")
    cli("run", "--", *agent("mkdir -p lib; echo x > one.py; [ $GIT_PARALLEL_TASK = 1 ] || mv one.py lib/"))
    (repo.path / ".git/parallel/guard/python").write_text("/nowhere/python\n")

    for task, path in (("1", "one.py"), ("2", "lib/deep/er.py")):
        target = repo.worktree(task) / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("again\n")
        repo.git("add", "--all", at=repo.worktree(task))
        repo.git("commit", "--quiet", "-m", "own", at=repo.worktree(task))

    (repo.worktree("1") / "other.py").write_text("x")
    repo.git("add", "--all", at=repo.worktree("1"))
    refused = subprocess.run(
        ["git", "commit", "-qm", "x"], cwd=repo.worktree("1"), capture_output=True, text=True, check=False
    )
    assert refused.returncode == 1, "what it cannot decide without Python is refused"
    assert "the Python that git-parallel was installed with is gone" in refused.stderr


def test_what_a_source_is_made_of_is_one_import_away() -> None:
    names = "After, Declared, Document, Draft, Kind, Parsed, Problem, Source, Status"
    script = (
        "import sys, git_parallel; print(len([m for m in sys.modules if m.startswith('git_parallel')]))\n"
    )
    script += f"from git_parallel import {names}; print(Source.__module__)\n"
    script += "print([n for n in git_parallel.__all__ if not hasattr(git_parallel.api, n)], 'psutil' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "1\ngit_parallel.tasks.sources\n[] False\n"


def test_the_api_is_handed_on_lazily(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "one.py")
    cli("run", "--", *agent())
    import git_parallel

    (workspace,) = git_parallel.workspaces(repo.path)
    assert (workspace.task, workspace.branch, workspace.path) == ("1", "feature/1", repo.worktree("1"))
    with workspace.repo as opened:
        assert opened.active_branch.name == "feature/1"
        assert opened.head.commit.message.startswith("Task 1\n")
    assert [task.id for task in git_parallel.plan(repo.path).tasks] == ["1"]
