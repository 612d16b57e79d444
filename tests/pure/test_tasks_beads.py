"""The issues.jsonl of beads."""

import json

import pytest

from git_parallel.project.choosing import chooser
from git_parallel.tasks.document import Document
from git_parallel.tasks.draft import Draft, Parsed
from git_parallel.tasks.forms import beads
from git_parallel.tasks.prose.dependencies import After
from git_parallel.tasks.read import read_all
from git_parallel.tasks.sources import BUILT_IN
from git_parallel.tasks.task import Declared, Kind, Problem, Status

PATH = ".beads/issues.jsonl"
_sources_of = chooser([source for source in BUILT_IN if source.name == "beads"])


def _issue(name, **fields):
    return {"id": name, "title": "T", "status": "open", **fields}


def test_an_issue():
    issue = _issue(
        "bd-a3.5",
        title="Filters",
        description="Words.\n\n- Modify `cmd/search.go`",
        notes="Create `cmd/filter.go`",
        priority=1,
        assignee="polecat",
        dependencies=[
            {"issue_id": "bd-a3.5", "depends_on_id": "bd-a3.4", "type": "blocks"},
            {"issue_id": "bd-a3.5", "depends_on_id": "bd-wisp-x1", "type": "blocks"},
            {"issue_id": "bd-a3.5", "depends_on_id": "bd-a3", "type": "parent-child"},
            {"issue_id": "bd-zz", "depends_on_id": "bd-yy", "type": "blocks"},
        ],
    )

    assert _parse("", json.dumps(issue)) == Parsed(
        (
            Draft(
                path=PATH,
                line=2,
                short="bd-a3-5",
                title="Filters",
                text="# Filters\n\nWords.\n\n- Modify `cmd/search.go`\n\nCreate `cmd/filter.go`",
                slug="filters",
                scope=PATH,
                aliases=("bd-a3.5",),
                declared=(
                    Declared("cmd/search.go", Kind.MODIFY, PATH, 2),
                    Declared("cmd/filter.go", Kind.CREATE, PATH, 2),
                ),
                after=(After("bd-a3.4"), After("bd-wisp-x1", is_sure=False)),
                priority=1.0,
                agent="polecat",
                status=Status.PLANNED,
            ),
        )
    )


def test_issues_wait_for_those_that_block_them():
    blocks = {"depends_on_id": "bd-1.1", "type": "blocks"}
    gone = {"depends_on_id": "bd-wisp-9", "type": "blocks"}
    lines = [_issue("bd-1.1", status="closed"), _issue("bd-2", dependencies=[blocks, gone])]
    data = "\n".join(map(json.dumps, lines)).encode()

    found = read_all([(PATH, data, _sources_of(PATH))])

    assert found.problems == ()
    assert [(task.id, task.status, task.after) for task in found.tasks] == [
        ("bd-1-1", Status.COMPLETE, ()),
        ("bd-2", Status.PLANNED, ("bd-1-1",)),
    ]


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("open", Status.PLANNED),
        ("in_progress", Status.IN_PROGRESS),
        ("hooked", Status.IN_PROGRESS),
        ("blocked", Status.BLOCKED),
        ("deferred", Status.BLOCKED),
        ("pinned", Status.BLOCKED),
        ("closed", Status.COMPLETE),
        ("tombstone", Status.COMPLETE),
    ],
)
def test_statuses(word, status):
    assert [draft.status for draft in _parse(json.dumps(_issue("a", status=word))).drafts] == [status]


def test_an_assignee_that_is_rather_a_person_is_no_agent():
    lines = [
        json.dumps(_issue(f"a-{i}", assignee=who)) for i, who in enumerate(("a/b/c", "x@y.z", "Jo Do", 7))
    ]

    assert [draft.agent for draft in _parse(*lines).drafts] == [None] * 4


def test_of_two_lines_with_one_id_the_newer_counts():
    old = json.dumps(_issue("a", title="Old", updated_at="2026-01-01"))
    new = json.dumps(_issue("a", title="New", updated_at="2026-02-01"))
    found = _parse(new, old, new)

    assert [draft.title for draft in found.drafts] == ["New"]
    assert found.problems == (Problem(PATH, 2, "'a' stands here again; line 1 counts"),)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("<<<<<<< HEAD", "no JSON: expecting value; line skipped"),
        ('{"id": "b", "title"', "no JSON: expecting ':' delimiter; line skipped"),
        ('{"id": "b"} {}', "no JSON: more behind the object; line skipped"),
        ("[1]", "no JSON object; line skipped"),
        ('{"id": ["b"], "title": "T", "status": "open"}', "an issue without a text as 'id'; line skipped"),
        ('{"id": "b", "title": "T"}', "an issue without a text as 'status'; line skipped"),
        ('{"id": " ", "title": "T", "status": "open"}', "an issue with an empty 'id'; line skipped"),
        ("[" * 100_000, "no JSON that can be read: nested too deeply; line skipped"),
    ],
)
def test_a_broken_line_is_a_problem_and_the_rest_is_read(line, message):
    found = _parse(json.dumps(_issue("a")), line, json.dumps(_issue("c")))

    assert [draft.short for draft in found.drafts] == ["a", "c"]
    assert found.problems == (Problem(PATH, 2, message),)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ('"status": "open", "x": Infinity', "Infinity, which is no JSON"),
        (f'"status": "open", "priority": {"1" * 5000}', "a number of 5000 digits"),
        ('"status": "open", "status": "closed"', "'status' stands twice in one object"),
        ('"status": "open", "priority": "high"', "'priority' is no number from 0 to 4"),
        ('"status": "odd"', "'odd' is no known status; the task counts as blocked"),
        (
            '"status": "open", "dependencies": "x"',
            "'dependencies' is or holds something that names no issue",
        ),
        (
            '"status": "open", "dependencies": [{"type": "blocks", "depends_on_id": 7}]',
            "'dependencies' is or holds something that names no issue",
        ),
        (
            f'"status": "open", "notes": "{"Create `a.py` " * 1000}"',
            "a paragraph longer than 4 KiB, in which no path is looked for",
        ),
    ],
)
def test_an_odd_field_is_said(fields, message):
    found = _parse(f'{{"id": "a", "title": "T", {fields}}}')

    assert [draft.short for draft in found.drafts] == ["a"]
    assert found.problems == (Problem(PATH, 1, message),)


def test_lines_of_another_form():
    document = Document("data/issues.jsonl", ('{"id": 7, "title": "T", "state": "open"}', "words"))

    assert beads.parse(document) is None


def test_a_file_that_is_mostly_broken_is_given_up():
    found = _parse(*["x"] * 500)

    assert len(found.problems) == 101
    assert found.problems[-1] == Problem(
        PATH, 101, "more than 100 lines that are no issue, the rest is not read"
    )


def _parse(*lines):
    return beads.parse(Document(PATH, lines))
