"""When few tasks are ready: what is said of it, and when somebody is asked to write specs."""

from collections.abc import Sequence
from typing import Any

from git_parallel.names import Oid, TaskId
from git_parallel.project.attempt import Order
from git_parallel.project.backlog import Backlog, Writer
from git_parallel.schedule.ready import Scene
from git_parallel.schedule.record import State, TaskRecord
from git_parallel.tasks.task import Declared, Kind, Task
from tests.pure.overlapping import meeting

WRITER = Writer("author", Order(("write",), "author", None, 1.0), ("specs/**",))
TIPS = [Oid(digit * 40) for digit in "123"]


def task(name: str, **more: Any) -> Task:
    return Task(
        TaskId(name), name, "ROADMAP.md", 7, declared=(Declared(f"{name}.py", Kind.MODIFY, "", 1),), **more
    )


def scene(*waiting: Task, running: Sequence[Task] = (), **more: Any) -> Scene:
    return Scene(waiting, running, meeting(), more.pop("waits", {}), slots=2, **more)


def test_it_is_said_once_and_again_after_there_were_enough() -> None:
    backlog, enough = Backlog(2), scene(task("a"), task("b"))
    heard = [
        backlog.mind(one, (), {}, TIPS[0]) for one in (scene(), scene(task("a")), enough, scene(task("a")))
    ]

    assert heard == [
        ("no tasks are ready to be run; the backlog is to be 2", None),
        ("", None),
        ("", None),
        ("1 task is ready to be run; the backlog is to be 2", None),
    ]


def test_who_waits_for_another_or_for_the_clock_is_not_ready() -> None:
    waits = scene(
        task("a"), task("b"), task("c"), waits={TaskId("a"): ("x",)}, delayed={TaskId("b"): "at noon"}
    )

    assert Backlog(1).mind(waits, (), {}, None) == ("", None)
    assert Backlog(2).mind(waits, (), {}, None)[0].startswith("1 task is ready")


def test_no_backlog_is_no_matter() -> None:
    assert Backlog(0, WRITER).mind(scene(), (), {}, TIPS[0]) == ("", None)


def test_the_writer_is_told_what_is_vague_and_may_write_where_specs_lie() -> None:
    vague = Task(TaskId("v"), "Make it fast", "ROADMAP.md", 9)

    said, asked = Backlog(3, WRITER).mind(scene(task("a")), (task("a"), vague), {}, TIPS[0])

    assert said
    assert asked is not None
    assert (asked.id, asked.agent, [one.path for one in asked.declared]) == (
        "write-specs-1",
        "author",
        ["specs/**"],
    )
    assert "1 task is ready to be run; there are to be 3." in asked.prompt
    assert asked.prompt.endswith(
        "These are declared, and do not say which files they touch:\n\n- v: Make it fast (ROADMAP.md:9)\n"
    )


def test_one_writer_at_a_time_and_none_before_others_have_moved_the_target() -> None:
    backlog = Backlog(1, WRITER)
    _, first = backlog.mind(scene(), (), {}, TIPS[0])
    assert first is not None

    while_it_waits = backlog.mind(scene(first), (), {}, TIPS[1])
    while_it_runs = backlog.mind(scene(running=[first]), (), {}, TIPS[1])
    when_nothing_came_of_it = backlog.mind(scene(), (), {}, TIPS[0])
    when_only_its_own_work_landed = backlog.mind(scene(), (), {}, TIPS[1])
    _, second = backlog.mind(scene(), (task("new"),), {}, TIPS[1])

    assert while_it_waits == while_it_runs == when_nothing_came_of_it == ("", None)
    assert when_only_its_own_work_landed == ("", None)
    assert second is not None
    assert second.id == "write-specs-2"


def test_a_writer_of_an_earlier_run_keeps_its_name() -> None:
    records = {TaskId("write-specs-1"): TaskRecord(TaskId("write-specs-1"), State.MERGED)}

    _, asked = Backlog(1, WRITER).mind(scene(), (), records, TIPS[0])

    assert asked is not None
    assert asked.id == "write-specs-2"
