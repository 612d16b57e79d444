"""Which attempt is under way, and what a run may be expected to take, from files and records."""

import fcntl
import json
import time
from pathlib import Path

import pytest

from git_parallel.agents.process import attempt_under_way
from git_parallel.names import TaskId
from git_parallel.overlap.footprint import of_task
from git_parallel.overlap.meet import Overlaps
from git_parallel.overlap.patch import Change
from git_parallel.project.open import make_runtime, open_project
from git_parallel.project.prospects import Prospects, View, foresee
from git_parallel.project.reporting import checked, write_report
from git_parallel.project.signs import touched_files
from git_parallel.schedule.record import State, TaskRecord
from git_parallel.schedule.remaining import Outlook
from git_parallel.tasks.task import Declared, Kind, Task
from tests.conftest import Repo

ONE = TaskId("1")
EXIT = {"status": 0, "signal": None, "timed_out": False, "stopped": False, "error": ""}


def ended(runtime: Path, attempt: int, started: float, until: float) -> None:
    data = {**EXIT, "attempt": attempt, "started": started, "ended": until}
    (runtime / f"1.{attempt}.exit").write_text(json.dumps(data))


def test_the_attempt_under_way(tmp_path: Path) -> None:
    assert attempt_under_way(tmp_path, ONE) is None
    (tmp_path / "1.1.start").touch()
    assert attempt_under_way(tmp_path, ONE) is None, "nobody is alive"
    with (tmp_path / "1.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert attempt_under_way(tmp_path, ONE) == 1
        ended(tmp_path, 1, 0, 1)
        assert attempt_under_way(tmp_path, ONE) is None, "only something that it left behind lives"
        for name in ("1.2.start", "1.10.start", "1.x.start", "10.30.start"):
            (tmp_path / name).touch()
        assert attempt_under_way(tmp_path, ONE) == 10


def test_touched_files() -> None:
    declared = tuple(Declared(path, Kind.MODIFY, "s", 1) for path in ("a.py", "lib/", "**/*.md", "b.py"))
    task = Task(ONE, "", "s", 1, declared=(*declared, Declared("c.py", Kind.MENTION, "s", 1)))
    changes = [Change(path, Kind.MODIFY) for path in ("a.py", "lib/x/y.py", "lib/z.py", "c.py", "[b].py")]
    assert touched_files(of_task(task)) == (0, 4)
    assert touched_files(of_task(task, ["b.py"], changes)) == (2, 4)


def test_what_is_foreseen_of_a_run(repo: Repo) -> None:
    project = open_project(repo.path)
    make_runtime(project)
    now = time.time()
    running = TaskRecord(ONE, State.RUNNING, attempt=3, started=now - 100)
    before = TaskRecord(TaskId("0"), State.MERGED, attempt=1, started=now - 900, ended=now - 500)
    records = {record.id: record for record in (running, before)}
    # The second attempt was in this run, which began 400 s ago, the first was not.
    ended(project.tasks_runtime, 2, now - 300, now - 200)
    ended(project.tasks_runtime, 1, now - 900, now - 800)

    found = foresee(project, View(records=records, tasks={}, slots=1, began=now - 400), now=now)

    assert found.speedup == pytest.approx(0.5)
    assert found.left == {ONE: pytest.approx(300.0)}
    assert found.outlook is None, "where nobody looked where tasks meet"
    assert found.progress[ONE].basis == ("time",)

    write_report(project.tasks_runtime, ONE, 2, checked("90", "of an earlier attempt", at=now - 250))
    assert foresee(project, View(records=records, tasks={}, slots=1), now=now) == Prospects(
        progress=found.progress, left=found.left
    )
    write_report(project.tasks_runtime, ONE, 3, checked("50", "", at=now - 40))
    told = foresee(project, View(records=records, tasks={}, slots=1), now=now)
    assert told.left == {ONE: pytest.approx(20.0)}
    assert not told.progress[ONE].is_estimated


def test_what_can_never_be_launched_holds_nobody_up(repo: Repo) -> None:
    project = open_project(repo.path)
    now = time.time()
    tasks = {
        TaskId("1"): Task(ONE, "", "s", 1),
        TaskId("2"): Task(TaskId("2"), "", "s", 1, after=("1",)),
        TaskId("3"): Task(TaskId("3"), "", "s", 1, after=("9",)),
        TaskId("9"): Task(TaskId("9"), "", "s", 1),
    }
    records = {
        ONE: TaskRecord(ONE, State.RUNNING, attempt=1, started=now - 30),
        TaskId("9"): TaskRecord(TaskId("9"), State.FAILED, attempt=1),
        TaskId("0"): TaskRecord(TaskId("0"), State.MERGED, attempt=1, started=now - 160, ended=now - 100),
    }
    overlaps = Overlaps(of_task(task) for task in tasks.values())
    waiting = [tasks[TaskId("2")], tasks[TaskId("3")]]
    view = View(records=records, tasks=tasks, slots=2, waiting=waiting, overlaps=overlaps)

    # The one that runs has half of the usual minute left, the one behind it a whole one.
    assert foresee(project, view, now=now).outlook == Outlook(90.0)


def test_what_documents_say_of_people_is_no_time_of_agents(repo: Repo) -> None:
    task = Task(ONE, "", "s", 1, estimate=4 * 3600.0)
    records = {ONE: TaskRecord(ONE, State.RUNNING, attempt=1, started=1000.0)}
    found = foresee(open_project(repo.path), View(records=records, tasks={ONE: task}, slots=1), now=1060.0)
    assert found == Prospects()
