"""Four merges of the same eight branches at once, while the user commits to their target: everything lands once."""

import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.campaign.test_kill import strays
from tests.cli.beside import Beside, until
from tests.conftest import Cli, Repo

IS_CAMPAIGN = "GIT_PARALLEL_CAMPAIGN" in os.environ
ROUNDS = 20 if IS_CAMPAIGN else 1
TASKS = [str(number) for number in range(1, 9)]
# Slowly enough that not every merge comes too late. A commit that git refuses is made once more: a merge is at work
# in the index, or was faster.
USER = """\
at=0
while [ ! -e ../stop ]; do
    at=$((at + 1))
    echo $at >> user.txt
    until git commit --quiet -m "user $at" -- user.txt 2>> ../refused; do [ ! -e ../stop ] || exit 0; sleep 0.02; done
    echo "user $at" >> ../acknowledged
    sleep 1
done
"""


@contextmanager
def user_commits(repo: Repo) -> Iterator[Path]:
    """A user who commits to the target again and again; gives the file with the subjects of what was committed."""
    folder = repo.path.parent
    with subprocess.Popen(["/bin/sh", "-c", USER], cwd=repo.path, start_new_session=True) as user:
        try:
            until((folder / "acknowledged").exists)
            yield folder / "acknowledged"
        finally:
            (folder / "stop").touch()
            user.wait(30)


@pytest.mark.campaign
@pytest.mark.parametrize("_attempt", range(ROUNDS))
@pytest.mark.parametrize("target", ["here", "linked"] if IS_CAMPAIGN else ["here"])
def test_four_merges_at_once_while_the_user_commits(
    repo: Repo, cli: Cli, beside: Beside, agent: Callable[..., Sequence[str]], target: str, _attempt: int
) -> None:
    for task in TASKS:
        repo.spec(task, f"file{task}.txt")
    repo.commit(**{"user.txt": "0\n"})
    at = repo.path
    if target == "linked":
        repo.git("switch", "--quiet", "-c", "elsewhere")
        repo.git("worktree", "add", "--quiet", "../checkout", "main")
        repo.config("parallel.target", "main")
        at = repo.path.parent / "checkout"
    assert cli("run", "-j", "4", "--", *agent()).status == 0
    (at / "staged.txt").write_text("staged\n")
    repo.git("add", "staged.txt", at=at)
    start = repo.git("rev-parse", "main")

    with user_commits(Repo(at)) as acknowledged:
        merges = [beside("merge") for _ in range(4)]
        ended = [merge.end() for merge in merges]
    last = cli("merge")
    users = acknowledged.read_text().splitlines()
    print(
        [status for status, _ in ended],
        last.stdout.count("merged as"),
        "left;",
        len(users),
        "commits of the user",
    )

    assert {status for status, _ in ended} <= {0, 3}, ended
    assert last.status == 0, (last, ended)
    subjects = repo.git("log", "--first-parent", "--reverse", "--format=%s", f"{start}..main").splitlines()
    ours = sorted(subject for subject in subjects if subject.startswith("Merge branch"))
    assert ours == [f"Merge branch 'feature/{task}' into main" for task in TASKS], ended
    assert [subject for subject in subjects if subject in users] == users
    assert [subject for subject in subjects if subject.startswith("user")][: len(users)] == users
    assert start in repo.git("rev-list", "--first-parent", "main").split()
    assert [
        line for line in repo.git("status", "--porcelain", at=at).splitlines() if "user.txt" not in line
    ] == ["A  staged.txt"]
    assert [repo.state(task) for task in TASKS] == ["merged"] * len(TASKS)
    until(lambda: not strays(os.environ["HOME"]))
    common = repo.path / ".git"
    assert [path for path in common.rglob("*.lock") if common / "parallel" not in path.parents] == []
    assert repo.is_sound()
