"""Whatever a worktree is in: `prune` leaves it and says why; forced, it comes back as it was, and work goes on."""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.landed import Landed
from tests.cli.picture import Picture, differences, files_of, picture
from tests.cli.states import STATES
from tests.cli.states.entering import State
from tests.cli.states.scene import Scene
from tests.conftest import Cli, Repo


@pytest.fixture(scope="session")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Landed:
    return Landed(tmp_path_factory.mktemp("landed"))


@pytest.fixture
def repo(landed: Landed) -> Repo:
    """Not yet made where no test has come before."""
    return landed.repo


@pytest.fixture
def scene(landed: Landed, cli: Cli) -> Iterator[Scene]:
    """The worktree of task 1, which has landed; the processes that a state has started end with the test."""
    if not landed.kept.exists():
        landed.make(cli, "1")
    scene = landed.renew()
    yield scene
    for process in scene.started:
        process.kill()
        process.wait()


@pytest.mark.sample(3)
@pytest.mark.parametrize("name", STATES)
def test_a_state_is_refused_forced_and_undone(scene: Scene, cli: Cli, name: str) -> None:
    state = STATES[name]
    state.make(scene)
    before = picture(scene.repo)
    if state.reason:
        refuses(scene, cli, state, before)
    put_away(scene, cli, is_forced=bool(state.reason))
    said = subprocess.run(
        ["git", "gc", "--quiet", "--prune=now"], cwd=scene.repo.path, capture_output=True, check=False
    )
    assert (said.returncode, said.stdout, said.stderr) == (0, b"", b"")

    ran = cli("prune", "--undo", "1")

    assert ran.status == 0, ran
    assert not (found := differences(before, picture(scene.repo))), "\n".join(found)
    assert scene.repo.refs("refs/parallel/trash") == []
    assert list((scene.common / "parallel" / "trash").iterdir()) == []
    assert is_healthy(scene.repo, scene.worktree)
    state.go_on(scene)


def test_a_rehearsal_changes_nothing(scene: Scene, cli: Cli) -> None:
    STATES["rebasing_with_an_autostash"].make(scene)
    before = picture(scene.repo)

    for forced in ((), ("--force",)):
        ran = cli("prune", "--dry-run", "--json", *forced, "1")
        assert [one["id"] for one in ran.json["removed"]] == ["1"] * len(forced)
        assert not (found := differences(before, picture(scene.repo))), "\n".join(found)
    assert scene.repo.refs("refs/parallel/trash") == []


def test_the_shell_that_calls_it_from_there_keeps_it(scene: Scene) -> None:
    command = f"'{sys.executable}' -m git_parallel prune 1; echo $$"
    ran = subprocess.run(
        ["sh", "-c", command], cwd=scene.worktree, capture_output=True, text=True, check=False
    )

    shell = ran.stdout.splitlines()[-1]
    assert f"process {shell} works in its worktree" in ran.stdout
    assert scene.worktree.exists()


def test_a_branch_that_is_at_work_elsewhere_stays_whatever_is_said(scene: Scene, cli: Cli) -> None:
    other = scene.worktree.with_name("again")
    scene.git("worktree", "add", "--quiet", "--force", str(other), "feature/1")
    before = picture(scene.repo)

    ran = cli("prune", "--force", "1")

    assert ran.status == 1
    assert f"its branch is checked out in '{other}'" in ran.stdout
    assert not (found := differences(before, picture(scene.repo))), "\n".join(found)


@pytest.mark.parametrize("name", ["rebasing_with_an_autostash", "untracked_with_odd_modes", "ignored_folder"])
def test_what_is_on_another_file_system_comes_back_as_well(scene: Scene, cli: Cli, name: str) -> None:
    STATES[name].make(scene)
    with tempfile.TemporaryDirectory(prefix="gp", dir="/var/tmp") as elsewhere:
        if Path(elsewhere).stat().st_dev == scene.worktree.stat().st_dev:
            pytest.skip("there is one file system only")
        moved = Path(elsewhere) / "moved"
        subprocess.run(["cp", "-a", str(scene.worktree), str(moved)], check=True)
        shutil.rmtree(scene.worktree)
        scene.repo.git("worktree", "repair", str(moved))
        before = dict(files_of(moved))
        status = scene.git("status", "--porcelain=v2", "--branch", "--ignored", at=moved)

        assert cli("prune", "--force", "1").status == 0
        assert not moved.exists()
        scene.repo.git("gc", "--quiet", "--prune=now")
        assert cli("prune", "--undo", "1").status == 0

        assert differences({"files": before}, {"files": dict(files_of(moved))}) == []
        assert scene.git("status", "--porcelain=v2", "--branch", "--ignored", at=moved) == status


def refuses(scene: Scene, cli: Cli, state: State, before: Picture) -> None:
    ran = cli("prune", "--json", "1")

    assert ran.status == 1, ran
    assert ran.json["removed"] == []
    (kept,) = ran.json["kept"]
    assert kept["id"] == "1"
    assert any(re.search(state.reason, reason) for reason in kept.get("reasons", [kept["reason"]])), kept
    assert not (found := differences(before, picture(scene.repo))), "\n".join(found)


def put_away(scene: Scene, cli: Cli, *, is_forced: bool) -> None:
    admin = scene.admin
    ran = cli("prune", *(["--force"] if is_forced else []), "1")

    assert ran.status == 0, ran
    assert not scene.worktree.exists()
    assert not admin.exists()
    assert str(scene.worktree) not in scene.repo.git("worktree", "list", "--porcelain").splitlines()
    assert scene.repo.refs("refs/heads/feature") == []
    assert is_healthy(scene.repo, scene.repo.path)


def is_healthy(repo: Repo, at: Path) -> bool:
    """By git's own words; it looks at the index and the logs of the worktree it is called in."""
    said = repo.git("fsck", "--full", "--strict", "--no-dangling", "--no-progress", at=at)
    repo.git("branch", "--all", at=at)
    return said == ""
