"""Plans with `### Task N:` and a block of files in each."""

from textwrap import dedent

import pytest

from git_parallel.project.choosing import chooser
from git_parallel.tasks.document import Document
from git_parallel.tasks.draft import Draft
from git_parallel.tasks.forms import superpowers
from git_parallel.tasks.read import read_all
from git_parallel.tasks.sources import BUILT_IN
from git_parallel.tasks.task import Declared, Kind, Problem, Status

PATH = "docs/superpowers/plans/2026-02-03-dark-mode.md"
_sources_of = chooser(BUILT_IN)


def test_the_files_of_a_task_stand_in_its_block():
    found = _parse(
        """\
        # Dark Mode Plan

        ## Phase 1: Colours

        ### Task 1: Palette

        **Files:**
        - Create: `src/palette.ts`
        - Modify: `src/app.ts:12-20`, `src/css/` (lines 3-4)
        - Test: `tests/palette.test.ts`
        - Delete: `src/old.ts`
        - Read: `docs/colours.md`

        - [x] **Step 1: Write the test**

        ```bash
        touch src/other.ts
        ```

        - [ ] **Step 2: Modify `src/more.ts`**

        ## Summary

        Done with `src/no.ts`.
        """
    )

    text = "\n".join(found.drafts[0].text.split("\n")[:2])
    assert text == "### Task 1: Palette\n"
    assert "Summary" not in found.drafts[0].text
    assert found.problems == ()
    assert found.drafts == (
        Draft(
            path=PATH,
            line=5,
            short="dark-mode-1",
            title="Palette",
            text=found.drafts[0].text,
            scope=PATH,
            aliases=("task 1",),
            declared=(
                Declared("src/palette.ts", Kind.CREATE, PATH, 8),
                Declared("src/app.ts", Kind.MODIFY, PATH, 9, ranges=((12, 20),)),
                Declared("src/css/", Kind.MODIFY, PATH, 9, ranges=((3, 4),)),
                Declared("tests/palette.test.ts", Kind.MODIFY, PATH, 10, is_guess=True),
                Declared("src/old.ts", Kind.DELETE, PATH, 11),
                Declared("docs/colours.md", Kind.MENTION, PATH, 12),
            ),
            status=Status.IN_PROGRESS,
        ),
    )


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("- Modify: `a/b.py` (lines 97-136, approximately)", [("a/b.py", Kind.MODIFY, ((97, 136),))]),
        ("- Modify: `a/b.py` (only if a gate fails)", [("a/b.py", Kind.MODIFY, ())]),
        ("- Create: `a.md` (supporting doc)", [("a.md", Kind.CREATE, ())]),
        ("- Reference: `a.py`", [("a.py", Kind.MENTION, ())]),
        ("- Check if `.gitignore` needs a line", [(".gitignore", Kind.MENTION, ())]),
        ("- Check: All new files exist", []),
        ("- `a/b.py` (new)", [("a/b.py", Kind.CREATE, ())]),
    ],
)
def test_a_line_of_the_block(line, expected):
    found = _parse(f"## Task 1: A\n\n**Files:**\n{line}\n")

    assert found.problems == ()
    assert [(one.path, one.kind, one.ranges) for one in found.drafts[0].declared] == expected


def test_tasks_come_in_order_and_wait_for_what_they_name():
    found = _read(
        """\
        ### Task 1: A
        **Files:**
        - Create: `a.py`
        ### Task 2: B
        - [x] Step 1: do
        ### Task 3: C
        **Depends on:** Task 1
        #### Notes
        ### Task 10: D
        """
    )

    assert {task.id: (task.after, task.status) for task in found.tasks} == {
        "dark-mode-1": ((), Status.PLANNED),
        "dark-mode-2": (("dark-mode-1",), Status.COMPLETE),
        "dark-mode-3": (("dark-mode-2", "dark-mode-1"), Status.PLANNED),
        "dark-mode-10": (("dark-mode-3",), Status.PLANNED),
    }
    assert [task.aliases for task in found.tasks] == [("task 1",), ("task 2",), ("task 3",), ("task 10",)]


def test_what_is_wrong_is_said_with_its_line():
    found = _parse("### Task 1: A\n**Files:**\n- Create: `a//b.py`\n### Task 1: B\n")

    assert [draft.title for draft in found.drafts] == ["A"]
    assert found.problems == (
        Problem(PATH, 3, "not a usable path: 'a//b.py' (empty or '.' segment)"),
        Problem(PATH, 4, "'Task 1' stands twice; the one at line 1 is taken"),
    )


def test_a_plan_of_another_form_is_left_to_its_reader():
    for text in ("", "# Design\n", "### Task 1: A\nSome words\n", "```\n### Task 1: A\n**Files:**\n```\n"):
        assert _parse(text) is None


def test_the_date_is_no_part_of_the_name():
    lines = ("## Task 2a: X", "**Files:**", "- `a.py`")
    ids = [
        superpowers.parse(Document(path, lines)).drafts[0].short
        for path in ("docs/plans/2025-01-02-x.md", "docs/plans/x.md", "plans/2025-01-02.md")
    ]

    assert ids == ["x-2a", "x-2a", "2025-01-02-2a"]


def _parse(text):
    return superpowers.parse(Document(PATH, tuple(dedent(text).split("\n"))))


def _read(text):
    return read_all([(PATH, dedent(text).encode(), _sources_of(PATH))])
