"""The queue: what runs beside what, in what order, and what becomes of failures."""

import subprocess
import sys
import threading
import time
from concurrent.futures import CancelledError, Future, wait
from pathlib import Path

import pytest

from git_parallel import AgentTask, Closed, Deadlock, DependencyFailed, TaskQueue
from git_parallel.errors import BadInput
from tests.api.stage import SOON, Stage, boom


def nothing() -> None:
    return None


# -- what runs beside what -----------------------------------------------------------------------------


def test_different_agents_on_different_files_run_beside_each_other(stage: Stage) -> None:
    with TaskQueue(max_parallel=4) as queue:
        futures = [
            queue.submit_task(stage.task("a", "code_developer", "coffee_maker/")),
            queue.submit_task(stage.task("b", "project_manager", "docs/roadmap/")),
            queue.submit_task(stage.task("c", "architect", "docs/architecture/")),
            queue.submit_task(stage.task("d", "assistant")),
        ]
        stage.await_begin("a", "b", "c", "d")

        assert queue.get_status() == {
            "running_agents": ["code_developer", "project_manager", "architect", "assistant"],
            "running_files": ["coffee_maker/", "docs/architecture/", "docs/roadmap/"],
            "queued_tasks": 0,
        }
        stage.let_all()
        assert [future.result(SOON) for future in futures] == ["a", "b", "c", "d"]
    assert queue.get_status() == {"running_agents": [], "running_files": [], "queued_tasks": 0}


def test_of_one_agent_type_one_runs(stage: Stage) -> None:
    with TaskQueue() as queue:
        queue.submit_task(stage.task("a", "architect", "a.md"))
        queue.submit_task(stage.task("b", "architect", "b.md"))

        assert queue.get_status()["running_agents"] == ["architect"]
        assert queue.get_waiting() == {"b": "only one 'architect' runs at a time, and 'a' is one"}
        stage.let_all()
    assert stage.told == ["+a", "-a", "+b", "-b"]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("ROADMAP.md", "ROADMAP.md"),
        ("docs/", "docs/roadmap/x.md"),
        ("src/**/*.py", "src/a/b.py"),
        ("./src/a.py", "src/a.py"),
        ("Readme.md", "README.md"),
    ],
)
def test_what_modifies_the_same_runs_one_after_the_other(left: str, right: str, stage: Stage) -> None:
    with TaskQueue() as queue:
        queue.submit_task(stage.task("a", "one", left))
        queue.submit_task(stage.task("b", "two", right))

        assert queue.get_waiting()["b"].startswith("overlaps 'a', which is running (")
        stage.let_all()
    assert stage.told == ["+a", "-a", "+b", "-b"]


def test_a_task_whose_files_nobody_knows_runs_alone(stage: Stage) -> None:
    with TaskQueue() as queue:
        queue.submit_task(stage.task("a", "one", "a.py"))
        queue.submit_task(AgentTask("two", "anything", None, stage.act("b"), id="b"))
        queue.submit_task(stage.task("c", "three", "c.py"))

        assert queue.get_waiting() == {
            "b": "runs alone: what it touches is unknown",
            "c": "'b' runs alone and is next",
        }
        stage.let_all()
    assert stage.told == ["+a", "-a", "+b", "-b", "+c", "-c"]


def test_no_more_run_than_there_are_slots(stage: Stage) -> None:
    with TaskQueue(max_parallel=2) as queue:
        for name in "abc":
            queue.submit_task(stage.task(name, name, name))
        stage.await_begin("a", "b")

        assert queue.get_waiting() == {"c": "all slots are taken"}
        stage.let("b")
        stage.await_begin("c")
        assert "-a" not in stage.told
        stage.let_all()


def test_the_smaller_priority_is_sooner_and_equal_ones_keep_their_order(stage: Stage) -> None:
    with TaskQueue(max_parallel=1) as queue:
        queue.submit_task(stage.task("first", "a"))
        for name, priority in (("p20", 20), ("p1", 1), ("none", 0), ("also", 1), ("urgent", -1)):
            queue.submit_task(stage.task(name, name, held=False, priority=priority))
        stage.let("first")
    assert [told[1:] for told in stage.told if told[0] == "+"] == [
        "first",
        "urgent",
        "none",
        "p1",
        "also",
        "p20",
    ]


