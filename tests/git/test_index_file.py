"""What an index holds beside its entries."""

from pathlib import Path

import pytest

from git_parallel.git.index_file import objects_beside_entries
from tests.conftest import Repo


def beside(repo: Repo, *, trees: bool = True) -> set[str]:
    return set(objects_beside_entries(repo.path / ".git" / "index", size=20, trees=trees))


def conflict(repo: Repo) -> None:
    repo.git("switch", "--quiet", "-c", "side")
    repo.commit("theirs", **{"app.py": "theirs\n", "deep/er/x.txt": "x\n"})
    repo.git("switch", "--quiet", "main")
    repo.commit("ours", **{"app.py": "ours\n"})
    repo.git("merge", "--quiet", "side", check=False)


def test_the_cached_trees_are_those_of_the_commit(repo: Repo) -> None:
    repo.commit("more", **{"a/b/c.txt": "c\n", "TREE.txt": "TREE\n", "d/TREE": "x\n"})
    repo.git("write-tree")
    trees = {repo.git("rev-parse", f"HEAD:{path}") for path in ("", "a", "a/b", "d")}

    assert beside(repo) == trees
    assert beside(repo, trees=False) == set()


def test_a_directory_with_changes_has_no_cached_tree(repo: Repo) -> None:
    repo.commit("more", **{"a/b/c.txt": "c\n", "d/e.txt": "x\n"})
    repo.git("write-tree")
    repo.write("a/b/c.txt", "changed\n")
    repo.git("add", "a/b/c.txt")

    assert beside(repo) == {repo.git("rev-parse", "HEAD:d")}


def test_the_stages_of_a_conflict_that_was_resolved(repo: Repo) -> None:
    conflict(repo)
    stages = {line.split()[1] for line in repo.git("ls-files", "--unmerged").splitlines()}
    repo.write("app.py", "both\n")
    repo.git("add", "app.py")

    assert stages <= beside(repo)
    assert beside(repo, trees=False) == stages
    assert len(stages) == 3


@pytest.mark.parametrize("version", ["2", "3", "4"])
@pytest.mark.parametrize("more", [(), ("--split-index",), ("--untracked-cache",)])
def test_every_form_of_index(repo: Repo, version: str, more: tuple[str, ...]) -> None:
    conflict(repo)
    repo.git("add", "--all")
    repo.git("update-index", "--index-version", version, *more)

    listed = {line.split()[1] for line in repo.git("ls-files", "--resolve-undo").splitlines()}
    assert beside(repo, trees=False) == listed != set()


def test_what_is_no_index_has_nothing(repo: Repo, tmp_path: Path) -> None:
    index = repo.path / ".git" / "index"
    assert objects_beside_entries(tmp_path / "none", size=20, trees=True) == set()
    for torn in (b"", b"DIRC", index.read_bytes()[:-7], b"TREE" * 40):
        (tmp_path / "torn").write_bytes(torn)
        assert objects_beside_entries(tmp_path / "torn", size=20, trees=True) == set()
