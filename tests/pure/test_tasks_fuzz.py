"""Whatever is written in a document of any form: legal tasks, problems with their place, soon and always the same."""

import json
import os
import re
import time
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from git_parallel.errors import BadName
from git_parallel.names import TaskId, path_problem, printable
from git_parallel.overlap import patterns
from git_parallel.project.choosing import chooser
from git_parallel.tasks.files import Files
from git_parallel.tasks.read import read_all
from git_parallel.tasks.sources import BUILT_IN
from git_parallel.tasks.task import TaskSet

ROUNDS = int(os.environ.get("GIT_PARALLEL_CAMPAIGN", "0"))
EXAMPLES = 100 * ROUNDS or 30
FORMS = tuple(source.name for source in BUILT_IN)
_sources_of = chooser(BUILT_IN)

fuzz = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=not ROUNDS,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

TREE = Files(
    ("src/a.py", "src/b/c.ts", "lib/b/c.ts", "app.py", "README.md", "docs/README.md", "tests/test_a.py", "Makefile",
     "web/[id]/page.tsx", "a b/c d.md", "pkg/sub/x.py", "pkg/sub/deep/y.py")
)  # fmt: skip

PATHS = {
    "spec": (
        "specs/SPEC-7-search.md",
        "specs/SPEC-07-search-the-archive.md",
        "SPEC-us-12.md",
        "x/SPEC-2-6-y.md",
    ),
    "roadmap": ("ROADMAP.md", "docs/roadmap/ROADMAP.md"),
    "spec-kit": ("specs/001-cart/tasks.md", "specs/7-search/tasks.md", "big.tasks.md"),
    "kiro": (".kiro/specs/sign-in/tasks.md", "openspec/changes/7-x/tasks.md"),
    "superpowers": ("docs/superpowers/plans/2026-01-02-dark.md", "plans/7.md"),
    "packet": ("work/AB-012-export/PROMPT.md", "AB-7.PROMPT.md"),
    "front-matter": (
        "backlog/tasks/back-7 - Search.md",
        ".claude/epics/auth/007.md",
        ".planning/phases/07-x/07-01-PLAN.md",
        ".planning/phases/07-x/07-01-SUMMARY.md",
        "tasks/7.md",
        "docs/tickets/BUG-7.md",
    ),
    "taskmaster": (".taskmaster/tasks/tasks.json", "other/tasks.json"),
    "beads": (".beads/issues.jsonl", "data/issues.jsonl"),
}

