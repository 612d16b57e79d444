"""Real keepers and real agents: small scripts, no mocks."""

import contextlib
import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from git_parallel.agents import process
from git_parallel.agents.nursery import KEEPER
from git_parallel.agents.process import Job, Launched, NotLaunched
from git_parallel.errors import Busy
from tests.git.agent_bench import LINUX, ROOT, TASK, Bench, ending, is_running, until

pytestmark = pytest.mark.parametrize("bench", ["alone", "nursery"], indirect=True)

# Ends well when asked to.
POLITE = (
    "import signal, sys; signal.signal(2, lambda *_: sys.exit(5)); print('up', flush=True); signal.pause()"
)

# Hears INT and TERM, and goes on.
DEAF = """
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
signal.signal(signal.SIGINT, lambda *_: print("asked", flush=True))
print("up", flush=True)
while True:
    signal.pause()
"""

# A daemon as they come: own session, reparented, every descriptor closed, deaf to TERM.
DAEMON = """
import os, signal, sys
if os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with open("daemon.pid.new", "w") as file:
        file.write(str(os.getpid()))
    os.rename("daemon.pid.new", "daemon.pid")
    os.closerange(0, 256)
    while True:
        signal.pause()
while not os.path.exists("daemon.pid"):
    pass
sys.exit(4)
"""


# -- what is kept ------------------------------------------------------------------------------------------


def test_the_exit_status_is_kept(bench: Bench) -> None:
    assert bench.run(bench.sh("exit 7")) == ending(7)


def test_death_by_a_signal_is_kept(bench: Bench) -> None:
    assert bench.run(bench.sh("kill -SEGV $$")) == ending(signal=11)


def test_the_log_has_both_outputs_in_order_and_is_appended_to(bench: Bench) -> None:
    bench.log.parent.mkdir(parents=True)
    bench.log.write_text("before\n")

    bench.run(bench.sh("echo out; echo err >&2; echo out again"))

    assert bench.log.read_text() == "before\nout\nerr\nout again\n"


def test_the_prompt_arrives_on_stdin_and_the_agent_works_in_its_directory(bench: Bench) -> None:
    bench.run(bench.sh("cat; pwd"))

    assert bench.log.read_text() == f"please\n{bench.work}\n"


def test_names_that_are_no_utf8_arrive_as_they_are(bench: Bench) -> None:
    job = bench.job("sh", "-c", 'printf "%s %s" "$1" "$NAME"', "sh", os.fsdecode(b"a\xff\xe9"))

    bench.run(replace(job, env={**job.env, "NAME": os.fsdecode(b"\xfe")}))

    assert bench.log.read_bytes() == b"a\xff\xe9 \xfe"


def test_files_are_private_and_nothing_is_left_over(bench: Bench) -> None:
    job = bench.sh("true")
    bench.run(replace(job, env={**job.env, "TOKEN": "s3cret"}))

    modes = {f.name: stat.S_IMODE(f.stat().st_mode) for f in [*bench.runtime.iterdir(), bench.log]}
    assert modes == dict.fromkeys(["20.lock", "20.keeper", "20.1.start", "20.1.exit", "1.log"], 0o600)
    folders = (bench.runtime.parent, bench.runtime, bench.log.parent)
    assert [stat.S_IMODE(f.stat().st_mode) for f in folders] == [0o700] * 3
    assert all(b"s3cret" not in f.read_bytes() for f in bench.runtime.iterdir())


def test_a_torn_record_is_none(bench: Bench) -> None:
    bench.runtime.mkdir(parents=True)
    (bench.runtime / "20.1.exit").write_text('{"attempt": 1, "status"')
    (bench.runtime / "20.1.start").write_text("[]")

    assert process.read_exit(bench.runtime, TASK, 1) is None
    assert process.read_start(bench.runtime, TASK, 1) is None
    assert process.read_exit(bench.runtime, TASK, 2) is None


# -- what an agent gets ------------------------------------------------------------------------------------


