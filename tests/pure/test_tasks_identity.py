"""Which documents are one task, and by which names it is called."""

import pytest

from git_parallel.errors import AmbiguousTask
from git_parallel.project.choosing import chooser
from git_parallel.tasks.naming import Name, file_name, is_template, short_id, slugified
from git_parallel.tasks.read import read_all
from git_parallel.tasks.sources import BUILT_IN
from git_parallel.tasks.task import Declared, Kind, Problem, Role, Status, Task

_sources_of = chooser(BUILT_IN)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("specs/SPEC-auth.md", Name("auth", "")),
        ("SPEC-001-auth.md", Name("1", "auth")),
        ("SPEC-001.md", Name("1", "")),
        ("SPEC-2-6-ci.md", Name("2-6", "ci")),
        ("SPEC-002-6-ci.md", Name("2-6", "ci")),
        ("SPEC-11-us-072---design.md", Name("11", "us-072-design", ("us-072",))),
        ("SPEC-NEXT-foo.md", Name("next-foo", "")),
        ("SPEC-010-USER-UI.md", Name("10", "user-ui")),
        ("tickets/BUG-003-crash.md", Name("bug-003", "crash")),
        ("SPEC-3d-view.md", Name("3d-view", "")),
        ("SPEC-.md", Name("", "")),
    ],
)
def test_the_id_in_a_file_name(path, name):
    assert file_name(path) == name


@pytest.mark.parametrize(
    ("spelling", "expected"),
    [
        ("PRIORITY 020", "20"),
        ("US-043", "us-043"),
        ("2.65", "2-65"),
        ("SPEC-001", "1"),
        ("auth_api", "auth-api"),
    ],
)
def test_the_id_that_a_spelling_means(spelling, expected):
    assert short_id(spelling) == expected


def test_a_slug_is_cut_between_words():
    assert (
        slugified("108 " + "Parallel agent execution " * 3) == "108-parallel-agent-execution-parallel-agent"
    )


def test_templates_are_not_specs():
    assert [is_template(p) for p in ("SPEC-000-template.md", "SPEC_TEMPLATE.md", "SPEC-1-templates.md")] == [
        True,
        True,
        False,
    ]
    assert _read({"SPEC-000-template.md": "# X"}).tasks == ()


def test_a_spec_and_a_roadmap_item_are_one_task():
    found = _read(
        {
            "SPEC-11-us-072---log-in.md": "# SPEC-11: US-072 - Log in\n**Depends on**: 9\n**File**: `a.py`\n",
            "ROADMAP.md": "## PRIORITY 11: US-072 - Log in ✅ Complete\n**Depends on**: US-5\n**File**: `b.py`\n"
            "## US-005: Store 📝 Planned\n",
        }
    )

    assert found.problems == ()
    assert found.tasks == (
        Task(
            id="11",
            title="Log in",
            source="SPEC-11-us-072---log-in.md",
            line=1,
            declared=(
                Declared("a.py", Kind.CREATE, "SPEC-11-us-072---log-in.md", 3, is_guess=True),
                Declared("b.py", Kind.CREATE, "ROADMAP.md", 3, is_guess=True),
            ),
            after=("9", "us-005"),
            priority=11.0,
            status=Status.COMPLETE,
            prompt="# SPEC-11: US-072 - Log in\n**Depends on**: 9\n**File**: `a.py`\n",
            aliases=("us-072",),
            documents=("SPEC-11-us-072---log-in.md", "ROADMAP.md"),
            undeclared=("9",),
        ),
        Task(
            id="us-005",
            title="Store",
            source="ROADMAP.md",
            line=4,
            prompt="## US-005: Store 📝 Planned",
            documents=("ROADMAP.md",),
            role=Role.ITEM,
        ),
    )
    assert {found.find(s).id for s in ("11", "PRIORITY 11", "SPEC-011", "US-072", "us-72")} == {"11"}


def test_the_order_of_documents_does_not_change_the_id():
    documents = {"SPEC-001-auth.md": "# A", "ROADMAP.md": "## PRIORITY 1: Sign in"}

    assert [t.id for t in _read(documents).tasks] == ["1"]
    assert _read(documents).tasks == _read(dict(reversed(documents.items()))).tasks