# Small documents of each form as people write them.
SEEDS = {
    "spec": (
        "# SPEC-7: Search\n\n**Status**: 📝 Planned\n**Depends on**: SPEC-9, US-12\n**Agent**: coder\n\n"
        "**Files to Create/Modify**:\n- `src/a.py` (NEW)\n- `src/b/c.ts:10-20` (lines 3-9)\n1. `c.ts` — more\n\n"
        "```\nsrc/\n├── a.py  # NEW\n│   └── d.py  # MODIFY: x\n└── e/\n```\n\n"
        "| File | Lines | What |\n|---|---|---|\n| `app.py` | 3-6 | edit |\n\n"
        "```bash\ngit mv src/a.py src/z.py\npytest tests/test_a.py::test_x\n```\n\n"
        "```python\n# src/new.py\nx = 1\n```\n"
        "**Estimated Effort**: 4-6 hours\n\n## References\n- [x](../docs/README.md)\n",
    ),
    "roadmap": (
        "# Roadmap\n\n### PRIORITY 7: Search 📝 Planned\n\n**Depends on**: PRIORITY 6, None (after US-12)\n"
        "**Blocks**: US-12\n**File**: `src/a.py`\n\n## 📝 PLANNED: US-12 - Story\n**Status**: 🔄 In Progress\n"
        "### 🔴 **PRIORITY 2.65: Part** ⚡\n```\n### PRIORITY 99: Example\n```\n## ✅ COMPLETE: US-6 - Old\n",
    ),
    "spec-kit": (
        "# Tasks\n\n## Phase 1: Setup\n\n- [ ] T001 Create src/a.py\n- [x] T002 [P] [US1] Update `src/b/c.ts`\n"
        "      and more (depends on T001)\n- [ ] **T003-TEST** Move `app.py` to `src/app.py`\n## Phase 2\n"
        "- [-] T004a [P] Fix src/a.py:3-9 and run pytest tests/test_a.py\n",
    ),
    "kiro": (
        "# Plan\n\n- [ ] 1. Forms\n  - [x] 1.1 Build `src/a.py`\n    - File: src/b/c.ts (modify), app.py\n"
        "    - _Leverage: src/a.py_\n    - _Requirements: 1.1_\n  - [ ]* 1.2 (P) Wire\n- [-] 2. Rest\n"
        "  - Depends on: 1.1\n## 3. Data\n- [ ] 3.1 x\n",
    ),
    "superpowers": (
        "# Plan\n\n### Task 1: Palette\n\n**Files:**\n- Create: `src/p.ts`\n- Modify: `src/a.py:12-20` (lines 3-4)\n"
        "- Test: `tests/test_a.py`\n- Delete: `app.py`\n- Read: `README.md`\n\n- [x] **Step 1: x**\n\n"
        "### Task 2: More\n**Depends on:** Task 1\n- [ ] Step 1: y\n",
    ),
    "packet": (
        "# Task: AB-012 - Export\n\n**Status:** Planned\n\n## Dependencies\n\n- **Task:** AB-010 (x)\n\n"
        "## Context to Read First\n- `README.md`\n\n## File Scope\n\n- `src/a.py` (new)\n- `src/b/`\n- `tests/*`\n\n"
        "## Documentation Requirements\n\n**Must Update:**\n- `docs/README.md`\n",
    ),
    "front-matter": (
        "---\nid: BACK-7\ntitle: 'Two'\nstatus: To Do\ndepends_on: [001, back-6]\nconflicts_with: [003]\nwave: 2\n"
        "parallel: true\npriority: high\nfiles_modified:\n  - src/a.py\n  - {path: app.py, action: create}\n"
        "read_first: [README.md]\npatch: a.patch\n---\n\n## Files\n- **Create**: `src/x.py`\n",
        "---\nphase: 07-x\nplan: 01\nwave: 1\ndepends_on: []\nfiles_modified: [src/a.py]\n---\n<tasks>\n"
        '<task type="auto">\n<files>src/a.py, app.py</files>\n<read_first>README.md</read_first>\n</task>\n</tasks>\n',
        "---\nname: Log in\nstatus: open\ndepends_on: [001]\n---\n# Task\n- **Modify**: `src/a.py:10-20`\n",
    ),
    "taskmaster": (
        '{"master": {"tasks": [\n{"id": 1, "title": "T", "status": "done", "dependencies": [], "priority": "low"},\n'
        '{"id": 2, "title": "U", "status": "pending", "dependencies": [1, "1.2"], "details": "Create `src/a.py`",\n'
        '"subtasks": [{"id": 1, "title": "P", "status": "done", "details": "Modify `app.py`"}]}\n], "metadata": {}}}',
        '{"tasks": [{"id": "7", "title": "T", "status": "deferred", "testStrategy": "Run `pytest`"}]}',
    ),
    "beads": (
        '{"id": "bd-7", "title": "T", "status": "open", "priority": 1, "description": "- Modify `src/a.py`"}\n'
        '{"id": "bd-7.1", "title": "U", "status": "closed", "assignee": "x", "dependencies": '
        '[{"issue_id": "bd-7.1", "depends_on_id": "bd-7", "type": "blocks"}]}\n',
    ),
}  # fmt: skip

