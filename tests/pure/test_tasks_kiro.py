"""Numbered lists of boxes: Kiro, cc-sdd, spec-workflow, OpenSpec."""

from textwrap import dedent

import pytest

from git_parallel.project.choosing import chooser
from git_parallel.tasks.document import Document
from git_parallel.tasks.draft import Draft
from git_parallel.tasks.forms import kiro
from git_parallel.tasks.prose.dependencies import After
from git_parallel.tasks.read import read_all
from git_parallel.tasks.sources import BUILT_IN
from git_parallel.tasks.task import Declared, Kind, Problem, Status

PATH = ".kiro/specs/sign-in/tasks.md"
_sources_of = chooser(BUILT_IN)


def test_the_children_are_the_tasks_and_what_is_above_them_goes_before():
    found = _parse(
        """\
        # Implementation Plan

        - [ ] 3. Forms for signing in
          - Read the design first
          - [x] 3.1 Build the form in `src/form.ts`
            - Write `src/rules.ts` with the rules
            - Use `src/base.ts` as the model
            - _Requirements: 1.1, 2.3_
          - [-] 3.2 Wire it
        """
    )

    assert found.problems == ()
    assert found.drafts == (
        Draft(
            path=PATH,
            line=5,
            short="sign-in-3-1",
            title="Build the form in `src/form.ts`",
            text="- [ ] 3. Forms for signing in\n- Read the design first\n"
            "  - [x] 3.1 Build the form in `src/form.ts`\n    - Write `src/rules.ts` with the rules\n"
            "    - Use `src/base.ts` as the model\n    - _Requirements: 1.1, 2.3_",
            scope=PATH,
            aliases=("3.1",),
            declared=(
                Declared("src/form.ts", Kind.MODIFY, PATH, 5, is_guess=True),
                Declared("src/rules.ts", Kind.MODIFY, PATH, 6, is_guess=True),
                Declared("src/base.ts", Kind.MENTION, PATH, 7),
            ),
            status=Status.COMPLETE,
        ),
        Draft(
            path=PATH,
            line=9,
            short="sign-in-3-2",
            title="Wire it",
            text="- [ ] 3. Forms for signing in\n- Read the design first\n  - [-] 3.2 Wire it",
            scope=PATH,
            aliases=("3.2",),
            after=(After("3.1"),),
            status=Status.IN_PROGRESS,
        ),
    )


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        ("File: src/a.py (modify existing)", [("src/a.py", Kind.MODIFY, (), False)]),
        ("Files: `a.ts` (modify), b.ts", [("a.ts", Kind.MODIFY, (), False), ("b.ts", Kind.MODIFY, (), True)]),
        ("**File**: `a.py`, function `run` (~line 222)", [("a.py", Kind.MODIFY, ((222, 222),), True)]),
        ("File: src/new.py (new)", [("src/new.py", Kind.CREATE, (), False)]),
        ("_Leverage: a.ts, b.ts X class_", [("a.ts", Kind.MENTION, (), False), ("b.ts", Kind.MENTION, (), False)]),
        ("_Prompt: Role: writer | Task: Update src/a.ts_", []),
        ("_Requirements: 1.2, 3.4_", []),
        ("Update src/a.ts to use the rules", [("src/a.ts", Kind.MODIFY, (), False)]),
        ("Follow the patterns in src/a.ts", [("src/a.ts", Kind.MENTION, (), False)]),
        ("Delete: `old.ts`", [("old.ts", Kind.DELETE, (), False)]),
    ],
)  # fmt: skip
def test_the_details_of_a_task(detail, expected):
    found = _parse(f"- [ ] 1. Title\n  - {detail}\n")

    assert found.problems == ()
    declared = found.drafts[0].declared
    assert [(one.path, one.kind, one.ranges, one.is_guess) for one in declared] == expected


def test_a_list_below_a_label_of_files():
    found = _parse(
        """\
        - [ ] 1. Title
          - **Files**:
            - `src/a.py` (new)
            - Modify: src/b.py:3-4
          - Then tell everyone
        """
    )

    assert found.drafts[0].declared == (
        Declared("src/a.py", Kind.CREATE, PATH, 3),
        Declared("src/b.py", Kind.MODIFY, PATH, 4, ranges=((3, 4),)),
    )


def test_a_label_below_a_title_is_no_more_of_the_title():
    found = _parse("- [ ] 1. Build the form\n  in `a.ts`\n  File: b.ts (new)\n  _Requirements: 1.1_\n")

    assert [(draft.title, draft.declared) for draft in found.drafts] == [
        (
            "Build the form in `a.ts`",
            (
                Declared("a.ts", Kind.MODIFY, PATH, 1, is_guess=True),
                Declared("b.ts", Kind.CREATE, PATH, 3),
            ),
        )
    ]


