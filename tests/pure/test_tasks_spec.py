"""What a SPEC declares, in the shapes that people write."""

from textwrap import dedent

import pytest

from git_parallel.tasks.document import decode
from git_parallel.tasks.forms.spec import parse
from git_parallel.tasks.prose.dependencies import After, dependencies
from git_parallel.tasks.prose.estimate import seconds
from git_parallel.tasks.prose.status import status_of, status_of_heading
from git_parallel.tasks.task import Declared, Kind, Problem, Status

CREATE, MODIFY, DELETE, MOVE, MENTION = Kind.CREATE, Kind.MODIFY, Kind.DELETE, Kind.MOVE, Kind.MENTION


def test_a_whole_spec():
    spec, problems = _parse("""\
        # SPEC-20: US-043 - Log in with a token

        **Status**: Approved
        **Assigned To**: code_developer
        **Priority**: 20
        **Depends on**: PRIORITY 19 must be complete (see US-1)
        **Estimated Effort**: 4-6 hours

        ## Plan

        **File**: `src/login.py` (NEW)
        """)

    assert problems == ()
    assert (spec.title, spec.line, spec.aliases) == ("Log in with a token", 1, ("us-043",))
    assert (spec.agent, spec.status, spec.priority, spec.estimate) == (
        "code_developer",
        Status.PLANNED,
        20.0,
        18000.0,
    )
    assert spec.after == (After("19"),)
    assert spec.declared == (Declared("src/login.py", CREATE, "SPEC-20-x.md", 11),)