# What people list: names in full, by their ends, beside each other, new and old, in any order.
LISTED = ("`src/a.py`", "`a.py`", "`sub/new.py`", "`sub/x.py`", "`x.py`", "`sub/`", "`deep/y.py`", "`deep/z.py` (NEW)",
          "`b/c.ts`", "`c.ts`", "`b/`", "`new.py`", "`lib/b/n.ts`", "`README.md`", "`__init__.py`", "`sub/__init__.py`",
          "`/home/me/repo/src/a.py`", "`repo/src/a.py`", "`repo/pkg/q.py`", "`../docs/README.md`", "`x.py:3-9`",
          "`pkg/sub/*.py`", "`other/sub/x.py`", "`Src/A.py`", "`src/aa.py`", "`{sub,b}/k.py`")  # fmt: skip
LISTS = {
    "SPEC-7-x.md": "# X\n\n**Files**:\n",
    "ROADMAP.md": "### PRIORITY 7: X\n\n**Files**:\n",
    "docs/plans/x.md": "### Task 1: X\n**Files:**\n",
    "w/PROMPT.md": "# Task: AB-1 - X\n## File Scope\n",
    "tasks/x.md": "---\nid: x\nstatus: open\n---\n**Files to Modify**:\n",
}

# What stands at the beginning of a line of the form.
HEADS = {
    "spec": ("# ", "## Files", "### `src/a.py`", "**File**: ", "**Files to Modify**:", "**Location**: ", "- ", "1. ",
             "  - ", "- [ ] ", "| ", "|---|", "├── ", "│   └── ", "**Depends on**: ", "- Directory: ", "- Files: ",
             "Create ", "**Status**: ", "**Estimate**: ", "## References", "git mv ", "**Patch**: "),
    "roadmap": ("### PRIORITY 7: ", "### PRIORITY 2.65: ", "## US-12: ", "## 📝 PLANNED: US-7 - ", "### [US-3] ",
                "**Status**: ", "**Dependencies**: ", "**Blocks**: ", "**Blocked By**:", "- ", "**Files**:", "# "),
    "spec-kit": ("- [ ] T001 ", "- [x] T002 [P] ", "- [ ] **T003** ", "- [ ] T-", "## Phase 1: ", "      ", "- [ ] "),
    "kiro": ("- [ ] 1. ", "  - [x] 1.1 ", "- [-] 2 ", "- [ ]* 2.1 (P) ", "  - File: ", "  - Files:", "  - _Leverage: ",
             "  - Depends on: ", "## 1. ", "    - "),
    "superpowers": ("### Task 1: ", "## Task 2a: ", "**Files:**", "- Create: ", "- Modify: ", "- Test: ", "- Read: ",
                    "- [ ] **Step 1: ", "**Depends on:** "),
    "packet": ("# Task: AB-7 - ", "# Task: ", "## File Scope", "## Dependencies", "- **Task:** ", "- ", "**Status:** ",
               "## Context to Read First", "## Documentation Requirements", "**Must Update:**"),
    "front-matter": ("---", "id: ", "name: ", "title: ", "status: ", "depends_on: ", "files: ", "files_modified:",
                     "  - ", "wave: ", "parallel: ", "conflicts_with: ", "read_first: ", "patch: ", "phase: ", "plan: ",
                     "? ", "&a ", "*a", "!x ", "<<: ", "| ", "<files>", "</files>", "<task>", "<action>", "priority: "),
    "taskmaster": ('{"tasks": [', '{"master": {"tasks": [', '{"id": 1, "title": "', '"status": "', '"details": "',
                   '"dependencies": [', "]}", "}}", '"subtasks": [', "},", "1e9", "NaN"),
    "beads": ('{"id": "bd-1", "title": "', '"status": "open"', '"dependencies": [', '"notes": "', "}", "<<<<<<< x",
              '{"id": "bd-2", "title": "T", "status": "open"}'),
}  # fmt: skip

