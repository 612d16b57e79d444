"""The plan by value: waves, what is held and in which words."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from git_parallel.names import TaskId
from git_parallel.overlap.meet import Overlaps
from git_parallel.schedule.plan import Held, Plan, is_done, make_plan
from git_parallel.schedule.record import State, TaskRecord
from git_parallel.tasks.task import Declared, Kind, Status, Task
from tests.pure.overlapping import meeting


def task(
    name: str,
    after: str = "",
    *,
    agent: str | None = None,
    status: Status = Status.PLANNED,
    unknown: bool = False,
    rivals: str = "",
) -> Task:
    """A task that touches a file of its own, unless that is unknown."""
    return Task(
        TaskId(name),
        name,
        "ROADMAP.md",
        1,
        declared=() if unknown else (Declared(f"{name}.py", Kind.MODIFY, "ROADMAP.md", 2),),
        after=tuple(after.split()),
        agent=agent,
        status=status,
        rivals=tuple(map(TaskId, rivals.split())),
    )


def recorded(**states: str) -> dict[TaskId, TaskRecord]:
    return {TaskId(name): TaskRecord(TaskId(name), State(state)) for name, state in states.items()}


def plan(
    *tasks: Task,
    overlaps: Overlaps | None = None,
    named: str = "",
    records: Mapping[TaskId, TaskRecord] | None = None,
    others: Sequence[Task] = (),
    singletons: str = "",
    assume_independent: bool = False,
) -> Plan:
    return make_plan(
        tasks,
        overlaps or meeting(),
        named=tuple(map(TaskId, named.split())),
        records=records or {},
        everything={one.id: one for one in (*tasks, *others)},
        singletons=singletons.split(),
        assume_independent=assume_independent,
    )


def waves(told: Plan) -> list[str]:
    """The waves as words, when nothing is held."""
    assert told.held == ()
    return [" ".join(wave) for wave in told.waves]


def held(told: Plan) -> dict[str, str]:
    """Who is held and why, when that are all."""
    assert told.waves == ()
    return {one.task: one.reason for one in told.held}


def test_without_tasks_there_is_nothing_to_plan() -> None:
    assert plan() == Plan(waves=(), held=())


def test_tasks_that_meet_nowhere_are_one_wave_in_the_order_given() -> None:
    assert plan(task("c"), task("a"), task("b")) == Plan(
        waves=((TaskId("c"), TaskId("a"), TaskId("b")),), held=()
    )


def test_tasks_that_overlap_take_the_earliest_wave_that_is_free() -> None:
    told = plan(task("a"), task("b"), task("c"), task("d"), overlaps=meeting("a b", "b c", "c d", "b d"))

    assert waves(told) == ["a c", "b", "d"]


def test_the_first_in_the_order_of_priority_goes_first() -> None:
    assert waves(plan(task("b"), task("a"), overlaps=meeting("a b"))) == ["b", "a"]


def test_a_task_comes_after_what_it_depends_on_and_no_later_than_it_must() -> None:
    told = plan(task("d", after="b c"), task("c", after="a"), task("a"), task("b"))

    assert waves(told) == ["a b", "c", "d"]


def test_a_chain_and_an_overlap_together() -> None:
    told = plan(task("a"), task("b", after="a"), task("c"), overlaps=meeting("a c", "b c"))

    assert waves(told) == ["a", "b", "c"]


def test_a_task_of_unknown_files_is_alone_in_its_wave() -> None:
    told = plan(task("a"), task("x", unknown=True), task("b"), task("c", after="x"), task("y", unknown=True))

    assert waves(told) == ["x", "a b c", "y"], "what something waits for comes first"


def test_the_user_may_say_that_unknown_tasks_are_independent() -> None:
    told = plan(task("a"), task("x", unknown=True), task("y", unknown=True), assume_independent=True)

    assert waves(told) == ["a x y"]


def test_of_a_singleton_type_there_is_one_in_a_wave() -> None:
    tasks = (task("a", agent="architect"), task("b", agent="coder"), task("c", agent="architect"))

    assert waves(plan(*tasks, task("d", agent="coder"), singletons="architect")) == ["a b d", "c"]
    assert waves(plan(*tasks)) == ["a b c"]


@pytest.mark.parametrize(
    ("state", "reason", "again"),
    [
        ("running", "running", "running"),
        ("succeeded", "succeeded, not merged yet", "succeeded, not merged yet"),
        ("failed", "failed; 'git parallel run a -- COMMAND' tries again", ""),
        ("cancelled", "cancelled; 'git parallel run a -- COMMAND' tries again", ""),
        ("merging", "being merged", "being merged"),
        ("merged", "merged", "merged"),
        ("conflicted", "in conflict with the target", ""),
        ("rejected", "refused by the merge", ""),
        ("planned", "", ""),
        ("ready", "", ""),
        ("lost", "", ""),
    ],
)
def test_what_is_held_for_its_state_and_what_naming_it_changes(state: str, reason: str, again: str) -> None:
    def reason_of(named: str) -> str:
        told = plan(task("a"), named=named, records=recorded(a=state))
        return "" if told == Plan(((TaskId("a"),),), ()) else held(told)["a"]

    assert (reason_of(""), reason_of("a")) == (reason, again)


@pytest.mark.parametrize(
    ("one", "reason", "again"),
    [
        (task("a", status=Status.COMPLETE), "its document says it is complete", "its document says it is complete"),
        (task("a", status=Status.BLOCKED), "its document says it is blocked", ""),
        (task("a", status=Status.IN_PROGRESS), "", ""),
        (task("a", rivals="a-b a-c"), "its number is claimed by 'a-b', 'a-c' as well; name it to run it", ""),
    ],
)  # fmt: skip
def test_what_is_held_for_its_document(one: Task, reason: str, again: str) -> None:
    go = Plan(((TaskId("a"),),), ())

    assert plan(one) == (Plan((), (Held(TaskId("a"), reason),)) if reason else go)
    assert plan(one, named="a") == (Plan((), (Held(TaskId("a"), again),)) if again else go)


def test_a_failed_task_that_is_named_is_still_held_where_its_document_says_complete() -> None:
    told = plan(task("a", status=Status.COMPLETE), named="a", records=recorded(a="failed"))

    assert held(told) == {"a": "its document says it is complete"}


def test_a_dependency_that_is_merged_or_complete_holds_nobody() -> None:
    told = plan(
        task("a", after="merged complete"),
        records=recorded(merged="merged"),
        others=[task("merged"), task("complete", status=Status.COMPLETE)],
    )

    assert waves(told) == ["a"]


def test_a_merged_dependency_counts_although_its_document_is_gone() -> None:
    assert waves(plan(task("a", after="gone"), records=recorded(gone="merged"))) == ["a"]


@pytest.mark.parametrize(
    ("records", "others", "reason"),
    [
        ({}, [], "after 'b', which no document declares"),
        ({}, [task("b")], "after 'b', which is not part of this plan"),
        ({}, [task("b", status=Status.BLOCKED)], "after 'b', which is not part of this plan"),
        (recorded(b="failed"), [task("b")], "after 'b', which is failed"),
        (recorded(b="failed"), [], "after 'b', which is failed"),
        (recorded(b="failed"), [task("b", status=Status.COMPLETE)], "after 'b', which is failed"),
        (recorded(b="succeeded"), [task("b")], "after 'b', which is succeeded"),
        (recorded(b="running"), [task("b")], "after 'b', which is running"),
    ],
)
def test_a_dependency_that_will_not_be_met_holds_the_task(
    records: dict[TaskId, TaskRecord], others: list[Task], reason: str
) -> None:
    assert held(plan(task("a", after="b"), records=records, others=others)) == {"a": reason}


def test_the_first_dependency_that_is_not_met_is_the_one_that_is_told() -> None:
    assert held(plan(task("a", after="x y"))) == {"a": "after 'x', which no document declares"}


def test_what_comes_after_a_held_task_is_held_all_the_way() -> None:
    told = plan(task("c", after="b"), task("b", after="a"), task("a", after="nobody"), task("d"))

    assert told == Plan(
        waves=((TaskId("d"),),),
        held=(
            Held(TaskId("a"), "after 'nobody', which no document declares"),
            Held(TaskId("b"), "after 'a', which is held"),
            Held(TaskId("c"), "after 'b', which is held"),
        ),
    )


def test_a_task_after_one_that_is_held_for_its_state_says_the_state() -> None:
    told = plan(task("a"), task("b", after="a"), records=recorded(a="failed"))

    assert held(told) == {
        "a": "failed; 'git parallel run a -- COMMAND' tries again",
        "b": "after 'a', which is failed",
    }


@pytest.mark.parametrize(
    ("shape", "told"),
    [
        ({"a": "a"}, {"a": "depends on itself: a after a"}),
        (
            {"a": "b", "b": "a"},
            {"a": "depends on itself: a after b after a", "b": "depends on itself: a after b after a"},
        ),
        (
            {"a": "b", "b": "c", "c": "a"},
            dict.fromkeys("abc", "depends on itself: a after b after c after a"),
        ),
        (
            {"in": "a", "a": "b", "b": "a", "deep": "in"},
            {
                "a": "depends on itself: a after b after a",
                "b": "depends on itself: a after b after a",
                "in": "after 'a', which is held",
                "deep": "after 'in', which is held",
            },
        ),
        (
            {"a": "b", "b": "a", "c": "d", "d": "c"},
            {
                **dict.fromkeys("ab", "depends on itself: a after b after a"),
                **dict.fromkeys("cd", "depends on itself: c after d after c"),
            },
        ),
        (
            {"a": "b c", "b": "a", "c": "a"},
            {
                **dict.fromkeys("ab", "depends on itself: a after b after a"),
                "c": "depends on itself: a after c after a",
            },
        ),
        (
            {"a": "b c", "b": "d", "c": "d", "d": "a"},
            {**dict.fromkeys("abd", "depends on itself: a after b after d after a"), "c": "after 'd', which is held"},
        ),
    ],
)  # fmt: skip
def test_a_circle_is_told_as_the_circle(shape: dict[str, str], told: dict[str, str]) -> None:
    assert held(plan(*(task(name, after=after) for name, after in shape.items()))) == told


def test_a_circle_does_not_hold_who_it_depends_on() -> None:
    told = plan(task("a", after="b free"), task("b", after="a"), task("free"))

    assert told == Plan(
        waves=((TaskId("free"),),),
        held=(
            Held(TaskId("a"), "depends on itself: a after b after a"),
            Held(TaskId("b"), "depends on itself: a after b after a"),
        ),
    )


def test_a_long_chain_is_no_matter_of_depth() -> None:
    chain = [task(f"t{n}", after=f"t{n + 1}") for n in range(1000)]

    assert waves(plan(*chain, task("t1000"))) == [f"t{n}" for n in range(1000, -1, -1)]
    assert set(held(plan(*chain)).values()) == {
        "after 't1000', which no document declares",
        *(f"after 't{n}', which is held" for n in range(1, 1000)),
    }


def test_done_is_merged_or_complete_and_the_record_knows_better() -> None:
    documents = {TaskId("a"): task("a", status=Status.COMPLETE), TaskId("b"): task("b")}

    assert is_done("a", {}, documents)
    assert not is_done("b", {}, documents)
    assert not is_done("nobody", {}, documents)
    assert is_done("b", recorded(b="merged"), documents)
    assert not is_done("a", recorded(a="failed"), documents)


def test_what_runs_already_takes_part_in_the_first_wave() -> None:
    running = task("r", agent="architect")
    tasks = (task("a"), task("b"), task("c", agent="architect"), task("d", after="a"))

    told = plan(
        running, *tasks, overlaps=meeting("r a"), records=recorded(r="running"), singletons="architect"
    )

    assert told == Plan(
        waves=((TaskId("b"),), (TaskId("a"), TaskId("c")), (TaskId("d"),)),
        held=(Held(TaskId("r"), "running"),),
    )


def test_beside_a_running_task_whose_document_is_gone_nothing_is_planned_but_after_it() -> None:
    told = plan(task("a"), task("b"), overlaps=meeting("a b"), records=recorded(gone="running"))

    assert told.waves == ((TaskId("a"),), (TaskId("b"),))


NAMES = [f"t{n}" for n in range(9)]


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Task], Overlaps, dict[TaskId, TaskRecord], bool]:
    """Random tasks with overlaps, dependencies of every kind (circles too), records and agent types."""
    names = draw(st.lists(st.sampled_from(NAMES), unique=True))
    tasks = [
        task(
            name,
            after=" ".join(draw(st.lists(st.sampled_from([*NAMES[:5], "nobody"]), max_size=2))),
            agent=draw(st.sampled_from([None, "coder", "architect"])),
            status=draw(st.sampled_from([*[Status.PLANNED] * 6, *Status])),
            unknown=draw(st.integers(0, 5)) == 0,
        )
        for name in names
    ]
    pairs = draw(st.lists(st.sampled_from(list(combinations(names, 2))))) if len(names) > 1 else []
    resting = [state for state in State if state is not State.RUNNING]
    states = draw(st.dictionaries(st.sampled_from(NAMES), st.sampled_from(resting), max_size=2))
    return tasks, meeting(*map(" ".join, pairs)), recorded(**states), draw(st.booleans())


@settings(max_examples=300, deadline=None)
@given(worlds())
def test_whatever_the_tasks_each_is_planned_once_or_held_and_no_wave_holds_a_pair_that_must_not_meet(
    world: tuple[list[Task], Overlaps, dict[TaskId, TaskRecord], bool],
) -> None:
    tasks, overlaps, records, assume_independent = world
    told = plan(*tasks, overlaps=overlaps, records=records, singletons="architect",
                assume_independent=assume_independent)  # fmt: skip
    by_id = {one.id: one for one in tasks}
    wave_of = {name: number for number, wave in enumerate(told.waves) for name in wave}

    def apart(left: TaskId, right: TaskId) -> bool:
        unknown = not assume_independent and (by_id[left].is_unknown or by_id[right].is_unknown)
        alike = by_id[left].agent == by_id[right].agent == "architect"
        return unknown or alike or overlaps.between(left, right) is not None

    assert sorted([*(n for wave in told.waves for n in wave), *(h.task for h in told.held)]) == sorted(by_id)
    assert all(one.reason for one in told.held)
    for wave in told.waves:
        assert wave
        assert [pair for pair in combinations(wave, 2) if apart(*pair)] == []
    for name, number in wave_of.items():
        waits = [before for before in by_id[name].after if not is_done(before, records, by_id)]
        assert all(wave_of[TaskId(before)] < number for before in waits)
        if assume_independent or not by_id[name].is_unknown:
            # No earlier wave would have done.
            earliest = 1 + max((wave_of[TaskId(before)] for before in waits), default=-1)
            for earlier in range(earliest, number):
                assert any(apart(name, other) for other in told.waves[earlier])
