"""What is in the trash: it is listed, brought back as it was put there, and freed by one command alone."""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.cli.beside import until
from tests.conftest import Cli, Repo

Agent = Callable[..., Sequence[str]]


@pytest.fixture
def three(repo: Repo, cli: Cli, agent: Agent) -> Repo:
    """Three tasks, run and merged."""
    for number in "123":
        repo.spec(number, f"{number}.py")
    cli("run", "--merge", "--", *agent())
    return repo


def ids(entries: Sequence[dict[str, str]]) -> list[str]:
    return [entry["id"] for entry in entries]


def test_undo_brings_back_what_the_latest_prune_took(three: Repo, cli: Cli) -> None:
    cli("prune", "1")
    assert cli("prune").stdout == (
        "2 pruned\n3 pruned\n2 tasks pruned; 'git parallel prune --undo' brings them back\n"
    )

    assert ids(cli("prune", "--undo", "--json").json["restored"]) == ["2", "3"]
    assert ids(cli("prune", "--undo", "--json").json["restored"]) == ["1"]
    assert cli("prune", "--undo").stderr.startswith("error: the trash is empty\n")
    for number in "123":
        assert three.git("status", "--porcelain=v2", "--branch", at=three.worktree(number)).endswith(number)


def test_one_that_cannot_come_back_does_not_keep_the_others(three: Repo, cli: Cli) -> None:
    cli("prune")
    three.worktree("2").mkdir()

    ran = cli("prune", "--undo")

    assert ran.status == 1
    assert (
        f"note: 2 is still in the trash: '{three.worktree('2')}' exists again\nhint: move it away"
        in ran.stderr
    )
    assert ran.stdout.count(" is back in ") == 2
    three.worktree("2").rmdir()
    assert ids(cli("prune", "--undo", "--json").json["restored"]) == ["2"]


def test_what_was_overruled_is_listed(three: Repo, cli: Cli) -> None:
    (three.worktree("2") / "notes.txt").write_text("mine")
    assert cli("prune", "2").stderr.endswith(
        "hint: 'git parallel prune --force 2' puts it into the trash all the same\n"
    )
    assert cli("prune", "--force", "2").stdout == (
        "2 pruned; 'git parallel prune --undo 2' brings it back\n"
        "  although its worktree has untracked files: 'notes.txt'\n"
    )

    (listed,) = cli("prune", "--list", "--json").json["trash"]

    assert (listed["id"], listed["branch"], listed["worktree"]) == (
        "2",
        "feature/2",
        str(three.worktree("2")),
    )
    assert listed["overruled"] == ["its worktree has untracked files: 'notes.txt'"]
    shown = cli("prune", "--list").stdout
    assert "untracked files: 'notes.txt'" in shown
    assert "ago" in shown
    cli("prune", "--undo")
    assert (three.worktree("2") / "notes.txt").read_text() == "mine"
    assert cli("prune", "--list").stdout == "the trash is empty\n"


def test_force_needs_names_and_spares_an_agent_that_runs(repo: Repo, cli: Cli, agent: Agent) -> None:
    assert cli("prune", "--force").status == 2
    repo.spec("1", "one.py")
    cli("run", "--detach", "--", *agent("echo x > one.py; while [ ! -e end ]; do sleep 0.05; done; rm end"))
    until(lambda: repo.refs("refs/parallel/tasks") and repo.state("1") == "running")

    ran = cli("prune", "--force", "1")

    assert ran.status == 1
    assert ran.stdout.startswith("1 kept: its agent is running; 'git parallel cancel 1' ends it")
    assert "--force" not in cli("prune", "1").stderr, "that would not help"
    (repo.worktree("1") / "end").touch()
    cli("attach")


def test_only_expire_frees_and_it_says_how_much(three: Repo, cli: Cli) -> None:
    cli("prune", "1", "2")
    (folder,) = (three.path / ".git/parallel/trash").glob("1.*")
    (folder / "worktree/large.bin").write_bytes(b"x" * 300_000)
    before = three.git("for-each-ref")

    rehearsed = cli("prune", "--expire", "now", "--dry-run")
    assert rehearsed.stdout.splitlines()[-1].startswith("2 would be freed, ")
    assert cli("prune", "--expire", "1h").stdout.startswith(
        "nothing to free; 2 in the trash, the oldest for "
    )
    assert three.git("for-each-ref") == before
    assert folder.exists()

    freed = cli("prune", "--expire", "now", "--json").json["freed"]

    assert {one["id"]: one["bytes"] >= 300_000 for one in freed} == {"1": True, "2": False}
    assert three.refs("refs/parallel/trash") == []
    assert list((three.path / ".git/parallel/trash").iterdir()) == []
    assert cli("prune", "--undo", "1").status == 2
    assert three.is_sound()
    assert (three.worktree("3") / "3.py").exists()