PIECES = (
    "`src/a.py`", "src/a.py", "`app.py:10-20`", "`src/a.py:20-10`", "`src/a.py:0`", "`app.py::f`", "`c.ts`", "src/b/",
    "`src/*.py`", "`**`", "`*`", "`**/*.py`", "`a/**/b/**/c/**`", "`*a*b*c*d*e*f*g*h*i`", "`/etc/passwd`", "`../x.py`",
    "`~/x.py`", "`.git/config`", "`.GIT/x`", "`git~1/x`", "`-rf`", "`:(glob)x.py`", "`a//b.py`", "`a\\b.py`",
    "`C:\\x.py`", "`src/./a.py`", "`SPEC-{n}.md`", "`a/{b,c}.py`", "https://x.y/z.py", "feature/x", "and/or", "(NEW)",
    "`sub/new.py`", "`sub/x.py`", "`x.py`", "`sub/`", "`deep/y.py`", "`README.md`", "/home/me/w/src/a.py",
    "(lines 3-9)", "(lines 9-3)", "(MODIFY)", "(delete)", "(or new `d.py`)", "→", "->", "`app.py` → `src/z.py`", "…",
    "SPEC-7", "PRIORITY 7", "US-12", "T001", "T001-T004", "Task 1", "1.1", "AB-010", "bd-7", "001", "None (after US-7)",
    "(depends on T001, T002)", "✅ Complete", "📝 Planned", "🔄", "high", "2 hours", "~3-4 days", "```", "~~~", "`",
    "**", "*", "_", "[x](src/a.py)", "[", "](", ")", "|", '"', "'", "\\", "{", "}", ",", ": ", " - ", " ", "\t", "\n",
    "\r\n", "\r", "\x0b", "\x0c", "\x1b[31m", "\x00", "\x01", "\x7f", "\x85", "\u2028", "\u202e", "\u200c", "\ufeff",
    "\ufffd", "é", "e\u0301", "\U0001f680", "\u0663", "\u00b2", "ß", "İ", "\\ud800", "\\u0000", "<!--", "-->", "&", "0",
    "99999999999999999999", "x" * 600, "a/" * 300, "`" + "x/" * 300 + "y.py`", "- " * 50, "(" * 50, "[" * 50, "{" * 50,
)  # fmt: skip


def _texts(form: str) -> st.SearchStrategy[str]:
    """Documents made of what stands in documents of the form, whether it fits or not."""
    head = st.sampled_from(HEADS[form])
    piece = st.one_of(st.sampled_from(PIECES), st.sampled_from(PIECES), st.text(max_size=8))
    line = st.tuples(st.sampled_from(("", "", "", "  ", "    ", "> ")), head, st.lists(piece, max_size=4))
    return st.lists(line.map(lambda one: one[0] + one[1] + "".join(one[2])), max_size=12).map("\n".join)


@st.composite
def _mutated(draw: st.DrawFn, form: str) -> str:
    """A seed in which lines were left out, doubled, mixed with others, and pieces put in."""
    lines = draw(st.sampled_from(SEEDS[form])).split("\n")
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        how = draw(st.sampled_from(("drop", "double", "swap", "piece", "head", "other")))
        if how == "drop" and len(lines) > 1:
            del lines[at]
        elif how == "double":
            lines.insert(at, lines[at])
        elif how == "swap":
            to = draw(st.integers(0, len(lines) - 1))
            lines[at], lines[to] = lines[to], lines[at]
        elif how == "piece":
            column = draw(st.integers(0, len(lines[at])))
            lines[at] = lines[at][:column] + draw(st.sampled_from(PIECES)) + lines[at][column:]
        elif how == "head":
            lines.insert(at, draw(st.sampled_from(HEADS[form])) + draw(st.sampled_from(PIECES)))
        else:
            lines.insert(at, draw(st.sampled_from(SEEDS[draw(st.sampled_from(FORMS))])))
    return "\n".join(lines)


