"""Objects written without git: git reads them, names them alike, and finds nothing wrong."""

from collections.abc import Callable
from pathlib import Path

import pytest

from git_parallel.git.command import Git
from git_parallel.git.store import Store
from git_parallel.names import Oid, RefName
from tests.conftest import Repo


@pytest.fixture(params=["sha1", "sha256"])
def both(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Git, Git, Repo]:
    """git with and without a store, in a repository of either hash function."""
    path = tmp_path / "einkauf ü"
    path.mkdir()
    repo = Repo(path)
    repo.git("init", "--quiet", f"--object-format={request.param}")
    known = Oid(repo.commit("first", **{"a.txt": "a\n"}))
    return Git(path, store=Store.like(path / ".git", known)), Git(path), repo


@pytest.mark.parametrize(
    "write",
    [
        lambda git, _: git.hash_object(b""),
        lambda git, _: git.hash_object(bytes(range(256)) * 999),
        lambda git, _: git.mktree({}),
        lambda git, _: git.mktree({"spec.md": git.hash_object(b"x"), "record.json": git.hash_object(b"y")}),
    ],
)
def test_an_object_has_the_name_that_git_gives_it(
    both: tuple[Git, Git, Repo], write: Callable[[Git, Oid], Oid]
) -> None:
    ours, gits, repo = both
    tip = Oid(repo.git("rev-parse", "HEAD"))

    assert write(ours, tip) == write(gits, tip)
    assert repo.is_sound()


def test_a_commit_of_our_book_keeping_is_one_of_git_parallel_whoever_the_user_is(
    both: tuple[Git, Git, Repo],
) -> None:
    ours, _, repo = both
    tip = Oid(repo.git("rev-parse", "HEAD"))

    made = ours.keep_book(ours.mktree({}), [tip], "t1 läuft\n\nso\n")
    repo.git("update-ref", "refs/parallel/x", made)

    shown = repo.git("log", "-1", "--format=%an <%ae>|%cn|%P|%B", made)
    assert shown == f"git-parallel <git-parallel@localhost>|git-parallel|{tip}|t1 läuft\n\nso\n"
    assert repo.is_sound()


def test_in_a_repository_that_a_group_shares_so_are_new_directories(repo: Repo) -> None:
    objects = repo.path / ".git" / "objects"
    objects.chmod(0o2775)
    store = Store.like(repo.path / ".git", Oid(repo.git("rev-parse", "HEAD")))

    made = [store.write("blob", str(number).encode()) for number in range(64)]

    folders = [objects / oid[:2] for oid in made]
    assert {folder.stat().st_mode & 0o7777 for folder in folders} >= {0o2775}
    assert {(objects / oid[:2] / oid[2:]).stat().st_mode & 0o777 for oid in made} == {0o444}
    assert not list(objects.rglob("tmp_obj_*"))


def test_a_branch_is_read_from_its_file_and_otherwise_git_is_asked(repo: Repo) -> None:
    tip = repo.commit("second")
    git = Git(repo.path, store=Store.like(repo.path / ".git", Oid(tip)))
    nowhere = Git(repo.path, store=Store(repo.path / "objects", "sha1"))
    repo.git("branch", "side", "HEAD~1")
    repo.git("symbolic-ref", "refs/heads/alias", "refs/heads/side")

    loose = [git.find_ref(RefName(f"refs/heads/{name}")) for name in ("main", "side", "alias", "none")]
    repo.git("pack-refs", "--all")
    packed = [git.find_ref(RefName(f"refs/heads/{name}")) for name in ("main", "side", "alias", "none")]

    assert loose == packed == [tip, repo.git("rev-parse", "HEAD~1"), repo.git("rev-parse", "HEAD~1"), None]
    assert nowhere.find_ref(RefName("refs/heads/main")) == tip
