"""Every fault that a run has to survive: the state it ends in, the reason, and what the next command does.

Each run has a task `bad`, to which something happens, and a task `other`, which must not be disturbed.
"""

import os
import pty
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from tests.campaign.test_kill import ROUNDS
from tests.cli.fault_bench import COMMAND, LINUX, OTHER, WAITS, Bench, beside, nothing_left, until
from tests.conftest import Cli, Ran, Repo

Agent = Callable[..., Sequence[str]]
pytestmark = LINUX
BAD_ENDS = "'git parallel log bad' shows what it printed, its work is in "


@pytest.fixture
def bench(repo: Repo, tmp_path: Path) -> Iterator[Bench]:
    """Two tasks, and at the end no process is left of what the test has started."""
    for task in ("bad", "other"):
        repo.spec(task, f"{task}.txt")
    repo.config("parallel.grace", "0.3s")
    bench = Bench(repo, tmp_path / "home")
    with nothing_left(bench):
        yield bench


def is_undisturbed(bench: Bench) -> bool:
    """Whether the other task has succeeded, and git finds nothing wrong."""
    work = bench.repo.git("show", "feature/other:other.txt")
    return (bench.record("other"), work, bench.repo.is_sound()) == (("succeeded", ""), "fine", True)


def goes_on(bench: Bench, cli: Cli, *, kept: str = "half\n") -> bool:
    """Whether a retry goes on with what was left, and the merge brings both to the target."""
    again = cli("retry", "bad", "--", "/bin/sh", "-c", "echo whole >> bad.txt")
    assert (again.status, bench.record()) == (0, ("succeeded", "")), again
    assert bench.repo.git("show", "feature/bad:bad.txt") + "\n" == f"{kept}whole\n"
    return cli("merge").status == 0 and bench.repo.is_sound()


