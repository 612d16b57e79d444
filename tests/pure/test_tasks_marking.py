"""A task that is done, marked as complete in its document, of which nothing else changes."""

import re
from itertools import permutations
from random import Random
from textwrap import dedent

import pytest

from git_parallel.tasks.marking import marked
from git_parallel.tasks.read import read_all
from git_parallel.tasks.sources import BUILT_IN
from git_parallel.tasks.task import Status, TaskSet

DAY = "2026-11-21"
FORMS = {source.name: source for source in BUILT_IN}


def read(text: str, path: str = "ROADMAP.md", form: str = "roadmap") -> TaskSet:
    return read_all([(path, text.encode("utf-8", "surrogateescape"), [FORMS[form]])])


def mark(text: str, name: str, path: str = "ROADMAP.md", form: str = "roadmap") -> str | None:
    """The text with a task marked; read again it must be the only one that changed."""
    before = read(text, path, form)
    changed = marked(text, before.require(name), DAY, path=path, sources=[FORMS[form]])
    if changed is not None:
        was = {task.id: task.status for task in before.tasks}
        now = {task.id: task.status for task in read(changed, path, form).tasks}
        assert now == was | {before.require(name).id: Status.COMPLETE} != was
        again = read(changed, path, form).require(name)
        assert marked(changed, again, DAY, path=path, sources=[FORMS[form]]) is None
    return changed


def line_of(status: str, *others: str) -> str:
    """What becomes of the status of an item that stands with others of these statuses."""
    items = "".join(f"## US-{at}: Word{at}\n\n{text}\n\n" for at, text in enumerate((status, *others), 1))
    changed = mark(items, "us-1")
    assert changed is not None
    head, _, rest = changed.partition("\n\n")
    line, _, tail = rest.partition("\n\n")
    assert items == f"{head}\n\n{status}\n\n{tail}"
    return line


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("**Status**: 📝 Planned", "**Status**: ✅ Complete (2026-11-21)"),
        ("**Status:** 📝 Planned  ", "**Status:** ✅ Complete (2026-11-21)  "),
        ("Status: Planned", "Status: Complete (2026-11-21)"),
        ("- **Status**: PLANNED", "- **Status**: COMPLETE (2026-11-21)"),
        ("status: planned", "status: complete (2026-11-21)"),
        ("**Status**: ⏸️ Blocked", "**Status**: ✅ Complete (2026-11-21)"),
        ("**Status**: 🔄 In Progress - HIGH", "**Status**: ✅ Complete (2026-11-21) - HIGH"),
        ("**Status**: 🔄 In Progress (60%)", "**Status**: ✅ Complete (2026-11-21)"),
        ("**Status**: 📝 **Planned** (after US-2)", "**Status**: ✅ **Complete** (2026-11-21) (after US-2)"),
        ("**Status**: **📝 Planned**", "**Status**: **✅ Complete** (2026-11-21)"),
        ("**Status**: 📝 Planned (2026-01-02)", "**Status**: ✅ Complete (2026-11-21)"),
        (
            "**Status**: 📝 Planned (2026-01-02 - asked)",
            "**Status**: ✅ Complete (2026-11-21) (2026-01-02 - asked)",
        ),
        ("**Status**: Ready for implementation", "**Status**: Complete (2026-11-21)"),
        ("**Status**: 📝 Planned - not started", "**Status**: ✅ Complete (2026-11-21)"),
        ("**Status**: 🟡 Open", "**Status**: ✅ Complete (2026-11-21)"),
        ("**Status**: 📝", "**Status**: ✅"),
        ("_Status: Planned_", "_Status: Complete (2026-11-21)_"),
    ],
)
def test_a_status_line_says_that_it_is_complete(status: str, expected: str) -> None:
    assert line_of(status) == expected


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        (["✅ Complete"], "✅ Complete"),
        (["✅ Done (2025-01-02)"], "✅ Done (2026-11-21)"),
        (["Complete"], "Complete"),
        (["✅ COMPLETE - 2025-01-02"], "✅ COMPLETE - 2026-11-21"),
        (["✅ Done", "✅ Complete", "✅ Done (2025-01-02) - fast"], "✅ Done (2026-11-21)"),
        (["Implemented on 2025-01-02"], "Implemented on 2026-11-21"),
        (["📝 Planned"], "✅ Complete (2026-11-21)"),
        (["planned"], "Complete (2026-11-21)"),
    ],
)
def test_it_is_written_as_of_the_others_that_are(others: list[str], expected: str) -> None:
    line = line_of("**Status**: Planned", *(f"**Status**: {text}" for text in others))

    assert line == f"**Status**: {expected}"


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("## US-1: Title 📝 Planned", "## US-1: Title ✅ Complete"),
        ("## US-1: Title 📝", "## US-1: Title ✅"),
        ("## 📝 US-1: Title", "## ✅ US-1: Title"),
        ("## 📝 PLANNED: US-1 - Title", "## ✅ COMPLETE: US-1 - Title"),
        ("## 📝 READY TO IMPLEMENT: US-1 - Title", "## ✅ COMPLETE: US-1 - Title"),
        ("### PRIORITY 1: Title 🔄 In Progress ###", "### PRIORITY 1: Title ✅ Complete ###"),
    ],
)
def test_a_heading_says_that_it_is_complete(heading: str, expected: str) -> None:
    assert mark(f"{heading}\n\nText.\n", read(heading).tasks[0].id) == f"{expected}\n\nText.\n"