@pytest.mark.parametrize(
    ("text", "declared"),
    [
        ("**File**: `a/b.py`", {"a/b.py": MODIFY}),
        ("**File:** a/b.py", {"a/b.py": MODIFY}),
        ("**File**: a/b.py", {"a/b.py": MODIFY}),
        ("**New File**: `a/b.py`", {"a/b.py": CREATE}),
        ("**File 1**: `a/b.py` (lines 1-9)", {"a/b.py": MODIFY}),
        ("**Files**: `a.py`, `b.py`", {"a.py": MODIFY, "b.py": MODIFY}),
        ("**Files**: 3 modules", {}),
        ("**File**: `src`", {"src": MODIFY}),
        ("**File**: `file_*` (new)", {"file_*": CREATE}),
        ("**Location**: a/b.py", {"a/b.py": MODIFY}),
        ("**Module**: `a/b.py`", {"a/b.py": MODIFY}),
        ("- **Location**: `a/` (NEW)", {"a/": CREATE}),
        ("File: a/b.py", {"a/b.py": MODIFY}),
        ("Files:\n- a/b.py\n- `c.py` (new)", {"a/b.py": MODIFY, "c.py": CREATE}),
        ("**Files to Create/Modify**:\n1. `a.py` - x\n2. [ ] b/c.py", {"a.py": MODIFY, "b/c.py": MODIFY}),
        ("**Files to Create**:\n- [ ] `a.py`\n\n**Notes**:\n- `b.py`", {"a.py": CREATE}),
        (
            "**Files Modified**:\n\n- `a.py`\n   - `run()`\n- `b.py`\nprose\n- `c.py`",
            {"a.py": MODIFY, "b.py": MODIFY},
        ),
        ("**Files to Delete** (1 file):\n1. `a.py`", {"a.py": DELETE}),
        ("## Files to Update\n1. `a.py`\n2. `b.py`\n\n## Next\n1. `c.py`", {"a.py": MODIFY, "b.py": MODIFY}),
        ("## File Scope\n- `src/**`", {"src/**": MODIFY}),
        ("## Files\n### New\n- `a.py` (NEW)", {"a.py": CREATE}),
        ("## Files\n- **Create**: `a.py`\n- Modify: `b.py:12-20`", {"a.py": CREATE, "b.py": MODIFY}),
        ("### 1. `a/b.py`", {"a/b.py": MODIFY}),
        ("### 1. a/b.py", {"a/b.py": MODIFY}),
        ("**`a/b.py`**:", {"a/b.py": MODIFY}),
        ("- Create `a.py` with a class", {"a.py": CREATE}),
        ("- [ ] Update the README.md file", {"README.md": MODIFY}),
        ("2. **Refactor** `a/b.py`", {"a/b.py": MODIFY}),
        ("- Remove `a.py`", {"a.py": DELETE}),
        ("- Move `a.py` → `b/a.py`", {"a.py": MOVE, "b/a.py": MOVE}),
        ("- Add a flag to `a/b.py`", {"a/b.py": MODIFY}),
        ("**Add to `a/b.py`**:", {"a/b.py": MODIFY}),
        (
            "```\nt/\n├── u/\n│   └── a.py  # NEW\n│\n└── v/\n    └── b.py  # NEW\n```",
            {"t/u/a.py": CREATE, "t/v/b.py": CREATE},
        ),
        ("- Update `run()` in `a/b.py`", {"a/b.py": MODIFY}),
        ("- `a.py` - reads the file", {}),
        ("- `a.py` (NEW) - reads the file", {"a.py": CREATE}),
        ("Some prose that names `a.py`.", {"a.py": MENTION}),
        ("> - Location: `a.py`", {}),
        ("## Files to Modify\n\n| File | What |\n|---|---|\n| `a.py` | see `b.py` |", {"a.py": MODIFY}),
        ("## Plan\n\n| # | File | Action |\n|--|--|--|\n| 1 | `a.py` | Delete |", {"a.py": DELETE}),
        ("## Coverage\n\n| File | Now |\n|--|--|\n| `a.py` | 50% |", {}),
        ("## References\n- **File**: `a.py`", {"a.py": MENTION}),
        ("## Rollback\n- Remove `a.py`", {"a.py": MENTION}),
        ("**Current Violation**:\n- **Location**: src/a.py:198", {"src/a.py": MENTION}),
        ("## Example\n**File**: `a.py`\n\n## Plan\n**File**: `a.py`", {"a.py": MODIFY}),
        ("_Leverage: src/a.py_", {}),
        ("```\n**File**: `a.py`\n```", {}),
        ("```python\n# tests/a.py\nimport b\n```", {"tests/a.py": MODIFY}),
        ("```python\nimport b\n# tests/a.py\n```", {}),
        (
            "```\nsrc/\n├── a.py  # NEW\n├── b.py  # EXISTING\n└── sub/\n    └── c.py  # MODIFY: x\n```",
            {"src/a.py": CREATE, "src/sub/c.py": MODIFY},
        ),
        (
            "- Directory: `src/auth/`\n- Files: `a.py`, `b.py`",
            {"src/auth/a.py": MODIFY, "src/auth/b.py": MODIFY},
        ),
        ("- Directory: `src/auth/`\n- Notes: x", {"src/auth/": MODIFY}),
        ("**File**: `a/b.py`\n\n**File**: `a/b.py` (NEW)", {"a/b.py": CREATE}),
        ("**Update docs/a.md** (1 hour)", {"docs/a.md": MODIFY}),
        ("- Add README to docs/search/", {"docs/search/README.md": CREATE}),
        ("- **Day 3**: Update `a/b.md`", {"a/b.md": MODIFY}),
        ("3. **Update the documentation**:\n   - `a/b.md`: Say so\n   - see `c.md`", {"a/b.md": MODIFY}),
        ("- `a.py`: Remove the flag", {"a.py": MODIFY}),
        ("**Deliverables**:\n- `a/b.md`\n- Updated `c.md`", {"a/b.md": MODIFY, "c.md": MODIFY}),
        ("**File**: `data/run.db`", {"data/run.db": MENTION}),
        ("**File**: `specs/SPEC-000-template.md`", {"specs/SPEC-000-template.md": MENTION}),
        ("**File**: `a.py`\n**Missing Coverage**: lines 1-9", {"a.py": MENTION}),
        ("**File**: `x/a.py` (or new `b.py` mixin)", {"x/a.py": MODIFY, "x/b.py": CREATE}),
        ("**Fixtures** (`tests/conftest.py`):\n```python\nx\n```", {"tests/conftest.py": MODIFY}),
        ("**Integration test**: `tests/a.py`\n\n```python\nx\n```", {"tests/a.py": MODIFY}),
        ("**Current code** (`a.py`):\n```python\nx\n```", {"a.py": MENTION}),
        (
            "**Location**: `.a/skill/`\n\n**SKILL.md**:\n```yaml\nx\n```\n\n**run.py**:\n```python\nx\n```",
            {".a/skill/SKILL.md": CREATE, ".a/skill/run.py": CREATE},
        ),
        ("```python\nx\n\n# tests/a.py\ny\n```", {"tests/a.py": MODIFY}),
        ("```python\n# Script: scripts/a.py\n```", {"scripts/a.py": MODIFY}),
        ("```bash\ngit mv a/b.py c/\ngit rm d.py\n```", {"a/b.py": MOVE, "c/b.py": MOVE, "d.py": DELETE}),
        ("```bash\nmv a.py b.py\nmv *.py $HOME\n```", {"a.py": MOVE, "b.py": MOVE}),
        ("```bash\necho x >> .gitignore\ncat > a/b.py << EOF\n```", {".gitignore": MODIFY, "a/b.py": CREATE}),
        ("## Tests\n```bash\necho x >> a/b.md\n```", {}),
        ("```python\ngit rm d.py\n```", {}),
        (
            "| Source | Destination |\n|--|--|\n| `a/b.py` | `c/` |\n| `a/d.py` | `c/e.py` |",
            {"a/b.py": MOVE, "c/b.py": MOVE, "a/d.py": MOVE, "c/e.py": MOVE},
        ),
        (
            "| # | Task | File | Time |\n|--|--|--|--|\n| 1 | Add x | `a.py` | 1 h |\n| 2 | Try | N/A | 1 h |",
            {"a.py": MODIFY},
        ),
        (
            "| File | Needs change? |\n|--|--|\n| `a.py` | ✅ REMOVE |\n| `b.py` | Keep |",
            {"a.py": DELETE, "b.py": MENTION},
        ),
        (
            "**Files to Move to b/c/** (2 files):\n1. `a.py`\n2. `d.py` → `e.py`",
            {"a.py": MOVE, "b/c/a.py": MOVE, "d.py": MOVE, "e.py": MOVE},
        ),
        (
            "## Proposed Solution\n```\nsrc/new/\n├── a.py\n└── b/\n    └── c.py\n```",
            {"src/new/a.py": CREATE, "src/new/b/c.py": CREATE},
        ),
        ("## Proposed Solution\n**Current**:\n```\nsrc/\n└── a.py\n```", {"src/a.py": MENTION}),
        (
            "```\nsrc/\n├── a.py  # helper (NEW)\n└── b.py  # helper\n```",
            {"src/a.py": CREATE, "src/b.py": MENTION},
        ),
        ("```\nsrc/\n└── new/  # NEW\n    └── a.py\n```", {"src/new/a.py": CREATE}),
        ("```\nsrc/\n└── a.py  # Moved from lib\n```", {"src/a.py": MOVE}),
        ("## Phase 4: Documentation & Examples\n- Update `a.md`", {"a.md": MODIFY}),
        ("**File**: `src/store.py`\n\n- Update `store.py`", {"src/store.py": MODIFY}),
    ],
)
def test_a_declaration(text, declared):
    spec, problems = _parse("# T\n\n" + text)

    # Every other path that the text names is a mention.
    said = {d.path: d.kind for d in spec.declared if d.kind is not MENTION or d.path in declared}
    assert (said, problems) == (declared, ())


