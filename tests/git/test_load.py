"""The load that counts is that of others: our own work is not in it, before its end and after."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from git_parallel.agents import load
from git_parallel.agents.load import Gauge, own_seconds

WORK = 0.5
# Uses so much of the CPU, says so, and lives on until its stdin is closed.
BURN = f"""
import sys, time
while time.process_time() < {WORK}: pass
print("done", flush=True)
sys.stdin.read()
"""


@contextmanager
def burnt(script: str) -> Iterator[None]:
    """A shell that has a program burn its CPU time, which then waits."""
    command = ["/bin/sh", "-c", script, "sh", sys.executable, "-c", BURN]
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True) as child:
        assert child.stdout
        assert child.stdout.readline() == "done\n"
        yield


def test_the_work_of_descendants_is_ours_while_they_live_and_only_once_when_they_have_ended() -> None:
    before = own_seconds()
    with burnt('"$@"; exit'):
        alive = own_seconds()
    ended = own_seconds()

    assert alive - before > WORK * 0.9
    assert ended - alive < WORK * 0.9


def test_without_the_kernels_own_list_they_are_found_too(monkeypatch: pytest.MonkeyPatch) -> None:
    before = own_seconds()
    monkeypatch.setattr(load, "_LISTED", "/proc/nowhere/{}/{}")
    with burnt('"$@"; exit'):
        assert own_seconds() - before > WORK * 0.9


def test_the_work_of_who_has_left_us_is_load() -> None:
    before = own_seconds()
    with burnt('exec 3<&0; "$@" <&3 & exit'):
        assert own_seconds() - before < WORK * 0.9


def percents(monkeypatch: pytest.MonkeyPatch, *times: tuple[float, float, float]) -> list[float]:
    """The CPU load at each reading of busy, total and own seconds behind the first."""
    told = iter(times)
    monkeypatch.setattr(load, "_times", lambda: next(told))
    gauge = Gauge(Path("/"))
    return [gauge.read().cpu_percent for _ in times[1:]]


def test_it_is_the_part_of_what_our_own_work_left_that_others_had_since_a_reading_far_enough_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    story = [(10.0, 100.0, 1.0), (12.0, 104.0, 1.0), (14.0, 108.0, 2.0), (14.05, 108.05, 2.0)]

    # The last one is so near that it says nothing yet.
    assert percents(monkeypatch, *story) == [50.0, 33.3, 33.3]


def test_own_work_that_went_unseen_for_once_is_taken_off_only_once(monkeypatch: pytest.MonkeyPatch) -> None:
    story = [(10.0, 100.0, 9.0), (12.0, 104.0, 1.0), (14.0, 108.0, 9.0)]

    assert percents(monkeypatch, *story) == [50.0, 50.0]


def test_others_who_take_all_that_we_leave_are_full_load(monkeypatch: pytest.MonkeyPatch) -> None:
    story = [(10.0, 100.0, 1.0), (14.0, 104.0, 4.0), (18.0, 108.0, 4.0)]

    assert percents(monkeypatch, *story) == [100.0, 100.0]