def test_unfinished_work_that_was_freed_is_called_off(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "one.py")
    repo.spec("2", "two.py")
    cli("run", "--", *agent())
    cli("prune", "--force", "1", "2")
    cli("prune", "--undo", "2")

    assert cli("prune", "--expire", "now").status == 0

    assert (repo.state("1"), repo.state("2")) == ("cancelled", "succeeded")
    assert "its work was freed from the trash" in cli("status").stdout
    assert cli("doctor").stdout == "healthy\n"
    assert cli("retry", "1", "--", *agent()).status == 0
    assert cli("merge").status == 0


def test_what_doctor_put_by_is_listed_and_freed(three: Repo, cli: Cli) -> None:
    admin = three.path / ".git/worktrees/mine"
    admin.mkdir()
    for name in ("commondir", "HEAD", "locked"):
        (admin / name).write_text("")
    assert cli("doctor", "--fix").status == 0

    (aside,) = cli("prune", "--list", "--json").json["aside"]
    assert (aside["source"], Path(aside["folder"], "mine").is_dir()) == (str(admin), True)
    assert f"a worktree was half made: {admin}, now in " in cli("prune", "--list").stdout
    assert cli("prune", "--expire", "1d").stdout == "nothing to free\n"
    (freed,) = cli("prune", "--expire", "now", "--json").json["aside"]
    assert freed["bytes"] > 0
    assert list((three.path / ".git/parallel/trash").iterdir()) == []


@pytest.mark.sample(3)
@pytest.mark.parametrize("what", [("--undo",), ("--expire", "now"), ("--force", "1")])
def test_an_agent_decides_nothing_of_the_kind(three: Repo, cli: Cli, what: Sequence[str]) -> None:
    cli("prune", "2")
    before = three.git("for-each-ref")

    for ran in (
        cli("prune", *what, env={"GIT_PARALLEL_TASK": "3"}),
        cli("prune", *what, at=three.worktree("3")),
    ):
        assert ran.status == 1
        assert ran.stderr.endswith(
            "is for the user to say, not for an agent\nhint: run it in the main worktree, outside of any task\n"
        )
    assert three.git("for-each-ref") == before


