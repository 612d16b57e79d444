"""How many agents the machine admits at a given load, and what it says when it admits fewer."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from git_parallel.config.settings import Settings
from git_parallel.errors import BadInput
from git_parallel.schedule.admission import Admission, admit
from git_parallel.schedule.load import Load
from git_parallel.schedule.rules import Rules, Step, size, steps

MB = 1 << 20
PLENTY = 1 << 40
RULES = Settings().rules()
LEVELS = (0.0, 49.9, 50.0, 69.9, 70.0, 79.9, 80.0, 100.0)


def slots(load: Load, rules: Rules = RULES, *, ceiling: int = 4, before: Admission | None = None) -> int:
    return admit(load, rules, ceiling=ceiling, running=0, worktree_bytes=None, before=before).slots


def admitted(*cpu: float, rules: Rules = RULES, memory: float = 0.0, ceiling: int = 4) -> list[int]:
    """What is admitted at one reading after the other."""
    before = None
    found = []
    for percent in cpu:
        load = Load(percent, memory, PLENTY)
        before = admit(load, rules, ceiling=ceiling, running=0, worktree_bytes=None, before=before)
        found.append(before.slots)
    return found


@pytest.mark.parametrize(
    ("ceiling", "expected"),
    [
        (1, [1, 1, 1, 1, 1, 1, 1, 1]),
        (2, [2, 2, 1, 1, 1, 1, 1, 1]),
        (3, [3, 3, 2, 2, 1, 1, 1, 1]),
        (4, [4, 4, 3, 3, 2, 2, 1, 1]),
        (8, [8, 8, 6, 6, 4, 4, 1, 1]),
        (16, [16, 16, 12, 12, 8, 8, 1, 1]),
    ],
)
def test_the_busier_the_cores_the_fewer_agents(ceiling: int, expected: list[int]) -> None:
    assert admitted(*LEVELS, ceiling=ceiling) == expected


def test_scarce_memory_admits_half_and_in_the_end_one_and_the_smaller_number_counts() -> None:
    assert [slots(Load(0.0, memory, PLENTY), ceiling=8) for memory in (79.9, 80.0, 94.9, 95.0)] == [
        8,
        4,
        4,
        1,
    ]
    assert admitted(*LEVELS, memory=80.0) == [2, 2, 2, 2, 2, 2, 1, 1]


def test_steps_of_the_users_own_in_agents_or_shares() -> None:
    rules = replace(RULES, cpu=steps("k", ["90:25%", "30:3", "60:2"]), memory=())

    assert admitted(0, 29, 30, 59, 60, 89, 90, 100, rules=rules, ceiling=12) == [3, 3, 2, 2, 2, 2, 1, 1]
    assert slots(Load(0.0, 100.0, PLENTY), rules, ceiling=2) == 2


def test_fewer_at_once_and_more_only_when_the_load_is_below_the_limit_by_the_margin() -> None:
    assert admitted(49, 51, 49, 46, 45, 44.9, 49, 50) == [4, 3, 3, 3, 3, 4, 4, 3]
    # From the top down: each limit on its own.
    assert admitted(95, 76, 74, 66, 64, 46, 44) == [1, 1, 2, 2, 3, 3, 4]
    assert admitted(95, 20) == [1, 4]


def test_memory_has_its_margin_too() -> None:
    held = admit(Load(0.0, 81.0, PLENTY), RULES, ceiling=4, running=0, worktree_bytes=None)

    assert held == Admission(
        2, "the machine is busy (CPU 0 %, memory 81 %): 2 of 4 agents at once", cpu_step=0, memory_step=1
    )
    assert slots(Load(0.0, 76.0, PLENTY), before=held) == 2
    assert slots(Load(0.0, 74.0, PLENTY), before=held) == 4


def test_without_a_margin_the_past_does_not_matter() -> None:
    assert admitted(51, 49.9, 50, 49.9, rules=replace(RULES, margin=0)) == [3, 4, 3, 4]


def test_a_margin_wider_than_a_limit_still_leads_back() -> None:
    rules = replace(RULES, cpu=steps("k", ["20:100%"]), margin=30)

    assert admitted(25, 10.5, 9.5, rules=rules) == [1, 1, 4]


def test_who_fills_the_ceiling_does_not_wait_for_the_machine() -> None:
    busy = Load(99.0, 10.0, 0)

    assert admit(busy, RULES, ceiling=4, running=4, worktree_bytes=None).scarce == ""
    assert admit(busy, RULES, ceiling=4, running=3, worktree_bytes=None).scarce != ""
    assert admit(Load(99.0, 0.0, PLENTY), RULES, ceiling=1, running=0, worktree_bytes=None) == Admission(
        1, "", cpu_step=3
    )


def test_it_says_which_load_is_too_high() -> None:
    told = admit(Load(83.2, 41.0, PLENTY), RULES, ceiling=4, running=2, worktree_bytes=None)

    assert told == Admission(
        1, "the machine is busy (CPU 83 %, memory 41 %): 1 of 4 agents at once", cpu_step=3
    )


@pytest.mark.parametrize(
    ("free", "running", "making", "admits", "scarce"),
    [
        # The next one would not fit beside the reserve, or just does.
        (
            555 * MB + MB - 1,
            0,
            0,
            0,
            "only 555 MB of disk are free, and the next worktree needs 300 MB beside the reserve of 256 MB",
        ),
        (
            556 * MB,
            0,
            0,
            1,
            "only 556 MB of disk are free, enough for 1 more worktree of 300 MB beside the reserve of 256 MB",
        ),
        # What runs has its worktree already.
        (
            900 * MB,
            1,
            0,
            3,
            "only 900 MB of disk are free, enough for 2 more worktrees of 300 MB beside the reserve of 256 MB",
        ),
        (
            0,
            2,
            0,
            2,
            "only 0 MB of disk are free, and the next worktree needs 300 MB beside the reserve of 256 MB",
        ),
        # And what is being launched has not.
        (
            900 * MB,
            2,
            2,
            2,
            "only 900 MB of disk are free, enough for 2 more worktrees of 300 MB beside the reserve of 256 MB",
        ),
        (1456 * MB, 0, 0, 4, ""),
    ],
)
def test_as_many_as_there_is_disk_for(free: int, running: int, making: int, admits: int, scarce: str) -> None:
    told = admit(
        Load(0.0, 0.0, free), RULES, ceiling=4, running=running, making=making, worktree_bytes=300 * MB
    )

    assert told == Admission(admits, scarce)


def test_of_an_unknown_size_only_the_reserve_counts() -> None:
    def told(free: int) -> Admission:
        return admit(Load(0.0, 0.0, free), RULES, ceiling=4, running=0, worktree_bytes=None)

    assert told(256 * MB) == Admission(4)
    assert told(256 * MB - 1) == Admission(0, "only 255 MB of disk are free, less than the reserve of 256 MB")


def test_between_load_and_disk_it_names_what_admits_less() -> None:
    def told(free: int) -> Admission:
        return admit(Load(75.0, 0.0, free), RULES, ceiling=4, running=0, worktree_bytes=100 * MB)

    assert told(456 * MB).scarce == "the machine is busy (CPU 75 %, memory 0 %): 2 of 4 agents at once"
    assert told(356 * MB).scarce.startswith("only 356 MB of disk are free, enough for 1 more worktree of")


loads = st.floats(0, 100)
ceilings = st.integers(1, 64)


@st.composite
def falling(draw: st.DrawFn) -> tuple[Step, ...]:
    """Steps as a user may set them: numbers and shares mixed, each kind falling."""
    limits = sorted(draw(st.sets(st.integers(1, 100), max_size=5)))
    numbers = sorted(draw(st.lists(st.integers(1, 40), min_size=len(limits), max_size=len(limits))))[::-1]
    shares = sorted(draw(st.lists(st.integers(1, 100), min_size=len(limits), max_size=len(limits))))[::-1]
    kinds = [draw(st.booleans()) for _ in limits]
    return tuple(
        Step(limit, shares[i] if kinds[i] else numbers[i], is_share=kinds[i])
        for i, limit in enumerate(limits)
    )


rules_of = st.builds(
    Rules, cpu=falling(), memory=falling(), margin=st.integers(0, 100), reserve=st.integers(0, 1 << 32)
)


@given(rules=rules_of, cpu=loads, memory=loads, ceiling=ceilings, more=loads)
def test_there_is_always_one_never_more_than_the_ceiling_and_more_load_never_admits_more(
    rules: Rules, cpu: float, memory: float, ceiling: int, more: float
) -> None:
    admits = slots(Load(cpu, memory, PLENTY), rules, ceiling=ceiling)

    assert 1 <= admits <= ceiling
    assert slots(Load(cpu + more, memory, PLENTY), rules, ceiling=ceiling) <= admits
    assert slots(Load(cpu, memory + more, PLENTY), rules, ceiling=ceiling) <= admits
    assert slots(Load(cpu, memory, PLENTY), rules, ceiling=ceiling + 1) >= admits


@given(
    rules=rules_of,
    readings=st.lists(st.builds(Load, loads, loads, st.integers(0, 1 << 33)), min_size=1),
    ceiling=ceilings,
    running=st.integers(0, 80),
    making=st.integers(0, 80),
    worktree_bytes=st.none() | st.integers(0, 1 << 32),
)
def test_whatever_was_before_the_bounds_hold_and_whoever_is_kept_waiting_is_told_why(
    rules: Rules,
    readings: list[Load],
    ceiling: int,
    running: int,
    making: int,
    worktree_bytes: int | None,
) -> None:
    making = min(making, running)
    before = None
    for load in readings:
        at_once = admit(
            load, rules, ceiling=ceiling, running=running, making=making, worktree_bytes=worktree_bytes
        )
        before = admit(
            load,
            rules,
            ceiling=ceiling,
            running=running,
            making=making,
            worktree_bytes=worktree_bytes,
            before=before,
        )
        assert 0 <= before.slots <= at_once.slots <= ceiling
        assert bool(before.scarce) == (before.slots < ceiling and running < ceiling)
        launches = before.slots - running
        if launches > 0:
            # Everything that is launched now fits, together with what is on its way.
            assert (making + launches) * (worktree_bytes or 0) + rules.reserve <= load.disk_free_bytes


@given(data=st.data(), rules=rules_of, ceiling=ceilings)
def test_a_load_that_wobbles_around_a_limit_changes_the_number_once_at_most(
    data: st.DataObject, rules: Rules, ceiling: int
) -> None:
    rules = replace(rules, margin=min(rules.margin, 20))
    assume(rules.cpu)
    index = data.draw(st.integers(0, len(rules.cpu) - 1))
    limit = rules.cpu[index].limit
    lowest = max(limit - rules.margin, limit / 2, rules.cpu[index - 1].limit if index else 0)
    highest = rules.cpu[index + 1].limit if index + 1 < len(rules.cpu) else 101
    around = st.floats(lowest, highest, exclude_max=True)

    found = admitted(*data.draw(st.lists(around, max_size=30)), rules=rules, ceiling=ceiling)

    assert sum(a != b for a, b in pairwise(found)) <= 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0", 0), ("4096", 4096), ("512k", 512 << 10), ("256M", 256 << 20), (" 2g ", 2 << 30)],
)
def test_a_size_as_git_writes_it(text: str, expected: int) -> None:
    assert size("parallel.diskReserve", text) == expected


@pytest.mark.parametrize("text", ["", "m", "-1", "1.5g", "10 m", "10mb", "1t", "²", "5\x1b"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(BadInput) as error:
        size("parallel.diskReserve", text)

    shown = text.replace("\x1b", "\\x1b")
    assert (error.value.message, error.value.hint) == (
        f"parallel.diskReserve: not a size: '{shown}'",
        "write 4096, 512k, 256m or 2g",
    )


@pytest.mark.parametrize(
    "word",
    [
        "50",
        "50:",
        ":4",
        "50:0",
        "50:0%",
        "0:4",
        "101:4",
        "50:101%",
        "50%:4",
        "5.5:4",
        "-1:4",
        "50:4:3",
        "²:1",
    ],
)
def test_what_is_no_step(word: str) -> None:
    with pytest.raises(BadInput) as error:
        steps("parallel.cpuSteps", ["40:4", word])

    assert error.value.message == f"parallel.cpuSteps: '{word}' is not LIMIT:SLOTS"
    assert error.value.hint.startswith("LIMIT is a percentage from 1 to 100, SLOTS ")
