"""The tasks.json of Taskmaster."""

import json

import pytest

from git_parallel.project.choosing import chooser
from git_parallel.tasks.document import Document
from git_parallel.tasks.draft import Draft, Parsed
from git_parallel.tasks.forms import taskmaster
from git_parallel.tasks.prose.dependencies import After
from git_parallel.tasks.read import read_all
from git_parallel.tasks.sources import BUILT_IN
from git_parallel.tasks.task import Declared, Kind, Problem, Status

PATH = ".taskmaster/tasks/tasks.json"
_sources_of = chooser([source for source in BUILT_IN if source.name == "taskmaster"])


def test_a_task_with_subtasks():
    tasks = [
        {"id": 1, "title": "First", "status": "done", "dependencies": [], "priority": "low"},
        {
            "id": 2,
            "title": "Second",
            "description": "Words.",
            "details": "Create `src/a.ts`\nand more",
            "testStrategy": "Run it.",
            "status": "in-progress",
            "priority": "high",
            "dependencies": [1, "3"],
            "subtasks": [
                {"id": 1, "title": "Part", "status": "done", "details": "Modify `src/b.ts`"},
                {"id": 2, "title": "Rest", "status": "pending", "dependencies": [1, "4.2", "1"]},
            ],
        },
    ]
    text = json.dumps({"master": {"tasks": tasks, "metadata": {}}}, indent=1)

    assert _parse(text) == Parsed(
        (
            Draft(
                path=PATH,
                line=4,
                short="master-1",
                title="First",
                text="# First",
                slug="first",
                scope=f"{PATH}#master",
                aliases=("1",),
                priority=3.0,
                status=Status.COMPLETE,
            ),
            Draft(
                path=PATH,
                line=11,
                short="master-2",
                title="Second",
                text="# Second\n\nWords.\n\nCreate `src/a.ts`\nand more\n\nRun it.\n\n"
                "- [x] Part\n\nModify `src/b.ts`\n\n- [ ] Rest",
                slug="second",
                scope=f"{PATH}#master",
                aliases=("2", "2.1", "2.2"),
                declared=(
                    Declared("src/a.ts", Kind.CREATE, PATH, 11),
                    Declared("src/b.ts", Kind.MODIFY, PATH, 11),
                ),
                after=(After("1"), After("3"), After("4.2")),
                priority=1.0,
                status=Status.IN_PROGRESS,
            ),
        )
    )


def test_tags_keep_their_numbers_apart():
    def task(number, *before):
        return {"id": number, "title": f"T{number}", "status": "pending", "dependencies": before}

    text = json.dumps(
        {
            "master": {"tasks": [task(1), task(2, 1)]},
            "side-line": {"tasks": [{**task(1), "subtasks": [{"id": 3, "title": "x"}]}, task(2, "1.3")]},
        }
    )
    found = _read(text)

    assert found.problems == ()
    assert {task.id: task.after for task in found.tasks} == {
        "master-1": (),
        "master-2": ("master-1",),
        "side-line-1": (),
        "side-line-2": ("side-line-1",),
    }


@pytest.mark.parametrize(
    ("wrap", "task_id"),
    [
        (lambda tasks: {"tasks": tasks}, "master-7"),
        (lambda tasks: {"feature": {"tasks": tasks}}, "feature-7"),
    ],
)
def test_a_tag_stands_before_the_number_so_that_no_spec_is_renamed(wrap, task_id):
    text = json.dumps(wrap([{"id": "7", "title": "T", "status": "deferred"}]))
    spec = ("specs/SPEC-007-other.md", b"# SPEC-007: Other\n")
    found = read_all([(PATH, text.encode(), _sources_of(PATH)), (*spec, chooser(BUILT_IN)(spec[0]))])

    assert [(task.id, task.status) for task in found.tasks] == [
        ("7", Status.PLANNED),
        (task_id, Status.BLOCKED),
    ]
    assert found.problems == ()


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("done", Status.COMPLETE),
        ("pending", Status.PLANNED),
        ("in-progress", Status.IN_PROGRESS),
        ("review", Status.IN_PROGRESS),
        ("deferred", Status.BLOCKED),
        ("cancelled", Status.BLOCKED),
        ("blocked", Status.BLOCKED),
    ],
)
def test_statuses(word, status):
    text = json.dumps({"tasks": [{"id": 1, "title": "T", "status": word}]})

    assert [task.status for task in _read(text).tasks] == [status]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"version": "2.0.0", "tasks": [{"label": "build", "type": "shell"}]}',
        '// a comment\n{"tasks": []}',
        '{"tasks": "none"}',
    ],
)
def test_json_of_another_form(text):
    assert taskmaster.parse(Document("x/tasks.json", tuple(text.split("\n")))) is None


_ONE = '{"id": 1, "title": "T", "status": "done"'


@pytest.mark.parametrize(
    ("text", "ids", "problems"),
    [
        (
            f'{{"tasks": [{_ONE}}},\n{{"id": 2, "title": "U", "status": "done",}}]}}',
            ["master-1"],
            [(2, "no JSON: expecting property name enclosed in double quotes; the rest is not read")],
        ),
        (
            f'{{"tasks": [{_ONE}}}\n{{}}]}}',
            ["master-1"],
            [(2, "no JSON: ',' or ']' is missing; the rest is not read")],
        ),
        (f'{{"tasks": [\n{_ONE}, "id": 3}}]}}', ["master-3"], [(2, "'id' stands twice in one object")]),
        (f'{{"tasks": [{_ONE}, "x": NaN}}]}}', ["master-1"], [(1, "NaN, which is no JSON")]),
        (f'{{"tasks": [{_ONE}, "x": {"9" * 5000}}}]}}', ["master-1"], [(1, "a number of 5000 digits")]),
        (
            f'{{"tasks": [{_ONE}}}, 7, {{"id": [1], "title": "x"}}, {{"id": 4, "title": 5}}]}}',
            ["master-1"],
            [
                (1, "no JSON object; item skipped"),
                (1, "a task without a number or a text as 'id'; item skipped"),
                (1, "a task without a text as 'title'; item skipped"),
            ],
        ),
        (
            f'{{"tasks": [{_ONE}, "dependencies": [true, 2], "subtasks": 3, "priority": "odd"}}]}}',
            ["master-1"],
            [
                (1, "'subtasks' is no list"),
                (1, "'dependencies' holds something that is no id"),
                (1, "'odd' is no known priority"),
            ],
        ),
        (
            '{"tasks": [{"id": 1, "title": "T", "status": "odd"}]}',
            ["master-1"],
            [(1, "'odd' is no known status; the task counts as blocked")],
        ),
        (
            "[" * 100_000,
            [],
            [(1, "no JSON object; the rest is not read")],
        ),
        (
            '{"x": ' + "[" * 100_000,
            [],
            [(1, "no JSON that can be read: nested too deeply; the rest is not read")],
        ),
    ],
)
def test_what_cannot_be_understood_is_said(text, ids, problems):
    found = _parse(text)

    assert found is not None
    assert [draft.short for draft in found.drafts] == ids
    assert list(found.problems) == [Problem(PATH, line, message) for line, message in problems]


def test_what_cannot_be_stored_is_replaced():
    found = _parse('{"tasks": [{"id": 1, "title": "a\\u0000\\ud800b", "status": "done"}]}')

    assert found is not None
    assert [draft.title for draft in found.drafts] == ["a\ufffd\ufffdb"]


def _parse(text):
    return taskmaster.parse(Document(PATH, tuple(text.split("\n"))))


def _read(text):
    return read_all([(PATH, text.encode(), _sources_of(PATH))])