# -- commands that are none --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["missing", "a name not on PATH", "not executable", "a directory", "empty"])
def test_no_command(bench: Bench, cli: Cli, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "agent"
    if kind == "a directory":
        path.mkdir()
    elif kind == "not executable":
        path.write_text("#!/bin/sh\n")
    name = {"a name not on PATH": "no-such-agent", "empty": ""}.get(kind, str(path))
    before = bench.repo.refs()

    for verb in (("run",), ("run", "--detach"), ("start",)) if kind == "missing" else (("run",),):
        ran = cli(*verb, "--", name)
        assert (ran.status, ran.stdout) == (2, "")
        assert ran.stderr == (
            f"error: agent command not found or not executable: '{name}'\n"
            "hint: give its full path, or put it on PATH\n"
        )
    assert (bench.repo.refs(), bench.repo.worktree("bad").exists()) == (before, False)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\x7fELF\0\0\0\1junk", "exec format error"),
        (b"#!/nowhere/sh\n", "the interpreter that its first line names is missing"),
    ],
)
def test_a_file_that_is_no_program(bench: Bench, cli: Cli, tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "agent"
    path.write_bytes(content)
    path.chmod(0o755)

    ran = cli("run", "bad", "--", str(path))

    assert (ran.status, bench.record()) == (1, ("failed", f"cannot run '{path}': {why}"))
    assert f"failed  0.0 s  0      ../shop-wtbad  cannot run '{path}': {why}\n" in cli("status").stdout
    assert cli("run", "bad", "other", "--", "/bin/sh", "-c", "echo fine > $GIT_PARALLEL_TASK.txt").status == 0
    assert is_undisturbed(bench)


# -- somebody was there first ------------------------------------------------------------------------------


def test_a_coordinator_at_work(bench: Bench, cli: Cli, agent: Agent) -> None:
    with beside(bench.repo, "run", "bad", "--", *agent(WAITS + "echo half > bad.txt")) as first:
        until(bench.is_up)
        refs = bench.repo.refs()
        for verb in (("run",), ("run", "other"), ("run", "--detach"), ("start",)):
            ran = cli(*verb, "--", *agent())
            assert (ran.status, ran.stdout) == (3, "")
            assert ran.stderr.startswith(
                f"error: another git-parallel is at work in this repository (process {first.pid})\nhint: "
            )
        retried, cancelled = cli("retry", "bad"), cli("cancel", "nobody")
        assert (retried.status, retried.stderr) == (
            1,
            "error: 'bad' cannot be run again: it is running; 'git parallel cancel bad' stops it\n",
        )
        assert (cancelled.status, "no task is called 'nobody'" in cancelled.stderr) == (2, True)
        assert bench.repo.refs() == refs
        bench.gate.touch()
        assert first.ended().status == 0
    assert bench.record() == ("succeeded", "")


def test_tasks_that_cannot_be_run_again(bench: Bench, cli: Cli, agent: Agent) -> None:
    cli("run", "--", *agent())
    cli("merge", "bad")
    said = {
        ("run", "bad"): (1, "note: bad is left out: merged\n"),
        ("run", "other"): (1, "note: other is left out: succeeded, not merged yet\n"),
        ("retry", "bad"): (1, "error: 'bad' cannot be run again: it is merged\n"),
        ("cancel", "bad"): (1, "error: bad cannot be cancelled: it is merged already\n"),
        ("cancel", "other"): (1, "error: other cannot be cancelled: it is succeeded already\n"),
    }
    for (verb, task), answer in said.items():
        ran = cli(verb, task, *(("--", *agent()) if verb == "run" else ()))
        assert (ran.status, ran.stderr) == answer
    for verb in ("run", "retry", "cancel"):
        ran = cli(verb, "nobody", *(("--", *agent()) if verb == "run" else ()))
        assert (ran.status, ran.stderr.splitlines()[0]) == (2, "error: no task is called 'nobody'")
    assert [bench.record(task)[0] for task in ("bad", "other")] == ["merged", "succeeded"]
    assert cli("retry", "other").status == 0, "whoever names it may have it once more"


def test_an_agent_whose_coordinator_was_killed_is_kept_company(bench: Bench, cli: Cli, agent: Agent) -> None:
    with beside(bench.repo, "run", "bad", "--", *agent(OTHER + WAITS)) as first:
        until(bench.is_up)
        until(lambda: bench.record()[0] == "running")
        first.tell(signal.SIGKILL)
        first.process.wait()
    told = cli("retry", "bad")
    assert (told.status, "'git parallel cancel bad' stops it" in told.stderr) == (1, True)
    with beside(bench.repo, "run", "--", *agent(OTHER)) as second:
        until(lambda: "other succeeded" in second.said())
        bench.gate.touch()
        ran = second.ended()

    assert (ran.status, bench.record()) == (0, ("succeeded", ""))
    assert "bad launched" not in ran.stdout, "it is the attempt of the one before"
    assert is_undisturbed(bench)


# -- what happens to keepers and agents --------------------------------------------------------------------


def test_a_killed_keeper(bench: Bench, cli: Cli, agent: Agent) -> None:
    with beside(bench.repo, "run", "--", *agent(OTHER + WAITS)) as run:
        until(bench.is_up)
        os.kill(bench.start().pid, signal.SIGKILL)
        assert bench.record()[0] in ("ready", "running"), "the agent goes on"
        bench.gate.touch()
        ran = run.ended()

    assert (ran.status, bench.record()) == (1, ("lost", "its keeper died without leaving an exit record"))
    assert f"{BAD_ENDS}{bench.repo.worktree('bad')}" in ran.stdout
    assert (bench.kept(), is_undisturbed(bench)) == ("half\n", True)
    assert "lost" in cli("status").stdout
    assert goes_on(bench, cli)


def test_cancelling_what_has_lost_its_keeper(bench: Bench, cli: Cli, agent: Agent) -> None:
    with beside(bench.repo, "run", "--", *agent(OTHER + WAITS)) as run:
        until(bench.is_up)
        until(lambda: bench.record()[0] == "running")
        os.kill(bench.start().pid, signal.SIGKILL)
        cancelled = cli("cancel", "bad")
        run.ended()

    assert (cancelled.status, bench.record()[0]) == (0, "cancelled")
    assert (bench.kept(), is_undisturbed(bench)) == ("half\n", True)


def test_a_killed_nursery(bench: Bench, agent: Agent) -> None:
    bench.repo.spec("late", "bad.txt")
    script = OTHER + WAITS
    with beside(bench.repo, "run", "-j", "2", "--", *agent(script)) as run:
        until(bench.is_up)
        os.kill(nursery_of(run.pid), signal.SIGKILL)
        bench.gate.touch()
        ran = run.ended()

    assert ran.status == 0, ran
    assert {bench.record(task) for task in ("bad", "late", "other")} == {("succeeded", "")}


def nursery_of(pid: int) -> int:
    """The process that a run forks its keepers from."""
    children: list[str] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        # A thread, or what it has started, may end while it is looked at.
        with suppress(FileNotFoundError, ProcessLookupError):
            children += (task / "children").read_text().split()
    found = []
    for child in children:
        with suppress(FileNotFoundError, ProcessLookupError):
            if b"--nursery" in Path(f"/proc/{child}/cmdline").read_bytes():
                found.append(int(child))
    (nursery,) = found
    return nursery


def test_a_killed_agent(bench: Bench, cli: Cli, agent: Agent) -> None:
    with beside(bench.repo, "run", "--", *agent(OTHER + WAITS)) as run:
        until(bench.is_up)
        os.kill(bench.start().agent_pid, signal.SIGKILL)
        assert run.ended().status == 1

    assert bench.record() == ("failed", "killed by signal 9")
    assert is_undisturbed(bench)
    assert goes_on(bench, cli)


DAEMON = """python3 -c '
import os, time
if os.fork(): os._exit(0)
os.setsid()
if os.fork(): os._exit(0)
os.closerange(0, 999)
open("../daemon", "w").write(str(os.getpid()))
time.sleep(300)'
until [ -s ../daemon ]; do sleep 0.02; done
"""


def test_an_agent_that_leaves_a_daemon(bench: Bench, cli: Cli, agent: Agent) -> None:
    ran = cli("run", "--", *agent(OTHER + DAEMON))

    assert (ran.status, bench.record()) == (0, ("succeeded", ""))
    daemon = (bench.repo.path.parent / "daemon").read_text()
    assert not Path("/proc", daemon).exists(), "when the run has ended, nothing is left of it"
    assert is_undisturbed(bench)


ENDLESS = {
    "deaf": ("--timeout", "0.5s", "trap '' INT TERM HUP; while :; do sleep 0.1; done", r"timed out after \d+ s"),
    "asleep": ("--timeout", "0.5s", "exec sleep 999", r"timed out after \d+ s"),
    "stalled": (
        "--stall-timeout", "0.5s", "exec sleep 999",
        r"stalled: no output, CPU or file change; stopped after \d+ s",
    ),
}  # fmt: skip


@pytest.mark.sample(3)
@pytest.mark.parametrize("kind", ENDLESS)
def test_an_agent_that_does_not_end(bench: Bench, cli: Cli, agent: Agent, kind: str) -> None:
    option, limit, script, reason = ENDLESS[kind]

    ran = cli("run", option, limit, "--", *agent(OTHER + script))

    state, why = bench.record()
    assert (ran.status, state, bool(re.fullmatch(reason, why))) == (1, "failed", True), why
    assert is_undisturbed(bench)
    assert goes_on(bench, cli)


def test_an_agent_that_floods_its_log(bench: Bench, cli: Cli, agent: Agent) -> None:
    bench.repo.config("parallel.logLimit", "256k")
    flood = "echo first; yes 'flood flood flood' | head -c 300000000; echo; echo last"

    ran = cli("run", "--", *agent(OTHER + flood))

    log = bench.repo.path / ".git/parallel/logs/bad/1.log"
    assert (ran.status, bench.record()) == (0, ("succeeded", ""))
    assert log.stat().st_blocks * 512 <= 300_000, "what it takes on the disk, in bytes"
    shown = cli("log", "bad").stdout
    assert (shown.splitlines()[0], shown.splitlines()[-1]) == ("first", "last")
    left_out = re.search(r"\n\[git-parallel: (\d+) bytes left out here\] +\n", shown)
    assert left_out
    # What is written in the very moment of a cut is not counted, see keeper.cutting.
    written = 300_000_000 + len("first\n\nlast\n")
    assert written - 1_000_000 < int(left_out[1]) + len(shown) - len(left_out[0]) <= written
    assert is_undisturbed(bench)


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("cd /; echo here; exit 4", "exit status 4: here"),
        ("exec >&- 2>&- <&-; cd ..; exit 4", "exit status 4"),
    ],
)
def test_an_agent_that_goes_elsewhere_or_closes_everything(
    bench: Bench, cli: Cli, agent: Agent, script: str, reason: str
) -> None:
    assert cli("run", "--", *agent(OTHER + script)).status == 1

    assert bench.record() == ("failed", reason)
    assert is_undisturbed(bench)
    assert goes_on(bench, cli)