def test_front_matter_declares_too():
    spec, _ = _parse("---\nfiles:\n  - src/a.py\n  - 'b.py'\ndepends_on: [auth, billing]\n---\n# Shop\n")

    assert [(d.path, d.line) for d in spec.declared] == [("src/a.py", 3), ("b.py", 4)]
    assert spec.after == (After("auth"), After("billing"))
    assert (spec.title, spec.line) == ("Shop", 7)


def test_front_matter_is_yaml_whose_scalars_stay_as_typed() -> None:
    spec, problems = _parse(
        '---\n# a comment\nfiles: &f\n  - "src/a b.py"  # why\n  - lib/\nmodified_files: *f\n'
        "dependencies: [001, 'us-2']\nstatus: !!python/object:os.system complete\n---\n# T\n"
    )

    assert [(d.path, d.line) for d in spec.declared] == [("src/a b.py", 4), ("lib/", 5)]
    assert spec.after == (After("001"), After("us-2"))
    assert (spec.status, problems) == (Status.COMPLETE, ())


@pytest.mark.parametrize(
    ("matter", "line", "message"),
    [
        ("files: [a, b", 2, "front matter that is no YAML: expected ',' or ']', but got '<stream end>'"),
        (
            "files:\n\t- a",
            3,
            "front matter that is no YAML: found character '\\t' that cannot start any token",
        ),
        ("files: " + "[" * 3000, 1, "front matter that is no YAML"),
        ("files: " + "x" * 33_000, 1, "front matter larger than 32 KiB, not read"),
    ],
)
def test_front_matter_that_is_none_is_a_problem(matter: str, line: int, message: str) -> None:
    spec, problems = _parse(f"---\n{matter}\n---\n# T\n\n**File**: `a.py`\n")

    assert [d.path for d in spec.declared] == ["a.py"]
    assert problems[0].message.startswith(message[:40])
    assert problems[0].line == line