def test_the_agent_gets_exactly_its_environment(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", "/elsewhere")

    bench.run(replace(bench.job("/usr/bin/env"), env={"ONE": "1"}))

    assert bench.log.read_text() == f"ONE=1\nPWD={bench.work}\n"


@LINUX
def test_no_descriptor_leaks_to_the_agent_but_the_lock(bench: Bench) -> None:
    script = "for fd in /proc/$$/fd/*; do readlink $fd; done"
    with (bench.work / "mine").open("w") as mine:
        os.set_inheritable(mine.fileno(), True)
        bench.run(bench.job("sh", "-c", script))

    lock = str(bench.runtime / "20.lock")
    assert bench.log.read_text().splitlines() == [str(bench.prompt), str(bench.log), str(bench.log), lock]


@LINUX
def test_signals_are_as_after_a_login_whatever_the_launcher_ignores(bench: Bench) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM, signal.SIGALRM])
    try:
        bench.run(bench.job("grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"))
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM, signal.SIGALRM])
        signal.signal(signal.SIGHUP, before)

    masks = {
        name: int(mask, 16)
        for name, _, mask in (s.partition(":\t") for s in bench.log.read_text().splitlines())
    }
    # 32 and 33 belong to the C library, which lets nobody set them; a launcher may have handed them on ignored.
    assert {name: mask & ~(0b11 << 31) for name, mask in masks.items()} == {"SigBlk": 0, "SigIgn": 0}


@LINUX
def test_agent_and_keeper_have_sessions_of_their_own(bench: Bench) -> None:
    launched = bench.launched(bench.sh("read line; exec sleep 9"))

    sessions = {os.getsid(pid) for pid in (0, launched.pid, launched.keeper_pid)}

    assert len(sessions) == 3
    assert os.getpgid(launched.pid) == launched.pid
    assert Path(f"/proc/{launched.keeper_pid}/cwd").readlink() == Path("/")


# -- what cannot be started --------------------------------------------------------------------------------


def test_a_command_that_is_not_found_is_an_answer(bench: Bench) -> None:
    reason = "cannot run 'no-such-agent': no such file or directory"

    assert bench.launch(bench.job("no-such-agent")) == NotLaunched(TASK, 1, reason)
    assert not process.is_alive(bench.runtime, TASK)
    assert bench.ended() == ending(error=reason)


def test_a_command_that_is_not_executable_is_an_answer(bench: Bench) -> None:
    (bench.work / "agent").write_text("#!/bin/sh\n")
    reason = "cannot run './agent': permission denied"

    assert bench.launch(bench.job("./agent")) == NotLaunched(TASK, 1, reason)
    assert bench.ended() == ending(error=reason)


def test_a_missing_directory_is_an_answer(bench: Bench) -> None:
    bench.work.rmdir()
    reason = f"cannot enter '{bench.work}': no such file or directory"

    assert bench.launch(bench.sh("true")) == NotLaunched(TASK, 1, reason)
    assert bench.ended() == ending(error=reason)


@pytest.mark.parametrize("argv", [(), ("a\0b",)])
def test_an_impossible_command_is_an_answer(bench: Bench, argv: tuple[str, ...]) -> None:
    answer = bench.launch(bench.job(*argv))

    assert isinstance(answer, NotLaunched)
    assert answer.reason.startswith("cannot run ")
    assert bench.ended() == ending(error=answer.reason)


def test_a_missing_prompt_is_an_answer(bench: Bench) -> None:
    bench.prompt.unlink()
    reason = f"cannot read the prompt '{bench.prompt}': no such file or directory"

    assert bench.launch(bench.sh("true")) == NotLaunched(TASK, 1, reason)
    assert bench.ended() == ending(error=reason)


def test_an_agent_whose_start_cannot_be_recorded_never_runs(bench: Bench) -> None:
    (bench.runtime / "20.1.start.new").mkdir(parents=True)
    reason = "cannot keep the agent: is a directory"

    assert bench.launch(bench.sh("echo ran")) == NotLaunched(TASK, 1, reason)
    assert bench.ended() == ending(error=reason)
    assert bench.log.read_text() == ""