def test_unrelated_specs_of_one_number_are_tasks_with_longer_ids():
    found = _read({"SPEC-108-agents.md": "# A", "SPEC-108-billing.md": "# B", "SPEC-7-x.md": "# C"})

    assert [(t.id, t.aliases, t.rivals) for t in found.tasks] == [
        ("7", (), ()),
        ("108-agents", ("108",), ("108-billing",)),
        ("108-billing", ("108",), ("108-agents",)),
    ]
    assert found.problems == (
        Problem(
            "SPEC-108-agents.md",
            1,
            "'108' is claimed by 2 documents: SPEC-108-agents.md ('108-agents'), SPEC-108-billing.md ('108-billing')",
        ),
    )
    with pytest.raises(AmbiguousTask):
        found.find("108")


def test_a_spec_goes_to_the_story_it_names_before_the_number_it_has():
    found = _read(
        {
            "SPEC-023-modules.md": "# SPEC-023: Clear modules",
            "SPEC-108-parallel.md": "# SPEC-108: Agents\n**User Story**: US-108",
            "ROADMAP.md": "## PRIORITY 23: US-108 - Parallel agents ✅ Complete\n## US-023: Clear modules 📝 Planned\n",
        }
    )

    assert [(t.id, t.source, t.status, t.aliases) for t in found.tasks] == [
        ("108", "SPEC-108-parallel.md", Status.COMPLETE, ("us-108", "23")),
        ("23", "SPEC-023-modules.md", Status.PLANNED, ("us-023",)),
    ]


def test_dependencies_name_tasks_where_they_can_and_never_the_task_itself():
    found = _read(
        {
            "SPEC-auth.md": "# A\n**Depends on**: auth, billing\n**Blocked by**: PRIORITY 99, US-01\n",
            "SPEC-billing.md": "# B\n**Dependencies**: psutil\n",
            "ROADMAP.md": "## PRIORITY 4: US-001 - Store",
        }
    )

    assert {t.id: t.after for t in found.tasks} == {"4": (), "auth": ("billing", "99", "4"), "billing": ()}


def test_an_id_that_cannot_be_one_is_a_problem():
    found = _read({"SPEC-con.md": "# A", "SPEC-.md": "# B"})

    assert found.tasks == ()
    assert [str(p) for p in found.problems] == [
        "SPEC-.md:1: not a task name: ''; task skipped",
        "SPEC-con.md:1: not a task name: 'con'; task skipped",
    ]


def test_tasks_come_by_priority_then_by_natural_order():
    found = _read(
        {
            "SPEC-10-a.md": "",
            "SPEC-9-b.md": "",
            "SPEC-c.md": "**Priority**: 3",
            "ROADMAP.md": "## PRIORITY 2.5: D",
        }
    )

    assert [t.id for t in found.tasks] == ["2-5", "c", "9", "10"]


def _read(documents):
    pairs = [(path, text.encode()) for path, text in documents.items()]
    return read_all((path, data, _sources_of(path)) for path, data in pairs)


def test_a_directory_of_phases_is_one_task():
    found = _read(
        {
            "specs/SPEC-025-search/README.md": "# SPEC-025: Search\n**Status**: Draft\n",
            "specs/SPEC-025-search/phase1-index.md": "# Phase 1: Index\n**File**: `src/index.py` (NEW)\n",
            "specs/SPEC-025-search/phase2-query.md": "# Query\n**Status**: ✅ Complete\n- Update `src/query.py`\n",
            "specs/SPEC-025-search/archive/phase0.md": "**File**: `src/old.py`\n",
        }
    )

    (task,) = found.tasks
    assert (task.id, task.title, task.source, task.status) == (
        "25", "Search", "specs/SPEC-025-search/README.md", Status.PLANNED,
    )  # fmt: skip
    assert [(d.path, d.source.rpartition("/")[2]) for d in task.touched] == [
        ("src/index.py", "phase1-index.md"),
        ("src/query.py", "phase2-query.md"),
    ]
    assert [path.rpartition("/")[2] for path in task.documents] == [
        "README.md", "phase1-index.md", "phase2-query.md",
    ]  # fmt: skip
    assert task.prompt.index("# Phase 1") < task.prompt.index("# Query")
    assert found.problems == ()