def test_order_is_that_of_the_list_but_for_runs_of_parallel_ones():
    found = _read(
        """\
        - [ ] 1. a
        - [ ] 2. b
        - [ ] 2.1 (P) c
        - [ ] 2.2 (P) d
        - [ ]* 2.3 e
        - [ ] 3.1 (P) f
          - Depends on: 2
        - [ ] 4. g
          - _Depends on: task 1, 9_
        """
    )

    assert {task.id: (task.title, task.after) for task in found.tasks} == {
        "sign-in-1": ("a", ()),
        "sign-in-2-1": ("c", ("sign-in-1",)),
        "sign-in-2-2": ("d", ("sign-in-1",)),
        "sign-in-2-3": ("e", ("sign-in-2-1", "sign-in-2-2")),
        "sign-in-3-1": ("f", ("sign-in-2-3", "sign-in-2-1", "sign-in-2-2")),
        "sign-in-4": ("g", ("sign-in-3-1", "sign-in-1", "9")),
    }


def test_sections_with_numbers_are_those_of_openspec():
    found = _parse("## 1. Data\n- [ ] 1.1 Create `db/a.sql`\n\n## 2. Pages\n- [x] 2.1 Page\n")

    assert [(draft.short, draft.text, draft.after) for draft in found.drafts] == [
        ("sign-in-1-1", "## 1. Data\n- [ ] 1.1 Create `db/a.sql`", ()),
        ("sign-in-2-1", "## 2. Pages\n- [x] 2.1 Page", (After("1.1"),)),
    ]


def test_what_is_wrong_is_said_with_its_line():
    found = _parse("- [ ] 1. a\n  - File: .git/config\n- [ ] 1. b\n- [ ] 2.x strange\n- [ ] all is well\n")

    assert [draft.short for draft in found.drafts] == ["sign-in-1"]
    assert found.problems == (
        Problem(PATH, 3, "'1' stands twice; the one at line 1 is taken"),
        Problem(PATH, 4, "a box whose id cannot be understood: '2.x strange'"),
        Problem(PATH, 2, "not a usable path: '.git/config' (inside .git)"),
    )


def test_a_box_that_gives_no_task_is_said_and_its_task_is_not_guessed():
    found = _parse(
        """\
        - [ ] 1. a
          - [ ] 5 Pages
          - [ ] unnumbered
        - [✓] 2. b
        - [] 3. c
          - [ ] 5 Pages
        - [ ] 5 Title
        - [ ] 6 retries
        - [ ] ~~7. d~~
          -[x] 8.1 e
        - [ ] #10
        """
    )

    assert [(draft.line, draft.short, draft.status) for draft in found.drafts] == [
        (1, "sign-in-1", Status.PLANNED),
        (4, "sign-in-2", Status.COMPLETE),
    ]
    assert [(problem.line, problem.message) for problem in found.problems] == [
        (5, "no box that can be understood before '3. c'; no task"),
        (7, "a box whose id cannot be understood: '5 Title'"),
        (9, "a box struck through: '~~7. d~~'"),
        (10, "no box that can be understood before '8.1 e'; no task"),
        (11, "a box whose id cannot be understood: '#10'"),
    ]


def test_parallel_ones_at_the_top_stand_side_by_side_within_their_section():
    found = _read(
        """\
        - [ ] 1. a
        - [ ] 2. (P) b
        - [ ] 3. (P) c
        ## More
        - [ ] 4. (P) d
        - [ ] 5. e
        """
    )

    assert [(task.id.removeprefix("sign-in-"), task.after) for task in found.tasks] == [
        ("1", ()),
        ("2", ("sign-in-1",)),
        ("3", ("sign-in-1",)),
        ("4", ("sign-in-2", "sign-in-3")),
        ("5", ("sign-in-4",)),
    ]


@pytest.mark.parametrize(
    ("path", "short"),
    [
        ("openspec/changes/add-login/tasks.md", "add-login-1"),
        (".spec-workflow/specs/big/tasks.md", "big-1"),
        ("docs/app_pages.tasks.md", "app-pages-1"),
        ("tasks.md", "1"),
    ],
)
def test_the_spec_names_the_tasks(path, short):
    assert [draft.short for draft in kiro.parse(Document(path, ("- [ ] 1. a",))).drafts] == [short]


def test_a_list_without_numbers_is_of_another_form():
    for text in ("", "- [ ] a\n", "- [ ] 3 retries\n", "```\n- [ ] 1. a\n```\n", "1. a\n2. b\n"):
        assert _parse(text) is None


def _parse(text):
    return kiro.parse(Document(PATH, tuple(dedent(text).split("\n"))))


def _read(text):
    return read_all([(PATH, dedent(text).encode(), _sources_of(PATH))])