@pytest.mark.parametrize("kind", ["symlink", "fifo", "hard link"])
def test_a_log_that_is_no_plain_file_is_refused(bench: Bench, kind: str) -> None:
    bench.log.parent.mkdir(parents=True)
    victim = bench.work / "victim"
    victim.write_text("precious\n")
    {"symlink": bench.log.symlink_to, "hard link": bench.log.hardlink_to}.get(
        kind, lambda _: os.mkfifo(bench.log)
    )(victim)

    answer = bench.launch(bench.sh("echo overwritten"))

    assert isinstance(answer, NotLaunched)
    assert answer.reason.startswith(f"cannot open the log '{bench.log}': ")
    assert bench.ended() == ending(error=answer.reason)
    assert victim.read_text() == "precious\n"


# -- ending in time ----------------------------------------------------------------------------------------


def test_an_agent_deaf_to_int_and_term_ends_by_its_time_limit(bench: Bench) -> None:
    job = bench.sh("trap '' INT TERM; echo deaf; while :; do sleep 9; done", timeout=0.3, grace=0.1)
    began = time.monotonic()

    assert bench.run(job) == ending(signal=9, timed_out=True)
    assert 0.5 <= time.monotonic() - began < 2.0


def test_an_agent_that_ends_well_when_its_time_is_up_keeps_its_status(bench: Bench) -> None:
    job = bench.job(sys.executable, "-ISE", "-c", POLITE, timeout=0.5)

    assert bench.run(job) == ending(5, timed_out=True)


def test_stop_asks_politely_and_says_so(bench: Bench) -> None:
    bench.launch(bench.job(sys.executable, "-ISE", "-c", POLITE))
    bench.await_output("up")

    assert bench.stop()
    assert bench.ended() == ending(5, stopped=True)
    assert not bench.stop()


def test_stop_insists_after_the_grace(bench: Bench) -> None:
    bench.launch(bench.job(sys.executable, "-ISE", "-c", DEAF, grace=0.1))
    bench.await_output("up")

    assert bench.stop()
    assert bench.ended() == ending(signal=9, stopped=True)


@pytest.mark.parametrize("how", ["now", "twice"])
def test_stop_now_does_not_wait_for_the_grace(bench: Bench, how: str) -> None:
    bench.launch(bench.job(sys.executable, "-ISE", "-c", DEAF, grace=60))
    bench.await_output("up")
    began = time.monotonic()

    if how == "twice":
        assert bench.stop()
        bench.await_output("asked")
        assert bench.stop()
    else:
        assert bench.stop(now=True)

    assert bench.ended() == ending(signal=9, stopped=True)
    assert time.monotonic() - began < 1.5


def test_a_hangup_of_the_keeper_is_nothing(bench: Bench) -> None:
    launched = bench.launched(bench.sh("echo up; while [ ! -e go ]; do sleep 0.02; done; exit 3"))
    os.kill(launched.keeper_pid, signal.SIGHUP)
    (bench.work / "go").touch()

    assert bench.ended() == ending(3)


@LINUX
def test_stop_signals_nobody_else(bench: Bench) -> None:
    bench.launch(bench.sh("exec sleep 9"))
    file = bench.runtime / "20.1.start"
    record = json.loads(file.read_text())
    time.sleep(0.05)  # start times are counted in ticks of 10 ms
    with subprocess.Popen(["sleep", "9"]) as innocent:
        # As if both pids had been given to somebody else meanwhile.
        file.write_text(json.dumps(record | {"pid": innocent.pid, "agent_pid": innocent.pid}))
        assert not bench.stop()
        file.write_text(json.dumps(record | {"boot_id": "another boot"}))
        assert not bench.stop()
        assert innocent.poll() is None
        innocent.kill()
    file.write_text(json.dumps(record))
    assert bench.stop()


# -- leaving nothing behind --------------------------------------------------------------------------------


