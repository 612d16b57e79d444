"""What was resolved once is used again, and nothing of the user's has a say in it but that."""

from collections.abc import Callable
from pathlib import Path

import pytest

from git_parallel.git.command import Git
from git_parallel.git.mergetree import private
from git_parallel.git.rerere import is_remembered, remembered_tree
from git_parallel.names import Oid
from tests.conftest import Repo

Asked = Callable[[], Oid | None]


@pytest.fixture
def asked(repo: Repo) -> Asked:
    """The tree that a merge of `work` into `main` is remembered to give."""
    common = repo.path / ".git"

    def ask() -> Oid | None:
        if not is_remembered(Git(repo.path), common):
            return None
        ours, theirs = (Oid(repo.git("rev-parse", name)) for name in ("main", "work"))
        with private(common, like=ours) as git:
            return remembered_tree(git, common, ours=ours, theirs=theirs)

    return ask


@pytest.fixture
def resolved(repo: Repo) -> Repo:
    """`work` is in conflict with `main` in a way that was resolved before, and then taken back."""
    repo.config("rerere.enabled", "true")
    repo.commit("base", **{"a b.txt": "1\n", "sub/c.txt": "1\n"})
    repo.git("switch", "--quiet", "--create", "work")
    repo.commit("work", **{"a b.txt": "2\n", "sub/c.txt": "1\nwork\n", "new": "new\n"})
    repo.git("switch", "--quiet", "main")
    repo.commit("main", **{"a b.txt": "3\n", "other.txt": "x\n"})
    repo.git("switch", "--quiet", "work")
    repo.git("merge", "--quiet", "main", check=False)
    repo.commit("resolved", **{"a b.txt": "2 and 3\n"})
    repo.git("reset", "--quiet", "--hard", "HEAD~1")
    repo.git("switch", "--quiet", "main")
    return repo


def remembered(repo: Repo) -> dict[str, bytes]:
    """All files of what git remembers, with their times."""
    folder = repo.path / ".git" / "rr-cache"
    return {
        f"{path} {path.stat().st_mtime_ns}": path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_a_resolution_is_used_again_and_nothing_else_is_touched(resolved: Repo, asked: Asked) -> None:
    before = remembered(resolved), resolved.git("status", "--porcelain"), resolved.git("for-each-ref")

    tree = asked()

    assert tree is not None
    assert resolved.git("ls-tree", "-r", "--name-only", tree).splitlines() == [
        "a b.txt", "app.py", "new", "other.txt", "sub/c.txt",
    ]  # fmt: skip
    assert resolved.git("show", f"{tree}:a b.txt") == "2 and 3"
    assert resolved.git("show", f"{tree}:sub/c.txt") == "1\nwork"
    assert (
        remembered(resolved),
        resolved.git("status", "--porcelain"),
        resolved.git("for-each-ref"),
    ) == before


def test_the_same_conflict_with_more_on_both_sides_is_known(resolved: Repo, asked: Asked) -> None:
    resolved.commit("more", **{"more.txt": "x\n"})

    tree = asked()

    assert tree is not None
    assert resolved.git("show", f"{tree}:more.txt") == "x"


def test_a_conflict_that_nobody_has_resolved_is_not_guessed(resolved: Repo, asked: Asked) -> None:
    resolved.commit("more", **{"sub/c.txt": "1\nmain\n"})
    before = remembered(resolved)

    assert asked() is None
    assert remembered(resolved) == before


def test_what_is_no_text_on_both_sides_is_not_guessed(resolved: Repo, asked: Asked) -> None:
    resolved.git("rm", "--quiet", "sub/c.txt")
    resolved.commit("gone")

    assert asked() is None


def test_a_merge_without_conflict_is_the_merge(resolved: Repo, asked: Asked) -> None:
    resolved.git("revert", "--no-edit", "HEAD")

    assert asked() == resolved.git("merge-tree", "--write-tree", "main", "work")


def test_where_the_user_does_not_want_it_nothing_is_used(resolved: Repo, asked: Asked) -> None:
    resolved.git("config", "--unset-all", "rerere.enabled")
    assert asked() is not None, "as git has it: where there is something remembered"
    resolved.config("rerere.enabled", "false")
    assert asked() is None


def test_nothing_is_remembered_at_first(repo: Repo) -> None:
    common = repo.path / ".git"
    repo.config("rerere.enabled", "true")
    assert not is_remembered(Git(repo.path), common)
    (common / "rr-cache").mkdir()
    assert not is_remembered(Git(repo.path), common)


def test_no_driver_filter_or_hook_of_the_repository_runs(
    resolved: Repo, asked: Asked, tmp_path: Path
) -> None:
    for key in ("merge.own.driver", "filter.own.clean", "filter.own.smudge", "core.fsmonitor"):
        resolved.config(key, f"touch {tmp_path}/ran; cat")
    (resolved.path / ".git/info/attributes").write_text("* merge=own filter=own\n")
    resolved.commit("attributes", **{".gitattributes": "* merge=own filter=own\n"})
    for path in tmp_path.glob("ran"):
        path.unlink()

    assert asked() is not None
    assert list(tmp_path.glob("ran")) == []