_VALUES = st.recursive(
    st.one_of(
        st.sampled_from(PIECES),
        st.sampled_from(
            ("open", "pending", "done", "blocks", "Create `src/a.py`", "high", "create", "x y", "")
        ),
        st.sampled_from((None, True, False, 0, 1, -1, 7, 1.5, 1e300, 10**40)),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(("path", "action", "id", "x")), inner)
    ),
    max_leaves=5,
)
_ITEM_KEYS = ("priority", "dependencies", "details", "description", "notes", "subtasks", "assignee", "files",
              "files_modified", "created", "depends_on", "conflicts_with", "wave", "parallel", "read_first", "patch",
              "phase", "plan", "blocks", "requires", "updated_at", "testStrategy")  # fmt: skip


@st.composite
def _structured(draw: st.DrawFn, form: str) -> str:
    """A document that keeps to the grammar around its values, which are anything."""
    items = []
    for number in range(draw(st.integers(1, 3))):
        item = {"id": f"bd-{number}" if form != "taskmaster" else number, "title": "T", "status": "open"}
        extra = draw(st.dictionaries(st.sampled_from((*item, *_ITEM_KEYS)), _VALUES, max_size=4))
        items.append({**item, **extra})
    if form == "taskmaster":
        tag = draw(st.sampled_from(("", "master", "\x1b", "a b")))
        return json.dumps(
            {tag: {"tasks": items}} if tag else {"tasks": items}, indent=draw(st.none() | st.just(1))
        )
    if form == "beads":
        return "\n".join(map(json.dumps, items))
    return (
        "---\n"
        + "".join(f"{key}: {json.dumps(value)}\n" for key, value in items[0].items())
        + "---\n# Words\n"
    )


def _whole(form: str) -> st.SearchStrategy[str]:
    loose = (_mutated(form), _mutated(form), _texts(form))
    is_data = form in ("taskmaster", "beads", "front-matter")
    return st.one_of(*loose, _structured(form), _structured(form)) if is_data else st.one_of(*loose)


@st.composite
def _bytes(draw: st.DrawFn, form: str) -> bytes:
    """The content of a document: composed, mutated or random, cut off somewhere, perhaps with odd bytes."""
    if draw(st.integers(0, 15)) == 0:
        return draw(st.binary(max_size=300))
    text = draw(_whole(form))
    data = text.encode("utf-8", "surrogatepass")
    if draw(st.integers(0, 5)) == 0:
        at = draw(st.integers(0, len(data)))
        data = data[:at] + draw(st.binary(max_size=3)) + data[at:]
    if draw(st.integers(0, 3)) == 0:
        data = data[: draw(st.integers(0, len(data)))]
    return data.replace(b"\n", b"\r\n") if draw(st.integers(0, 9)) == 0 else data


def _documents(form: str) -> st.SearchStrategy[tuple[str, bytes]]:
    return st.tuples(st.sampled_from(PATHS[form]), _bytes(form))


def _sets(form: str) -> st.SearchStrategy[list[tuple[str, bytes]]]:
    """One or two documents of a form, and up to two of any other."""
    other = st.sampled_from(FORMS).flatmap(_documents)
    return st.tuples(
        st.lists(_documents(form), min_size=1, max_size=2), st.lists(other, max_size=2)
    ).map(lambda lists: list(dict([*lists[0], *lists[1]]).items()))  # fmt: skip


def _form_of(path: str) -> str:
    return next(form for form, paths in PATHS.items() if path in paths)


def _read(documents: Sequence[tuple[str, bytes]], files: Files = TREE) -> TaskSet:
    return read_all([(path, data, _sources_of(path)) for path, data in documents], files)


def _check(documents: Sequence[tuple[str, bytes]], found: TaskSet) -> None:
    """What is true of every reading."""
    # A carriage return alone ends a line where nothing else does.
    lines = {path: (data.count(b"\n") or data.count(b"\r")) + 1 for path, data in documents}
    for problem in found.problems:
        assert 1 <= problem.line <= lines[problem.source] + 1, problem
        assert problem.message, problem
        assert printable(problem.message) == problem.message, problem
    ids = [task.id for task in found.tasks]
    assert len(set(ids)) == len(ids)
    for task in found.tasks:
        assert TaskId(task.id) == task.id
        assert 1 <= task.line <= lines[task.source], task
        assert set(task.documents) <= lines.keys()
        assert task.id not in (*task.after, *task.conflicts)
        assert set(task.rivals) < set(ids)
        assert len({one.path for one in task.declared}) == len(task.declared)
        for one in task.declared:
            assert one.path, one
            assert 1 <= one.line <= lines[one.source], one
            assert all(0 < first <= last for first, last in one.ranges), one
        for one in task.touched:
            assert _trouble(one.path) == "", one


