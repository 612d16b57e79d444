"""The journal of the coordinator: followed while it is written, torn lines left out."""

import os
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from git_parallel.git import locks
from git_parallel.project.journal import Journal, follow


@pytest.fixture
def project(tmp_path: Path) -> Any:
    """All that a journal wants of a project: where it lies."""
    (tmp_path / "logs").mkdir()
    return SimpleNamespace(runtime=tmp_path)


def log(project: Any) -> Path:
    return Path(project.runtime / "logs" / "coordinator.log")


def said(project: Any, **how: Any) -> list[tuple[str, bool, int | None]]:
    return [(entry.what, entry.is_note, entry.status) for entry in follow(project, **how)]


def test_what_was_said_is_read_in_order_and_the_last_run_is_kept_beside(project: Any) -> None:
    for name in ("first", "second"):
        journal = Journal(project)
        journal.say(f"{name} ü\n\x1b")
        journal.say("by the way", is_note=True)
        journal.say("", status=3)
        journal.close()

    assert said(project) == [("second ü\n\x1b", False, None), ("by the way", True, None), ("", False, 3)]
    assert "first" in log(project).with_name("coordinator.log.1").read_text()
    assert log(project).stat().st_mode & 0o077 == 0, "what agents are called to do is nobody else's business"


def test_torn_and_foreign_lines_are_left_out(project: Any) -> None:
    journal = Journal(project)
    journal.say("whole")
    with log(project).open("ab") as file:
        file.write(
            b'{"time": 1.0, "wh\n[]\n7\n{"what": "timeless"}\n{"time": 1, "what": "", "more": 1}\n\xff\n'
        )
    journal.say("whole again")
    with log(project).open("ab") as file:
        file.write(b'{"time": 2.0, "what": "torn at the e')

    assert said(project) == [("whole", False, None), ("whole again", False, None)]


def test_only_what_was_said_since(project: Any) -> None:
    log(project).write_text('{"time": 1.0, "what": "before"}\n{"time": 2.5, "what": "after"}\n')

    assert said(project, since=2.0) == [("after", False, None)]


def test_without_a_journal_there_is_nothing_to_follow(project: Any) -> None:
    assert said(project) == []


def test_it_is_followed_until_nobody_holds_the_office(project: Any) -> None:
    lock = locks.try_hold(project.runtime / "coordinator.lock")
    assert lock is not None
    journal, heard = Journal(project), list[str]()
    journal.say("first")
    first, entries = threading.Event(), follow(project)

    def listen() -> None:
        for entry in entries:
            heard.append(entry.what)
            first.set()

    listener = threading.Thread(target=listen)
    listener.start()
    assert first.wait(30)
    # In two pieces, as a reader may see any line.
    with log(project).open("ab", buffering=0) as file:
        file.write(b'{"time": 1.0, "wha')
        file.write(b't": "second"}\n')
    journal.say("third")
    os.close(lock)
    listener.join(30)

    assert not listener.is_alive()
    assert heard == ["first", "second", "third"]
