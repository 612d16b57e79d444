"""Which tasks a run takes on, and the reason for each that it leaves out."""

from dataclasses import replace
from typing import Any

import pytest

from git_parallel.names import Oid, TaskId
from git_parallel.schedule.candidates import Candidates, candidates
from git_parallel.schedule.record import State, TaskRecord
from git_parallel.tasks.task import Status, Task


def task(name: str, *after: str, **more: Any) -> Task:
    return Task(TaskId(name), name, "ROADMAP.md", 1, after=after, **more)


def record(name: str, state: State, **more: Any) -> TaskRecord:
    return TaskRecord(TaskId(name), state, **more)


def sort(
    *chosen: Task, others: tuple[Task, ...] = (), records: tuple[TaskRecord, ...] = (), **more: Any
) -> Candidates:
    return candidates(
        chosen,
        named=more.pop("named", False),
        records={one.id: one for one in records},
        everything={one.id: one for one in (*chosen, *others)},
        **more,
    )


def taken(found: Candidates) -> list[str]:
    return [one.id for one in found.tasks]


def left(found: Candidates) -> dict[str, str]:
    return {held.task: held.reason for held in found.held}


def test_all_are_taken_in_the_order_given_and_wait_for_each_other() -> None:
    found = sort(task("b", "a"), task("a"))

    assert (taken(found), left(found)) == (["b", "a"], {})


def test_what_comes_after_what_is_not_there_is_left_out_and_all_behind_it() -> None:
    found = sort(task("a", "x"), task("b", "a"), task("c"))

    assert taken(found) == ["c"]
    assert left(found) == {"a": "after 'x', which no document declares", "b": "after 'a', which is held"}


def test_what_is_in_flight_will_be_there() -> None:
    after = task("b", "a")

    assert left(sort(after, others=(task("a"),))) == {"b": "after 'a', which is not part of this plan"}
    assert taken(sort(after, others=(task("a"),), in_flight={TaskId("a")})) == ["b"]


def test_success_is_enough_to_be_stacked_on_where_there_is_a_commit() -> None:
    after, done = task("b", "a"), record("a", State.SUCCEEDED, tip=Oid("1" * 40))

    assert left(sort(after, others=(task("a"),), records=(done,))) == {"b": "after 'a', which is succeeded"}
    assert taken(sort(after, others=(task("a"),), records=(done,), is_stacking=True)) == ["b"]
    assert taken(sort(after, others=(task("a"),), records=(replace(done, tip=None),), is_stacking=True)) == []


@pytest.mark.parametrize("state", [State.FAILED, State.LOST])
def test_a_failure_is_tried_again_while_it_has_tries(state: State) -> None:
    for tries, retries, is_taken in ((0, 1, True), (1, 1, False), (2, 1, False), (0, 0, False)):
        found = sort(task("a"), records=(record("a", state, retries=tries),), retries=retries)
        assert (taken(found) == ["a"]) is is_taken, (tries, retries)
        assert is_taken or left(found) == {
            "a": f"{state}, and not tried again by itself; 'git parallel retry a' does"
        }


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (Status.COMPLETE, "its document says it is complete"),
        (Status.BLOCKED, "its document says it is blocked"),
    ],
)
def test_tries_do_not_outweigh_what_the_document_says(status: Status, why: str) -> None:
    found = sort(task("a", status=status), records=(record("a", State.FAILED),), retries=3)

    assert (taken(found), left(found)) == ([], {"a": why})


def test_without_tries_of_its_own_a_run_takes_up_what_was_lost_and_no_failure() -> None:
    records = (record("a", State.FAILED), record("b", State.LOST, retries=9))

    assert taken(sort(task("a"), task("b"), records=records)) == ["b"]
    assert taken(sort(task("a"), task("b"), records=records, named=True)) == ["a", "b"]