def _trouble(path: str) -> str:
    """Why a path should not have been declared; empty when it may."""
    if re.match(r"[A-Za-z]:/", path):
        return ""  # known: test_tasks_bad_input has it
    try:
        patterns.parse(path)
    except BadName as error:
        return path_problem(path) or error.message
    return path_problem(path)


def test_every_form_is_here_and_its_seeds_are_read_without_a_problem_that_hides_them():
    assert FORMS == tuple(PATHS) == tuple(SEEDS) == tuple(HEADS)
    for form in FORMS:
        for path, seed in zip(PATHS[form][:1] * len(SEEDS[form]), SEEDS[form], strict=True):
            found = _read([(path, seed.encode())])
            assert any(task.touched for task in found.tasks) or '"7"' in seed, form
            _check([(path, seed.encode())], found)


@pytest.mark.sample(2)
@pytest.mark.campaign
@pytest.mark.parametrize("form", FORMS)
def test_documents_of_every_form(form):
    @fuzz
    @given(_sets(form))
    def holds(documents):
        _check(documents, _read(documents))

    holds()


@pytest.mark.campaign
@fuzz
@given(
    st.dictionaries(
        st.sampled_from(tuple(LISTS)), st.lists(st.sampled_from(LISTED), max_size=7), min_size=1, max_size=3
    )
)
def test_names_are_looked_up_in_any_company(lists):
    documents = [
        (path, (LISTS[path] + "".join(f"- {name}\n" for name in names)).encode())
        for path, names in lists.items()
    ]
    found = _read(documents)

    _check(documents, found)
    assert set(map(repr, _read(documents[::-1]).tasks)) == set(map(repr, found.tasks))


@pytest.mark.sample(2)
@pytest.mark.campaign
@pytest.mark.parametrize("form", FORMS)
def test_a_reading_does_not_depend_on_order_or_chance(form):
    @fuzz
    @given(_sets(form))
    def holds(documents):
        found = _read(documents)
        again = _read(documents)
        back = _read(documents[::-1])
        assert again == found
        assert sorted(map(repr, back.tasks)) == sorted(map(repr, found.tasks))
        assert sorted(map(repr, back.problems)) == sorted(map(repr, found.problems))

    holds()


@pytest.mark.sample(2)
@pytest.mark.campaign
@pytest.mark.parametrize("form", FORMS)
def test_no_document_makes_the_tasks_of_another_form_vanish(form):
    @fuzz
    @given(_sets(form))
    def holds(documents):
        for path, data in documents:
            # Two roadmaps may speak of one item, and several files may be one spec; other forms take nothing.
            others = [one for one in documents if _form_of(one[0]) != _form_of(path)]
            alone = [task for task in _read([(path, data)]).tasks if path in task.documents]
            beside = [task for task in _read([(path, data), *others]).tasks if path in task.documents]
            assert len(beside) == len(alone), path

    holds()


@pytest.mark.campaign
@pytest.mark.parametrize("form", FORMS)
def test_raw_bytes(form):
    @fuzz
    @given(st.sampled_from(PATHS[form]), st.binary(max_size=400))
    def holds(path, data):
        _check([(path, data)], _read([(path, data)]))

    holds()


@pytest.mark.campaign
@fuzz
@given(st.text(min_size=1, max_size=30), st.sampled_from(FORMS).flatmap(_bytes), st.sampled_from(BUILT_IN))
def test_any_path_with_any_reader(path, data, source):
    found = read_all([(path, data, (source,))], TREE)
    _check([(path, data)], found)