@pytest.mark.parametrize(
    "text",
    [
        "---\n\n**File**: `a.py`\n\n---\n# T\n",
        "---\n# T\n**File**: `a.py`\n",
        "---\nhttps://example.com\n\n**File**: `a.py`\n---\n# T\n",
        "---\n\nNote: words.\n**File**: `a.py`\n---\n# T\n",
    ],
)
def test_a_rule_at_the_head_is_no_front_matter(text: str) -> None:
    spec, problems = _parse(text)
    assert ([d.path for d in spec.declared], problems) == (["a.py"], ())


def test_front_matter_of_a_spec_knows_all_keys_that_front_matter_has() -> None:
    spec, problems = _parse(
        dedent("""\
        ---
        blocked_by: [1]
        blocks: [us-9]
        conflicts_with: [4, 5]
        parallel: false
        wave: 2
        files:
          create: [a.py]
          delete: b.py
        read_first: [docs/c.md]
        patch: d.patch
        estimate: 2 hours
        priority: high
        agent: coder
        status: in review
        ---
        # T
        """)
    )

    assert problems == ()
    assert [(d.path, d.kind, d.line) for d in spec.declared] == [
        ("a.py", Kind.CREATE, 8),
        ("b.py", Kind.DELETE, 9),
        ("docs/c.md", Kind.MENTION, 10),
    ]
    assert (spec.after, spec.before, spec.conflicts) == ((After("1"),), (After("us-9"),), ("4", "5"))
    assert (spec.is_alone, spec.wave, spec.estimate, spec.priority, spec.agent, spec.status) == (
        (True, 2, 7200, 1.0, "coder", Status.IN_PROGRESS)
    )
    assert [(patch.path, patch.line) for patch in spec.patches] == [("d.patch", 11)]


@pytest.mark.parametrize(
    ("head", "touched", "after"),
    [
        ("\n\n---\nfiles: [a.py]\ndepends_on: [1]\n---\n", ["a.py"], ["1"]),
        ("---\nfiles: [a.py]\ndepends_on: [1]\n...\n", ["a.py"], ["1"]),
        ("---\n  files: [a.py]\n  depends_on: [1]\n---\n", ["a.py"], ["1"]),
        ("---\n\nfiles: [a.py]\n\ndepends_on:\n- 1\n---\n", ["a.py"], ["1"]),
        ("---\n# why\nfiles: [a.py]\n---\n", ["a.py"], []),
        ("---\nfiles to modify: [a.py]\ndepends on: [1]\n---\n", ["a.py"], ["1"]),
        ("---\nb: &b {files: [a.py], depends_on: [2]}\n<<: *b\ndepends_on: [1]\n---\n", ["a.py"], ["1"]),
        ("---\nb: &b {files: [a.py]}\nc: &c {deps: [1], <<: *b}\n<<: [*b, *c]\n---\n", ["a.py"], ["1"]),
        ("---\nfiles: null\ndepends_on: null\n---\n", [], []),
        ("---\nfiles: ~\ndepends_on: ~\n---\n", [], []),
        ("---\nfiles: []\ndepends_on:\n---\n", [], []),
        ("---\nfiles: [null]\ndepends_on: ['']\nblocks: {}\n---\n", [], []),
    ],
)  # fmt: skip
def test_front_matter_in_every_shape(head: str, touched: list[str], after: list[str]) -> None:
    spec, problems = _parse(f"{head}# T\n")

    assert problems == ()
    assert ([d.path for d in spec.declared], [one.spelling for one in spec.after]) == (touched, after)
    assert spec.title == "T"