def test_a_heading_and_a_status_line_do_not_contradict_each_other() -> None:
    text = "## US-1: Title 📝 Planned\n\n**Status**: 📝 Planned\n"
    changed = mark(text, "us-1")

    assert changed == "## US-1: Title ✅ Complete\n\n**Status**: ✅ Complete (2026-11-21)\n"
    assert read(changed).problems == ()


def test_an_item_and_the_story_that_it_is_are_both_marked() -> None:
    text = dedent("""\
        ## PRIORITY 3: US-048 - Silent agents 📝 Planned

        ## US-048: Silent agents

        **Status**: 📝 Planned
        """)

    assert mark(text, "3") == text.replace("📝 Planned\n\n##", "✅ Complete\n\n##").replace(
        ": 📝 Planned", ": ✅ Complete (2026-11-21)"
    )


@pytest.mark.parametrize(
    "text",
    [
        "## US-1: Title\n\nNo word on how far it is.\n",
        "## US-1: Title\n\n**Status**: ✅ Complete\n",
        "## US-1: Title ✅ Complete\n",
        "## US-1: Title\n\n**Status**: <Planned|Complete>\n",
        "## US-1: Title\n\n```\n**Status**: 📝 Planned\n```\n",
    ],
)
def test_where_nothing_is_to_be_marked_nothing_is(text: str) -> None:
    assert mark(text, "us-1") is None


def test_a_document_that_does_not_speak_of_the_task_is_left_alone() -> None:
    text = "## US-1: Title\n\n**Status**: 📝 Planned\n"
    task = read(text).require("us-1")

    assert marked(text, task, DAY, path="docs/ROADMAP.md", sources=[FORMS["roadmap"]]) is None
    assert marked("## US-2: Other 📝\n", task, DAY, path="ROADMAP.md", sources=[FORMS["roadmap"]]) is None


def test_a_task_is_found_though_lines_moved() -> None:
    text = "## US-1: Title\n\n**Status**: 📝 Planned\n"
    task = read(text).require("us-1")
    moved = "# New\n\n## US-2: Other 📝 Planned\n\n" + text

    changed = marked(moved, task, DAY, path="ROADMAP.md", sources=[FORMS["roadmap"]])

    assert changed == moved.replace(": 📝 Planned", ": ✅ Complete (2026-11-21)")