# Lines that could take long: many of a kind, or long ones; `{n}` is their number.
HOSTILE = (
    "- [ ] x", "- `n{n}.py`", "- `d{n}/x.py`", "**File**: `a{n}.py`", "### PRIORITY {n}: x",
    "## US-{n}: x\n**Depends on**: US-{n}", "- [ ] T{n} [P] a (depends on T001)", "- [ ] 1.{n} (P) a `x{n}.py`",
    "### Task {n}: x\n**Files:**\n- Create: `a{n}.py`", "```", "| `a{n}.py` | x |", "{s}├── d{n}/", "{s}- x",
    "- Directory: `d{n}/`\n- Files: `a.py`", "git mv a{n} b{n}", "<files>a{n}.py</files>", "- `/Users/me/x/y{n}.py`",
    "**Depends on**: " + "US-1, " * 500, "- `" + "*a" * 1500 + "`", "- " + "`a.py` " * 500, "- " + "`" * 3900,
    "- " + "(" * 3900, "- " + "[a](" * 900, "**" + "a " * 1900, "a: " * 1000, "- " + "a/" * 1900 + "b.py",
    "lines " + "1-2, " * 700, "\t" * 3900 + "x", " " * 3900 + "x", "├" * 1200, "| " * 1900, "#" * 3900, "- [ ] " * 600,
    "\u200c" * 1200, "1." * 1900, "- [ ] T{n} requires " + "T001-T0{n} " * 200,
)  # fmt: skip
_PROSE = [source.name for source in BUILT_IN if source.is_prose]
_ITEMS = {
    "taskmaster": (
        '{"tasks": [',
        '{"id": %d, "title": "T", "status": "pending", "dependencies": [%d]},\n',
        "]}",
    ),
    "beads": ("", '{"id": "bd-%d", "title": "T", "status": "open", "notes": "Create `a%d.py`"}\n', ""),
}


def _repeated(line: str, size: int) -> str:
    """The line again and again, to that many bytes."""
    made: list[str] = []
    while size > 0:
        one = line.replace("{n}", str(len(made))).replace("{s}", " " * (len(made) % 300)) + "\n"
        size -= len(one.encode())
        made.append(one)
    return "".join(made)


@pytest.mark.sample(2)
@pytest.mark.campaign
@pytest.mark.parametrize("form", _PROSE)
def test_hostile_lines_take_no_longer_than_others(form):
    # Two seconds for the largest spec, half as much again where other work is going on beside the test;
    # small runs give every line to two forms, at a quarter of the size.
    mine = _PROSE.index(form)
    lines = [line for at, line in enumerate(HOSTILE) if ROUNDS or (at - mine) % len(_PROSE) < 2]
    size, limit = (1 << 20, 3.0) if ROUNDS else (1 << 18, 1.0)
    slow = {}
    for line in lines:
        seed = SEEDS[form][0]
        document = (PATHS[form][0], (seed + _repeated(line, size - len(seed.encode()) - 5000)).encode())
        begin = time.process_time()
        found = _read([document])
        taken = time.process_time() - begin
        _check([document], found)
        assert found.tasks, line
        if taken > limit:
            slow[line[:40]] = taken

    assert slow == {}


@pytest.mark.campaign
@pytest.mark.parametrize("form", _ITEMS)
def test_many_items_of_json_take_their_time_and_no_more(form):
    size, limit = (1 << 20, 3.0) if ROUNDS else (1 << 18, 1.0)
    before, item, behind = _ITEMS[form]
    number = size // len(item)
    items = "".join(item % (n, max(n - 1, 0)) for n in range(1, number))
    text = before + (items.rstrip(",\n") if behind else items) + behind
    begin = time.process_time()
    found = _read([(PATHS[form][0], text.encode())])
    taken = time.process_time() - begin

    assert (len(found.tasks), found.problems) == (number - 1, ())
    assert taken < limit