@pytest.mark.parametrize(
    ("text", "problem", "status"),
    [
        ("---\nstatus: done\nstatus: open\n---\n# T\n", (3, "'status' is written twice"), Status.BLOCKED),
        ("---\nfiles: a.py\nFiles: b.py\n---\n# T\n", (3, "'Files' is written twice"), None),
        ("---\nstatus: done\n\nfiles: a.py\n# T\n\nWords.\n", (1, "front matter that is never closed, not read"), None),
        ("\n---\nstatus: done\n# T\n", (2, "front matter that is never closed, not read"), None),
        ("---\nstatus: [done]\n---\n# T\n", (2, "'status' is no single value"), Status.BLOCKED),
        ("---\nstatus: {is: done}\n---\n# T\n", (2, "'status' is no single value"), Status.BLOCKED),
        ("---\nid:a\nstatus:done\n---\n# T\n", (2, "front matter that holds no 'key: value'"), None),
    ],
)  # fmt: skip
def test_front_matter_that_is_not_sure_says_nothing(
    text: str, problem: tuple[int, str], status: Status | None
) -> None:
    spec, problems = _parse(text)

    assert problem in [(one.line, one.message) for one in problems]
    assert (spec.title, spec.status) == ("T", status)


def test_an_unusable_path_is_a_problem_and_the_others_stay():
    spec, problems = _parse(
        "# T\n**Files**:\n- `../../etc/passwd`\n- `/etc/passwd`\n- `.git/hooks/x`\n- `a.py`\n- `**`\n"
    )

    # What leads out of the document's directory is looked up with the tree.
    assert [d.path for d in spec.declared] == ["../../etc/passwd", "a.py"]
    assert problems == (
        Problem("SPEC-20-x.md", 4, "not a usable path: '/etc/passwd' (absolute)"),
        Problem("SPEC-20-x.md", 5, "not a usable path: '.git/hooks/x' (inside .git)"),
        Problem("SPEC-20-x.md", 7, "not a usable path: '**' (a pattern that matches everything)"),
    )


@pytest.mark.parametrize(
    ("value", "after"),
    [
        ("PRIORITY-28 must be complete (blocks US-9)", ["28"]),
        ("US-035 ✅", ["US-035"]),
        ("✅ PRIORITY 31 (done)", ["31"]),
        ("SPEC-12", ["12"]),
        ("PRIORITY 3, PRIORITY 4", ["3", "4"]),
        ("Streamlit apps (Priorities 3 & 4)", ["3", "4"]),
        ("PRIORITY 2.65", ["2.65"]),
        ("20, 21", ["20", "21"]),
        ("auth, billing-api", ["auth", "billing-api"]),
        ("None (can start after US-021)", []),
        ("**None** - PRIORITY 3 is not needed", []),
        ("SPEC-70 and 71", ["70", "71"]),
        ("SPEC-7/8", ["7", "8"]),
        ("PRIORITY 70-73", ["70", "71", "72", "73"]),
        ("US-1 to US-3", ["US-1", "US-2", "US-3"]),
        ("3 & 4", ["3", "4"]),
        ("#3 #4", ["3", "4"]),
        ("SPEC-70 (optional caching), SPEC-71", ["70", "71"]),
        ("None, except SPEC-70", ["70"]),
        ("Auth-Refactor", ["Auth-Refactor"]),
        ("not SPEC-3", []),
        ("~~SPEC-3~~ SPEC-4", ["4"]),
        ("US-9 may help (parallel work)", []),
        ("about 20 people", []),
        ("RoadmapDatabase ✅ Available", []),
    ],
)
def test_what_a_dependency_value_names(value, after):
    assert dependencies(value) == tuple(After(spelling) for spelling in after)