def test_nobody_waits_for_ever_behind_newcomers_of_higher_priority(stage: Stage) -> None:
    queue = TaskQueue(max_parallel=1)
    queue.submit_task(stage.task("first", "a"))
    low = queue.submit_task(stage.task("low", "low", held=False, priority=9))
    left = [200]

    def press() -> None:
        # One that submits the next one before it ends, so that the low one is never alone.
        if left[0] and not low.done():
            left[0] -= 1
            queue.submit_task(AgentTask("high", "x", [], press, priority=0))

    queue.submit_task(AgentTask("high", "x", [], press, priority=0))
    stage.let("first")

    assert low.result(SOON) == "low"
    assert left[0] > 150
    queue.shutdown()


# -- dependencies --------------------------------------------------------------------------------------


def test_a_task_begins_when_all_that_it_depends_on_is_done(stage: Stage) -> None:
    with TaskQueue() as queue:
        first = queue.submit_task(stage.task("a", "one"))
        second = stage.task("b", "two")
        queue.submit_task(second)
        queue.submit_task(stage.task("c", "three", depends_on=[first, second]))
        queue.submit_task(stage.task("d", "four", depends_on=["c"]))

        assert queue.get_waiting() == {
            "c": "after 'a', 'b', not done yet",
            "d": "after 'c', not done yet",
        }
        stage.let("b")
        second_done = stage.told
        stage.let_all()
    assert stage.told[-4:] == ["+c", "-c", "+d", "-d"], second_done


def test_what_depends_on_an_ended_task_begins_at_once(stage: Stage) -> None:
    with TaskQueue() as queue:
        done = queue.submit_task(stage.task("a", "one", held=False))
        done.result(SOON)
        assert queue.submit_task(stage.task("b", "one", held=False, depends_on=[done])).result(SOON) == "b"
        assert queue.submit_task(stage.task("c", "one", held=False, depends_on=["a"])).result(SOON) == "c"


def test_tasks_submitted_together_may_depend_on_each_other_in_any_order(stage: Stage) -> None:
    with TaskQueue() as queue:
        tasks = [
            stage.task("last", "one", held=False, depends_on=["middle"]),
            stage.task("middle", "two", held=False, depends_on=["first"]),
            stage.task("first", "three", held=False),
        ]
        wait(queue.submit_tasks(tasks), SOON)
    assert stage.told == ["+first", "-first", "+middle", "-middle", "+last", "-last"]


def test_a_dependency_cycle_is_an_error_and_nothing_of_it_is_submitted(stage: Stage) -> None:
    with TaskQueue() as queue:
        tasks = [stage.task(name, name, depends_on=[after]) for name, after in ("ab", "bc", "ca")]
        with pytest.raises(BadInput, match=r"^dependency cycle: a -> b -> c -> a$"):
            queue.submit_tasks(tasks)
        with pytest.raises(BadInput, match=r"^dependency cycle: x -> x$"):
            queue.submit_task(stage.task("x", "x", depends_on=["x"]))
        assert queue.get_status()["queued_tasks"] == 0
        assert queue.submit_task(stage.task("a", "a", held=False)).result(SOON) == "a"


@pytest.mark.parametrize("unknown", ["nobody", Future(), AgentTask("a", "b", [], nothing, id="other")])
def test_a_dependency_that_was_never_submitted_is_an_error(unknown: object) -> None:
    with (
        TaskQueue() as queue,
        pytest.raises(BadInput, match=r"^task 'x' depends on .*, which was never submitted to this queue$"),
    ):
        queue.submit_task(AgentTask("a", "b", [], nothing, id="x", depends_on=[unknown]))  # type: ignore[list-item]


def test_a_future_of_another_queue_is_unknown() -> None:
    with TaskQueue() as one, TaskQueue() as other:
        future = one.submit_task(AgentTask("a", "b", [], nothing))
        with pytest.raises(BadInput, match="never submitted to this queue"):
            other.submit_task(AgentTask("a", "b", [], nothing, depends_on=[future]))


