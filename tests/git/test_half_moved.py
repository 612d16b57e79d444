"""A move of a branch that was cut off is brought to its end, or taken back; nothing of the user's is lost."""

import os
import random
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from git_parallel.errors import GitFailed
from git_parallel.git import half_moved, left_locks, under_way
from git_parallel.git.command import Git
from git_parallel.git.half_moved import Mended
from git_parallel.git.target import Refused, move
from git_parallel.git.under_way import Move
from git_parallel.names import Oid, RefName
from tests.cli.beside import until
from tests.conftest import Repo

IS_CAMPAIGN = "GIT_PARALLEL_CAMPAIGN" in os.environ
MAIN = RefName.of_branch("main")
FORMERLY: Mapping[str, str] = {
    "kept.txt": "kept\n",
    "longer.txt": "one\n",
    "shorter.txt": "one\ntwo\n",
    "gone/deep/gone.txt": "gone\n",
    "a folder": "a file\n",
    "a file/x": "in a folder\n",
    "empty.txt": "",
    "lines.txt": "a\nb\n",
    "run.sh": "#!/bin/sh\n",
}


def changed(top: Path) -> None:
    """What the move changes: files that grow, shrink, come, go, become folders, links, programs."""
    (top / "longer.txt").write_text("one\ntwo\n")
    (top / "shorter.txt").write_text("one\n")
    shutil.rmtree(top / "gone")
    (top / "a folder").unlink()
    (top / "a folder/in/it").mkdir(parents=True)
    (top / "a folder/in/it/y.txt").write_text("y\n")
    shutil.rmtree(top / "a file")
    (top / "a file").write_text("a file now\n")
    (top / "empty.txt").write_text("no more\n")
    (top / "lines.txt").write_text("c\nd\n")
    (top / "run.sh").chmod(0o755)
    (top / "new").mkdir()
    (top / "new/new.txt").write_text("brand new\n")
    (top / "link").symlink_to("kept.txt")


@pytest.fixture
def plan(repo: Repo) -> Move:
    """A move of the branch that is checked out, which is about to begin; the user has staged and edited other files."""
    (repo.path / ".git" / "parallel" / "tmp").mkdir(parents=True)
    # The lines end otherwise in the worktree than in a commit.
    repo.write(".gitattributes", "lines.txt text eol=crlf\n")
    old = Oid(repo.commit("old", **FORMERLY))
    changed(repo.path)
    new = Oid(repo.commit("new"))
    repo.git("reset", "--quiet", "--hard", old)
    repo.write("staged.txt", "staged\n")
    repo.git("add", "staged.txt")
    repo.write("kept.txt", "edited\n")
    repo.write("untracked.txt", "untracked\n")
    return Move(MAIN, old, new, "parallel: merge 1")


def git_of(repo: Repo) -> Git:
    return Git(repo.path)


def common(repo: Repo) -> Path:
    return repo.path / ".git"


def begun(repo: Repo, plan: Move) -> Move:
    before = under_way.look_ahead(git_of(repo), common(repo), plan, repo.path)
    return under_way.begin(common(repo), replace(plan, before=before))


def found(repo: Repo) -> Move:
    move = under_way.find(common(repo))
    assert move
    return move


def picture(top: Path) -> dict[str, object]:
    """All that lies there, byte by byte, folders and modes included."""
    seen: dict[str, object] = {}
    for folder, folders, names in os.walk(top):
        folders[:] = [name for name in folders if name != ".git"]
        for name in (*folders, *names):
            path = Path(folder) / name
            content = path.readlink() if path.is_symlink() else path.is_file() and path.read_bytes()
            seen[str(path.relative_to(top))] = content, path.is_symlink() or path.stat().st_mode
    return seen


def index(repo: Repo) -> str:
    return repo.git("ls-files", "--stage", "-v")


