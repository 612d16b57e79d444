"""Packets of taskplane: one task in a `PROMPT.md`."""

from textwrap import dedent

from git_parallel.project.choosing import chooser
from git_parallel.tasks.document import Document
from git_parallel.tasks.draft import Draft
from git_parallel.tasks.forms import packet
from git_parallel.tasks.prose.dependencies import After
from git_parallel.tasks.read import read_all
from git_parallel.tasks.sources import BUILT_IN
from git_parallel.tasks.task import Declared, Kind, Problem, Status

PATH = "work/AB-012-export/PROMPT.md"
_sources_of = chooser(BUILT_IN)

TEXT = """\
# Task: AB-012 - Export as CSV

**Created:** 2026-01-02
**Size:** M

## Dependencies

- **Task:** AB-010 (the reader, see AB-009)
- **Task:** XY-3, XY-4

## Context to Read First

**Tier 2:**
- `work/CONTEXT.md`
- `src/table.ts` - how rows are kept

## File Scope

> Tasks with overlapping scope run on one lane.

- `src/export.ts` (new)
- `src/cli/`
- `tests/*export*`
- src/main.ts

## Steps

### Step 1: Write

- [ ] Create `src/nothing.ts`

**Artifacts:**
- `src/export.ts` (modified)

## Documentation Requirements

**Must Update:**
- `docs/export.md` - the new command

**Check If Affected:**
- `docs/cli.md`
"""


def test_a_packet_is_one_task():
    assert packet.parse(Document(PATH, tuple(TEXT.split("\n")))).drafts == (
        Draft(
            path=PATH,
            line=1,
            short="ab-012",
            title="Export as CSV",
            text=TEXT,
            slug="export-as-csv",
            declared=(
                Declared("work/CONTEXT.md", Kind.MENTION, PATH, 14),
                Declared("src/table.ts", Kind.MENTION, PATH, 15),
                Declared("src/export.ts", Kind.CREATE, PATH, 21),
                Declared("src/cli/", Kind.MODIFY, PATH, 22, is_guess=True),
                Declared("tests/*export*", Kind.MODIFY, PATH, 23, is_guess=True),
                Declared("src/main.ts", Kind.MODIFY, PATH, 24, is_guess=True),
                Declared("docs/export.md", Kind.MODIFY, PATH, 38, is_guess=True),
                Declared("docs/cli.md", Kind.MENTION, PATH, 41),
            ),
            after=(After("AB-010"), After("XY-3"), After("XY-4")),
            status=Status.PLANNED,
        ),
    )


def test_packets_find_each_other_across_documents():
    other = "# Task: AB-010 - Reader\n\n**Status:** Complete\n\n## Dependencies\n\n- **None**\n"
    found = read_all(
        (path, text.encode(), _sources_of(path))
        for path, text in ((PATH, TEXT), ("work/AB-010-reader/PROMPT.md", other))
    )

    assert found.problems == ()
    assert [(task.id, task.after, task.status) for task in found.tasks] == [
        ("ab-010", (), Status.COMPLETE),
        ("ab-012", ("ab-010", "xy-3", "xy-4"), Status.PLANNED),
    ]


def test_what_cannot_be_used_is_said_with_its_line():
    found = packet.parse(Document("PROMPT.md", ("# Task: AB-1 - X", "## File Scope", "- `.git/x`", "- TBD")))

    assert found.drafts[0].declared == ()
    assert found.problems == (Problem("PROMPT.md", 3, "not a usable path: '.git/x' (inside .git)"),)


def test_another_prompt_is_no_packet():
    for text in (
        "",
        "Be kind.",
        "# Task: write\n## File Scope\n",
        "## Task: AB-1 - X\n## File Scope\n",
        "# Task: AB-1 - X\n",
        "# About\n# Task: AB-1 - X\n## File Scope\n",
    ):
        assert packet.parse(Document(PATH, tuple(dedent(text).split("\n")))) is None