def test_what_depends_on_a_failure_fails_and_the_others_do_not(stage: Stage) -> None:
    with TaskQueue() as queue:
        queue.submit_task(stage.task("hold", "one"))
        stage.await_begin("hold")
        bad = AgentTask("one", "bad", [], boom, id="bad")
        futures = queue.submit_tasks(
            [bad, *(stage.task(n, n, depends_on=[d]) for n, d in (("b", "bad"), ("c", "b")))]
        )
        good = queue.submit_task(stage.task("good", "two", held=False))
        assert good.result(SOON) == "good"
        stage.let("hold")

        with pytest.raises(ValueError, match="boom"):
            futures[0].result(SOON)
        with pytest.raises(
            DependencyFailed, match=r"^'b' was not run: 'bad', on which it depends, has failed$"
        ) as b:
            futures[1].result(SOON)
        with pytest.raises(
            DependencyFailed, match=r"^'c' was not run: 'b', on which it depends, has failed$"
        ):
            futures[2].result(SOON)
        assert isinstance(b.value.__cause__, ValueError)
        late = queue.submit_task(stage.task("late", "three", depends_on=[futures[0]]))
        with pytest.raises(DependencyFailed):
            late.result(SOON)
    assert not stage.has_begun("b")
    assert not stage.has_begun("late")


# -- failures and retries ------------------------------------------------------------------------------


def test_a_task_that_fails_is_tried_again_as_often_as_it_says() -> None:
    tries = []

    def third_time_lucky() -> str:
        tries.append(len(tries))
        if len(tries) < 3:
            raise ValueError(f"try {len(tries)}")
        return "done"

    with TaskQueue() as queue:
        assert (
            queue.submit_task(AgentTask("a", "x", ["f"], third_time_lucky, retries=2)).result(SOON) == "done"
        )
        tries.clear()
        with pytest.raises(ValueError, match="try 2"):
            queue.submit_task(AgentTask("a", "x", ["f"], third_time_lucky, retries=1)).result(SOON)


def test_others_go_on_while_a_failed_task_waits_for_its_next_attempt(stage: Stage) -> None:
    queue = TaskQueue(max_parallel=1)
    bad = queue.submit_task(AgentTask("a", "x", ["f"], boom, retries=1, retry_delay=0.2, id="bad"))
    good = queue.submit_task(stage.task("good", "a", "f", held=False))

    assert good.result(SOON) == "good"
    with pytest.raises(ValueError, match="boom"):
        bad.result(SOON)
    queue.shutdown()


def test_even_an_exit_is_the_tasks_own_affair() -> None:
    with TaskQueue() as queue:
        gone = queue.submit_task(AgentTask("a", "x", [], sys.exit, retries=3))
        assert isinstance(gone.exception(SOON), SystemExit)
        assert queue.submit_task(AgentTask("a", "x", [], nothing)).result(SOON) is None


# -- cancelling and the end ----------------------------------------------------------------------------


def test_a_task_that_waits_can_be_cancelled_and_one_that_runs_cannot(stage: Stage) -> None:
    with TaskQueue() as queue:
        running = queue.submit_task(stage.task("a", "one"))
        stage.await_begin("a")
        waiting = queue.submit_task(stage.task("b", "one"))
        behind = queue.submit_task(stage.task("c", "two", depends_on=[waiting]))

        assert waiting.cancel()
        assert not running.cancel()
        with pytest.raises(DependencyFailed, match="'b', on which it depends, was cancelled"):
            behind.result(SOON)
        assert queue.get_status()["queued_tasks"] == 0
        stage.let("a")
    assert stage.told == ["+a", "-a"]
    with pytest.raises(CancelledError):
        waiting.result()


def test_shutdown_runs_what_was_submitted_and_takes_no_more(stage: Stage) -> None:
    queue = TaskQueue(max_parallel=1)
    futures = [queue.submit_task(stage.task(name, name)) for name in "abc"]

    queue.shutdown(wait=False)
    with pytest.raises(Closed, match=r"^the queue was shut down and takes no more tasks$"):
        queue.submit_task(stage.task("d", "d"))
    with pytest.raises(RuntimeError):
        queue.submit_task(stage.task("d", "d"))
    stage.let_all()
    queue.shutdown()
    assert [future.result(0) for future in futures] == ["a", "b", "c"]


def test_shutdown_can_cancel_what_waits(stage: Stage) -> None:
    queue = TaskQueue(max_parallel=1)
    first = queue.submit_task(stage.task("a", "a"))
    stage.await_begin("a")
    second = queue.submit_task(stage.task("b", "b"))
    third = queue.submit_task(stage.task("c", "c", depends_on=[second]))

    queue.shutdown(wait=False, cancel_futures=True)
    assert (first.cancelled(), second.cancelled(), third.cancelled()) == (False, True, True)
    stage.let("a")
    queue.shutdown()
    assert stage.told == ["+a", "-a"]


def test_a_queue_that_nothing_was_asked_of_ends_at_once() -> None:
    with TaskQueue():
        pass
    TaskQueue().shutdown()


