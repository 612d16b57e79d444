"""Merged trees are verified by the commands that their changes ask for, and nothing of a command is left."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from git_parallel.names import Oid, TaskId
from git_parallel.overlap.verify_scopes import Commands, Scoped
from git_parallel.project import kept_command
from git_parallel.project.open import Project, make_runtime, open_project
from git_parallel.project.verification import Verifier
from git_parallel.project.verified import Begun, CalledOff, Ended, Failed, Verified
from tests.conftest import Repo

ONE = (TaskId("1"),)
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="what left its session is found in Linux only")
Opened = Callable[..., Project]


@pytest.fixture(autouse=True)
def temporary(isolated: None, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    """Scratch worktrees are made in the temporary directory of this test."""
    monkeypatch.setattr(tempfile, "tempdir", None)


@pytest.fixture
def opened(repo: Repo) -> Opened:
    """The repository with these settings."""

    def call(**settings: Any) -> Project:
        project = open_project(repo.path)
        make_runtime(project)
        return replace(project, settings=replace(project.settings, grace=0.2, **settings))

    return call


def log_of(project: Project) -> Path:
    return project.log_of("1", 1).with_name("verify.log")


def verify(
    project: Project, commands: Commands, *, changed: Collection[str] = ("app.py",), jobs: int = 1
) -> Verified | Failed:
    with Verifier(project, commands, jobs=jobs) as verifier:
        found = verifier.verify(project.base, changed, tasks=ONE, log=log_of(project))
    assert_nothing_left(project)
    return found


def assert_nothing_left(project: Project) -> None:
    assert list(Path(os.environ["TMPDIR"]).glob("git-parallel-*")) == []
    assert list(kept_command.runtime_of(project).glob("*")) == []
    assert not list((project.common / "worktrees").glob("*"))
    assert list((project.runtime / "tmp").iterdir()) == []


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)


def test_a_command_is_told_where_it_is_and_what_it_verifies(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = opened()
    monkeypatch.setenv("GIT_DIR", "elsewhere")
    told: list[Begun | Ended] = []
    script = (
        'echo "$GIT_PARALLEL_TASK" on "$GIT_PARALLEL_TARGET" "${GIT_DIR-none}"; test "$PWD" = "$GIT_PARALLEL_WORKTREE";'
        'test -f app.py && touch "$TMPDIR/x" && test "$TMPDIR" != /tmp && git rev-parse HEAD && pwd && ls -d "$TMPDIR"'
    )
    with Verifier(project, Commands(script), told=told.append) as verifier:
        tasks = (TaskId("1"), TaskId("2"))
        found = verifier.verify(project.base, ["app.py"], tasks=tasks, log=log_of(project))

    assert found == Verified((script,))
    head, said, commit, where, own = log_of(project).read_text().splitlines()
    assert (head, said, commit) == (f"$ {script}", "1 2 on main none", project.base)
    assert not Path(where).is_relative_to(project.main)
    assert not Path(own).exists()
    assert log_of(project).stat().st_mode & 0o777 == 0o600
    begun, ended = told
    assert begun == Begun(script, tasks)
    assert isinstance(ended, Ended)
    assert (ended.command, ended.tasks, ended.why) == (script, tasks, "")
    assert_nothing_left(project)


@pytest.mark.parametrize(
    ("script", "status", "why"),
    [
        ("echo bad; exit 3", 3, "exit status 3"),
        ("kill -9 $$", 137, "killed by signal 9"),
        ("no-such-command", 127, "exit status 127"),
    ],
)
def test_a_failure_is_told_with_its_log(opened: Opened, script: str, status: int, why: str) -> None:
    project = opened()

    found = verify(project, Commands(script))

    assert found == Failed(Scoped(script, (), ()), status, why, log_of(project))
    assert log_of(project).read_text().startswith(f"$ {script}\n")


def test_only_what_the_change_asks_for_is_run_and_one_log_holds_it_all(opened: Opened) -> None:
    project = opened()
    commands = Commands("echo all", (("docs/", "echo docs"), ("web/", "echo web"), ("big/", "")))

    assert verify(project, commands, changed=["docs/a", "web/b"]) == Verified(("echo docs", "echo web"))
    assert log_of(project).read_text() == "$ echo docs\ndocs\n$ echo web\nweb\n"
    assert [path.name for path in log_of(project).parent.iterdir()] == ["verify.log"]
    assert verify(project, commands, changed=["docs/a", "x"]) == Verified(("echo docs", "echo all"))
    assert verify(project, commands, changed=["big/a"]) == Verified(())


def test_of_a_failed_scope_only_its_own_paths_are_suspected(opened: Opened) -> None:
    project = opened()
    commands = Commands("true", (("docs/", "exit 4"), ("web/", "touch $HOME/ran")))

    found = verify(project, commands, changed=["docs/a", "web/b", "c"])

    assert isinstance(found, Failed)
    assert (found.command, found.exit_status) == ("exit 4", 4)
    assert [found.concerns(path) for path in ("docs/x", "web/x", "x")] == [True, False, False]
    assert log_of(project).read_text() == "$ exit 4\n"
    assert not (Path.home() / "ran").exists(), "nothing more is begun"


def meeting(tmp_path: Path, own: str, other: str) -> str:
    mine, theirs = tmp_path / own, tmp_path / other
    return f'pwd > "{mine}"; until test -s "{theirs}"; do sleep 0.01; done'


def test_scopes_are_verified_at_once_where_that_is_allowed_each_in_a_place_of_its_own(
    opened: Opened, tmp_path: Path
) -> None:
    project = opened()
    commands = Commands(scopes=(("a/", meeting(tmp_path, "a", "b")), ("b/", meeting(tmp_path, "b", "a"))))

    assert isinstance(verify(project, commands, changed=["a/1", "b/1"], jobs=2), Verified)
    assert (tmp_path / "a").read_text() != (tmp_path / "b").read_text()


def test_the_first_failure_ends_the_others(opened: Opened, tmp_path: Path) -> None:
    project = opened()
    sleeps = f'echo $$ > "{tmp_path}/a"; sleep 1000'
    fails = f'until test -s "{tmp_path}/a"; do sleep 0.01; done; exit 5'

    found = verify(project, Commands(scopes=(("a/", sleeps), ("b/", fails))), changed=["a/1", "b/1"], jobs=2)

    assert isinstance(found, Failed)
    assert (found.command, found.exit_status) == (fails, 5)
    assert not is_alive(int((tmp_path / "a").read_text()))


def test_one_worktree_serves_all_verifications_and_none_sees_another(opened: Opened, repo: Repo) -> None:
    project = opened()
    then = Oid(repo.commit("next", **{"ü ñ/日本.txt": "x\n"}))
    script = (
        'pwd; git status --porcelain --ignored; test -z "$(git status --porcelain --ignored)" || exit 1; '
        "echo x > app.py; mkdir -p a/b; touch a/b/c; chmod 500 a; git commit -qam mine; rm .git; git init -q ../x"
    )
    with Verifier(project, Commands(script)) as verifier:
        seen = set()
        for commit in (project.base, then, project.base):
            verifier.verify(commit, ["x"], tasks=ONE, log=log_of(project))
            seen.add(log_of(project).read_text())
            assert verifier.verify(commit, ["x"], tasks=ONE, log=log_of(project)) == Verified((script,))
    assert len(seen) == 1
    repo.is_sound()


@LINUX
@pytest.mark.parametrize("status", [0, 1])
def test_nothing_that_is_left_running_lives_on(opened: Opened, tmp_path: Path, status: int) -> None:
    project = opened()
    script = (
        f'sleep 1000 & echo $! > "{tmp_path}/one"; '
        f'setsid sh -c \'trap "" TERM HUP INT; echo $$ > "{tmp_path}/two"; exec sleep 1000\''
        " >/dev/null 2>&1 </dev/null &"
        f' until test -s "{tmp_path}/two"; do sleep 0.01; done; exit {status}'
    )

    verify(project, Commands(script))

    for name in ("one", "two"):
        assert not is_alive(int((tmp_path / name).read_text()))


def test_a_command_that_takes_too_long_has_failed(opened: Opened, tmp_path: Path) -> None:
    project = opened(verify_timeout=0.3)
    script = f'trap "exit 0" INT TERM; echo $$ > "{tmp_path}/pid"; echo begun; while :; do sleep 0.01; done'

    found = verify(project, Commands(script))

    assert isinstance(found, Failed)
    assert found.exit_status == 124
    assert found.why.startswith("timed out after ")
    assert not is_alive(int((tmp_path / "pid").read_text()))
    assert log_of(project).read_text() == f"$ {script}\nbegun\n"


def test_a_log_is_kept_within_its_limit(opened: Opened) -> None:
    project = opened(log_limit="64k")

    found = verify(project, Commands("head -c 100000000 /dev/zero; echo; echo the end"))

    assert isinstance(found, Verified)
    log = log_of(project).read_bytes()
    assert len(log) <= 64 << 10
    assert log.startswith(b"$ head -c")
    assert log.endswith(b"the end\n")


def test_what_lies_in_the_place_of_the_log_is_not_written_to(opened: Opened, tmp_path: Path) -> None:
    project = opened()
    (tmp_path / "precious").write_text("mine\n")
    log_of(project).parent.mkdir(parents=True)
    log_of(project).symlink_to(tmp_path / "precious")

    verify(project, Commands("echo x"))

    assert (tmp_path / "precious").read_text() == "mine\n"
    assert log_of(project).read_text() == "$ echo x\nx\n"


def test_a_submodule_that_cannot_be_completed_is_a_failure_of_the_tree(opened: Opened, repo: Repo) -> None:
    (repo.path / "lib").mkdir()
    repo.git("init", "--quiet", "lib")
    repo.git("commit", "--quiet", "--allow-empty", "-m", "lib", at=repo.path / "lib")
    repo.git("add", "lib")
    repo.write(".gitmodules", '[submodule "lib"]\n\tpath = lib\n\turl = ./gone\n')
    repo.config("submodule.lib.url", str(repo.path / "lib"))
    repo.git("add", ".gitmodules")
    repo.git("update-index", "--cacheinfo", f"160000,{'1' * 40},lib")
    repo.git("commit", "--quiet", "-m", "lib")
    project = opened()

    found = verify(project, Commands("true", (("docs/", "make"),)), changed=["lib"])

    assert isinstance(found, Failed)
    assert "lib" in found.why
    assert found.concerns("docs/x")
    assert log_of(project).read_text() == f"$ true\n{found.why}\n"


def test_several_threads_use_one_verifier(opened: Opened) -> None:
    project = opened()
    with (
        Verifier(project, Commands('test -f app.py; echo "$GIT_PARALLEL_TASK"'), jobs=2) as verifier,
        ThreadPoolExecutor(4) as threads,
    ):

        def one(number: int) -> str:
            log = project.log_of(str(number), 1)
            verifier.verify(project.base, ["x"], tasks=(TaskId(str(number)),), log=log)
            return log.read_text().splitlines()[1]

        assert list(threads.map(one, range(8))) == [str(number) for number in range(8)]
        assert len(list((project.common / "worktrees").iterdir())) <= 2
    assert_nothing_left(project)


@pytest.mark.parametrize("now", [False, True])
def test_it_can_be_called_off_from_another_thread(opened: Opened, tmp_path: Path, now: bool) -> None:
    project = opened()
    pid = tmp_path / "pid"
    with Verifier(project, Commands(f'echo $$ > "{pid}"; sleep 1000')) as verifier:

        def meanwhile() -> None:
            until(lambda: pid.exists() and bool(pid.read_text()))
            verifier.call_off(now=now)

        other = threading.Thread(target=meanwhile)
        other.start()
        with pytest.raises(CalledOff):
            verifier.verify(project.base, ["x"], tasks=ONE, log=log_of(project))
        other.join()
        assert not is_alive(int(pid.read_text()))
        with pytest.raises(CalledOff):
            verifier.verify(project.base, ["x"], tasks=ONE, log=log_of(project))
    assert_nothing_left(project)


class Beside:
    """A process that verifies with a command which would run for ever, with a grandchild that hears nothing."""

    def __init__(self, repo: Repo, pids: Path) -> None:
        pids.mkdir()
        self.pids = pids
        deaf = f'trap "" INT TERM HUP; echo $$ > "{pids}/b"; while :; do sleep 0.05; done'
        command = f"echo $$ > '{pids}/a'; sh -c '{deaf}'"
        program = (
            "from pathlib import Path; from dataclasses import replace\n"
            "from git_parallel.names import TaskId\n"
            "from git_parallel.overlap.verify_scopes import Commands\n"
            "from git_parallel.project.open import make_runtime, open_project\n"
            "from git_parallel.project.verification import Verifier\n"
            "project = open_project(Path.cwd()); make_runtime(project)\n"
            "project = replace(project, settings=replace(project.settings, grace=0.2))\n"
            f"with Verifier(project, Commands({command!r})) as verifier:\n"
            "    verifier.verify(project.base, ['x'], tasks=[TaskId('1')], log=project.log_of('1', 1))\n"
        )
        self.process = subprocess.Popen(
            [sys.executable, "-c", program], cwd=repo.path, stderr=subprocess.DEVNULL, start_new_session=True
        )
        until(lambda: len(self.alive()) == 2)

    def alive(self) -> list[int]:
        pids = [path.read_text() for path in self.pids.iterdir()]
        return [int(pid) for pid in pids if pid and is_alive(int(pid))]


@pytest.mark.sample(2)
@LINUX
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("times", [1, 2])
def test_asked_to_end_it_ends_its_commands_and_clears_away(
    repo: Repo, opened: Opened, tmp_path: Path, number: int, times: int
) -> None:
    beside = Beside(repo, tmp_path / "pids")
    for _ in range(times):
        beside.process.send_signal(number)

    assert beside.process.wait(60) == -number
    assert beside.alive() == []
    assert_nothing_left(opened())


@LINUX
def test_what_a_killed_process_left_running_is_ended_by_the_next_one(
    repo: Repo, opened: Opened, tmp_path: Path
) -> None:
    beside = Beside(repo, tmp_path / "pids")
    beside.process.kill()
    beside.process.wait()
    assert len(beside.alive()) == 2

    kept_command.end_dead(opened())

    assert beside.alive() == []
    assert_nothing_left(opened())


def test_what_is_alive_is_left_alone(opened: Opened, tmp_path: Path) -> None:
    project = opened()
    pid, go = tmp_path / "pid", tmp_path / "go"
    script = f'echo $$ > "{pid}"; until test -e "{go}"; do sleep 0.01; done; test -f app.py'

    def meanwhile() -> None:
        until(lambda: pid.exists() and bool(pid.read_text()))
        kept_command.end_dead(project)
        go.touch()

    other = threading.Thread(target=meanwhile)
    other.start()
    assert verify(project, Commands(script)) == Verified((script,))
    other.join()