@LINUX
def test_a_daemon_of_the_agent_is_ended_and_reaped(bench: Bench) -> None:
    job = bench.job(sys.executable, "-ISE", "-c", DAEMON, grace=0.1)

    assert bench.run(job) == ending(4)
    assert not is_running(int((bench.work / "daemon.pid").read_text()))


@LINUX
def test_a_chain_of_leftovers_is_ended_without_waiting_for_the_grace(bench: Bench) -> None:
    began = time.monotonic()
    bench.run(bench.sh("setsid sh -c 'setsid sleep 31 & echo $!; wait' & echo $!; sleep 0.1; exit 0"))

    assert time.monotonic() - began < 1.5
    pids = [int(line) for line in bench.log.read_text().split()]
    assert len(pids) == 2
    assert not any(map(is_running, pids))


def test_the_exit_record_is_there_before_the_lock_is_free(bench: Bench) -> None:
    for attempt in range(1, 6):
        bench.launch(bench.job("true", attempt=attempt))
        process.wait(bench.runtime, TASK)
        assert process.read_exit(bench.runtime, TASK, attempt) is not None


def test_wait_returns_at_once_after_the_exit(bench: Bench) -> None:
    bench.launch(bench.sh("while [ ! -e go ]; do sleep 0.02; done"))
    waiters = [threading.Thread(target=process.wait, args=(bench.runtime, TASK)) for _ in range(5)]
    for waiter in waiters:
        waiter.start()
    assert process.is_alive(bench.runtime, TASK)
    (bench.work / "go").touch()
    for waiter in waiters:
        waiter.join(5)

    record = process.read_exit(bench.runtime, TASK, 1)
    assert record is not None
    assert time.time() - record.ended < 0.3
    assert not process.is_alive(bench.runtime, TASK)


def test_looking_makes_no_files(bench: Bench) -> None:
    bench.runtime.mkdir(parents=True)

    assert not process.is_alive(bench.runtime, TASK)
    process.wait(bench.runtime, TASK)
    assert not bench.stop()
    assert list(bench.runtime.iterdir()) == []


# -- crashes and races -------------------------------------------------------------------------------------

LAUNCHER = """
import json, os, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from git_parallel.agents import process
from git_parallel.names import TaskId
from tests.git.agent_bench import LINUX, ROOT, TASK, Bench, ending, is_running, until
base, script = Path(sys.argv[2]), sys.argv[3]
job = process.Job(TaskId("20"), 1, ("sh", "-c", script), base / "work", dict(os.environ),
                  base / "logs" / "20" / "1.log", base / "prompt", None, 5.0)
process.launch(base / "parallel" / "tasks", job)
os.kill(os.getpid(), 9)
"""