def test_python_ends_when_the_last_task_has_and_no_thread_stays_behind(tmp_path: Path) -> None:
    script = """if True:
        import time
        from git_parallel import AgentTask, TaskQueue
        queue = TaskQueue(max_parallel=1)
        for n in range(3):
            queue.submit_task(AgentTask("a", "x", [], lambda n=n: (time.sleep(0.05), print(n, flush=True))))
        queue.shutdown(wait=False)
        TaskQueue(max_parallel=1)
    """
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=SOON,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "0\n1\n2\n", "")


def test_between_tasks_a_queue_has_no_thread(stage: Stage) -> None:
    queue = TaskQueue()
    queue.submit_task(stage.task("a", "a", held=False)).result(SOON)
    deadline = time.monotonic() + SOON
    while any(thread.name.startswith(("task-queue", "agent-")) for thread in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.001)
    assert queue.submit_task(stage.task("b", "a", held=False)).result(SOON) == "b"
    queue.shutdown()


# -- tasks that submit tasks ---------------------------------------------------------------------------


def test_a_task_may_submit_tasks_and_wait_for_them_even_with_one_slot() -> None:
    with TaskQueue(max_parallel=1) as queue:

        def deeper(depth: int) -> int:
            if not depth:
                return 0
            below = AgentTask(f"agent{depth}", "x", [f"{depth}.py"], lambda: deeper(depth - 1))
            return 1 + int(queue.submit_task(below).result(SOON))

        assert queue.submit_task(AgentTask("top", "x", ["top.py"], lambda: deeper(5))).result(SOON) == 5


def test_waiting_for_a_task_that_may_not_run_beside_the_waiting_one_is_an_error_and_no_hang() -> None:
    with TaskQueue() as queue:

        def waits() -> object:
            return queue.submit_task(AgentTask("a", "x", [], nothing, id="inner")).result()

        outer = queue.submit_task(AgentTask("a", "x", [], waits))
        with pytest.raises(
            Deadlock, match=r"^'inner' was not run: it may not run beside the tasks that wait for it$"
        ):
            outer.result(SOON)


def test_a_task_that_waits_for_a_limited_time_is_no_deadlock() -> None:
    inner: list[Future[object]] = []

    def waits() -> str:
        inner.append(queue.submit_task(AgentTask("a", "x", [], lambda: "after all", id="inner")))
        try:
            inner[0].result(0.05)
        except TimeoutError:
            return "not now"
        return "at once"

    with TaskQueue() as queue:
        assert queue.submit_task(AgentTask("a", "x", [], waits)).result(SOON) == "not now"
        assert inner[0].result(SOON) == "after all"


