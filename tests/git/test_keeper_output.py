"""Logs that outgrow their limit: what is kept of them, and reading them meanwhile."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from git_parallel.agents import process
from git_parallel.agents.keeper.cutting import cut, head_size, is_over, left_out, mark
from git_parallel.agents.logs import Log
from tests.git.agent_bench import LINUX, TASK, Bench, ending, is_running, until

LIMIT = 64 * 1024
FLOOD = 50_000_000

FLOODS = f"""
import os, sys
os.write(1, b"the first line\\n")
line = b"x" * 99 + b"\\n"
for _ in range({FLOOD // 100_000}):
    os.write(1, line * 1000)
os.write(1, b"the last line\\n")
sys.exit(3)
"""

# Lines as long as their numbers tell, at a pace that readers can follow.
COUNTS = """
import os, time
for number in range(40):
    os.write(1, b"".join(b"%07d\\n" % (number * 500 + n) for n in range(500)))
    time.sleep(0.02)
"""


def limited(bench: Bench, script: str, limit: int = LIMIT) -> process.Job:
    return replace(bench.job(sys.executable, "-ISE", "-c", script), log_limit=limit)


# -- the keeper --------------------------------------------------------------------------------------------


def test_of_a_flood_the_head_and_the_tail_are_kept(bench: Bench) -> None:
    record = bench.run(limited(bench, FLOODS))

    assert record == ending(3, dropped=record.dropped)
    kept = bench.log.read_bytes()
    head, line, tail = kept.partition(mark(record.dropped))
    assert line
    assert len(head) == LIMIT // 4
    assert LIMIT // 4 <= len(tail) <= LIMIT
    assert head.startswith(b"the first line\n")
    assert tail.endswith(b"x\nthe last line\n")
    # What is written at the very moment of a cut is not counted.
    assert 0.99 * FLOOD < len(head) + record.dropped + len(tail) <= FLOOD + 29


def test_a_log_within_its_limit_is_left_alone(bench: Bench) -> None:
    job = limited(bench, "print('x' * 65000, end='')")

    assert bench.run(job) == ending(0)
    assert bench.log.read_text() == "x" * 65000


def test_without_a_limit_all_is_kept(bench: Bench) -> None:
    bench.run(bench.job(sys.executable, "-ISE", "-c", FLOODS))

    assert bench.log.stat().st_size == FLOOD + 29


def test_a_log_is_cut_while_the_agent_goes_on(bench: Bench) -> None:
    bench.launch(replace(bench.sh("yes | head -c 999999; sleep 9"), log_limit=LIMIT))

    until(lambda: bench.log.exists() and mark(999999 - 2 * (LIMIT // 4)) in bench.log.read_bytes())

    assert bench.log.stat().st_size == LIMIT // 2 + 64


@LINUX
def test_an_agent_that_prints_nothing_costs_no_wakeup(bench: Bench) -> None:
    job = replace(bench.sh("exec sleep 9", timeout=600), log_limit=LIMIT)
    launched = bench.launched(job)
    status = Path(f"/proc/{launched.keeper_pid}/status")
    until(lambda: "(sleeping)" in status.read_text())
    time.sleep(0.5)  # it looks once at what is there before it listens

    def wakeups() -> list[str]:
        return [line for line in status.read_text().splitlines() if "ctxt_switches" in line]

    before = wakeups()
    time.sleep(1.2)

    assert wakeups() == before


@LINUX
def test_a_keeper_that_was_killed_leaves_a_log_to_read(bench: Bench) -> None:
    script = "yes | head -c 999999; until [ -e go ]; do sleep 0.02; done; echo end"
    launched = bench.launched(replace(bench.sh(script), log_limit=LIMIT))
    bench.await_output("left out here")
    os.kill(launched.keeper_pid, signal.SIGKILL)
    until(lambda: not is_running(launched.keeper_pid))
    (bench.work / "go").touch()
    process.wait(bench.runtime, TASK)

    record = process.read_start(bench.runtime, TASK, 1)
    assert record is not None
    with bench.log.open("rb") as file:
        read = b"".join(Log(file, record.log_limit).more())
    assert read == bench.log.read_bytes()
    assert process.read_exit(bench.runtime, TASK, 1) is None


def test_a_reader_sees_all_in_order_and_nothing_twice(bench: Bench) -> None:
    bench.launch(limited(bench, COUNTS, limit=32 * 1024))
    until(bench.log.exists)

    read = b""
    with bench.log.open("rb") as file:
        log = Log(file, 32 * 1024)
        while process.is_alive(bench.runtime, TASK):
            read += b"".join(log.more())
        read += b"".join(log.more())

    assert bench.ended().dropped > 100_000
    # How much it misses depends on how fast it is; but not what it makes of the rest.
    numbers = [int(line) for line in read.split(b"\n") if len(line) == 7 and line.isdigit()]
    assert numbers == sorted(set(numbers))
    assert (numbers[0], numbers[-1]) == (0, 19_999)
    assert len(numbers) == 20_000 or b"left out here" in read


# -- cutting and reading, step by step ---------------------------------------------------------------------


class Written:
    """A log with its writer, its keeper and its reader."""

    def __init__(self, path: Path) -> None:
        self.path, self.limit, self.dropped, self.count = path, 4096, 0, 0
        self.writer = path.open("ab", buffering=0)
        self.keeper = path.open("r+b", buffering=0)
        self.reader = path.open("rb")
        self.log = Log(self.reader, self.limit)

    def write(self, size: int) -> bytes:
        """Write that much, of which no two places look alike."""
        text = b"".join(b"%07d\n" % n for n in range(self.count, self.count + size // 8))
        self.count += size // 8
        self.writer.write(text)
        return text

    def cut(self) -> None:
        assert is_over(self.keeper.fileno(), self.limit)
        self.dropped = cut(self.keeper.fileno(), self.limit, self.dropped)

    def more(self) -> bytes:
        return b"".join(self.log.more())


@pytest.fixture
def written(tmp_path: Path) -> Iterator[Written]:
    written = Written(tmp_path / "1.log")
    with written.writer, written.keeper, written.reader:
        yield written


def test_cut_once(written: Written) -> None:
    text = written.write(10_000)
    written.cut()

    assert written.path.read_bytes() == text[:1024] + mark(10_000 - 2048) + text[-1024:]
    assert written.dropped == left_out(written.keeper.fileno(), written.limit) == 10_000 - 2048


def test_cut_again(written: Written) -> None:
    text = written.write(10_000)
    written.cut()
    text += written.write(8_000)
    written.cut()

    assert written.path.read_bytes() == text[:1024] + mark(18_000 - 2048) + text[-1024:]


def test_a_reader_sees_across_cuts(written: Written) -> None:
    text = written.write(3_000)
    assert written.more() == text
    text += written.write(1_600)
    written.cut()
    text += written.write(80)

    assert written.more() == mark(4_600 - 1024 - 3_000) + text[4_600 - 1024 :]


def test_a_reader_is_told_what_it_missed(written: Written) -> None:
    text = written.write(800)
    assert written.more() == text
    text += written.write(9_200)
    written.cut()

    assert written.more() == text[800:1024] + mark(10_000 - 2048) + text[-1024:]
    text += written.write(8_000)
    written.cut()
    assert written.more() == mark(8_000 - 1024) + text[-1024:]
    assert written.more() == b""


def test_a_log_that_grew_again_beyond_where_the_reader_was(written: Written) -> None:
    text = written.write(4_000)
    assert written.more() == text
    text += written.write(1_000)
    written.cut()
    text += written.write(3_200)

    assert written.path.stat().st_size > 4_000
    assert written.more() == text[4_000:]


def test_what_looks_like_a_mark_elsewhere_is_text(written: Written) -> None:
    written.writer.write(mark(77))
    written.write(800)

    assert left_out(written.keeper.fileno(), written.limit) == 0
    assert written.more() == written.path.read_bytes()


def test_the_smallest_limit_leaves_room_for_the_mark() -> None:
    assert head_size(1) > 2 * len(mark(10**30))