# -- disks -------------------------------------------------------------------------------------------------

FILL = "until ! echo >> {fill}; do head -c 99999 /dev/zero >> {fill}; done 2>/dev/null; "


@pytest.fixture
def disk() -> Iterator[Callable[[Path, str], Path]]:
    """Mounts a small disk where it is wanted."""
    mounted = []

    def mount(at: Path, size: str) -> Path:
        at.mkdir(exist_ok=True)
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "tmpfs", at],
            capture_output=True,
            check=False,
        )
        if done.returncode:
            pytest.skip("needs the right to mount")
        mounted.append(at)
        return at

    yield mount
    for at in mounted:
        subprocess.run(["umount", "--lazy", at], check=True)


def test_the_disk_of_the_worktrees_is_full(
    bench: Bench, cli: Cli, agent: Agent, disk: Callable[[Path, str], Path]
) -> None:
    place = disk(bench.repo.path.parent / "small", "1m")
    bench.repo.config("parallel.worktree", f"{place}/{{id}}")
    waits = WAITS.replace("..", str(bench.repo.path.parent))
    script = OTHER + waits + FILL.format(fill="fill") + "echo more >> more.txt || exit 5"
    with beside(bench.repo, "run", "--", *agent(script)) as run:
        until(bench.is_up)
        until(lambda: bench.record("other")[0] == "succeeded")
        bench.gate.touch()
        assert run.ended().status == 1

    state, reason = bench.record()
    # What its shell says of it are not our words.
    assert (state, reason.partition(":")[0]) == ("failed", "exit status 5"), "as it could not write itself"
    assert is_undisturbed(bench)
    bench.repo.spec("third", "third.txt")
    assert cli("run", "third", "--", *agent()).status == 1
    state, reason = bench.record("third")
    assert (state, "no space left on device" in reason) == ("failed", True), reason
    (place / "bad/fill").unlink()
    assert (place / "bad/bad.txt").read_text() == "half\n"
    assert cli("run", "third", "--", *agent()).status == 0
    assert goes_on(bench, cli)