def test_every_other_byte_is_as_it_was() -> None:
    text = (
        "\ufeff# Map\r\n\r\n## US-1: One\n\r\n **Status**:   📝 Planned \t\r\n\udce9\udcff café\r\n"
        "## US-2: \udce9 Two\r\n**Status**: 📝 \tPlanned  (\udce9)\rmore\r\n\x0c\x85\u2028 end without end"
    )

    one, two = mark(text, "us-1"), mark(text, "us-2")

    assert one == text.replace("📝 Planned", "✅ Complete (2026-11-21)")
    assert two == text.replace("📝 \tPlanned", "✅ \tComplete (2026-11-21)")


def test_lines_that_end_in_carriage_returns_alone() -> None:
    text = "## US-1: One\r\r**Status**: 📝 Planned\r\r## US-2: Two 📝\r"

    assert mark(text, "us-1") == text.replace(": 📝 Planned", ": ✅ Complete (2026-11-21)")


STATUSES = (
    "**Status**: 📝 Planned",
    "**Status**: Planned - later",
    "**Status**: 🔄 **IN PROGRESS** (2025-01-02)",
    "Status: blocked",
)


@pytest.mark.parametrize("others", [[], ["✅ Done", "Complete (2025-01-02)"], ["✅ COMPLETE", "✅ Complete"]])
def test_in_whatever_order_tasks_are_marked_the_text_is_the_same(others: list[str]) -> None:
    statuses = (*STATUSES, *(f"**Status**: {text}" for text in others))
    text = "\n".join(f"## US-{at}: Word{at} 📝\n\n{status}\n" for at, status in enumerate(statuses))
    for at in range(len(STATUSES), len(statuses)):
        text = text.replace(f"Word{at} 📝", f"Word{at} ✅")
    results = set()
    for order in permutations(range(len(STATUSES))):
        changed: str | None = text
        for at in order:
            assert changed is not None
            changed = mark(changed, f"us-{at}")
        results.add(changed)

    (result,) = results
    assert {task.status for task in read(result or "").tasks} == {Status.COMPLETE}


@pytest.mark.parametrize(
    ("path", "form", "name", "text", "expected"),
    [
        (
            "specs/SPEC-7-login.md",
            "spec",
            "7",
            "# Login\n\n**Status**: Draft\n",
            "# Login\n\n**Status**: Complete (2026-11-21)\n",
        ),
        (
            "specs/SPEC-7-login.md",
            "spec",
            "7",
            "---\nstatus: draft # so far\n---\n# Login\n",
            "---\nstatus: done # so far\n---\n# Login\n",
        ),
        (
            "backlog/tasks/task-3 - login.md",
            "front-matter",
            "task-3",
            "---\r\nid: task-3\r\ntitle: Login\r\nstatus: \"To Do\"\r\n---\r\n- [ ] a box\r\n",
            "---\r\nid: task-3\r\ntitle: Login\r\nstatus: \"Done\"\r\n---\r\n- [ ] a box\r\n",
        ),
        (
            ".claude/epics/auth/001.md",
            "front-matter",
            "auth-001",
            "---\nname: Login\nstatus: open\nupdated: 2025\n---\n",
            "---\nname: Login\nstatus: closed\nupdated: 2025\n---\n",
        ),
        (
            "specs/auth/tasks.md",
            "kiro",
            "auth-1-2",
            "- [ ] 1. Model\n  - [x] 1.1 Make it\n  - [ ] 1.2 Use it\n    - [ ] a detail\n",
            "- [ ] 1. Model\n  - [x] 1.1 Make it\n  - [x] 1.2 Use it\n    - [ ] a detail\n",
        ),
        (
            "specs/auth/tasks.md",
            "spec-kit",
            "auth-t002",
            "- [X] T001 Make src/a.py\n* [ ] T002 [P] Make src/b.py",
            "- [X] T001 Make src/a.py\n* [x] T002 [P] Make src/b.py",
        ),
        (
            "docs/plans/login.md",
            "superpowers",
            "login-1",
            "### Task 1: Model\n\n- [x] Step 1: test\n- [ ] Step 2: code\n\n### Task 2: View\n\n- [ ] Step 1: test\n",
            "### Task 1: Model\n\n- [x] Step 1: test\n- [x] Step 2: code\n\n### Task 2: View\n\n- [ ] Step 1: test\n",
        ),
        (
            "TP-1.PROMPT.md",
            "packet",
            "tp-1",
            "# Task: TP-1 - Login\n\n**Status:** Ready\n\n## Mission\n\nDo it.\n",
            "# Task: TP-1 - Login\n\n**Status:** Complete (2026-11-21)\n\n## Mission\n\nDo it.\n",
        ),
        (
            ".taskmaster/tasks/tasks.json",
            "taskmaster",
            "2",
            '{"tasks": [\n {"id": 1, "title": "a", "status": "pending"},\n {"id": 2, "title": "\\"status\\": {",\n'
            '  "subtasks": [{"id": 1, "title": "c", "status": "pending"}],\n  "status"  :  "pending"}]}',
            '{"tasks": [\n {"id": 1, "title": "a", "status": "pending"},\n {"id": 2, "title": "\\"status\\": {",\n'
            '  "subtasks": [{"id": 1, "title": "c", "status": "pending"}],\n  "status"  :  "done"}]}',
        ),
    ],
)  # fmt: skip
def test_other_forms(path: str, form: str, name: str, text: str, expected: str) -> None:
    assert mark(text, name, path, form) == expected


