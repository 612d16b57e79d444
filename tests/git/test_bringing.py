"""Ignored files of the main worktree in a new one: copied or linked to, never published, never written over."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from git_parallel.git import guard
from git_parallel.git.command import Git
from git_parallel.workspace.bringing import Brought, Wanted, bring, remember, unchanged
from tests.conftest import Repo

IGNORE = "/.env\n*.local\nnode_modules/\n/data/\nlink.d\n"


@pytest.fixture
def there(repo: Repo) -> Path:
    """A worktree as agents have it, with the guard in place."""
    repo.commit("ignore", **{".gitignore": IGNORE, "config/base.toml": "x\n"})
    for name in ("tmp", "guard", "trash", "hooks"):
        (repo.path / ".git/parallel" / name).mkdir(parents=True)
    made = repo.path.parent / "gp-1"
    repo.git("worktree", "add", "--quiet", "-b", "work", str(made))
    guard.install(Git(repo.path), repo.path / ".git")
    return made


def brought(repo: Repo, there: Path, *, copy: Sequence[str] = (), link: Sequence[str] = ()) -> Brought:
    return bring(Git(repo.path), repo.path / ".git", repo.path, there, Wanted(copy, link))


def test_files_are_copied_with_mode_and_time(repo: Repo, there: Path) -> None:
    repo.write(".env", "SECRET=1\n").chmod(0o640)
    os.utime(repo.path / ".env", ns=(1, 1_000_000_007))
    repo.write("config/a.local", "a")
    repo.write("config/b.local", "b").chmod(0o755)
    repo.write("data/deep/x", "x" * 100_000)
    (repo.path / "data/empty").mkdir()

    done = brought(repo, there, copy=[".env", "config/*.local", "data/"])

    assert done == Brought([".env", "config/a.local", "config/b.local", "data/deep/x"])
    assert (there / ".env").read_text() == "SECRET=1\n"
    assert (there / ".env").stat().st_mode & 0o777 == 0o640
    assert (there / ".env").stat().st_mtime_ns == 1_000_000_007
    assert (there / "config/b.local").stat().st_mode & 0o777 == 0o755
    assert (there / "data/deep/x").read_text() == "x" * 100_000
    assert repo.git("status", "--porcelain", at=there) == ""
    (there / ".env").write_text("the agent's")
    assert (repo.path / ".env").read_text() == "SECRET=1\n"


def test_what_is_there_is_not_touched_and_what_is_missing_comes_again(repo: Repo, there: Path) -> None:
    repo.write(".env", "new\n")
    repo.write("config/a.local", "a")
    (there / ".env").write_text("mine\n")

    assert brought(repo, there, copy=[".env", "config/*.local"]).copied == ["config/a.local"]
    assert (there / ".env").read_text() == "mine\n"
    (there / "config/a.local").unlink()
    assert brought(repo, there, copy=[".env", "config/*.local"]).copied == ["config/a.local"]


def test_directories_are_linked_to_and_a_link_is_never_committed(repo: Repo, there: Path) -> None:
    (repo.path.parent.parent / "home/.config/git").mkdir(parents=True)
    (repo.path.parent.parent / "home/.config/git/ignore").write_text("*.swp\n")
    repo.write("node_modules/pkg/index.js", "x")
    repo.write("packages/a/node_modules/x", "x")
    repo.write("data/big", "x")
    (there / "packages/a").mkdir(parents=True)
    (there / "note.swp").write_text("ignored by the user, everywhere\n")

    done = brought(repo, there, link=["node_modules/", "packages/*/node_modules", "data/big"])

    assert done == Brought([], ["node_modules", "packages/a/node_modules", "data/big"])
    assert (there / "node_modules").readlink() == repo.path / "node_modules"
    assert (there / "node_modules/pkg/index.js").read_text() == "x"
    assert repo.git("status", "--porcelain", at=there) == ""
    repo.git("add", "--all", at=there)
    assert repo.git("diff", "--cached", "--name-only", at=there) == ""
    # The main worktree sees nothing of it.
    assert repo.git("status", "--porcelain") == ""
    (there / "node_modules").unlink()
    assert brought(repo, there, link=["node_modules/"]).linked == ["node_modules"]
    # A setting that is gone does not lay bare the links that are still there.
    guard.install(Git(repo.path), repo.path / ".git")
    assert repo.git("status", "--porcelain", at=there) == ""


def test_a_link_spares_the_copy_of_what_lies_below_it(repo: Repo, there: Path) -> None:
    repo.write("data/big", "x")

    assert brought(repo, there, copy=["data/"], link=["data"]) == Brought([], ["data"])


def test_what_git_does_not_ignore_in_both_is_left_out(repo: Repo, there: Path) -> None:
    repo.write(".env", "x")
    repo.write("notes.txt", "untracked")
    (there / ".gitignore").write_text("*.local\n")

    done = brought(
        repo, there, copy=[".env", "notes.txt", "config/base.toml", "nothing.local"], link=["app.py"]
    )

    assert (done.copied, done.linked) == ([], [])
    not_ignored = "is left out: git does not ignore it in the main worktree"
    assert done.notes == [
        f"parallel.link: 'app.py' {not_ignored}",
        f"parallel.copy: 'notes.txt' {not_ignored}",
        f"parallel.copy: 'config/base.toml' {not_ignored}",
        "parallel.copy: 'nothing.local' is left out: the main worktree has no such file",
        "'.env' is left out of 'gp-1': git does not ignore it there, so it would be committed",
    ]
    assert not (there / ".env").exists()


def test_a_tracked_path_is_never_replaced(repo: Repo, there: Path) -> None:
    repo.write("node_modules/x", "x")
    (there / "node_modules").mkdir()
    (there / "node_modules/mine").write_text("tracked\n")
    repo.git("add", "--force", "node_modules/mine", at=there)
    (there / "node_modules/mine").unlink()
    (there / "node_modules").rmdir()

    done = brought(repo, there, link=["node_modules"])

    assert done.linked == []
    assert done.notes == [
        "'node_modules' is left out of 'gp-1': git does not ignore it there, so it would be committed"
    ]


def test_no_way_leads_over_a_link(repo: Repo, there: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    repo.write("data/x", "x")
    repo.write("config/a.local", "a")
    (there / "data").symlink_to(outside)
    (there / "config/base.toml").unlink()
    (there / "config").rmdir()
    (there / "config").symlink_to(outside)
    (repo.path / "link.d").symlink_to("/etc")
    (repo.path / "passwd.local").symlink_to("/etc/passwd")

    done = brought(repo, there, copy=["data/", "config/*.local", "link.d/passwd", "*.local"])

    assert done.copied == []
    assert list(outside.iterdir()) == []
    assert done.notes == [
        "parallel.copy: 'link.d/passwd' is left out: git does not ignore it in the main worktree",
        "'data/x' is left out of 'gp-1': a directory on the way to it is a link there",
        "'config/a.local' is left out of 'gp-1': a directory on the way to it is a link there",
        "'passwd.local' is left out of 'gp-1': it is a symbolic link; parallel.link brings one to it",
    ]


def test_names_that_are_no_patterns_and_patterns_that_are_no_names(repo: Repo, there: Path) -> None:
    for name in ("[id].local", "ü b.local", "a*b.local", "new\nline.local"):
        repo.write(name, "x")
    (repo.path / "data/[a] *b ").mkdir(parents=True)

    done = brought(repo, there, copy=["{[id],ü b}.local"], link=["data/[a] *b ", "new*.local"])

    assert sorted(done.copied) == ["[id].local", "ü b.local"]
    assert done.linked == ["data/[a] *b ", "new\nline.local"]
    assert repo.git("status", "--porcelain", at=there) == ""


def test_what_is_as_it_was_given_is_known_from_what_was_changed(
    repo: Repo, there: Path, tmp_path: Path
) -> None:
    record = tmp_path / "given"
    repo.write(".env", "x")
    repo.write("config/a.local", "a")
    repo.write("node_modules/x", "x")
    done = brought(repo, there, copy=[".env", "config/*.local"], link=["node_modules"])
    remember(record, there, [*done.copied, "build/"])
    everything = [".env", "config/a.local", "node_modules", "build/", "other.local"]
    (there / "config/a.local").write_text("b")
    repo.write(".env", "the user has changed it meanwhile")

    assert unchanged(record, repo.path, there, everything) == {".env", "node_modules", "build/"}
    (there / "node_modules").unlink()
    (there / "node_modules").symlink_to(tmp_path)
    assert unchanged(record, repo.path, there, everything) == {".env", "build/"}
    assert unchanged(tmp_path / "none", repo.path, there, everything) == set()


def test_a_directory_is_as_it_was_given_when_all_in_it_is(repo: Repo, there: Path, tmp_path: Path) -> None:
    record = tmp_path / "given"
    repo.write("data/deep/x", "x")
    repo.write("data/y", "y")
    done = brought(repo, there, copy=["data/"])
    remember(record, there, done.copied)

    assert unchanged(record, repo.path, there, ["data/"]) == {"data/"}
    (there / "data/deep/x").write_text("the agent's")
    assert unchanged(record, repo.path, there, ["data/"]) == set()
    (there / "data/deep/x").unlink()
    assert unchanged(record, repo.path, there, ["data/"]) == {"data/"}
    (there / "data/deep/new").write_text("the agent's")
    assert unchanged(record, repo.path, there, ["data/"]) == set()
