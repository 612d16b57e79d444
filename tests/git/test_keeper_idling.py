"""Agents that do nothing any more, and such as only seem to."""

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from git_parallel.agents import process
from git_parallel.agents.keeper import idling
from git_parallel.agents.keeper.idling import Idling, newest_change
from git_parallel.agents.keeper.job import Job
from tests.git.agent_bench import LINUX, Bench, ending

STALL = 1.0  # seconds; much longer than an agent that works is ever quiet here


def stalling(bench: Bench, script: str, **other: float) -> process.Job:
    return replace(bench.sh(script, **other), stall=STALL)


def python(bench: Bench, script: str) -> process.Job:
    return replace(bench.job(sys.executable, "-ISE", "-c", script), stall=STALL)


# -- with real agents --------------------------------------------------------------------------------------


def test_an_agent_that_sleeps_for_ever_is_ended(bench: Bench) -> None:
    assert bench.run(stalling(bench, "echo tired; exec sleep 99")) == ending(signal=2, stalled=True)


def test_one_that_ends_well_when_told_so_keeps_its_status(bench: Bench) -> None:
    job = stalling(bench, "trap 'exit 5' INT; echo up; sleep 99 & wait")

    assert bench.run(job) == ending(5, stalled=True)


def test_one_that_stopped_itself_is_ended(bench: Bench) -> None:
    assert bench.run(stalling(bench, "kill -STOP $$")) == ending(signal=2, stalled=True)


def test_one_that_was_stopped_by_somebody_hears_the_request_to_stop(bench: Bench) -> None:
    bench.launch(bench.sh("trap 'exit 5' TERM INT; echo up; kill -STOP $$; exit 6"))
    bench.await_output("up")

    assert bench.stop()
    assert bench.ended() == ending(5, stopped=True)


def test_one_whose_directory_has_gone_is_ended(bench: Bench) -> None:
    job = stalling(bench, 'rmdir "$PWD"; exec sleep 99')

    assert bench.run(job) == ending(signal=2, stalled=True)


def test_output_is_life(bench: Bench) -> None:
    job = python(bench, "import time\nfor _ in range(25): print('.', flush=True); time.sleep(0.1)")

    assert bench.run(job) == ending(0)


def test_output_that_is_cut_away_is_life(bench: Bench) -> None:
    job = python(bench, "import time\nfor _ in range(25): print('.' * 3000, flush=True); time.sleep(0.1)")

    record = bench.run(replace(job, log_limit=4096))

    assert record == ending(0, dropped=record.dropped)
    assert record.dropped > 0


def test_file_changes_are_life(bench: Bench) -> None:
    (bench.work / "deep" / "down").mkdir(parents=True)
    (bench.work / "deep" / "down" / "file").touch()
    job = python(bench, "import os, time\nfor _ in range(25): os.utime('deep/down/file'); time.sleep(0.1)")

    assert bench.run(job) == ending(0)


def test_what_changes_in_git_itself_is_not(bench: Bench) -> None:
    (bench.work / ".git").mkdir()
    (bench.work / ".git" / "index").touch()
    job = python(bench, "import os, time\nfor _ in range(99): os.utime('.git/index'); time.sleep(0.1)")

    assert replace(bench.run(job), signal=None, status=None) == ending(stalled=True)


@LINUX
def test_computing_is_life_wherever_in_the_tree(bench: Bench) -> None:
    busy = "import time; end = time.monotonic() + 2.5\nwhile time.monotonic() < end: pass"
    job = stalling(bench, f"setsid sh -c '{sys.executable} -ISE -c \"{busy}\" >/dev/null & wait'; exit 3")

    assert bench.run(job) == ending(3)


def test_a_stalled_agent_deaf_to_int_and_term_is_killed(bench: Bench) -> None:
    job = stalling(bench, "trap '' INT TERM; while :; do sleep 9; done", grace=0.1)

    assert bench.run(job) == ending(signal=9, stalled=True)


# -- step by step ------------------------------------------------------------------------------------------


class World:
    """All that a keeper can see of an agent, set by hand; its limit is 100 s."""

    def __init__(self) -> None:
        self.at, self.wall, self.cpu, self.changed = 1000.0, 5000.0, 0.0, 0.0
        self.output = (0, 0.0)

    def now(self) -> float:
        return self.at

    def written(self) -> tuple[int, float]:
        return self.output

    def passes(self, seconds: float) -> None:
        self.at, self.wall = self.at + seconds, self.wall + seconds


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World()
    monkeypatch.setattr(idling, "cpu_of_children", lambda: world.cpu)
    monkeypatch.setattr(idling, "newest_change", lambda *_: world.changed)
    monkeypatch.setattr(idling.time, "time", lambda: world.wall)
    return world


def keeper_of(world: World) -> Idling:
    job = object.__new__(Job)
    job.stall, job.cwd = 100.0, "/"
    return Idling(job, world, world)  # type: ignore[arg-type]


