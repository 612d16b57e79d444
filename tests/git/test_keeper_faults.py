"""What agents do to themselves, and what happens to keepers."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from git_parallel.agents import process
from git_parallel.agents.process import NotLaunched
from tests.git.agent_bench import LINUX, TASK, Bench, ending, is_running, until

pytestmark = pytest.mark.parametrize("bench", ["alone", "nursery"], indirect=True)


def test_an_agent_killed_by_somebody(bench: Bench) -> None:
    os.kill(bench.launched(bench.sh("exec sleep 9")).pid, signal.SIGKILL)

    assert bench.ended() == ending(signal=9)


def test_an_agent_that_goes_elsewhere(bench: Bench) -> None:
    assert bench.run(bench.sh("cd / && pwd; exit 3")) == ending(3)
    assert bench.log.read_text() == "/\n"


def test_an_agent_that_deletes_its_directory(bench: Bench) -> None:
    assert bench.run(bench.sh('rmdir "$PWD" && echo gone; exit 3')) == ending(3)
    assert bench.log.read_text() == "gone\n"


def test_an_agent_that_closes_its_output_and_goes_on(bench: Bench) -> None:
    job = bench.sh("echo up; exec >&- 2>&- <&-; while [ ! -e go ]; do sleep 0.02; done; exit 4")
    bench.launch(job)
    bench.await_output("up")
    assert process.is_alive(bench.runtime, TASK)
    (bench.work / "go").touch()

    assert bench.ended() == ending(4)


def test_an_agent_that_deletes_its_log(bench: Bench) -> None:
    job = bench.sh(f"rm '{bench.log}'; yes | head -c 999999; exit 4")

    record = bench.run(replace(job, log_limit=4096, stall=60))

    assert record == ending(4, dropped=record.dropped)


@LINUX
def test_a_task_whose_keeper_was_killed_can_run_again(bench: Bench) -> None:
    launched = bench.launched(bench.sh("exec sleep 9"))
    os.kill(launched.keeper_pid, signal.SIGKILL)
    until(lambda: not is_running(launched.keeper_pid))
    assert bench.stop(now=True)
    process.wait(bench.runtime, TASK)

    assert bench.launched(bench.job("true", attempt=2)).attempt == 2
    assert replace(bench.ended(2), attempt=1) == ending(0)
    assert process.read_exit(bench.runtime, TASK, 1) is None


@LINUX
def test_an_agent_that_kills_its_keeper_is_alive_and_then_lost(bench: Bench) -> None:
    bench.launch(bench.sh("kill -KILL $PPID; echo done; while [ ! -e go ]; do sleep 0.02; done"))
    bench.await_output("done")
    assert process.is_alive(bench.runtime, TASK)
    (bench.work / "go").touch()
    process.wait(bench.runtime, TASK)

    assert process.read_exit(bench.runtime, TASK, 1) is None
    assert not bench.stop()


def test_a_stopped_keeper_goes_on_where_it_was(bench: Bench) -> None:
    launched = bench.launched(bench.sh("while [ ! -e go ]; do sleep 0.02; done; exit 3"))
    os.kill(launched.keeper_pid, signal.SIGSTOP)
    (bench.work / "go").touch()
    until(lambda: not bench.log.exists() or not is_running(launched.pid))
    assert process.read_exit(bench.runtime, TASK, 1) is None
    os.kill(launched.keeper_pid, signal.SIGCONT)

    assert bench.ended() == ending(3)


def test_a_record_of_an_older_version_can_be_read(bench: Bench) -> None:
    bench.run(bench.sh("exit 7"))
    for kind in ("exit", "start"):
        file = bench.runtime / f"20.1.{kind}"
        record = json.loads(file.read_text())
        later = {"stalled", "dropped", "log_limit"}
        file.write_text(json.dumps({name: value for name, value in record.items() if name not in later}))

    assert bench.ended() == ending(7)
    start = process.read_start(bench.runtime, TASK, 1)
    assert start is not None
    assert start.log_limit is None


# -- full disks --------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(bench: Bench) -> Iterator[Path]:
    """The runtime directory on a disk of its own, of 64 blocks."""
    disk = bench.runtime.parent
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k,mode=700", "tmpfs", str(disk)]
    try:
        mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        pytest.skip("needs the right to mount")
    yield disk
    process.wait(bench.runtime, TASK)
    # Lazily: of a keeper's descriptors the lock need not be the last to be closed.
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


FILLS = 'until ! echo >> "$1"; do head -c 99999 /dev/zero >> "$1"; done'


def test_an_agent_that_fills_the_disk_keeps_its_exit_record(bench: Bench, small_disk: Path) -> None:
    job = bench.job("sh", "-c", f"{FILLS}; exit 3", "sh", str(small_disk / "fill"))

    assert bench.run(job) == ending(3)
    with pytest.raises(OSError, match="No space left"):
        (small_disk / "more").write_text("x" * 4096)


def test_on_a_full_disk_no_agent_is_started(bench: Bench, small_disk: Path) -> None:
    bench.runtime.mkdir()
    (small_disk / "fill").touch()
    subprocess.run(["sh", "-c", FILLS, "sh", small_disk / "fill"], capture_output=True, check=False)

    assert bench.launch(bench.sh("echo ran")) == NotLaunched(
        TASK, 1, "cannot keep the agent: no space left on device"
    )
    assert process.read_start(bench.runtime, TASK, 1) is None
    assert not bench.log.exists()


def test_a_log_that_filled_the_disk_makes_room_again(bench: Bench, small_disk: Path) -> None:
    bench.log = small_disk / "logs" / "1.log"
    until_there_is_room = "until echo end; do sleep 0.02; done"

    record = bench.run(replace(bench.sh(f"yes; {until_there_is_room}; exit 3"), log_limit=16 * 1024))

    assert record == ending(3, dropped=record.dropped)
    assert record.dropped > 100_000
    assert bench.log.read_text().endswith("end\n")
