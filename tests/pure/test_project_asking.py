"""How urgently a run was asked to end, when it is tried again, and what it says in the end."""

import signal
from typing import Any

import pytest

from git_parallel.names import Oid, TaskId
from git_parallel.project import signals
from git_parallel.project.conducting import RunAnswer
from git_parallel.project.landing.outcomes import Clash, Landed
from git_parallel.project.limits import Limits
from git_parallel.project.retrying import again
from git_parallel.project.signals import Asking
from git_parallel.schedule.plan import Held
from git_parallel.schedule.record import State, TaskRecord
from git_parallel.ui.voices import end_of, status_of

INT, TERM, HUP, QUIT = signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The monotonic clock as the signals see it."""
    now = [100.0]
    monkeypatch.setattr(signals.time, "monotonic", lambda: now[0])
    return now


@pytest.mark.parametrize(
    ("heard", "urgencies"),
    [
        ([INT, INT, INT, INT], [1, 2, 3, 3]),
        ([TERM, TERM, TERM], [1, 1, 1]),
        ([TERM, HUP, INT], [1, 1, 2]),
        ([INT, HUP, TERM], [1, 1, 1]),
        ([QUIT, TERM, QUIT], [2, 2, 3]),
        ([TERM, QUIT], [1, 2]),
        ([INT, QUIT, INT], [1, 2, 3]),
    ],
)
def test_each_key_press_asks_for_more_and_a_command_for_what_it_wants(
    clock: list[float], heard: list[int], urgencies: list[int]
) -> None:
    asking, reached = Asking(), []
    for number in heard:
        clock[0] += 1.0
        before = asking.urgency
        assert asking.hear(number) is (asking.urgency > before)
        reached.append(asking.urgency)

    assert reached == urgencies
    assert asking.first == heard[0]


def test_the_echo_of_a_key_press_is_no_second_one(clock: list[float]) -> None:
    asking = Asking()

    assert [asking.hear(INT), asking.hear(INT)] == [True, False]
    clock[0] += 0.2
    assert not asking.hear(INT)
    clock[0] += 0.4
    assert asking.hear(INT)
    assert asking.urgency == 2


def test_the_words_say_how_to_ask_for_more(clock: list[float]) -> None:
    asking = Asking()
    said = [asking.words]
    for _ in range(3):
        clock[0] += 1.0
        asking.hear(INT)
        said.append(asking.words)
    asked = Asking()
    asked.hear(TERM)

    assert said == [
        "",
        "interrupted: no new launches; agents finish (once more to stop them)",
        "stopping the agents",
        "killing the agents",
    ]
    assert (
        asked.words == "asked to end: no new launches; agents finish ('git parallel stop --now' stops them)"
    )


def record(name: str, state: State, **more: Any) -> TaskRecord:
    return TaskRecord(TaskId(name), state, **more)


@pytest.mark.parametrize("state", list(State))
def test_only_failures_are_tried_again_by_themselves(state: State) -> None:
    found = again(record("a", state), Limits(1, retries=1))

    assert (found is not None) is (state in (State.FAILED, State.LOST))


def test_so_often_and_later_each_time() -> None:
    limits = Limits(1, retries=3, first_delay=100.0, longest_delay=300.0)
    found = [again(record("a", State.FAILED, retries=so_far), limits) for so_far in range(4)]

    assert found[3] is None
    assert [one.retry for one in found if one] == [1, 2, 3]
    assert [one.why[-14:] for one in found if one] == [f"(retry {number} of 3)" for number in (1, 2, 3)]
    first, second, third = (one.not_before for one in found if one)
    # Half of each delay is chance: 50 to 100, 100 to 200, 150 to 300 seconds, from about the same moment.
    assert 0 <= second - first <= 151
    assert -51 <= third - second <= 201
    assert third - first >= 49


def answer(*ran: TaskRecord, **more: Any) -> RunAnswer:
    values: dict[str, Any] = {
        "ran": ran, "launched": tuple(one.id for one in ran), "waiting": {}, "held": (), "records": {},
        "refused": {}, "landings": (), "started": 100.0, "ended": 110.0, "signal": None, "named": False,
        "wants_merge": False,
    }  # fmt: skip
    return RunAnswer(**values | more)


GOOD = record("a", State.SUCCEEDED, started=100.0, ended=110.0, worktree="/w/a")
BAD = record("b", State.FAILED, started=100.0, ended=105.0, worktree="/w/b")


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (answer(), 0),
        (answer(GOOD), 0),
        (answer(GOOD, BAD), 1),
        (answer(GOOD, wants_merge=True), 1),
        (answer(GOOD, refused={TaskId("c"): "no"}), 1),
        (answer(GOOD, waiting={TaskId("c"): "no slot"}), 0),
        (answer(GOOD, waiting={TaskId("c"): "no slot"}, named=True), 1),
        (answer(GOOD, landings=(Clash(TaskId("a"), ("x",)), Landed(TaskId("a"), Oid("1" * 40)))), 0),
        (answer(GOOD, landings=(Clash(TaskId("a"), ("x",)),)), 1),
        (answer(GOOD, signal=signal.SIGINT), 130),
        (answer(GOOD, signal=signal.SIGTERM), 143),
        (answer(GOOD, signal=signal.SIGTERM, is_standing=True), 0),
        (answer(GOOD, BAD, signal=signal.SIGTERM, is_standing=True), 1),
    ],
)
def test_the_exit_status_of_a_run(given: RunAnswer, status: int) -> None:
    assert status_of(given) == status


def test_the_last_words_of_a_run() -> None:
    given = answer(
        GOOD,
        BAD,
        waiting={TaskId("c"): "no slot", TaskId("d"): "no slot", TaskId("e"): "after 'b'"},
        held=(Held(TaskId("f"), "merged"), Held(TaskId("g"), "cancelled")),
    )

    assert end_of(given) == [
        ("c, d were not launched: no slot", True),
        ("e was not launched: after 'b'", True),
        ("g is left out: cancelled", True),
        ("1 of 2 succeeded in 10.0 s", False),
        ("'git parallel log b' shows what it printed, its work is in /w/b", False),
        ("'git parallel merge' brings them to the target", False),
    ]
    assert end_of(answer(held=(Held(TaskId("f"), "merged"),), named=True)) == [
        ("f is left out: merged", True),
        ("nothing to run", False),
    ]
    assert end_of(answer(refused={TaskId("c"): "no"})) == [("nothing was run", False)]