def test_the_same_spec_told_twice_is_one_task_and_a_report_on_it_is_none():
    found = _read(
        {
            "SPEC-036-console-ui-polish.md": "# Polish\n**Status**: Complete\n**File**: `a.py`\n",
            "SPEC-036-polish-console-ui.md": "# Polish\n**Status**: Draft\n**File**: `b.py`\n",
            "SPEC-036-IMPLEMENTATION-REPORT.md": "# Report\n",
            "SPEC-036-billing-export.md": "# Billing\n",
        }
    )

    assert [(t.id, t.status, [d.path for d in t.touched]) for t in found.tasks] == [
        ("36-billing-export", Status.PLANNED, []),
        ("36-console-ui-polish", Status.PLANNED, ["a.py", "b.py"]),
    ]


def test_old_copies_are_not_read():
    old = ["archive/SPEC-1-a.md", "x/.backup/SPEC-1-a.md", "exported/SPEC-1-a.md", "SPEC-1-a.md.ARCHIVE"]

    assert _read(dict.fromkeys(old, "**File**: `a.py`\n")).tasks == ()


def test_one_story_in_the_names_of_two_specs_is_one_task():
    found = _read(
        {
            "SPEC-2-us-047---only-the-architect.md": "# A\n",
            "SPEC-12-us-047---only-the-architect.md": "# B\n**File**: `b.py`\n",
            "ROADMAP.md": "## PRIORITY 2: The CLI\n## US-047: Only the architect\n",
        }
    )

    assert [(t.id, t.title, [d.path for d in t.touched]) for t in found.tasks] == [
        ("2", "The CLI", []),
        ("12", "B", ["b.py"]),
    ]


def test_what_a_task_blocks_waits_for_it_unless_it_says_the_contrary():
    found = _read(
        {
            "ROADMAP.md": "## US-1: Store\n**Blocks**: US-2, US-3\n## US-2: Log in\n"
            "## US-3: Export\n**Blocks**: US-1\n"
        }
    )

    assert {t.id: t.after for t in found.tasks} == {"us-1": (), "us-2": ("us-1",), "us-3": ("us-1",)}


def test_the_roadmap_knows_best_how_far_a_task_is():
    found = _read(
        {
            "SPEC-1-a.md": "# A\n**Status**: Complete\n",
            "SPEC-2-b.md": "# B\n**Status**: Complete\n",
            "SPEC-3-c.md": "# C\n**Status**: Draft\n",
            "ROADMAP.md": "## PRIORITY 1: A\n**Status**: 📝 Planned\n## PRIORITY 2: B\n## PRIORITY 3: C ✅ Complete\n",
        }
    )

    assert [t.status for t in found.tasks] == [Status.PLANNED, Status.COMPLETE, Status.COMPLETE]


def test_a_new_spec_under_the_number_of_something_complete_is_a_task_of_its_own():
    found = _read(
        {
            "SPEC-035-payment-gateway.md": "# Payment gateway\n",
            "ROADMAP.md": "### PRIORITY 35: Telemetry dashboards ✅ Complete\n",
        }
    )

    assert [(t.id, t.status) for t in found.tasks] == [
        ("35-telemetry-dashboards", Status.COMPLETE),
        ("35-payment-gateway", Status.PLANNED),
    ]
    assert len(found.problems) == 1


def test_what_only_tells_of_a_spec_does_not_complete_it():
    found = _read(
        {
            "SPEC-7-user-auth.md": "# Log in\n",
            "SPEC-7-review.md": "# Review\n**Status**: ✅ Complete\n",
            "SPEC-8-payment.md": "# Pay\n",
            "SPEC-8-notes.md": "# Notes\n**Status**: Done\n**File**: `notes/app.py`\n",
        }
    )

    assert [(t.id, t.status) for t in found.tasks] == [
        ("7", Status.PLANNED),
        ("8-notes", Status.COMPLETE),
        ("8-payment", Status.PLANNED),
    ]


def test_a_story_that_is_only_related_does_not_complete_a_spec():
    found = _read(
        {
            "SPEC-4-export.md": "# Export\n**Related User Story**: US-9\n**User Story**: US-8\n",
            "ROADMAP.md": "## US-9: The ledger ✅ Complete\n## US-8: Reports ✅ Complete\n",
        }
    )

    assert [(t.id, t.status) for t in found.tasks] == [
        ("4", Status.PLANNED),
        ("us-8", Status.COMPLETE),
        ("us-9", Status.COMPLETE),
    ]