def test_the_disk_of_the_repository_is_full(
    bench: Bench, cli: Cli, agent: Agent, disk: Callable[[Path, str], Path]
) -> None:
    git = bench.repo.path / ".git"
    git.rename(git.with_name("git"))
    disk(git, "6m")
    shutil.copytree(git.with_name("git"), git, dirs_exist_ok=True)
    shutil.rmtree(git.with_name("git"))
    script = OTHER + WAITS + FILL.format(fill=git / "fill") + "true"
    with beside(bench.repo, "run", "--", *agent(script)) as run:
        until(bench.is_up)
        until(lambda: bench.record("other")[0] == "succeeded")
        bench.gate.touch()
        ran = run.ended()

    assert (ran.status, bench.kept()) == (1, "half\n")
    assert "bad has ended: its end could not be recorded: " in ran.stdout
    assert "o space left on device" in ran.stdout
    (git / "fill").unlink()
    assert "'bad' had ended unseen: succeeded" in cli("status").stderr
    assert is_undisturbed(bench)
    assert goes_on(bench, cli)


# -- worktrees, branches and files that others change ------------------------------------------------------


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    ("deed", "state", "reason", "kept"),
    [
        ("rm -r ../shop-wtbad", "failed", "its worktree '{worktree}' is gone", ""),
        ("mv ../shop-wtbad ../elsewhere", "failed", "its worktree '{worktree}' is gone", ""),
        ("git worktree move ../shop-wtbad ../elsewhere", "succeeded", "", "half\n"),
        ("git update-ref -d refs/heads/feature/bad", "failed", "its branch 'feature/bad' is gone", "half\n"),
    ],
)
def test_what_belongs_to_a_running_agent_is_deleted_or_moved(
    bench: Bench, cli: Cli, agent: Agent, deed: str, state: str, reason: str, kept: str
) -> None:
    with beside(bench.repo, "run", "--", *agent(OTHER + WAITS + "true")) as run:
        until(bench.is_up)
        subprocess.run(["/bin/sh", "-c", deed], cwd=bench.repo.path, check=True)
        assert cli("status").status == 0
        bench.gate.touch()
        run.ended()

    assert bench.record() == (state, reason.format(worktree=bench.repo.worktree("bad")))
    assert is_undisturbed(bench)
    if "elsewhere" in deed:
        assert (bench.repo.path.parent / "elsewhere/bad.txt").read_text() == "half\n"
    assert goes_on(bench, cli, kept=kept)


