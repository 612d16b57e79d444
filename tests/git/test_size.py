"""What a checkout takes on disk, told before it is made, and without asking any server."""

import os
from pathlib import Path

import pytest

from git_parallel.git.command import Git
from git_parallel.git.size import checkout_bytes
from git_parallel.names import Oid
from git_parallel.overlap.cone import Cone
from tests.conftest import Repo

BLOCK = 4096


def predicted(repo: Repo, at: Path | None = None) -> int | None:
    return checkout_bytes(Git(at or repo.path), Oid(repo.git("rev-parse", "HEAD", at=at)))


def taken(folder: Path) -> int:
    """What lies there, `.git` left out, in whole blocks."""
    total = BLOCK
    for here, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != ".git"]
        sizes = [(Path(here) / name).lstat().st_size for name in files if name != ".git"]
        total += sum(-(-size // BLOCK) * BLOCK for size in sizes) + len(folders) * BLOCK
    return total


def test_files_and_directories_in_whole_blocks(repo: Repo) -> None:
    assert predicted(repo) == 2 * BLOCK  # the top, and app.py

    repo.commit(
        **{
            "empty.txt": "",
            "one/two/block.bin": "x" * BLOCK,
            "one/two/more.bin": "x" * (BLOCK + 1),
            'one/ünï "quoted"\t.txt': "x",
        }
    )

    assert predicted(repo) == (2 + 0 + 1 + 2 + 1 + 2) * BLOCK
    repo.git("worktree", "add", "--quiet", "../other")
    assert predicted(repo) == taken(repo.path.parent / "other")


def test_links_take_nothing_and_submodules_stay_empty(repo: Repo) -> None:
    (repo.path / "link").symlink_to("app.py")
    repo.git("add", "--all")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},vendor/lib")
    repo.git("commit", "--quiet", "-m", "links")

    assert predicted(repo) == (2 + 2) * BLOCK


def test_the_directory_it_is_asked_in_does_not_matter(repo: Repo) -> None:
    repo.commit(**{"deep/down/file.txt": "x"})

    assert predicted(repo, at=repo.path / "deep") == predicted(repo)


def test_in_a_partial_clone_nothing_is_fetched_and_the_size_is_unknown(repo: Repo, tmp_path: Path) -> None:
    repo.commit(**{"big.txt": "x" * 9000})
    repo.git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    url = f"file://{repo.path}"
    repo.git("clone", "--quiet", "--no-checkout", "--filter=blob:none", url, str(clone))
    missing = repo.git("rev-list", "--objects", "--all", "--missing=print", at=clone).count("?")

    assert missing > 0
    assert predicted(repo, at=clone) is None
    assert repo.git("rev-list", "--objects", "--all", "--missing=print", at=clone).count("?") == missing


def test_where_objects_are_missing_it_is_unknown(repo: Repo) -> None:
    blob = repo.git("rev-parse", "HEAD:app.py")
    (repo.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()

    assert predicted(repo) is None


def test_of_a_cone_only_what_it_holds(repo: Repo) -> None:
    repo.commit(**{"src/a/one.txt": "x", "src/b/two.txt": "x", "src/top.txt": "x", "docs/x.md": "x"})
    head = Oid(repo.git("rev-parse", "HEAD"))

    assert checkout_bytes(Git(repo.path), head, Cone(("src/a",))) == (1 + 1 + 2 + 2) * BLOCK
    assert checkout_bytes(Git(repo.path), head, Cone()) == 2 * BLOCK


POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize {}\n"


def test_a_file_of_git_lfs_counts_with_its_own_size(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, away = "a" * 64, "b" * 64
    kept = repo.path / ".git/lfs/objects/aa/aa" / here
    kept.parent.mkdir(parents=True)
    kept.touch()
    repo.commit(
        **{
            "here.bin": POINTER.format(here, 10 * BLOCK),
            "away.bin": POINTER.format(away, BLOCK + 1),
            "notes.txt": "version 1\nsize 5\n",
            "data/.gitattributes": "*.bin filter=lfs\n",
        }
    )
    as_they_are = predicted(repo)
    repo.config("filter.lfs.process", "git-lfs filter-process")
    programs = tmp_path / "programs"
    programs.mkdir()
    # Where it is not installed files stay pointers.
    monkeypatch.setattr(
        "shutil.which", lambda name, *_: str(programs / name) if (programs / name).exists() else None
    )
    assert predicted(repo) == as_they_are == (1 + 5 + 1) * BLOCK

    (programs / "git-lfs").touch()

    assert predicted(repo) == as_they_are + (10 - 1) * BLOCK + (2 * 2 - 1) * BLOCK
    (repo.path / "data/.gitattributes").write_text("*.bin text\n")
    repo.commit()
    assert predicted(repo) == as_they_are