def half_written(repo: Repo, move: Move, tmp: Path, seed: int) -> None:
    """As a git leaves it that is killed: what goes is gone first, then so many files have come, the last cut short."""
    chance = random.Random(seed)
    git, top = git_of(repo), repo.path
    assert move.before
    here = tmp / "whole"
    git.run("worktree", "add", "--quiet", "--detach", str(here), move.new)
    coming = [path for path in move.before.changed if (here / path).is_symlink() or (here / path).is_file()]
    going = [path for path in move.before.changed if path not in coming]
    count = chance.randrange(len(going) + 1) if chance.random() < 0.3 else len(going)
    for path in going[:count]:
        (top / path).unlink()
        for folder in list(Path(path).parents)[:-1]:
            if not any((top / folder).iterdir()):
                (top / folder).rmdir()
    if count < len(going):
        return
    made = chance.randrange(len(coming) + 1)
    for at, path in enumerate(coming[: made + 1]):
        (top / path).unlink(missing_ok=True)
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        if at < made or (here / path).is_symlink():
            shutil.copy(here / path, top / path, follow_symlinks=False)
        elif chance.random() < 0.7:
            whole = (here / path).read_bytes()
            (top / path).write_bytes(whole[: chance.randrange(len(whole) + 1)])


@pytest.mark.campaign
@pytest.mark.parametrize("seed", range(100 if IS_CAMPAIGN else 3))
def test_what_git_had_begun_to_write_is_taken_back(repo: Repo, plan: Move, tmp_path: Path, seed: int) -> None:
    before, entries = picture(repo.path), index(repo)
    move = begun(repo, plan)
    half_written(repo, move, tmp_path, seed)

    assert half_moved.mend(git_of(repo), common(repo), found(repo)) == Mended()

    assert (picture(repo.path), index(repo)) == (before, entries)
    assert repo.git("rev-parse", "main") == plan.old
    assert not under_way.is_any(common(repo))


def test_what_had_come_as_far_as_the_index_goes_on(repo: Repo, plan: Move) -> None:
    begun(repo, plan)
    repo.git("read-tree", "-m", "-u", plan.old, plan.new)
    after, entries = picture(repo.path), index(repo)

    assert half_moved.mend(git_of(repo), common(repo), found(repo)) == Mended()

    assert (picture(repo.path), index(repo)) == (after, entries)
    assert repo.git("rev-parse", "main", "HEAD").split() == [plan.new, plan.new]
    assert [repo.git("reflog", "-1", "--format=%gs", ref) for ref in ("main", "HEAD")] == [plan.reason] * 2
    assert repo.git("status", "--porcelain").splitlines() == [
        " M kept.txt",
        "A  staged.txt",
        "?? untracked.txt",
    ]


def test_where_the_user_has_committed_meanwhile_it_is_taken_out_of_the_index(repo: Repo, plan: Move) -> None:
    before, entries = picture(repo.path), index(repo)
    begun(repo, plan)
    repo.git("read-tree", "-m", "-u", plan.old, plan.new)
    repo.git("update-ref", "HEAD", repo.git("commit-tree", "-p", "HEAD", "-m", "mine", "HEAD^{tree}"))

    assert half_moved.mend(git_of(repo), common(repo), found(repo)) == Mended()

    assert (picture(repo.path), index(repo)) == (before, entries)
    assert repo.git("log", "-1", "--format=%s", "main") == "mine"


def test_what_the_user_has_written_since_stays_and_is_told(repo: Repo, plan: Move) -> None:
    begun(repo, plan)
    repo.write("longer.txt", "one\nthree\n")
    repo.write("new/new.txt", "of the user\n")
    repo.write("shorter.txt", "staged since\n")
    repo.git("add", "shorter.txt")
    (repo.path / "lines.txt").unlink()
    (repo.path / "lines.txt").mkdir()
    repo.write("lines.txt/mine.txt", "mine\n")
    os.mkfifo(repo.path / "link")
    before = picture(repo.path)

    mended = half_moved.mend(git_of(repo), common(repo), found(repo))

    assert mended == Mended(left=("lines.txt", "link", "longer.txt", "new/new.txt"))
    assert picture(repo.path) == before


def test_what_was_there_before_it_began_is_not_gits(repo: Repo, plan: Move) -> None:
    # Each of them is the beginning of what the move would bring.
    repo.write("new/new.txt", "")
    repo.write("lines.txt", "")
    before = picture(repo.path)
    begun(repo, plan)

    half_moved.mend(git_of(repo), common(repo), found(repo))

    assert picture(repo.path) == before


def test_nothing_is_touched_through_a_link_of_the_user(repo: Repo, plan: Move, tmp_path: Path) -> None:
    begun(repo, plan)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "new.txt").write_text("brand new\n")
    (repo.path / "new").symlink_to(outside)

    half_moved.mend(git_of(repo), common(repo), found(repo))

    assert (outside / "new.txt").read_text() == "brand new\n"