LEFT = {"link": "symbolic link", "fifo": "no plain file"}


@pytest.mark.sample(3)
@pytest.mark.parametrize("kind", ["link", "fifo", "folder"])
@pytest.mark.parametrize("name", ["logs/bad/1.log", "tasks/bad.prompt", "tasks/bad.command"])
def test_something_else_lies_where_our_file_is_to_be(
    bench: Bench, cli: Cli, agent: Agent, kind: str, name: str
) -> None:
    victim = bench.repo.path.parent / "victim"
    victim.write_text("precious")
    path = bench.repo.path / ".git/parallel" / name
    path.parent.mkdir(parents=True, mode=0o700)
    {"link": lambda: path.symlink_to(victim), "fifo": lambda: os.mkfifo(path), "folder": path.mkdir}[kind]()

    ran = cli("run", "--", *agent(OTHER), timeout=30)

    is_log = name.startswith("logs")
    state, reason = bench.record()
    # A prompt and a command are written anew; a log is only ever written to, and so it must be none but ours.
    assert state == ("failed" if is_log or kind == "folder" else "succeeded"), (ran, reason)
    assert state == "succeeded" or f"'{path}'" in reason
    assert victim.read_text() == "precious"
    assert is_undisturbed(bench)
    if path.is_dir():
        path.rmdir()
    assert cli("retry", "bad", "--", *agent("echo more >> bad.txt"), timeout=30).status == 0


@pytest.mark.parametrize("kind", ["link", "fifo"])
def test_an_agent_that_puts_something_else_in_the_place_of_its_log(
    bench: Bench, cli: Cli, agent: Agent, kind: str
) -> None:
    log = bench.repo.path / ".git/parallel/logs/bad/1.log"
    make = f"mkfifo {log}" if kind == "fifo" else f"ln -s {bench.repo.path}/app.py {log}"

    assert cli("run", "--", *agent(OTHER + f"rm {log}; {make}; exit 4"), timeout=30).status == 1

    for more in ((), ("--follow",)):
        shown = cli("log", "bad", *more, timeout=30)
        assert (shown.status, shown.stdout) == (128, "")
        assert LEFT[kind] in shown.stderr
    assert bench.record() == ("failed", "exit status 4")
    again = cli("retry", "bad", "--", *agent("cat > bad.txt"), timeout=30)
    assert (again.status, "print('app')" in bench.kept()) == (0, False), (
        "the next agent is told nothing of it"
    )