def test_the_agent_outlives_the_launcher_that_was_killed(bench: Bench, tmp_path: Path) -> None:
    script = "while [ ! -e go ]; do sleep 0.02; done; echo finished; exit 7"
    killed = subprocess.run([sys.executable, "-c", LAUNCHER, ROOT, tmp_path, script], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert process.is_alive(bench.runtime, TASK)

    (bench.work / "go").touch()

    assert bench.ended() == ending(7)
    assert bench.log.read_text() == "finished\n"


def test_a_launcher_that_dies_in_the_handshake_does_no_harm(bench: Bench) -> None:
    bench.runtime.mkdir(parents=True)
    bench.log.parent.mkdir(parents=True)
    keeper = subprocess.Popen(KEEPER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd="/")
    assert keeper.stdin
    assert keeper.stdout
    keeper.stdout.close()  # writing to it is now EPIPE
    keeper.stdin.write(process.document(bench.runtime, bench.sh("exit 7")))
    keeper.stdin.close()
    keeper.wait()
    until(lambda: process.read_exit(bench.runtime, TASK, 1) is not None)

    assert bench.ended() == ending(7)


def test_a_job_that_arrives_torn_touches_nothing(bench: Bench) -> None:
    bench.runtime.mkdir(parents=True)
    whole = process.document(bench.runtime, bench.sh("touch ran"))

    subprocess.run(KEEPER, input=whole[:-5], capture_output=True, check=True)

    assert list(bench.runtime.iterdir()) == []
    assert list(bench.work.iterdir()) == []


@pytest.mark.sample(2)
@pytest.mark.parametrize("script", ["echo ran", "echo ran; exec sleep 0.2"])
def test_of_launches_at_once_exactly_one_runs(bench: Bench, script: str) -> None:
    def attempt_to_launch(job: Job) -> str:
        with contextlib.suppress(Busy):
            return type(bench.launch(job)).__name__
        return "Busy"

    with ThreadPoolExecutor(4) as pool:
        for attempt in range(1, 11):
            bench.log = bench.log.with_name(f"{attempt}.log")
            job = replace(bench.sh(script), attempt=attempt)
            assert sorted(pool.map(attempt_to_launch, [job] * 4)) == ["Busy", "Busy", "Busy", "Launched"]
            process.wait(bench.runtime, TASK)
            assert bench.log.read_text() == "ran\n"
            assert replace(bench.ended(attempt), attempt=1) == ending(0)


def test_the_same_attempt_never_runs_twice(bench: Bench) -> None:
    before = bench.run(bench.sh("echo ran; exit 7"))

    with pytest.raises(Busy, match="attempt 1 of task '20' has run already"):
        bench.launch(bench.sh("echo ran"))

    assert (bench.ended(), bench.log.read_text()) == (before, "ran\n")


def test_an_attempt_that_was_lost_never_runs_again(bench: Bench) -> None:
    bench.run(bench.sh("true"))
    (bench.runtime / "20.1.exit").unlink()

    with pytest.raises(Busy):
        bench.launch(bench.sh("true"))


def test_a_running_task_is_busy_for_every_attempt_and_at_once(bench: Bench) -> None:
    bench.launch(bench.sh("exec sleep 9"))
    began = time.monotonic()

    with pytest.raises(Busy, match="task '20' is running already"):
        bench.launch(bench.job("true", attempt=2))

    assert time.monotonic() - began < 0.5
    assert process.read_exit(bench.runtime, TASK, 2) is None


def test_those_who_look_do_not_keep_a_keeper_from_starting(bench: Bench) -> None:
    bench.run(bench.job("true", attempt=100))  # so that there is a lock to look at
    over = threading.Event()

    def look() -> None:
        while not over.is_set():
            process.is_alive(bench.runtime, TASK)
            process.wait(bench.runtime, TASK)

    lookers = [threading.Thread(target=look) for _ in range(3)]
    for looker in lookers:
        looker.start()
    try:
        answers = []
        for attempt in range(1, 6):
            process.wait(bench.runtime, TASK)
            answers.append(type(bench.launch(bench.job("true", attempt=attempt))))
    finally:
        over.set()
        for looker in lookers:
            looker.join()

    assert answers == [Launched] * 5


@LINUX
def test_an_agent_whose_keeper_was_killed_is_alive_lost_and_stoppable(bench: Bench) -> None:
    launched = bench.launched(bench.sh("exec sleep 9"))
    os.kill(launched.keeper_pid, signal.SIGKILL)
    until(lambda: not is_running(launched.keeper_pid))

    assert process.is_alive(bench.runtime, TASK)
    with pytest.raises(Busy, match="task '20' is running already"):
        bench.launch(bench.job("true", attempt=2))

    assert bench.stop()
    process.wait(bench.runtime, TASK)
    assert process.read_exit(bench.runtime, TASK, 1) is None
    until(lambda: not is_running(launched.pid))  # descriptors are closed a moment before the end


@LINUX
def test_a_keeper_is_small(bench: Bench) -> None:
    launched = bench.launched(bench.sh("exec sleep 9"))

    status = Path(f"/proc/{launched.keeper_pid}/status").read_text()

    assert int(status.split("VmRSS:")[1].split()[0]) < 12 * 1024