def test_what_may_be_no_task_is_unsure():
    assert dependencies("TASK-115-1, ADR-10") == (
        After("TASK-115-1", is_sure=False),
        After("ADR-10", is_sure=False),
    )


@pytest.mark.parametrize(
    "text",
    [
        "**Depends on:**\nSPEC-9",
        "**Blocked by** SPEC-9",
        "Depends on SPEC-9.",
        "  - **Depends on**: SPEC-9",
        "**Depends on**：SPEC-9",
        "| Depends on | SPEC-9 |",
    ],
)
def test_the_ways_to_say_what_comes_first(text):
    spec, problems = _parse("# T\n\n" + text)

    assert ([after.spelling for after in spec.after], problems) == (["9"], ())


def test_a_dependency_that_cannot_be_read_is_told():
    _, problems = _parse("# T\n**Depends on**: story 7 of the team\n**Blocked by**: the design review\n")

    assert [(p.line, p.message) for p in problems] == [(2, "no task can be read from 'story 7 of the team'")]


@pytest.mark.parametrize(
    "value", ["—", "(none)", "_None_", "🚫 None", "No", "Standalone", "N/A", "Can start immediately"]
)
def test_nothing_is_waited_for(value):
    spec, problems = _parse(f"# T\n**Depends on**: {value}\n")

    assert (spec.after, problems) == ((), ())


def test_what_a_task_blocks_does_not_come_before_it():
    assert dependencies("Depends on SPEC-1, blocks PRIORITY 3") == (After("1"),)


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("**Files**:\nsrc/a.py\nsrc/b.py", ["src/a.py", "src/b.py"]),
        ("**Files**: `a.py`, `b.py`,\n`c.py`.", ["a.py", "b.py", "c.py"]),
        ("**Files**:\n```\nsrc/a.py\nsrc/b.py\n```", ["src/a.py", "src/b.py"]),
        ("**Files**:\n- **Backend**: src/a.py", ["src/a.py"]),
        ("**File**: `a.py` plus `b.py`", ["a.py", "b.py"]),
        ("**File**: `x/a.py` (and `b.py`)", ["x/a.py", "x/b.py"]),
        ("**File**: app/[id]/page.tsx", ["app/[id]/page.tsx"]),
        ("```bash\ngit mv a.py b.py && git rm c.py\n```", ["a.py", "b.py", "c.py"]),
        ("- ~~Modify `a.py`~~", []),
    ],
)
def test_paths_in_every_place(text, paths):
    spec, problems = _parse("# T\n\n" + text)

    assert ([d.path for d in spec.declared if d.kind is not MENTION], problems) == (paths, ())


def test_a_list_of_files_that_names_none_is_told():
    _, problems = _parse("# T\n**Files to Modify**:\n- all that log\n\n**Files**:\n- None\n")

    assert [(p.line, p.message) for p in problems] == [(2, "no path can be read below 'Files to Modify'")]


def test_a_path_said_to_be_changed_as_a_whole_has_no_lines():
    spec, _ = _parse("# T\n- Modify `a.py:10-20`\n- Modify `a.py`\n- Modify `b.py:1-2`\n- Modify `b.py:5`\n")

    assert [(d.path, d.ranges) for d in spec.declared] == [("a.py", ()), ("b.py", ((1, 2), (5, 5)))]


def test_dependencies_come_from_lists_labels_and_sections():
    spec, _ = _parse("""\
        # T
        **Dependencies**:
        - SPEC-104 (the loop)
        - psutil
        - None of these is new

        **Requires US-038 Complete**: yes

        ## Dependencies
        - **Database**: the one of US-9
        - US-7: the parser

        ## Enables
        - US-8
        """)

    assert spec.after == (After("104"), After("psutil", is_sure=False), After("US-038"), After("US-7"))


