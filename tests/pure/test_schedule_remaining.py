"""What is left of one task and of all, and how much is gained so far."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from git_parallel.names import TaskId
from git_parallel.overlap.footprint import of_task
from git_parallel.overlap.meet import Overlaps
from git_parallel.schedule.progress import Report
from git_parallel.schedule.remaining import Outlook, remaining, speedup, time_left
from git_parallel.tasks.task import Declared, Kind, Task


def task(name: str, *paths: str) -> Task:
    declared = tuple(Declared(path, Kind.MODIFY, "s", 1) for path in paths)
    return Task(TaskId(name), name, f"{name}.md", 1, declared=declared)


def told(percent: float, at: float) -> Report:
    return Report(percent, "", at)


@pytest.mark.parametrize(
    ("now", "typical", "report", "left"),
    [
        (30.0, 100.0, None, 70.0),
        (100.0, 100.0, None, None),
        (30.0, None, None, None),
        # Half in 30 s: 30 s more, and from there on nothing else counts.
        (30.0, None, told(50, 30), 30.0),
        (30.0, 1000.0, told(50, 30), 30.0),
        # It goes on as it went until it was told: what was 75 s then is 65 s ten seconds later.
        (35.0, None, told(25, 25), 65.0),
        # A quarter told: half of the word is its own, half is what is usual.
        (35.0, 100.0, told(25, 25), 65.0),
        (35.0, 135.0, told(25, 25), 82.5),
        # Too early to say anything, and overtaken by time.
        (30.0, 100.0, told(4, 1), 70.0),
        (61.0, None, told(50, 30), None),
        (61.0, 100.0, told(50, 30), 39.0),
        (30.0, 100.0, told(100, 20), 0.0),
        # A clock that was put back or forward.
        (30.0, None, told(50, -500), None),
        (30.0, None, told(50, 9000), 30.0),
        (-30.0, 100.0, None, 100.0),
    ],
)
def test_time_left_of_one(
    now: float, typical: float | None, report: Report | None, left: float | None
) -> None:
    found = time_left(started=0.0, now=now, typical=typical, report=report)
    assert found == (None if left is None else pytest.approx(left))


@given(
    st.floats(-1e6, 1e9),
    st.none() | st.floats(0, 1e6),
    st.none() | st.builds(told, st.floats(0, 100), st.floats(-1e6, 1e9)),
)
def test_time_left_is_never_negative(now: float, typical: float | None, report: Report | None) -> None:
    found = time_left(started=0.0, now=now, typical=typical, report=report)
    assert found is None or found >= 0.0


A, B, C, D = task("a", "x.py"), task("b", "x.py"), task("c", "c.py"), task("d", "d.py")
ALL = Overlaps(of_task(one) for one in (A, B, C, D))


def outlook(
    waiting: list[Task], running: Mapping[Task, float | None], *, slots: int = 2, **waits: list[TaskId]
) -> Outlook | None:
    seconds = {TaskId(name): 10.0 for name in "abcd"}
    after = {TaskId(name): names for name, names in waits.items()}
    return remaining(waiting, ALL, waits=after, seconds=seconds, slots=slots, running=running)


def test_all_of_them() -> None:
    assert outlook([], {}) is None
    assert outlook([], {A: 4.0, C: 7.0}) == Outlook(7.0)
    assert outlook([B], {A: 4.0, C: 7.0}) == Outlook(14.0), "it overlaps the one that has 4 s left"
    assert outlook([C, D], {A: 4.0}, slots=1) == Outlook(24.0)
    assert outlook([D], {A: 4.0}, d=[A.id]) == Outlook(14.0), "it comes after one that runs"
    assert outlook([D], {A: 4.0}) == Outlook(10.0)


def test_of_a_task_that_nothing_is_known_of_it_is_the_least() -> None:
    assert outlook([], {A: None}) is None
    assert outlook([], {A: None, C: 7.0}) == Outlook(7.0, is_least=True)
    assert outlook([B], {A: None}) == Outlook(10.0, is_least=True)


def test_without_any_duration_nothing_is_said() -> None:
    assert remaining([B], ALL, waits={}, seconds={}, slots=2, running={A: 4.0}) is None


names = st.lists(st.sampled_from([A, B, C, D]), unique=True)
lefts = st.none() | st.floats(0, 1e6)


@given(names, st.lists(lefts, min_size=4, max_size=4), st.integers(0, 4), st.integers(0, 5))
def test_all_end_no_earlier_than_any_of_them(
    order: list[Task], left: list[float | None], cut: int, slots: int
) -> None:
    running = dict(zip(order[:cut], left, strict=False))
    found = outlook(order[cut:], running, slots=slots)
    if found is not None:
        least = max([0.0, *(one or 0.0 for one in running.values()), *(10.0 for _ in order[cut:])])
        assert found.seconds >= least
        assert found.is_least == (None in running.values())


def test_speedup_so_far() -> None:
    assert speedup([], began=0.0, now=0.0) is None
    assert speedup([(0.0, 10.0), (0.0, 5.0)], began=0.0, now=10.0) == 1.5
    assert speedup([(-100.0, 10.0)], began=0.0, now=10.0) == 1.0, "what was before the run is not its own"
    assert speedup([(-20.0, -10.0), (5.0, 99.0)], began=0.0, now=10.0) == 0.5


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100))), st.floats(0.001, 100))
def test_speedup_is_at_most_the_number_of_attempts(spans: list[tuple[float, float]], now: float) -> None:
    found = speedup(spans, began=0.0, now=now)
    assert found is not None
    assert 0.0 <= found <= len(spans) + 1e-9
