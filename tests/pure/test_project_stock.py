"""What a run knows: which look is the latest, whom it lets go and why, and how often each was tried."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from git_parallel.git.refs import Stored
from git_parallel.names import Oid, TaskId
from git_parallel.project.limits import Limits
from git_parallel.project.stock import Stock
from git_parallel.schedule.record import State, TaskRecord
from git_parallel.tasks.task import Status, Task, TaskSet
from tests.pure.overlapping import meeting


def task(name: str, *after: str, **more: Any) -> Task:
    return Task(TaskId(name), name, "ROADMAP.md", 1, after=after, **more)


def tasks(*declared: Task) -> TaskSet:
    return TaskSet(declared)


def stored(name: str, state: State, *, oid: str = "1", **more: Any) -> Stored:
    return Stored(TaskRecord(TaskId(name), state, **more), Oid(oid * 40))


def stock(*declared: Task, named: bool = False, **limits: Any) -> Stock:
    return Stock(tasks(*declared), Limits(2, **limits), named=named)


def world(*records: Stored) -> Any:
    return SimpleNamespace(tasks={one.record.id: one for one in records})


def let_go(known: Stock, waiting: list[Task], now: Any, declared: TaskSet) -> Mapping[str, str]:
    return dict(known.let_go(SimpleNamespace(world=now, tasks=declared), waiting))  # type: ignore[arg-type]


def test_a_later_look_is_taken_over_and_an_earlier_one_is_not() -> None:
    known, a, b = stock(task("a"), task("b")), task("a"), task("b")
    first, second = meeting("a b"), meeting("a b", "a c")

    assert known.see(second, 2, [a, b])
    assert not known.see(first, 1, [a, b]), "it is out of date"
    assert not known.see(first, 2, [a, b])
    assert not known.see(None, 3, [a, b])
    assert known.overlaps is second


def test_a_look_that_knows_nothing_of_somebody_is_not_taken_over() -> None:
    known = stock(task("a"))

    assert not known.see(meeting("a b"), 1, [task("a"), task("c")])
    assert known.see(meeting("a b"), 1, [task("a")]), "and is no reason to refuse one that does"


def test_whom_others_have_seen_to_need_not_wait_any_more() -> None:
    known = stock(task("a"), task("b"), task("c"), task("d"))
    known.take_in(world(stored("c", State.FAILED)))
    now = world(
        stored("a", State.CANCELLED),
        stored("b", State.PLANNED),
        stored("c", State.FAILED),
        stored("e", State.MERGED),
    )

    assert let_go(known, list(known.tasks.tasks), now, known.tasks) == {
        "a": "another command has made it cancelled"
    }


def test_what_the_run_itself_has_written_is_no_news() -> None:
    known = stock(task("a"))
    known.begin_reading()
    known.put(stored("a", State.READY, oid="2"))

    now = world(stored("a", State.FAILED))

    assert let_go(known, [task("a")], now, known.tasks) == {}
    known.take_in(now)
    assert known.records[TaskId("a")].state is State.READY, "it is newer than what was read"
    known.begin_reading()
    assert let_go(known, [task("a")], now, known.tasks) == {"a": "another command has made it failed"}


def test_a_document_that_is_gone_or_complete_takes_its_task_along() -> None:
    waiting = [task("a"), task("b"), task("c")]
    later = tasks(task("b", status=Status.COMPLETE), task("c"))
    gone, complete = "its document is gone", "its document says it is complete"

    assert let_go(stock(*waiting), waiting, world(), later) == {"a": gone, "b": complete}
    assert let_go(stock(*waiting, named=True), waiting, world(), later) == {"a": gone}, "the user named it"


def test_a_task_of_the_runs_own_has_no_document_and_stays_until_one_declares_it() -> None:
    known = stock(task("a"))
    known.add(task("own"))

    assert let_go(known, [task("own")], world(), tasks(task("a"))) == {}
    known.renew(tasks(task("b")))
    assert [one.id for one in known.tasks.tasks] == ["b", "own"]
    known.renew(tasks(task("own", "b")))
    assert [(one.id, one.after) for one in known.tasks.tasks] == [("own", ("b",))]


def test_only_a_standing_run_counts_the_failures_of_before() -> None:
    records = world(
        stored("a", State.FAILED, retries=1), stored("b", State.LOST), stored("c", State.PLANNED, retries=2)
    )
    waiting = [task("a"), task("b"), task("c"), task("d")]
    passing, standing = stock(*waiting), stock(*waiting, is_standing=True)
    passing.take_in(records)
    standing.take_in(records)

    assert passing.retries(waiting) == {}
    assert standing.retries(waiting) == {"a": 2, "b": 1}


def test_what_a_task_waits_for_and_stands_on() -> None:
    declared = (task("a"), task("b", status=Status.COMPLETE), task("c"), task("d", "a", "b", "c"))
    records = world(stored("a", State.SUCCEEDED, tip=Oid("3" * 40)), stored("c", State.MERGED))
    plain, stacking = stock(*declared), stock(*declared, is_stacking=True)
    plain.take_in(records)
    stacking.take_in(records)

    assert (plain.open_dependencies(declared), plain.below(declared[3])) == (
        {"a": (), "b": (), "c": (), "d": ("a",)},
        (),
    )
    assert stacking.open_dependencies(declared[3:]) == {"d": ()}
    assert [record.id for record in stacking.below(declared[3])] == ["a"]
