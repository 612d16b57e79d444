"""Estimates, the simulated run, its critical path, and the order of merges."""

from collections.abc import Mapping
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from git_parallel.names import TaskId
from git_parallel.overlap.meet import Overlaps
from git_parallel.schedule.estimate import Basis, estimates
from git_parallel.schedule.merging import merge_order
from git_parallel.schedule.record import State, TaskRecord
from git_parallel.schedule.timeline import Timeline, timeline
from git_parallel.tasks.task import Declared, Kind, Task
from tests.pure.overlapping import meeting


def task(
    name: str, *, agent: str | None = None, estimate: float | None = None, unknown: bool = False
) -> Task:
    declared = () if unknown else (Declared(f"{name}.py", Kind.MODIFY, "S", 1),)
    return Task(TaskId(name), name, "S", 1, declared, agent=agent, estimate=estimate)


def simulated(
    lengths: Mapping[str, float],
    *,
    overlaps: Overlaps | None = None,
    after: Mapping[str, str] | None = None,
    slots: int = 9,
    running: Mapping[str, float] | None = None,
    unknown: str = "",
    agents: Mapping[str, str] | None = None,
) -> Timeline:
    return timeline(
        [task(name, unknown=name in unknown.split(), agent=(agents or {}).get(name)) for name in lengths],
        overlaps or meeting(),
        waits={TaskId(name): [TaskId(w) for w in words.split()] for name, words in (after or {}).items()},
        seconds={TaskId(name): length for name, length in lengths.items()},
        slots=slots,
        running={task(name, agent=(agents or {}).get(name)): left for name, left in (running or {}).items()},
        singletons=("architect",),
    )


def spans(told: Timeline) -> dict[str, tuple[float, float]]:
    return {span.task: (span.start, span.end) for span in told.spans}


def test_what_meets_nothing_runs_at_once_and_the_longest_is_the_critical_path() -> None:
    told = simulated({"a": 3, "b": 5, "c": 1})

    assert spans(told) == {"a": (0, 3), "b": (0, 5), "c": (0, 1)}
    assert (told.makespan, told.work, told.critical) == (5, 9, ("b",))
    assert told.speedup == pytest.approx(9 / 5)


def test_slots_overlaps_and_dependencies_make_tasks_wait() -> None:
    assert spans(simulated({"a": 3, "b": 5, "c": 1}, slots=1)) == {"a": (0, 3), "b": (3, 8), "c": (8, 9)}
    assert spans(simulated({"a": 3, "b": 5, "c": 1}, overlaps=meeting("a b"))) == {
        "a": (0, 3), "c": (0, 1), "b": (3, 8),
    }  # fmt: skip
    told = simulated({"a": 3, "b": 5, "c": 1}, after={"c": "a", "b": "c"})
    assert spans(told) == {"a": (0, 3), "c": (3, 4), "b": (4, 9)}
    assert told.critical == ("a", "c", "b")
    assert {span.task: span.behind for span in told.spans} == {"a": None, "c": "a", "b": "c"}


def test_who_waits_for_another_is_on_the_critical_path_and_not_who_waits_for_a_slot() -> None:
    told = simulated({"a": 1, "b": 1, "c": 1, "d": 1}, overlaps=meeting("b d"), slots=2)

    assert {span.task: (span.behind, span.is_tied) for span in told.spans} == {
        "a": (None, False), "b": (None, False), "c": ("a", False), "d": ("b", True),
    }  # fmt: skip
    assert told.critical == ("b", "d")


def test_a_task_of_unknown_files_has_the_house_for_itself() -> None:
    told = simulated({"a": 3, "x": 2, "b": 5}, unknown="x")

    assert spans(told) == {"a": (0, 3), "x": (3, 5), "b": (5, 10)}


def test_of_a_singleton_type_one_runs() -> None:
    assert spans(simulated({"a": 3, "b": 5}, agents={"a": "architect", "b": "architect"})) == {
        "a": (0, 3), "b": (3, 8),
    }  # fmt: skip


def test_what_runs_already_holds_its_slot_and_its_files() -> None:
    told = simulated({"a": 3, "b": 5}, overlaps=meeting("r a"), running={"r": 2}, slots=2)

    assert spans(told) == {"b": (0, 5), "a": (2, 5)}
    agents = {"a": "architect", "r": "architect"}
    assert spans(simulated({"a": 3}, running={"r": 2}, agents=agents)) == {"a": (2, 5)}


def test_more_may_run_already_than_there_are_slots_now() -> None:
    told = simulated({"a": 9, "b": 9}, running={"q": 1, "r": 2, "s": 4}, slots=1)

    assert spans(told) == {"a": (1, 10), "b": (10, 19)}


def test_only_those_behind_a_task_of_unknown_files_wait_for_it() -> None:
    told = simulated({"a": 3, "b": 5, "x": 1, "c": 1}, overlaps=meeting("a b"), unknown="x")

    assert spans(told) == {"a": (0, 3), "b": (3, 8), "x": (8, 9), "c": (9, 10)}


