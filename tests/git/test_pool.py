"""A checkout is handed on in steps; whatever is killed between two of them, nothing is lost and all is whole."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from git_parallel.git import guard, pool, spotless, worktree
from git_parallel.git.command import Git
from git_parallel.git.place import Place, admin_of
from git_parallel.git.trash.away import Parcel, put_away
from git_parallel.git.trash.back import restore
from git_parallel.git.trash.entry import Entry, folder_of
from git_parallel.names import Oid, RefName, TaskId
from tests.conftest import Repo

# The suite kills at some of the steps, the campaign at each.
IS_CAMPAIGN = "GIT_PARALLEL_CAMPAIGN" in os.environ


class Killed(BaseException):
    """As good as SIGKILL: nothing after it is done."""


def place(repo: Repo, task: str) -> Place:
    return Place(
        repo.worktree(task), RefName.of_branch(f"feature/{task}"), admin_of(repo.path / ".git", task)
    )


def make(repo: Repo, at: Place, base: str) -> None:
    worktree.ensure(Git(repo.path), repo.path / ".git", at, base=Oid(base), is_fresh=True, is_pooled=True)


@pytest.fixture
def pruned(repo: Repo) -> tuple[Entry, tuple[str, ...]]:
    """A spotless worktree of task 1 in the trash, and how it looked."""
    git, common = Git(repo.path), repo.path / ".git"
    for name in ("", "tmp", "tasks", "guard", "hooks", "trash"):
        (common / "parallel" / name).mkdir()
    guard.install(git, common)
    base = repo.commit(**{f"dir/{n}.txt": f"{n}\n" for n in range(10)}, **{"gone.txt": "gone\n"})
    one = place(repo, "1")
    make(repo, one, base)
    (one.path / "one.txt").write_text("1\n")
    repo.git("add", "--all", at=one.path)
    # There is no record of a task, so the hooks would let nothing pass.
    repo.git("-c", "core.hooksPath=/dev/null", "commit", "--quiet", "-m", "one", at=one.path)
    before = picture(repo, one.path)
    assert spotless.is_spotless(git, common, one.path, one.admin)
    tip = Oid(repo.git("rev-parse", "feature/1"))
    (entry,) = put_away(git, common, [Parcel(TaskId("1"), one, tip, is_spotless=True)]).entries
    return entry, before


def picture(repo: Repo, at: Path) -> tuple[str, ...]:
    return (
        repo.git("status", "--porcelain=v2", "--branch", "--ignored", at=at),
        repo.git("ls-files", "-s", "-v", at=at),
        repo.git("reflog", "show", "HEAD", at=at),
        *sorted(f"{file.name} {file.read_text()}" for file in at.rglob("*.txt")),
    )


class Counting:
    """Kills at the step with this number."""

    def __init__(self, fatal: int) -> None:
        self.fatal, self.steps = fatal, 0

    def over(self, call: Callable[..., object]) -> Callable[..., object]:
        def counting(*arguments: object, **options: object) -> object:
            self.steps += 1
            if self.steps == self.fatal:
                raise Killed
            return call(*arguments, **options)

        return counting

    def during(self, act: Callable[[], None]) -> bool:
        """Whether it came to the step."""
        with pytest.MonkeyPatch.context() as patched:
            for name in ("rename", "unlink", "mkdir", "write_text", "touch"):
                patched.setattr(Path, name, self.over(getattr(Path, name)))
            for name in ("write_whole", "make_admin"):
                patched.setattr(worktree, name, self.over(getattr(worktree, name)))
            patched.setattr(Git, "run_bytes", self.over(Git.run_bytes))
            try:
                act()
            except Killed:
                return True
        return False


@pytest.mark.parametrize("step", range(1, 36, 1 if IS_CAMPAIGN else 4))
def test_killed_at_any_step_the_next_call_completes_it(
    repo: Repo, pruned: tuple[Entry, tuple[str, ...]], step: int
) -> None:
    (entry, before), common = pruned, repo.path / ".git"
    repo.git("rm", "--quiet", "gone.txt")
    base = repo.commit(**{"dir/3.txt": "changed\n"})
    two = place(repo, "2")

    counting = Counting(step)
    assert counting.during(lambda: make(repo, two, base)) == (counting.steps >= step)
    assert counting.steps < 35, "every step is once the last one"

    repo.git("worktree", "list")
    make(repo, two, base)
    assert repo.git("status", "--porcelain", "--ignored", at=two.path) == ""
    assert repo.git("ls-files", "-s", at=two.path) == repo.git("ls-files", "-s")
    assert not (two.admin / pool.FROM).exists()
    restore(Git(repo.path), common, entry)
    assert picture(repo, Path(entry.worktree)) == before
    assert repo.is_sound()


@pytest.mark.parametrize("step", range(1, 41, 3 if IS_CAMPAIGN else 9))
def test_an_undo_that_was_killed_is_gone_on_with(
    repo: Repo, pruned: tuple[Entry, tuple[str, ...]], step: int
) -> None:
    (entry, before), common = pruned, repo.path / ".git"
    make(repo, place(repo, "2"), repo.commit(**{"dir/3.txt": "changed\n"}))

    was_killed = Counting(step).during(lambda: restore(Git(repo.path), common, entry))

    if was_killed and repo.refs("refs/parallel/trash"):
        restore(Git(repo.path), common, entry)
    assert picture(repo, Path(entry.worktree)) == before
    assert repo.git("status", "--porcelain", at=place(repo, "2").path) == ""
    assert repo.is_sound()


@pytest.mark.parametrize("torn", ["spotless", "admin/gp-made", "admin/index", "worktree/dir/3.txt"])
def test_what_is_damaged_in_the_trash_does_no_harm(
    repo: Repo, pruned: tuple[Entry, tuple[str, ...]], torn: str
) -> None:
    folder = folder_of(repo.path / ".git", pruned[0])
    (folder / torn).write_text("")
    two = place(repo, "2")

    make(repo, two, repo.git("rev-parse", "HEAD"))

    assert repo.git("status", "--porcelain", "--ignored", at=two.path) == ""
    assert repo.git("ls-files", "-s", at=two.path) == repo.git("ls-files", "-s")