def live(world: World, keeper: Idling, until: float, *, doing: Callable[[], None] = lambda: None) -> float:
    """Look whenever the keeper wants to; when it found the agent stalled, or `until`."""
    while world.at < until:
        world.passes(max(keeper.due - world.at, 0.001))
        doing()
        if keeper.is_stalled():
            return world.at
    return world.at


def test_silence_from_the_start(world: World) -> None:
    assert live(world, keeper_of(world), 2000) == 1100


def test_looks_are_few(world: World) -> None:
    looks = []

    live(world, keeper_of(world), 2000, doing=lambda: looks.append(world.at))

    assert looks == [1025, 1050, 1075, 1100]


def test_output_between_two_looks_counts_from_when_it_was_written(world: World) -> None:
    keeper = keeper_of(world)
    world.passes(10)
    world.output = (1, world.wall)

    assert live(world, keeper, 2000) == pytest.approx(1110)


def test_a_file_change_counts_from_when_it_was_made(world: World) -> None:
    keeper = keeper_of(world)
    world.changed = world.wall + 60

    assert live(world, keeper, 2000) == pytest.approx(1160)


def test_a_file_change_before_the_start_is_nothing(world: World) -> None:
    keeper = keeper_of(world)
    world.changed = world.wall - 1

    assert live(world, keeper, 2000) == 1100


def test_cpu_time_counts_from_the_look_that_found_it(world: World) -> None:
    keeper = keeper_of(world)
    world.cpu = 1.0

    assert live(world, keeper, 2000) == 1125


def test_a_little_cpu_time_is_nothing(world: World) -> None:
    def idle() -> None:
        world.cpu += 0.2

    assert live(world, keeper_of(world), 2000, doing=idle) == 1100


def test_a_process_that_ended_without_a_trace_is_no_quiet(world: World) -> None:
    keeper = keeper_of(world)
    world.cpu = 30.0
    live(world, keeper, 1100)
    world.cpu = 20.0  # it was at work until just now

    assert live(world, keeper, 2000) == 1225


def test_work_in_all_three_ways_by_turns_is_never_a_stall(world: World) -> None:
    keeper, turn = keeper_of(world), iter(range(10_000))

    def work() -> None:
        match next(turn) % 9:
            case 0:
                world.cpu += 5
            case 3:
                world.changed = world.wall
            case 6:
                world.output = (world.output[0] + 1, world.wall)

    assert live(world, keeper, 9000, doing=work) >= 9000


def test_a_clock_that_is_set_back_ends_nobody(world: World) -> None:
    keeper = keeper_of(world)
    world.passes(25)
    assert not keeper.is_stalled()
    world.wall -= 3600
    world.changed = world.wall + 10  # after that, and before the keeper can see it

    assert live(world, keeper, 2000) == 1150


def test_a_clock_that_is_set_on_ends_nobody(world: World) -> None:
    keeper = keeper_of(world)
    live(world, keeper, 1075)
    world.changed = world.wall + 5
    world.passes(6)
    world.wall += 3600

    assert live(world, keeper, 2000) == pytest.approx(1180)


def test_a_suspension_is_no_silence(world: World) -> None:
    keeper = keeper_of(world)
    live(world, keeper, 1075)
    world.changed = world.wall + 5
    world.wall += 3600  # while the clock of the limits stood still
    assert not keeper.is_stalled()

    assert live(world, keeper, 2000) > 1170


# -- the files ---------------------------------------------------------------------------------------------


def test_the_newest_change_is_found_anywhere_but_in_git(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "sub" / ".git").mkdir(parents=True)
    deep = tmp_path / "a" / "b" / "file"
    deep.touch()
    (tmp_path / "sub" / ".git" / "index").touch()

    assert newest_change(str(tmp_path), 1e12) == max(
        path.stat().st_ctime for path in [deep, deep.parent, tmp_path / "a", tmp_path / "sub"]
    )


def test_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "link").symlink_to(tmp_path)
    newest = (tmp_path / "here" / "link").lstat().st_ctime
    (tmp_path / "newer").touch()

    assert newest_change(str(tmp_path / "here"), 1e12) == newest


def test_a_huge_tree_is_looked_at_in_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idling, "MOST_ENTRIES", 10)
    for number in range(10):
        (tmp_path / f"{number}").mkdir()
    time.sleep(0.02)  # so that the file system's clock has moved on
    (tmp_path / "9" / "below").mkdir()
    time.sleep(0.02)
    (tmp_path / "9" / "below" / "deep").touch()

    assert newest_change(str(tmp_path), 1e12) == (tmp_path / "9").stat().st_ctime


def test_a_directory_that_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    assert newest_change(str(tmp_path / "gone"), 1e12) == float("-inf")


def test_of_the_future_nothing_is_believed(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert newest_change(str(tmp_path), 1.0) == float("-inf")
