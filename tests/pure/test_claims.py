"""Claims as they are written, moments as people write them, and who waits for whom, all by value."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from git_parallel.config.moments import moment
from git_parallel.errors import BadInput, BadName
from git_parallel.names import TaskId
from git_parallel.overlap.patterns import parse
from git_parallel.ownership.claims import Claims, from_json, to_json
from git_parallel.ownership.judge import Claimant, Foreign, Ownership, Verdict
from git_parallel.ownership.rules import Territory
from git_parallel.ownership.waiting import (
    Wait,
    Waiter,
    find_circle,
    hopeless,
    preceded,
    waits,
    with_turn,
)

A, B, C, D = map(TaskId, "abcd")


def test_what_is_written_can_be_read_and_without_limits_is_as_it_always_was() -> None:
    claims = Claims({"z": A, "b": B}, {"z": 12.5})

    assert to_json(claims) == {"version": 1, "claims": {"b": "b", "z": "a"}, "until": {"z": 12.5}}
    assert from_json(to_json(claims)) == claims
    assert to_json(Claims({"b": B})) == {"version": 1, "claims": {"b": "b"}}
    assert from_json({"version": 1, "claims": {"b": "b"}}) == Claims({"b": B})


@pytest.mark.parametrize(
    "data",
    [
        [],
        {},
        {"version": 2, "claims": {}},
        {"version": 1, "claims": []},
        {"version": 1, "claims": {"x": "-"}},
    ],
)
def test_what_holds_no_claims(data: object) -> None:
    with pytest.raises((ValueError, KeyError, TypeError, BadName)):
        from_json(data)


@pytest.mark.parametrize("until", [None, 7, [], {"x": "soon"}, {"x": True}, {"x": float("nan")}, {"y": 5}])
def test_a_limit_that_is_no_time_is_none(until: object) -> None:
    assert from_json({"version": 1, "claims": {"x": "a"}, "until": until}) == Claims({"x": A})


def test_a_claim_is_held_until_its_time_and_lapsed_from_then_on() -> None:
    claims = Claims({"x": A, "y": B}, {"x": 10.0})

    assert (claims.held(9.9), claims.lapsed(9.9)) == ({"x": A, "y": B}, {})
    assert (claims.held(10.0), claims.lapsed(10.0)) == ({"y": B}, {"x": A})


NOON = datetime(2026, 6, 15, 12, 0).timestamp()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30m", 1800), ("90", 90), ("1h30m", 5400), (" 2h ", 7200), ("12:01", 60), ("18:30", 6.5 * 3600),
        ("9:00", 21 * 3600), ("12:00", 24 * 3600), ("2026-06-15T13:00", 3600), ("2026-06-15 12:00:30", 30),
    ],
)  # fmt: skip
def test_a_moment_is_a_duration_a_time_of_day_or_a_date(text: str, seconds: float) -> None:
    assert moment("--until", text, NOON) == NOON + seconds


def test_a_date_with_a_zone_is_meant_there() -> None:
    assert moment("--until", "2026-06-15T12:00:00+00:00", 0) == 1781524800


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not a time: ''"),
        ("soon", "not a time: 'soon'"),
        ("25:00", "not a time: '25:00'"),
        ("2026-13-01T00:00", "not a time: '2026-13-01T00:00'"),
        ("2026-06-15T12:00", "'2026-06-15T12:00' is over already"),
        ("-30m", "not a time: '-30m'"),
        ("9" * 400, f"'{'9' * 400}' never comes"),
    ],
)
def test_what_is_no_moment(text: str, why: str) -> None:
    with pytest.raises(BadInput) as told:
        moment("--until", text, NOON)
    assert told.value.message == f"--until: {why}"


def ownership(*declared: tuple[TaskId, str], **claimed: TaskId) -> Ownership:
    """Tasks a to d, of which some declare a path each, and claims."""
    return Ownership(
        {
            task: Claimant(task, tuple(parse(path) for one, path in declared if one == task))
            for task in (A, B, C, D)
        },
        claimed,
    )


def waiter(task: TaskId, *paths: str, since: float = 1.0) -> Waiter:
    return Waiter(since, str(task), task, paths)


def test_who_waits_for_whom() -> None:
    state = ownership((B, "x"), (C, "x"), (A, "mine"), (B, "mine"), y=D, z=A)

    assert waits(A, ["x", "y", "z", "mine", "free"], state) == (
        Wait(A, "x", B),
        Wait(A, "x", C),
        Wait(A, "y", D),
    )


def test_a_path_that_is_held_and_declared_must_be_let_go_by_both() -> None:
    assert waits(A, ["x"], ownership((B, "x"), x=C)) == (Wait(A, "x", C), Wait(A, "x", B))


def test_what_no_waiting_helps_with() -> None:
    bounded = Claimant(A, territory=Territory("coder", (parse("src/**"),)))
    state = Ownership({A: bounded, B: Claimant(B, (parse("docs/"),))}, {"docs/a": B, "src/a": B})

    assert [one.path for one in hopeless(A, ["docs/a", "src/a", ".gitattributes"], state)] == [
        "docs/a",
        ".gitattributes",
    ]
    assert waits(A, ["docs/a", "src/a"], state) == (Wait(A, "src/a", B),)


def test_who_came_before_is_next_but_only_where_all_is_free_for_them() -> None:
    early, late = waiter(B, "x", "y"), waiter(A, "x", "z", since=2.0)

    assert preceded(late, [late, early], ownership()) == (("x", early),)
    assert preceded(early, [late, early], ownership()) == ()
    assert preceded(late, [late, early], ownership(y=C)) == (), (
        "y is held, so nothing is kept for who wants both"
    )
    assert preceded(late, [waiter(B, "y"), waiter(A, "x")], ownership()) == (), "another path, the same task"


def test_of_several_the_first_is_told_also_where_the_policy_is_strict() -> None:
    first, second = waiter(B, "x"), waiter(C, "x", since=1.5)
    state = Ownership(ownership().claimants, strict=True)

    before = preceded(waiter(A, "x", since=2.0), [second, first], state)

    assert before == (("x", first),)
    assert with_turn(Verdict(unclaimed=("x",)), before) == Verdict(
        foreign=(Foreign("x", "b", "task 'b' has waited for it and is next"),), unclaimed=("x",)
    )
    assert with_turn(Verdict(unclaimed=("x",)), ()) == Verdict(unclaimed=("x",))


def test_two_that_wait_for_each_other_are_a_circle() -> None:
    state = ownership(x=A, y=B)

    assert find_circle(waiter(A, "y"), [waiter(B, "x")], {}, state) == (Wait(A, "y", B), Wait(B, "x", A))
    assert find_circle(waiter(A, "y"), [], {}, state) == ()
    assert find_circle(waiter(A, "y"), [waiter(C, "x")], {}, state) == ()


def test_a_circle_of_four_and_the_shorter_one_beside_it() -> None:
    state = ownership(a=A, b=B, c=C, d=D)
    round_about = [waiter(B, "c"), waiter(C, "d"), waiter(D, "a")]

    assert [wait.task for wait in find_circle(waiter(A, "b"), round_about, {}, state)] == [A, B, C, D]
    assert [wait.task for wait in find_circle(waiter(A, "b"), [*round_about, waiter(B, "a")], {}, state)] == [
        A,
        B,
    ]


def test_a_circle_beside_the_own_way_is_not_ones_own() -> None:
    state = ownership(b=B, c=C, d=D)

    assert find_circle(waiter(A, "b"), [waiter(B, "c"), waiter(C, "b")], {}, state) == ()


def test_a_task_that_has_not_begun_waits_for_what_it_comes_after() -> None:
    state = ownership((B, "x"))

    assert find_circle(waiter(A, "x"), [], {B: [A]}, state) == (Wait(A, "x", B), Wait(B, "", A))


@given(
    st.dictionaries(st.sampled_from(["w", "x", "y", "z"]), st.sampled_from([A, B, C, D])),
    st.lists(
        st.tuples(st.sampled_from([A, B, C, D]), st.sampled_from(["w", "x", "y", "z"])),
        min_size=1,
        max_size=5,
    ),
)
def test_a_circle_leads_from_each_to_the_next_and_back(
    held: dict[str, TaskId], asked: list[tuple[TaskId, str]]
) -> None:
    state = ownership(**held)
    me, *others = (waiter(task, path) for task, path in asked)

    circle = find_circle(me, others, {}, state)

    known = {(one.task, path) for one in (me, *others) for path in one.paths}
    for wait, following in zip(circle, [*circle[1:], *circle[:1]], strict=True):
        assert wait.other == following.task
        assert held[wait.path] == wait.other
        assert (wait.task, wait.path) in known
    # By hand: whoever can be reached from me, and whether I can.
    edges = {(task, held[path]) for task, path in known if held.get(path, task) != task}
    reached, new = set(), {me.task}
    while new:
        new = {there for here, there in edges if here in new} - reached
        reached |= new
    assert bool(circle) == (me.task in reached)
