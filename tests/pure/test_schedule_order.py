"""The order in which tasks are looked at, and how long failures wait."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from git_parallel.names import TaskId
from git_parallel.schedule.backoff import delay
from git_parallel.schedule.order import launch_order
from git_parallel.tasks.task import Task


def order(*tasks: str, after: str = "") -> str:
    """Tasks as `name` or `name:priority`; `after` as `b<a c<a` (b comes after a)."""
    made = []
    for text in tasks:
        name, _, priority = text.partition(":")
        made.append(Task(TaskId(name), name, "R.md", 1, priority=float(priority) if priority else None))
    waits: dict[TaskId, list[str]] = {}
    for pair in after.split():
        later, _, earlier = pair.partition("<")
        waits.setdefault(TaskId(later), []).append(earlier)
    return " ".join(task.id for task in launch_order(made, waits))


@pytest.mark.parametrize(
    ("tasks", "after", "expected"),
    [
        ("a b c", "", "a b c"),
        ("a b:2 c:1", "", "c b a"),
        ("a:1 b:1 c:0.5", "", "c a b"),
        ("a b c", "c<b", "b a c"),
        ("a b c d e", "c<b d<c e<a", "b a c d e"),
        ("a:1 b:2 c", "c<b", "a b c"),
        ("a b", "a<b b<a", "a b"),
        ("a b", "b<gone", "a b"),
    ],
)
def test_by_priority_then_by_what_waits_for_it_then_as_given(tasks: str, after: str, expected: str) -> None:
    assert order(*tasks.split(), after=after) == expected


def test_a_chain_of_thousands_is_no_trouble() -> None:
    names = [f"t{n}" for n in range(3000)]
    after = " ".join(f"{later}<{earlier}" for earlier, later in pairwise(names))

    assert order(*reversed(names), after=after) == " ".join(names)


def test_each_failure_doubles_the_wait_up_to_the_longest() -> None:
    waits = [delay(n, first=10, longest=100, chance=1.0) for n in range(1, 7)]

    assert waits == [10, 20, 40, 80, 100, 100]


@given(st.integers(1, 10_000), st.floats(0.001, 1e4), st.floats(0.001, 1e6), st.floats(0, 1))
def test_half_of_the_wait_is_left_to_chance(
    failures: int, first: float, longest: float, chance: float
) -> None:
    most = delay(failures, first=first, longest=longest, chance=1.0)

    assert most / 2 <= delay(failures, first=first, longest=longest, chance=chance) <= most <= longest