def test_a_runtime_directory_that_cannot_be_written(bench: Bench, cli: Cli, agent: Agent) -> None:
    tasks = bench.runtime
    tasks.mkdir(parents=True, mode=0o500)

    ran = without_privileges(bench.repo, "run", "--", *agent())

    tasks.chmod(0o700)
    assert ran.status == 1
    for task in ("bad", "other"):
        assert bench.record(task) == ("failed", f"permission denied: '{tasks}/{task}.prompt'")
        assert not bench.repo.worktree(task).exists()
    assert "its work is in" not in ran.stdout, "there is none"
    assert cli("run", "bad", "other", "--", *agent("echo fine > $GIT_PARALLEL_TASK.txt")).status == 0
    assert is_undisturbed(bench)


def without_privileges(repo: Repo, *arguments: str) -> Ran:
    """A command for which permissions count, even where the tests run as root."""
    drop = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"]
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        pytest.skip("root may write everywhere")
    done = subprocess.run(
        [*(drop if os.geteuid() == 0 else []), *COMMAND, *arguments],
        cwd=repo.path, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return Ran(done.returncode, done.stdout, done.stderr)


def test_the_target_is_deleted_while_a_run_stands(bench: Bench, cli: Cli, agent: Agent) -> None:
    repo = bench.repo
    repo.git("checkout", "--quiet", "-b", "side")
    repo.config("parallel.target", "main")
    assert cli("start", "--poll-interval", "1s", "--", *agent(OTHER + WAITS + "true")).status == 0
    until(bench.is_up)
    tip = repo.git("rev-parse", "main")
    repo.git("branch", "--quiet", "-D", "main")

    status = cli("status")
    bench.gate.touch()
    until(lambda: bench.record()[0] != "running")
    with beside(repo, "attach") as attached:
        until(lambda: "bad succeeded" in attached.said())
        stopped = cli("stop")
        assert attached.ended().status == 0

    missing = "error: parallel.target: there is no branch 'main'\n"
    assert (status.status, status.stderr.startswith(missing)) == (2, True)
    assert (stopped.status, stopped.stdout.splitlines()[-1]) == (0, "stopped; nothing runs")
    assert cli("run", "--", *agent()).stderr.startswith(missing)
    repo.git("branch", "main", tip)
    assert bench.record() == ("succeeded", "")
    assert is_undisturbed(bench)
    assert cli("merge").status == 0


# -- signals, terminals and suspension ---------------------------------------------------------------------

ASKED = "no new launches; agents finish"


@pytest.mark.sample(2)
@pytest.mark.parametrize("name", ["HUP", "INT", "TERM", "QUIT"])
def test_a_signal_while_agents_run(bench: Bench, cli: Cli, agent: Agent, name: str) -> None:
    number = getattr(signal, f"SIG{name}")
    with beside(bench.repo, "run", "-j", "1", "--", *agent(OTHER + WAITS + "true")) as run:
        until(bench.is_up)
        run.tell(number)
        until(lambda: ("stopping the agents" if name == "QUIT" else ASKED) in run.said())
        if name != "QUIT":
            bench.gate.touch()
        ran = run.ended()

    assert ran.status == 128 + number
    assert bench.record() == (("cancelled", "stopped") if name == "QUIT" else ("succeeded", ""))
    assert (bench.kept(), bench.repo.worktree("other").exists()) == ("half\n", False)
    assert cli("run", "--", *agent(OTHER)).status == 0
    assert is_undisturbed(bench)


def test_keys_that_are_pressed_three_times(bench: Bench, cli: Cli, agent: Agent) -> None:
    with beside(bench.repo, "run", "--", *agent(OTHER + "trap '' INT TERM; " + WAITS)) as run:
        until(bench.is_up)
        until(lambda: "other succeeded" in run.said())
        for number, word in ((signal.SIGINT, ASKED), (signal.SIGQUIT, "stopping the agents")):
            run.tell(number)
            until(lambda: word in run.said())  # noqa: B023
        # The same signal within a moment is the same key press, so another one than the last.
        run.tell(signal.SIGINT)
        until(lambda: "killing the agents" in run.said())
        ran = run.ended()

    assert (ran.status, bench.record()) == (130, ("cancelled", "stopped"))
    assert is_undisturbed(bench)
    assert goes_on(bench, cli)


@pytest.mark.parametrize("name", ["INT", "QUIT"])
def test_a_signal_while_it_settles(bench: Bench, agent: Agent, name: str) -> None:
    inside = bench.repo.path.parent / "inside"
    hook = bench.repo.path / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {inside}; until [ -e {bench.gate} ]; do sleep 0.02; done\n")
    hook.chmod(0o755)
    with beside(bench.repo, "run", "--", *agent(OTHER)) as run:
        until(inside.exists)
        run.tell(getattr(signal, f"SIG{name}"))
        until(lambda: "agents" in run.said())
        bench.gate.touch()
        assert run.ended().status == 128 + getattr(signal, f"SIG{name}")

    assert [bench.record(task) for task in ("bad", "other")] == [("succeeded", "")] * 2
    assert is_undisturbed(bench)


def test_a_signal_while_it_merges(bench: Bench, cli: Cli, agent: Agent) -> None:
    inside = bench.repo.path.parent / "inside"
    verify = f"touch {inside}; until [ -e {bench.gate} ]; do sleep 0.02; done"
    with beside(bench.repo, "run", "--merge", "--verify", verify, "--", *agent(OTHER)) as run:
        until(inside.exists)
        run.tell(signal.SIGTERM)
        until(lambda: ASKED in run.said())
        bench.gate.touch()
        assert run.ended().status == 128 + signal.SIGTERM

    assert [bench.record(task) for task in ("bad", "other")] == [("merged", "")] * 2
    assert (bench.repo.git("show", "main:bad.txt"), bench.repo.is_sound()) == ("half", True)
    assert "nothing" in cli("merge").stdout


def test_the_terminal_is_closed(bench: Bench, cli: Cli, agent: Agent) -> None:
    command = [*COMMAND, "run", "-j", "1", "--", *agent(OTHER + WAITS + "true")]
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(bench.repo.path)
        os.execv(sys.executable, command)
    until(bench.is_up)
    os.close(terminal)
    until(lambda: "asked to end" in (bench.repo.path / ".git/parallel/logs/coordinator.log").read_text())
    assert bench.record()[0] in ("ready", "running"), "the agent has not been disturbed"
    bench.gate.touch()

    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 128 + signal.SIGHUP
    assert bench.record() == ("succeeded", "")
    assert cli("run", "--", *agent(OTHER)).status == 0
    assert is_undisturbed(bench)


@pytest.mark.campaign
@pytest.mark.skipif(ROUNDS < 20, reason="takes 15 s; 'make campaign' runs it")
def test_all_is_suspended_for_longer_than_the_limits(bench: Bench, agent: Agent) -> None:
    limits = ("--timeout", "6s", "--stall-timeout", "5s")
    with beside(bench.repo, "run", *limits, "--", *agent(OTHER + WAITS + "true")) as run:
        until(bench.is_up)
        until(lambda: "other succeeded" in run.said())
        everyone = [int(one.split()[0]) for one in bench.alive()]
        for number in (signal.SIGSTOP, signal.SIGCONT):
            for pid in everyone:
                # The agent's `sleep` may have ended by itself.
                subprocess.run(["kill", f"-{number.value}", str(pid)], capture_output=True, check=False)
            if number == signal.SIGSTOP:
                subprocess.run(["sleep", "17"], check=True)  # more than a limit, and MUCH_TOO_LATE with it
        bench.gate.touch()
        assert run.ended().status == 0
    assert bench.record() == ("succeeded", "")
    assert is_undisturbed(bench)