def test_where_no_thread_is_left_one_that_comes_free_decides(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = threading.Thread.start

    def starting(thread: threading.Thread) -> None:
        if thread.name == "task-queue":
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", starting)
    queue = TaskQueue()
    futures = [queue.submit_task(stage.task(name, "a")) for name in "abc"]
    stage.let_all()
    assert [future.result(SOON) for future in futures] == ["a", "b", "c"]
    queue.shutdown()


def test_a_task_for_which_no_thread_is_left_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def starting(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with TaskQueue() as queue:
        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", starting)
            lost = queue.submit_task(AgentTask("a", "x", [], nothing))
        with pytest.raises(RuntimeError, match="can't start new thread"):
            lost.result(SOON)
        assert queue.submit_task(AgentTask("a", "x", [], nothing)).result(SOON) is None


def test_a_task_that_waits_for_itself_is_told_so(stage: Stage) -> None:
    own: list[Future[object]] = []

    def waits() -> object:
        stage.act("ready", held=False)()
        return own[0].result(SOON)

    with TaskQueue() as queue:
        queue.submit_task(stage.task("before", "a"))
        own.append(queue.submit_task(AgentTask("a", "x", [], waits, id="me")))
        stage.let("before")
        with pytest.raises(Deadlock, match=r"^task 'me' waits for itself$"):
            own[0].result(SOON)


def test_a_task_cannot_wait_for_the_end_of_its_queue() -> None:
    queue = TaskQueue()
    with pytest.raises(Deadlock, match="cannot wait for the end of its own queue"):
        queue.submit_task(AgentTask("a", "x", [], queue.shutdown)).result(SOON)
    queue.shutdown()


def test_callbacks_may_use_the_queue(stage: Stage) -> None:
    seen: list[object] = []
    done = threading.Event()

    def tell(future: Future[object]) -> None:
        seen.append((future.result(), queue.get_status()["running_agents"]))
        seen.append(queue.submit_task(stage.task("b", "a", held=False)))
        done.set()

    with TaskQueue() as queue:
        queue.submit_task(stage.task("a", "a")).add_done_callback(tell)
        stage.let("a")
        assert done.wait(SOON)
        assert seen[0] == ("a", [])


# -- what cannot be meant ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"agent_type": ""}, "not an agent type"),
        ({"execute_fn": None}, "cannot be called"),
        ({"files_to_modify": "src/a.py"}, "are lists"),
        ({"depends_on": "other"}, "are lists"),
        ({"retries": -1}, "cannot be below 0"),
        ({"retry_delay": float("nan")}, "cannot be below 0"),
        ({"priority": "high"}, "not a priority"),
        ({"priority": float("nan")}, "not a priority"),
        ({"id": "No Such Id"}, "not a task name"),
        ({"files_to_modify": ["../elsewhere.py"]}, "leaves the repository"),
        ({"files_to_modify": ["/etc/passwd"]}, "absolute"),
        ({"files_to_modify": [""]}, "empty"),
        ({"files_to_modify": ["**"]}, "covers everything"),
        ({"files_to_modify": ["."]}, "whole repository"),
    ],
)
def test_a_task_that_cannot_be_meant_is_refused(fields: dict[str, object], said: str) -> None:
    given: dict[str, object] = {
        "agent_type": "a",
        "task_description": "x",
        "files_to_modify": [],
        "execute_fn": nothing,
    }
    with TaskQueue() as queue, pytest.raises(BadInput, match=said):
        queue.submit_task(AgentTask(**(given | fields)))  # type: ignore[arg-type]


@pytest.mark.parametrize("most", [0, -1, True, 1.5])
def test_a_queue_needs_room_for_one(most: int) -> None:
    with pytest.raises(BadInput, match="max_parallel is a number above 0"):
        TaskQueue(max_parallel=most)
    with pytest.raises(BadInput, match="admission is 'auto' or 'off'"):
        TaskQueue(admission="sometimes")


def test_one_task_is_submitted_once(stage: Stage) -> None:
    task = stage.task("a", "a", held=False)
    with TaskQueue() as queue:
        queue.submit_task(task).result(SOON)
        with pytest.raises(BadInput, match=r"^task 'a' was submitted already$"):
            queue.submit_task(task)


def test_a_directory_is_known_without_its_slash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: Stage
) -> None:
    (tmp_path / "src").mkdir()
    monkeypatch.chdir(tmp_path)
    with TaskQueue() as queue:
        queue.submit_task(AgentTask("a", "x", [tmp_path / "src"], stage.act("a")))
        assert queue.get_status()["running_files"] == ["src/"]
        stage.let("a")


def test_a_busy_machine_gets_fewer_tasks(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    from git_parallel.agents.load import Gauge
    from git_parallel.schedule.load import Load

    loads = iter([Load(99.0, 10.0, 1 << 40)] + [Load(1.0, 10.0, 1 << 40)] * 100)
    monkeypatch.setattr(Gauge, "read", lambda _: next(loads))
    with TaskQueue(max_parallel=2, admission="auto") as queue:
        queue.submit_task(stage.task("a", "a"))
        queue.submit_task(stage.task("b", "b"))
        assert queue.get_waiting() == {
            "b": "the machine is busy (CPU 99 %, memory 10 %): 1 of 2 agents at once"
        }
        stage.await_begin("a", "b")
        stage.let_all()


def test_thousands_of_tasks_come_to_their_end() -> None:
    with TaskQueue(max_parallel=8) as queue:
        tasks = [AgentTask(f"agent{n % 16}", "x", [f"src/{n % 32}.py"], lambda n=n: n) for n in range(1_000)]
        assert [future.result(60) for future in queue.submit_tasks(tasks)] == list(range(1_000))


def test_who_cancels_what_waits_does_not_wait_for_retries() -> None:
    failed = threading.Event()

    def fails() -> None:
        failed.set()
        raise ValueError("no")

    queue = TaskQueue(max_parallel=1)
    future = queue.submit_task(AgentTask("a", "fails", [], fails, retries=5, retry_delay=600.0))
    failed.wait(30)

    queue.shutdown(cancel_futures=True)

    with pytest.raises(ValueError, match="no"):
        future.result(0)
