"""The clock of every limit, told by a monotonic clock that is a list of moments."""

import math

from git_parallel.agents.keeper.clock import MUCH_TOO_LATE, Clock


class Monotonic:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.time = 100.0

    def __call__(self) -> float:
        return self.time


def test_time_that_passes_counts() -> None:
    monotonic = Monotonic()
    clock = Clock(monotonic)

    monotonic.time = 160.0
    clock.waited(60.0)
    monotonic.time = 165.0

    assert clock.now() == 165.0


def test_of_a_wait_that_came_back_much_too_late_nothing_counts() -> None:
    monotonic = Monotonic()
    clock = Clock(monotonic)

    monotonic.time = 3700.0
    clock.waited(60.0)
    assert clock.now() == 100.0
    monotonic.time = 3705.0

    assert clock.now() == 105.0


def test_a_little_lateness_counts() -> None:
    monotonic = Monotonic()
    clock = Clock(monotonic)

    monotonic.time += 60.0 + MUCH_TOO_LATE
    clock.waited(60.0)

    assert clock.now() == monotonic.time


def test_a_wait_without_a_limit_is_never_too_late() -> None:
    monotonic = Monotonic()
    clock = Clock(monotonic)

    monotonic.time += 1e6
    clock.waited(math.inf)

    assert clock.now() == monotonic.time


def test_being_stopped_outside_of_a_wait_counts_no_more() -> None:
    monotonic = Monotonic()
    clock = Clock(monotonic)
    monotonic.time += 1000  # between two waits
    begun = clock.now()

    clock.waited(1.0)

    assert (begun, clock.now()) == (1100.0, 100.0)