def test_the_status_of_a_step_is_not_that_of_the_spec():
    spec, _ = _parse("# T\n\n## Step 1\n**Status**: ✅ Complete\n")

    assert spec.status is None


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("📝 Planned - Phase 4 - READY", Status.PLANNED),
        ("Draft", Status.PLANNED),
        ("🔄 In Progress", Status.IN_PROGRESS),
        ("🚧 Manual Review Required", Status.IN_PROGRESS),
        ("✅ **COMPLETE** (2025)", Status.COMPLETE),
        ("✅", Status.COMPLETE),
        ("✅ Partially Complete", Status.IN_PROGRESS),
        ("🔄 MOSTLY COMPLETE", Status.IN_PROGRESS),
        ("Not started", Status.PLANNED),
        ("⏸️ Deferred until US-006 complete", Status.BLOCKED),
        ("❌ FAILED", Status.BLOCKED),
        ("✅ Assigned to PRIORITY 6.5", None),
        ("", None),
    ],
)
def test_what_a_status_says(text, status):
    assert status_of(text) is status


@pytest.mark.parametrize(
    "text",
    [
        "To be completed before PRIORITY 2", "needs to be fixed", "Will be merged next week", "target: done by Q3",
        "Complete rewrite needed", "Not fully implemented", "Never completed", "isn't done", "no longer complete",
        "COMPLETE: no", "Done? no", "Half done", "1/3 done", "3 of 5 completed", "Backend complete, frontend missing",
        "Complete except tests", "Complete - tests in progress", "Phase 1 DELIVERED", "implemented but not merged",
        "Spec Complete ✅ - awaiting implementation", "Waiting until US-3 is complete", "complete when SPEC-3 lands",
        "Re-opened (was closed)", "was done, reverted", "Complete → Planned (reopened)", "<Complete|Planned>",
        "Completed | Planned (choose)", "Step 1 done, step 2 todo", "Complete (90%)", "done pending review",
    ],
)  # fmt: skip
def test_what_is_not_complete_as_a_whole_is_not_complete(text):
    assert status_of(text) is not Status.COMPLETE


@pytest.mark.parametrize(
    "text",
    [
        "Done", "closed", "✅ **COMPLETE** - All 5 Phases Finished! (2025-10-16)", "✅ **MVP COMPLETE** (Core UI)",
        "100% done", "All done", "Implemented in PR #3", "done by alice", "✅ Complete ✅ **VERIFIED 2025**", "Fixed.",
    ],
)  # fmt: skip
def test_what_is_complete(text):
    assert status_of(text) is Status.COMPLETE


def test_words_of_a_title_are_no_status():
    assert status_of_heading("", "Mark items ✅ complete in the list") is None
    assert status_of_heading("Done with:", "") is None
    assert status_of_heading("✅", "The store (phase 1 of 3)") is Status.IN_PROGRESS
    assert status_of_heading("", "Complete the thing ✅ 50%") is Status.IN_PROGRESS
    assert status_of_heading("", "Log in (was ✅ Complete, reopened)") is Status.IN_PROGRESS
    assert status_of_heading("", "Complete the migration 📝 Planned") is Status.PLANNED
    assert status_of_heading("", "Complete the migration") is None
    assert status_of_heading("✅ COMPLETE:", "Docs") is Status.COMPLETE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4-6 hours", 18000.0),
        ("1 day (8 hours)", 28800.0),
        ("90 min", 5400.0),
        ("2 weeks", 288000.0),
        ("TBD", None),
    ],
)
def test_estimates(text, expected):
    assert seconds(text) == expected


def _parse(text):
    document, _ = decode("SPEC-20-x.md", dedent(text).encode())
    parsed = parse(document)
    return parsed.drafts[0], parsed.problems


def test_a_label_that_names_no_path_is_told() -> None:
    spec, problems = _parse("# T\n\n**Files**: All modules that log\n**File**: TBD\n**Files**: see below")

    assert spec.declared == ()
    assert [(problem.line, problem.message) for problem in problems] == [
        (3, "no path can be read from 'All modules that log'")
    ]