def test_nothing_takes_no_time() -> None:
    assert simulated({}) == Timeline()
    assert Timeline().speedup == 1


names = [f"t{number}" for number in range(7)]


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(st.sampled_from(names), st.integers(1, 9), min_size=1),
    st.lists(st.tuples(st.sampled_from(names), st.sampled_from(names)).filter(lambda p: p[0] < p[1])),
    st.lists(st.tuples(st.sampled_from(names), st.sampled_from(names)).filter(lambda p: p[0] < p[1])),
    st.integers(1, 4),
    st.sets(st.sampled_from(names), max_size=2),
)
def test_a_simulated_run_keeps_every_rule_and_is_never_idle_for_nothing(  # type: ignore[no-untyped-def]
    lengths, pairs, order, slots, unknown
) -> None:
    overlaps = meeting(*(f"{a} {b}" for a, b in pairs))
    after = {b: " ".join(x for x, y in order if y == b and x in lengths) for _, b in order}
    told = simulated(lengths, overlaps=overlaps, after=after, slots=slots, unknown=" ".join(unknown))

    found = spans(told)
    assert found.keys() == lengths.keys()
    for name, (start, end) in found.items():
        assert end - start == lengths[name]
        assert all(found[before][1] <= start for before in after.get(name, "").split())
        beside = [other for other, (s, e) in found.items() if other != name and s < end and start < e]
        assert all(overlaps.between(TaskId(name), TaskId(other)) is None for other in beside)
        assert not beside or name not in unknown
    for moment, _ in found.values():
        assert sum(s <= moment < e for s, e in found.values()) <= slots
    assert told.makespan <= told.work
    # The critical path is a chain without a gap from the start to the end.
    chain = [found[name] for name in told.critical]
    assert chain[0][0] == 0
    assert chain[-1][1] == told.makespan
    assert all(one[1] == other[0] for one, other in pairwise(chain))


def finished(name: str, seconds: float, agent: str | None = None) -> TaskRecord:
    return TaskRecord(TaskId(name), State.MERGED, agent=agent, started=100.0, ended=100.0 + seconds)


def test_estimates_are_what_earlier_runs_took_else_what_documents_say_else_equal() -> None:
    tasks = [task("a"), task("b", estimate=60.0), task("c", estimate=180.0)]

    assert estimates(tasks[:1], {}, {}) == estimates([task("a")], {}, {})
    assert estimates(tasks[:1], {}, {}).basis is Basis.EQUAL
    told = estimates(tasks, {}, {})
    assert (told.basis, dict(told.of)) == (Basis.DOCUMENTS, {"a": 120.0, "b": 60.0, "c": 180.0})
    records = {TaskId("x"): finished("x", 30), TaskId("y"): finished("y", 50)}
    told = estimates(tasks, records, {})
    assert (told.basis, dict(told.of)) == (Basis.RECORDS, dict.fromkeys("abc", 40.0))
    # Agents are so many times faster than those whom the documents have in mind.
    told = estimates(tasks, records, {TaskId("x"): task("x", estimate=300.0)})
    assert dict(told.of) == {"a": 40.0, "b": 6.0, "c": 18.0}


def test_an_agent_type_with_enough_runs_has_its_own_estimate() -> None:
    records = {TaskId(f"x{n}"): finished(f"x{n}", n, "fast") for n in (1, 2, 3)}
    records |= {TaskId(f"y{n}"): finished(f"y{n}", 100) for n in range(4)}
    told = estimates([task("a", agent="fast"), task("b", agent="new")], records, {})

    assert dict(told.of) == {"a": 2, "b": 100}


def conflict(left: str, right: str, likelihood: float = 1.0) -> tuple[TaskId, TaskId, float]:
    return TaskId(left), TaskId(right), likelihood


def order(
    names: str, *conflicts: tuple[TaskId, TaskId, float], after: Mapping[str, str] | None = None
) -> str:
    tasks = [TaskId(name) for name in names.split()]
    waits = {TaskId(name): words.split() for name, words in (after or {}).items()}
    return " ".join(merge_order(tasks, conflicts, after=waits))


def test_whoever_stands_in_the_way_of_most_is_merged_last() -> None:
    assert order("hub a b c", conflict("hub", "a"), conflict("hub", "b"), conflict("hub", "c")) == "a b c hub"
    assert order("b a") == "b a"


def test_a_dependency_goes_first_whatever_it_conflicts_with_and_a_circle_stays_as_it_is() -> None:
    assert order("a hub b", conflict("hub", "a"), conflict("hub", "b"), after={"a": "hub"}) == "b hub a"
    assert order("a b", after={"a": "b", "b": "a"}) == "a b"


def test_the_likelier_conflict_has_more_say_in_the_order() -> None:
    assert order("a b c", conflict("a", "b", 0.2), conflict("b", "c", 0.9)) == "a c b"
