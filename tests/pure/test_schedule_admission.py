"""How many agents the machine admits at a given load."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from git_parallel.schedule.admission import DISK_RESERVE, Load, admitted

LEVELS = (0.0, 49.9, 50.0, 69.9, 70.0, 79.9, 80.0, 100.0)


def table(ceiling: int, *, memory: float = 0.0) -> list[int]:
    """What is admitted at each of the levels of CPU load."""
    return [admitted(Load(cpu, memory, DISK_RESERVE), ceiling=ceiling) for cpu in LEVELS]


@pytest.mark.parametrize(
    ("ceiling", "slots"),
    [
        (1, [1, 1, 1, 1, 1, 1, 1, 1]),
        (2, [2, 2, 1, 1, 1, 1, 1, 1]),
        (3, [3, 3, 2, 2, 1, 1, 1, 1]),
        (4, [4, 4, 3, 3, 2, 2, 1, 1]),
        (8, [8, 8, 6, 6, 4, 4, 1, 1]),
        (16, [16, 16, 12, 12, 8, 8, 1, 1]),
    ],
)
def test_the_busier_the_cores_the_fewer_agents(ceiling: int, slots: list[int]) -> None:
    assert table(ceiling) == slots


def test_scarce_memory_halves_what_is_left() -> None:
    assert table(4, memory=80.0) == [4, 4, 3, 3, 2, 2, 1, 1]
    assert table(4, memory=80.1) == [2, 2, 1, 1, 1, 1, 1, 1]
    assert table(8, memory=100.0) == [4, 4, 3, 3, 2, 2, 1, 1]


def test_without_disk_space_nothing_is_launched_however_idle_the_machine() -> None:
    assert admitted(Load(0.0, 0.0, DISK_RESERVE - 1), ceiling=4) == 0
    assert DISK_RESERVE == 256 * 2**20


loads = st.floats(0, 100)


@given(cpu=loads, memory=loads, ceiling=st.integers(1, 64), more=st.floats(0, 100))
def test_there_is_always_one_never_more_than_the_ceiling_and_more_load_never_admits_more(
    cpu: float, memory: float, ceiling: int, more: float
) -> None:
    slots = admitted(Load(cpu, memory, DISK_RESERVE), ceiling=ceiling)

    assert 1 <= slots <= ceiling
    assert admitted(Load(cpu + more, memory, DISK_RESERVE), ceiling=ceiling) <= slots
    assert admitted(Load(cpu, memory + more, DISK_RESERVE), ceiling=ceiling) <= slots
    assert admitted(Load(cpu, memory, DISK_RESERVE), ceiling=ceiling + 1) >= slots
