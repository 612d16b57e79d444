"""The journey in a repository made by somebody else's fixture: pytest-git's, with its own ideas of where it lies.

pytest-git keeps the user's configuration and makes its repositories outside `tmp_path`; the autouse
fixture `isolated` and a worktree template of our own take care of both.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Cli

Agent = Callable[..., Sequence[str]]


@pytest.fixture
def workspace(git_repo: Any) -> Path:
    """A repository of pytest-git with one spec; its worktrees are made inside of its own temporary directory."""
    path = Path(str(git_repo.workspace))
    (path / "SPEC-1.md").write_text("# One\n\n**File**: `one.txt`\n")
    git_repo.run("git symbolic-ref HEAD refs/heads/main")
    git_repo.run("git add --all")
    git_repo.run("git commit --quiet --message first")
    # Beside it is everybody's /tmp, and `tmp_path` may lie on another file system, across which nothing is pruned.
    git_repo.run("git config parallel.worktree '.git/trees/{id}'")
    return path


def test_the_journey(git_repo: Any, workspace: Path, cli: Cli, agent: Agent) -> None:
    assert cli("run", "--json", "--", *agent(), at=workspace).json["success"] is True
    assert (workspace / ".git" / "trees" / "1" / "one.txt").read_text() == "by 1\n"
    assert cli("merge", "--json", at=workspace).json["merged"] == ["1"]
    assert git_repo.api.head.commit.message.startswith("Merge branch 'feature/1' into main")
    assert len(git_repo.api.head.commit.parents) == 2
    assert cli("prune", at=workspace).status == 0
    assert git_repo.api.git.worktree("list").count("\n") == 0


def test_gitpython_reads_the_life_of_a_task(git_repo: Any, workspace: Path, cli: Cli, agent: Agent) -> None:
    cli("run", "--", *agent(), at=workspace)

    life = git_repo.api.iter_commits("refs/parallel/tasks/1", first_parent=True)

    assert [commit.summary for commit in life] == ["1 succeeded", "1 running", "1 is ready, attempt 1"]