def test_it_can_be_cut_off_itself(
    repo: Repo, plan: Move, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = picture(repo.path)
    half_written(repo, begun(repo, plan), tmp_path, seed=2)
    files = iter(range(100))
    real = shutil.copy

    def cut_off(source: Path, aside: Path, **how: bool) -> object:
        real(source, aside, **how)
        if next(files) == 1:
            raise KeyboardInterrupt
        return aside

    monkeypatch.setattr(shutil, "copy", cut_off)
    with pytest.raises(KeyboardInterrupt):
        half_moved.mend(git_of(repo), common(repo), found(repo))
    assert picture(repo.path) != before

    half_moved.mend(git_of(repo), common(repo), found(repo))

    assert picture(repo.path) == before


def test_locks_of_the_dead_are_removed_and_older_ones_are_not(repo: Repo, plan: Move) -> None:
    old = common(repo) / "ORIG_HEAD.lock"
    old.touch()
    os.utime(old, (1, 1))
    begun(repo, plan)
    for name in ("index.lock", "HEAD.lock", "refs/heads/main.lock"):
        (common(repo) / name).touch()

    assert half_moved.mend(git_of(repo), common(repo), found(repo)) == Mended()

    assert list(common(repo).rglob("*.lock")) == [old]


def test_a_lock_that_a_living_git_may_hold_stays(repo: Repo) -> None:
    lock = common(repo) / "index.lock"
    lock.touch()
    with subprocess.Popen(["git", "cat-file", "--batch"], cwd=repo.path, stdin=subprocess.PIPE) as git:
        until(lambda: Path(f"/proc/{git.pid}/cmdline").read_bytes().startswith(b"git\0"))
        assert left_locks.drop([lock], [repo.path]) == (lock,)
        assert left_locks.drop([lock], [repo.path / "elsewhere"]) == ()
    assert not lock.exists()


def test_a_lock_that_some_program_has_open_stays(repo: Repo) -> None:
    lock = common(repo) / "index.lock"
    with lock.open("w") as file:
        program = subprocess.Popen(["sleep", "60"], stdout=file)
    with program:
        assert left_locks.drop([lock], [repo.path]) == (lock,)
        program.kill()
    assert left_locks.drop([lock], [repo.path]) == ()
    assert not lock.exists()


def test_a_lock_is_waited_for_that_somebody_has_for_a_moment(repo: Repo, plan: Move) -> None:
    (common(repo) / "index.lock").touch()
    with subprocess.Popen(["/bin/sh", "-c", "sleep 0.3; rm .git/index.lock"], cwd=repo.path):
        moved = move(git_of(repo), common(repo), MAIN, old=plan.old, new=plan.new, reason=plan.reason)

    assert moved is None
    assert repo.git("rev-parse", "main") == plan.new


def test_a_lock_that_stays_is_named(repo: Repo, plan: Move) -> None:
    lock = common(repo) / "index.lock"
    lock.touch()
    before, start = picture(repo.path), time.monotonic()

    refused = move(git_of(repo), common(repo), MAIN, old=plan.old, new=plan.new, reason=plan.reason)

    assert isinstance(refused, Refused)
    assert str(lock) in refused.why
    assert time.monotonic() - start > 1
    assert (lock.exists(), picture(repo.path), repo.git("rev-parse", "main")) == (True, before, plan.old)
    assert not under_way.is_any(common(repo))


def test_a_refusal_is_told_in_gits_error_and_not_in_its_hints(repo: Repo, plan: Move) -> None:
    (common(repo) / "info" / "grafts").write_text("")
    repo.write("longer.txt", "mine\n")
    (repo.path / "new").mkdir()
    before = picture(repo.path)

    refused = move(git_of(repo), common(repo), MAIN, old=plan.old, new=plan.new, reason=plan.reason)

    assert isinstance(refused, Refused)
    assert (refused.paths, refused.why) == (
        ("longer.txt",), "Your local changes to the following files would be overwritten by merge:",
    )  # fmt: skip
    assert (picture(repo.path), repo.git("rev-parse", "main")) == (before, plan.old)


def test_what_tells_nothing_of_a_move_is_no_move(repo: Repo, plan: Move) -> None:
    begun(repo, plan)
    (common(repo) / "parallel" / "move.json").write_text("{")

    with pytest.raises(GitFailed, match="does not say which merge was interrupted"):
        under_way.find(common(repo))
