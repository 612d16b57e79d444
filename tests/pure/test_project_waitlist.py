"""Who waits, since when, and until when at least."""

from git_parallel.names import TaskId
from git_parallel.project.waitlist import Waiting, Waitlist
from git_parallel.tasks.task import Task


def task(name: str) -> Task:
    return Task(TaskId(name), name, "ROADMAP.md", 1)


def test_those_who_came_together_came_at_the_same_time() -> None:
    waitlist = Waitlist()
    waitlist.come([task("b"), task("a")], {TaskId("a"): 2})
    waitlist.come([task("c"), task("a")])

    assert [one.id for one in waitlist] == ["b", "a", "c"]
    assert waitlist.came == {"b": 1, "a": 1, "c": 2}, "who waits already keeps its place"
    assert waitlist.entry(TaskId("a")) == Waiting(task("a"), 1, retries=2)
    assert (len(waitlist), "a" in waitlist, "d" in waitlist) == (3, True, False)


def test_one_that_failed_waits_for_the_clock() -> None:
    waitlist = Waitlist()
    waitlist.come([task("a"), task("b"), task("c")])
    entry = waitlist.go(TaskId("a"))
    waitlist.come_again(entry.task, retries=1, not_before=50.0, why="tried again at noon")
    waitlist.come_again(task("c"), retries=1, not_before=20.0, why="tried again soon")

    assert waitlist.delayed(19.0) == {"a": "tried again at noon", "c": "tried again soon"}
    assert waitlist.next_due(19.0) == 1.0
    assert waitlist.delayed(20.0) == {"a": "tried again at noon"}
    assert waitlist.next_due(20.0) == 30.0
    assert (waitlist.delayed(50.0), waitlist.next_due(50.0)) == ({}, None)


def test_whoever_looks_may_look_while_it_changes() -> None:
    waitlist = Waitlist()
    waitlist.come([task("a"), task("b")])

    for one in waitlist:
        waitlist.go(one.id)

    assert len(waitlist) == 0
