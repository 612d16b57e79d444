"""Which headings of a roadmap are tasks, and what belongs to them."""

from textwrap import dedent

import pytest

from git_parallel.tasks.document import decode
from git_parallel.tasks.draft import Draft
from git_parallel.tasks.forms.roadmap import parse
from git_parallel.tasks.prose.dependencies import After
from git_parallel.tasks.task import Declared, Kind, Problem, Role, Status


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("### PRIORITY 24: Title 📝 Planned", ("24", "Title", (), Status.PLANNED)),
        (
            "### PRIORITY 11: US-072 - Title ✅ Complete",
            ("11", "Title", ("us-072",), Status.COMPLETE),
        ),
        ("### US-047: Title 🔄 In Progress", ("us-047", "Title", (), Status.IN_PROGRESS)),
        ("## 📝 PLANNED: US-023 - Title", ("us-023", "Title", (), Status.PLANNED)),
        ("## ✅ COMPLETE: US-011 - Title", ("us-011", "Title", (), Status.COMPLETE)),
        ("### 🔴 **PRIORITY 2.65: Title** ⚡ **X**", ("2-65", "Title", (), None)),
        ("### 🎯 [US-001] Title", ("us-001", "Title", (), None)),
        ("## 🚨 US-021 - Title (HIGH)", ("us-021", "Title (HIGH)", (), None)),
        ("### US-5: Title ⏸️ Blocked", ("us-5", "Title", (), Status.BLOCKED)),
        ("### Priority 4. Title", ("4", "Title", (), None)),
        ("### PRIORITY #5: Title", ("5", "Title", (), None)),
        ("### PRIORITY 2 (US-10): Title", ("2", "Title", (), None)),
        ("### US-240 [P1]: Title", ("us-240", "Title", (), None)),
        ("### `PRIORITY 229`: Title", ("229", "Title", (), None)),
        ("### 1️⃣ PRIORITY 226: Title", ("226", "Title", (), None)),
        ("### [DONE] PRIORITY 2: Title", ("2", "Title", (), Status.COMPLETE)),
        ("### COMPLETED - PRIORITY 2: Title", ("2", "Title", (), Status.COMPLETE)),
        ("### us-20: Title", ("us-20", "Title", (), None)),
    ],
)
def test_a_heading_that_is_a_task(heading, expected):
    (item,), problems = _parse(heading)

    assert ((item.short, item.title, item.aliases, item.status), problems) == (expected, ())


@pytest.mark.parametrize(
    "heading",
    [
        "#### Future Enhancements (Post-PRIORITY 9)",
        "### Refactoring Targets (Priority Order)",
        "### US-073 through US-077",
        "## US-016 COMPLETION SUMMARY",
        "#### Week 1: Analytics 🔴 PRIORITY 1",
        "### **After PRIORITY 2: You rest**",
        "```\n### PRIORITY 1: Title\n```",
        "### ~~PRIORITY 11: gone~~",
        "<!--\n### PRIORITY 1: Title\n-->",
    ],
)
def test_a_heading_that_only_mentions_one(heading):
    assert _parse(heading) == ((), ())


def test_an_item_has_its_body_and_nothing_after_it():
    items, problems = _parse("""\
        # Roadmap
        ### PRIORITY 20: Log in
        **Status**: 🔄 In Progress
        **Estimated Effort**: 2 hours
        **Assigned to**: code_developer
        **Depends on**: PRIORITY 19

        #### Step
        **File**: `src/login.py`

        ### Notes
        **File**: `src/other.py`
        """)

    assert problems == ()
    assert items == (
        Draft(
            role=Role.ITEM,
            slug="log-in",
            path="ROADMAP.md",
            line=2,
            short="20",
            title="Log in",
            text="### PRIORITY 20: Log in\n**Status**: 🔄 In Progress\n**Estimated Effort**: 2 hours\n"
            "**Assigned to**: code_developer\n**Depends on**: PRIORITY 19\n\n#### Step\n**File**: `src/login.py`",
            declared=(Declared("src/login.py", Kind.MODIFY, "ROADMAP.md", 9, is_guess=True),),
            after=(After("19"),),
            priority=20.0,
            agent="code_developer",
            status=Status.IN_PROGRESS,
            estimate=7200.0,
        ),
    )


def test_an_id_twice_is_a_problem_and_the_first_stands():
    items, problems = _parse("## US-1: Log in\n## US-1: Log in again\n")

    assert [item.title for item in items] == ["Log in"]
    assert problems == (Problem("ROADMAP.md", 2, "'us-1' stands twice; the one at line 1 is taken"),)


def test_an_id_twice_and_only_the_first_complete_leaves_the_work_to_do():
    items, problems = _parse("## US-1: Log in ✅ Complete\n## US-1: Log in again 📝 Planned\n")

    assert [item.title for item in items] == ["Log in again"]
    assert problems == (Problem("ROADMAP.md", 1, "'us-1' stands twice; the one at line 2 is taken"),)


def test_the_status_of_a_phase_is_not_that_of_its_item():
    (item,), _ = _parse("""\
        ### PRIORITY 1: Schema
        - PRIORITY 2
          - Status: ✅ Complete
        #### Phase 1: the spec
        **Status**: ✅ Complete
        """)

    assert item.status is None


def test_one_id_over_unrelated_titles_is_two_tasks():
    items, problems = _parse("## US-1: Log in\n## US-1: Export the ledger\n")

    assert [item.title for item in items] == ["Log in", "Export the ledger"]
    assert problems == ()


def test_a_status_line_outranks_the_heading_and_the_difference_is_told():
    items, problems = _parse("## US-1: Log in 📝 Planned\n**Status**: ✅ Complete\n")

    assert items[0].status is Status.COMPLETE
    assert problems == (
        Problem(
            "ROADMAP.md",
            1,
            "the heading says 'planned' and the status line 'complete'; the latter is taken",
        ),
    )


def test_what_an_item_blocks_comes_after_it():
    (item,), _ = _parse("""\
        ## PRIORITY 4: BUG-XXX - Log in
        **Blocks**: US-7, PRIORITY 9 (and all later work)

        ### Dependencies
        - PRIORITY 4.1: The store ✅
        - US-8 may inform it

        **Enhances**:
        - US-5

        **Requires US-2 Complete**:
        - US-3 explains why

        **Enables**:
        - US-6: reports

        1. A step
           - Dependencies: PRIORITY 1
        """)

    assert item.title == "Log in"
    assert [after.spelling for after in item.after] == ["4.1", "US-2"]
    assert [after.spelling for after in item.before] == ["US-7", "9", "US-6"]


def _parse(text):
    document, _ = decode("ROADMAP.md", dedent(text).encode())
    parsed = parse(document)
    return parsed.drafts, parsed.problems


def test_a_heading_that_may_be_a_lost_task_is_told():
    items, problems = _parse("## US-1: Log in\n## US-1 Notes\n### US-232 Export the ledger\n")

    assert [item.short for item in items] == ["us-1"]
    assert problems == (
        Problem("ROADMAP.md", 3, "this heading is not read as a task; write 'US-232: ' before its title"),
    )
