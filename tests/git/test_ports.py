"""A port for each workspace: its own, kept, given back, and never that of another repository."""

import json
import os
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from git_parallel.errors import Unusable
from git_parallel.names import TaskId
from git_parallel.workspace import ports, private, temporary

ONE, TWO = TaskId("1"), TaskId("2")


def common(tmp_path: Path, name: str) -> Path:
    made = tmp_path / name / ".git"
    (made / "parallel" / "tasks").mkdir(parents=True)
    return made


def shelf() -> Path:
    return Path.home() / ".local/state/git-parallel/ports"


def reserved() -> list[str]:
    return sorted(path.name for path in shelf().iterdir() if path.name != "lock")


def test_it_is_kept_and_belongs_to_one_workspace_among_all_repositories(tmp_path: Path) -> None:
    shop, blog = common(tmp_path, "shop"), common(tmp_path, "blog")
    held = {(git, task): ports.hold(git, task) for git in (shop, blog) for task in (ONE, TWO)}

    assert len(set(held.values())) == 4
    assert all(ports.FIRST <= port <= ports.LAST for port in held.values())
    assert {key: ports.hold(*key) for key in held} == held
    assert json.loads((shelf() / str(held[shop, ONE])).read_text()) == {"git": str(shop), "task": "1"}
    assert shelf().stat().st_mode & 0o777 == 0o700


def test_many_at_once_get_one_each(tmp_path: Path) -> None:
    shop = common(tmp_path, "shop")
    with ThreadPoolExecutor(8) as pool:
        held = list(pool.map(lambda number: ports.hold(shop, TaskId(f"t{number}")), range(64)))

    assert len(set(held)) == 64


def test_one_that_somebody_listens_on_is_passed_over(tmp_path: Path) -> None:
    shop = common(tmp_path, "shop")
    wanted = ports.hold(shop, ONE)
    ports.forget(shop, ONE)
    with socket.socket() as server:
        server.bind(("127.0.0.1", wanted))
        server.listen()

        assert ports.hold(shop, ONE) != wanted


def test_a_workspace_that_is_gone_has_given_it_back(tmp_path: Path) -> None:
    shop, blog = common(tmp_path, "shop"), common(tmp_path, "blog")
    port, other = ports.hold(shop, ONE), ports.hold(blog, ONE)
    ports.forget(shop, ONE)

    ports.drop_stale(shop)

    assert reserved() == [str(other)]
    # Somebody else has it now: the file that comes back with the workspace does not count.
    (shelf() / str(port)).write_text(json.dumps({"git": str(blog), "task": "2"}))
    (blog / "parallel/tasks/2.port").write_text(f"{port}\n")
    (shop / "parallel/tasks/1.port").write_text(f"{port}\n")
    assert ports.hold(shop, ONE) not in (port, other)
    assert ports.find(shop, ONE) == ports.hold(shop, ONE)


@pytest.mark.parametrize("forged", ["", "[]", "{}", "\0", '{"git": "/nowhere", "task": "../../x"}'])
def test_a_reservation_that_means_nothing_reserves_nothing(tmp_path: Path, forged: str) -> None:
    shop = common(tmp_path, "shop")
    port = ports.hold(shop, ONE)
    ports.forget(shop, ONE)
    (shelf() / str(port)).write_text(forged)

    assert ports.hold(shop, ONE) == port


def test_when_none_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = common(tmp_path, "shop")
    monkeypatch.setattr(ports, "LAST", ports.FIRST)
    ports.hold(shop, ONE)

    with pytest.raises(Unusable) as error:
        ports.hold(shop, TWO)

    assert error.value.message == "no TCP port from 20000 to 20000 is free"


def test_without_a_home_that_can_be_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/proc/nowhere")
    monkeypatch.setattr(private.tempfile, "tempdir", str(tmp_path))

    assert ports.hold(common(tmp_path, "shop"), ONE)
    assert (tmp_path / f"git-parallel-{os.getuid()}" / "ports").is_dir()


def test_the_temporary_directory_is_private_short_and_goes_with_the_workspace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(private.tempfile, "tempdir", str(tmp_path))
    shop = common(tmp_path, "shop")
    ports.hold(shop, ONE)
    made = temporary.make(shop, ONE)
    (made / "left" / "over").mkdir(parents=True)

    assert made.stat().st_mode & 0o777 == 0o700
    assert len(str(made.relative_to(tmp_path))) <= 48
    assert temporary.make(shop, ONE) == made != temporary.make(common(tmp_path, "blog"), ONE)
    temporary.drop_stale(shop)
    assert (made / "left" / "over").is_dir()
    ports.forget(shop, ONE)
    temporary.drop_stale(shop)
    assert not made.exists()


def test_a_directory_of_somebody_else_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private.tempfile, "tempdir", str(tmp_path))
    root = tmp_path / f"git-parallel-{os.getuid()}"
    (tmp_path / "theirs").mkdir()
    root.symlink_to(tmp_path / "theirs")

    with pytest.raises(Unusable) as error:
        temporary.make(common(tmp_path, "shop"), ONE)

    assert error.value.message == f"'{root}' is not a directory of this user"
    assert list((tmp_path / "theirs").iterdir()) == []
    root.unlink()
    root.mkdir(mode=0o755)
    temporary.make(common(tmp_path, "blog"), ONE)
    assert root.stat().st_mode & 0o777 == 0o700