@pytest.mark.parametrize(
    "name",
    ["Background Worker", "Alternative Payment Methods", "Related Posts Widget", "Issue Tracker Sync", "Read API",
     "Data sources", "Example service implementation", "Keep alive", "Future-proof design"],
)  # fmt: skip
def test_a_section_named_after_what_is_built_declares(name):
    spec, _ = _parse(f"# T\n## {name}\n**Files to Modify**: `src/a.py`\n")

    assert [d.kind for d in spec.declared] == [MODIFY]


@pytest.mark.parametrize(
    "name",
    ["References", "Related Documents", "Background", "Example", "Appendix C: Example Scenario", "Current State",
     "Problem Statement", "Rollback Plan", "Further Reading", "Alternatives Considered", "Out of Scope"],
)  # fmt: skip
def test_a_section_that_only_speaks_of_files_declares_none(name):
    spec, _ = _parse(f"# T\n## {name}\n- Update `src/a.py`\n")

    assert [d.kind for d in spec.declared] == [MENTION]


def test_comments_of_the_page_are_not_read():
    spec, _ = _parse(
        "# T\n<!-- **Status**: Complete -->\n<!--\n**File**: `a.py`\n-->\n**File**: `b.py` <!-- x -->\n"
        "```\n<!-- in code\n```\n<!-- never ended\n**File**: `c.py`\n"
    )

    assert (spec.status, [d.path for d in spec.declared]) == (None, ["b.py", "c.py"])


def test_names_of_libraries_and_hosts_are_no_files():
    spec, _ = _parse("# T\n- Update `node.js`\n- Use `vue.js`\n- Update `github.com/a/b.html`\n")

    assert spec.declared == ()


@pytest.mark.parametrize(
    ("text", "declared"),
    [
        ("```\nsrc\n├── api\n│   ├── a.py (new)\n│   └── b.py\n└── c.py (new)\n```", ["src/api/a.py", "src/c.py"]),
        ("**Files**:\n- `web/`\n  - `parts/Modal.tsx` (new)\n- `a.py`", ["web/parts/Modal.tsx", "a.py"]),
        ("**Location**: `web/components/`\n- `Modal.tsx` (new)", ["web/components/Modal.tsx"]),
        ("## Files to modify\n```\nsrc/a.py\n```", ["src/a.py"]),
        ("## Files to modify\nsrc/a.py\nsrc/b.py", ["src/a.py", "src/b.py"]),
        ("**Files to modify**:\n\n### Backend\n- `a.py`\n### Frontend\n- `b.py`", ["a.py", "b.py"]),
        ("**Files to modify**:\n**Backend**:\n- `a.py`", ["a.py"]),
        ("### src/store.py (lines 10-20)", ["src/store.py"]),
        ("- **`src/search.py`**: add the index", ["src/search.py"]),
        ("- [ ] T1: Add a cache to `src/store.py`", ["src/store.py"]),
        ("- [ ] 1.1 Add a cache to `src/store.py`", ["src/store.py"]),
        ("1. In `src/search.py`, call the cache", ["src/search.py"]),
        ("Rename src/search.py to src/find.py.", ["src/search.py", "src/find.py"]),
        ("**Touches**: src/search.py", ["src/search.py"]),
        ("| Area | Files |\n|--|--|\n| x | src/a.py |", ["src/a.py"]),
        ("**Files**: src/api", ["src/api"]),
        ("**Location**: src/api", ["src/api/"]),
        ("- **Location**: services/pay\n- **File**: `store.py`", ["services/pay/store.py"]),
    ],
)  # fmt: skip
def test_where_people_put_paths(text, declared):
    spec, problems = _parse("# T\n\n" + text)

    assert ([d.path for d in spec.declared if d.kind is not MENTION], problems) == (declared, ())


@pytest.mark.parametrize(
    "text",
    ["✅ Complete (PR open)", "Complete (blocked on deploy)", "✅ 40 %", "~~Complete~~", "Done = false", "Complete [ ]",
     "Fixed-price"],
)  # fmt: skip
def test_what_is_taken_back_is_not_complete(text):
    assert status_of(text) is not Status.COMPLETE