@pytest.mark.parametrize(
    ("path", "form", "text"),
    [
        (".beads/issues.jsonl", "beads", '{"id": "bd-1", "title": "a", "status": "open"}\n'),
        (
            ".taskmaster/tasks/tasks.json",
            "taskmaster",
            '{"tasks": [{"id": 1, "title": "a", "status": "pending"}]}',
        ),
        ("TP-1.PROMPT.md", "packet", "# Task: TP-1 - Login\n\n## Mission\n\nDo it.\n"),
        ("backlog/tasks/a.md", "front-matter", "---\nid: a\nstatus: [open]\n---\n"),
    ],
)
def test_what_is_not_marked(path: str, form: str, text: str) -> None:
    (task,) = read(text, path, form).tasks

    assert marked(text, task, DAY, path=path, sources=[FORMS[form]]) is None


PIECES = (
    "## US-{}: Word{} 📝 Planned", "## 🔄 US-{}: Word{}", "### PRIORITY {}: Word{}", "# Part", "**Status**: 📝 Planned",
    "**Status**: Draft - {}", "Status: in progress ({} %)", "**Status**: ✅ Done (2025-01-02)", "- **Status**: ⏸️",
    "- [ ] {}. Word{}", "- [ ] T00{} Word{}", "```", "---", "status: open", "id: x{}",
    '{{"status": "open"', "| a |", "\udcff", "",
)  # fmt: skip


def test_whatever_a_document_holds_only_the_place_of_the_status_changes() -> None:
    counted = 0
    for seed in range(300):
        chance = Random(seed)
        end = chance.choice(("\n", "\r\n", "\r"))
        pieces = (piece.format(at, at) for at, piece in enumerate(chance.choices(PIECES, k=20)))
        text = "".join(piece + (end if chance.random() < 0.9 else "\n") for piece in pieces)
        path, form = chance.choice((("ROADMAP.md", "roadmap"), ("a/tasks.md", "kiro"), ("SPEC-1.md", "spec")))
        for task in read(text, path, form).tasks:
            changed = mark(text, task.id, path, form)
            if changed is None:
                continue
            counted += 1
            was, now = text.splitlines(keepends=True), changed.splitlines(keepends=True)
            differing = [at for at, line in enumerate(was) if now[at] != line]
            assert len(was) == len(now)
            assert len(differing) <= 2
            assert all(re.search(r"(?i)status|^#|\[ \]", was[at]) for at in differing)
    assert counted > 200