@pytest.mark.parametrize(
    "wrong",
    [
        ("--expire", "soon"), ("--expire", "0"), ("--expire", "1d", "2"), ("--list", "2"), ("--list", "--dry-run"),
        ("--undo", "--dry-run"), ("--undo", "1", "--force"), ("--list", "--expire", "1d"), ("--undo", "9"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(cli: Cli, wrong: Sequence[str]) -> None:
    ran = cli("prune", *wrong)
    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr.startswith("error: ")


def test_what_was_put_away_by_force_is_told_and_not_merged(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "one.py")
    cli("run", "--", *agent())
    cli("prune", "--force", "1")

    assert "in the trash; 'git parallel prune --undo 1' brings it back" in cli("status").stdout
    assert cli("merge").status == 0
    named = cli("merge", "1")
    assert named.status == 1
    assert "1 is in the trash ('git parallel prune --undo 1' brings it back)" in named.stderr
    assert repo.state("1") == "succeeded"
    cli("prune", "--undo")
    assert cli("merge").status == 0
    assert repo.state("1") == "merged"


def test_a_repository_that_was_moved_meanwhile_still_brings_it_back(three: Repo, cli: Cli) -> None:
    cli("prune", "1")
    moved = three.path.with_name("moved")
    three.path.rename(moved)

    ran = cli("prune", "--undo", "1", at=moved)

    assert ran.status == 0
    assert three.git("status", "--porcelain", at=three.worktree("1")) == ""
    assert str(three.worktree("1")) in three.git("worktree", "list", at=moved)
    three.git("commit", "--allow-empty", "-qm", "still at work", at=three.worktree("1"))


@pytest.fixture
def elsewhere(repo: Repo) -> Iterator[Path]:
    """A directory on another file system than the repository."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        if Path(folder).stat().st_dev == repo.path.stat().st_dev:
            pytest.skip("there is one file system only")
        yield Path(folder)


def test_a_worktree_on_another_file_system_is_copied_and_compared(
    repo: Repo, cli: Cli, agent: Agent, elsewhere: Path
) -> None:
    repo.config("parallel.worktree", f"{elsewhere}/wt {{id}}")
    repo.spec("1", "one.py")
    cli("run", "--merge", "--", *agent())
    worktree = elsewhere / "wt 1"
    (worktree / "link").symlink_to("nowhere")
    (worktree / "tool").write_text("#!/bin/sh\n")
    (worktree / "tool").chmod(0o755)
    (worktree / "empty").mkdir()
    before = picture(worktree)

    assert cli("prune", "--force", "1").status == 0
    assert list(elsewhere.iterdir()) == []
    assert cli("prune", "--undo", "1").status == 0

    assert picture(worktree) == before
    assert repo.git("status", "--porcelain", at=worktree) == "?? link\n?? tool"
    assert list((repo.path / ".git/parallel/trash").iterdir()) == []


def test_what_cannot_be_copied_stays(repo: Repo, cli: Cli, agent: Agent, elsewhere: Path) -> None:
    import os

    repo.config("parallel.worktree", f"{elsewhere}/{{id}}")
    repo.spec("1", "one.py")
    cli("run", "--merge", "--", *agent())
    os.mkfifo(elsewhere / "1" / "pipe")

    ran = cli("prune", "--force", "1")

    assert ran.status == 1
    assert "1 kept: cannot copy" in ran.stdout
    assert (elsewhere / "1" / "one.py").exists()
    assert repo.git("status", "--porcelain", at=elsewhere / "1") == ""
    assert repo.refs("refs/parallel/trash") == []
    assert list((repo.path / ".git/parallel/trash").iterdir()) == []


def picture(folder: Path) -> list[tuple[str, int, int, bytes]]:
    found = []
    for path in sorted(folder.rglob("*")):
        seen = path.lstat()
        is_file = path.is_file() and not path.is_symlink()
        content = (
            path.read_bytes() if is_file else str(path.readlink()).encode() if path.is_symlink() else b""
        )
        found.append((str(path), seen.st_mode, seen.st_mtime_ns if is_file else 0, content))
    return found


def test_a_trash_that_somebody_has_emptied_is_no_trap(three: Repo, cli: Cli) -> None:
    cli("prune", "1")
    for folder in (three.path / ".git/parallel/trash").iterdir():
        shutil.rmtree(folder)

    ran = cli("prune", "--undo", "1")

    assert (ran.status, ran.stdout) == (
        0,
        "1 is back on feature/1; its worktree was not in the trash any more\n",
    )
    assert three.git("rev-parse", "feature/1") == three.git("rev-parse", "refs/parallel/tasks/1^2")
    assert list((three.path / ".git/parallel/trash").iterdir()) == []


def test_a_worktree_inside_another_one_holds_it_there(three: Repo, cli: Cli) -> None:
    three.git("worktree", "add", "--quiet", "-b", "inner", str(three.worktree("1") / "inner"))

    ran = cli("prune", "--force", "1", "--json")

    (kept,) = ran.json["kept"]
    inner = three.worktree("1") / "inner"
    assert kept["reasons"][0] == f"another worktree lies in it, '{inner}'; 'git worktree move' takes that out"
    three.git("worktree", "move", str(inner), str(three.path.with_name("inner")))
    assert cli("prune", "1").status == 0


def test_what_is_half_way_and_stays_so_is_not_put_away_once_more(three: Repo, cli: Cli) -> None:
    cli("prune", "1")
    (folder,) = (three.path / ".git/parallel/trash").iterdir()
    (folder / "restoring").touch()
    three.worktree("1").mkdir()
    (three.worktree("1") / "mine").write_text("x")

    ran = cli("prune", "--force", "1")

    assert ran.status == 1
    assert "1 kept: a prune or an undo of it was interrupted, and cannot be brought to its end" in ran.stdout
    assert "note: what was begun with '1' cannot be brought to its end: " in ran.stderr
    assert len(three.refs("refs/parallel/trash")) == 1
    assert (three.worktree("1") / "mine").read_text() == "x"


def test_a_lock_of_the_configuration_that_a_killed_command_left_is_removed(three: Repo, cli: Cli) -> None:
    lock = three.path / ".git/config.lock"
    lock.write_text("somebody's")
    assert cli("status").stderr == ""
    assert lock.exists()
    lock.unlink()
    ours = three.path / ".git/parallel/tmp/config.123"
    ours.write_text("")
    lock.hardlink_to(ours)

    assert cli("status").stderr == (
        "note: a command that was killed had left the lock of .git/config: removed it\n"
    )

    assert (lock.exists(), ours.exists()) == (False, False)
    three.git("config", "user.name", "Somebody")


def test_locks_that_a_killed_git_left_beside_a_half_done_prune_do_not_keep_it_from_its_end(
    three: Repo, cli: Cli
) -> None:
    cli("prune", "1")
    (folder,) = (three.path / ".git/parallel/trash").iterdir()
    (folder / "done").unlink()
    three.git("update-ref", "refs/heads/feature/1", "refs/parallel/tasks/1^2")
    locks = ["packed-refs", "refs/heads/feature/1", f"refs/parallel/trash/1/{folder.name.removeprefix('1.')}"]
    for name in locks:
        (three.path / ".git" / f"{name}.lock").touch()

    ran = cli("status")

    assert ran.stderr == "note: a prune of '1' had been interrupted: it is in the trash now\n"
    assert not any((three.path / ".git" / f"{name}.lock").exists() for name in locks)
    assert cli("prune", "--undo", "1").status == 0
