"""Bad paths, bad ids and hostile bytes in every form of document: a problem with file and line, or plainly nothing."""

import json
import time
from collections.abc import Callable

import pytest

from git_parallel.errors import BadName
from git_parallel.names import TaskId, path_problem, printable
from git_parallel.overlap import patterns
from git_parallel.project import patches
from git_parallel.project.choosing import chooser
from git_parallel.tasks.files import Files
from git_parallel.tasks.read import read_all
from git_parallel.tasks.sources import BUILT_IN
from git_parallel.tasks.task import Problem

GOOD = "src/good.py"
_sources_of = chooser(BUILT_IN)

# As git-facts, section D, lists them; what has a disguise is here in each of them.
BAD_PATHS = {
    "empty": "",
    "longer than 512": "d/" + "x" * 520 + ".py",
    "control character": "src/a\x01.py",
    "escape sequence": "src/\x1b[31m.py",
    "delete": "src/a\x7f.py",
    "absolute": "/etc/passwd",
    "absolute, of a home": "/home/me/.ssh/id.txt",
    "home": "~/x.py",
    "home of another": "~root/x.py",
    "dash": "-rf/x.py",
    "option": "--output=x.py",
    "pathspec magic": ":(glob)src/x.py",
    "pathspec of the top": ":/src/x.py",
    "exclusion": "!src/x.py",
    "backslash": "src\\x.py",
    "drive and backslash": "C:\\x\\y.py",
    "share": "\\\\host\\share\\x.py",
    "parent": "../x.py",
    "parent inside": "src/../../x.py",
    "dot segment": "src/./x.py",
    "empty segment": "src//x.py",
    "ends in parent": "src/..",
    ".git": ".git/config",
    ".git alone": ".git",
    ".git by case": ".GIT/config",
    ".git by ignorable code points": ".g\u200cit/config",
    ".git with a dot behind": ".git./config",
    ".git with a space behind": ".git /config",
    ".git as a stream": ".git::$INDEX_ALLOCATION/config",
    ".git by its short name": "git~1/config",
    ".git below": "src/.git/hooks/x.py",
    ".git in all disguises": "src/.G\u200dI\ufeffT./x.py",
    "segment that ends in a dot": "src/dir./x.py",
    "segment that ends in a space": "src/dir /x.py",
    "only a star": "*",
    "only two stars": "**",
    "only stars and slashes": "**/*",
    "a star each": "*/*",
    "nine stars": "src/" + "*a" * 9 + ".py",
    "three double stars": "a/**/b/**/c/**/x.py",
    "ten thousand stars": "*a" * 10_000,
}

# Each gives the document's path and its text: a good path, and the bad one in its last line.
PLACES: dict[str, Callable[[str], tuple[str, str]]] = {
    "spec, label": lambda bad: ("SPEC-7-x.md", f"# X\n\n**File**: `{GOOD}`\n**File**: `{bad}`"),
    "spec, list": lambda bad: ("SPEC-7-x.md", f"# X\n\n**Files to Modify**:\n- `{GOOD}`\n- `{bad}`"),
    "spec, section": lambda bad: ("SPEC-7-x.md", f"# X\n\n## Files to Modify\n\n- `{GOOD}`\n- `{bad}`"),
    "spec, table": lambda bad: (
        "SPEC-7-x.md",
        f"# X\n\n## Files to Modify\n\n| File | What |\n|---|---|\n| `{GOOD}` | modify |\n| `{bad}` | modify |",
    ),
    "roadmap, list": lambda bad: ("ROADMAP.md", f"### PRIORITY 7: X\n\n**Files**:\n- `{GOOD}`\n- `{bad}`"),
    "kiro, File:": lambda bad: (
        ".kiro/specs/a/tasks.md",
        f"- [ ] 1. X\n  - File: `{GOOD}`\n  - File: `{bad}`",
    ),
    "kiro, bare": lambda bad: (".kiro/specs/a/tasks.md", f"- [ ] 1. X\n  - File: {GOOD}\n  - File: {bad}"),
    "superpowers": lambda bad: (
        "docs/plans/a.md",
        f"### Task 1: X\n\n**Files:**\n- Create: `{GOOD}`\n- Modify: `{bad}`",
    ),
    "superpowers, test": lambda bad: (
        "docs/plans/a.md",
        f"### Task 1: X\n\n**Files:**\n- Create: `{GOOD}`\n- Test: `{bad}`",
    ),
    "packet": lambda bad: ("ab/PROMPT.md", f"# Task: AB-1 - X\n\n## File Scope\n\n- `{GOOD}`\n- `{bad}`"),
    "packet, bare": lambda bad: ("ab/PROMPT.md", f"# Task: AB-1 - X\n\n## File Scope\n\n- {GOOD}\n- {bad}"),
    "front matter": lambda bad: (
        "tasks/a.md",
        f"---\nid: a\nstatus: open\nfiles:\n  - {GOOD}\n  - {json.dumps(bad)}\n---",
    ),
    "front matter of GSD": lambda bad: (
        ".planning/phases/01-a/01-01-PLAN.md",
        "---\nphase: 01-a\nplan: 01\nwave: 1\ndepends_on: []\nfiles_modified:\n"
        f"  - {GOOD}\n  - {json.dumps(bad)}\n---",
    ),
    "spec, verb": lambda bad: ("SPEC-7-x.md", f"# X\n\n- Create `{GOOD}`\n- Create `{bad}`"),
    "spec-kit": lambda bad: (
        "specs/001-a/tasks.md",
        f"- [ ] T001 Create `{GOOD}`\n- [ ] T002 Create `{bad}`",
    ),
    "spec-kit, bare": lambda bad: (
        "specs/001-a/tasks.md",
        f"- [ ] T001 Create {GOOD}\n- [ ] T002 Create {bad}",
    ),
    "taskmaster": lambda bad: (
        ".taskmaster/tasks/tasks.json",
        json.dumps(
            {"tasks": [{"id": 1, "title": "T", "details": f"- Create `{GOOD}`\n- Create `{bad}`"}]}
        ).replace('"title"', '"status": "pending", "title"'),
    ),
    "beads": lambda bad: (
        ".beads/issues.jsonl",
        json.dumps(
            {
                "id": "b-1",
                "title": "T",
                "status": "open",
                "notes": f"- Create `{GOOD}`\n- Create `{bad}`",
            }
        ),
    ),
}

# In a sentence an unusable path is an example; elsewhere only what nobody would write for a path is nothing.
_SENTENCES = frozenset(("spec, verb", "spec-kit", "spec-kit, bare", "taskmaster", "beads"))
_PLAINLY_NONE = {
    "empty",
    "dash",
    "option",  # as in `-rf`, something to type
    ".git as a stream",  # `$` marks a placeholder
    ".git with a space behind",  # back ticks around several words
}
# What is wrong today; each has a test of its own below.
_WRONGLY_SILENT = {"home", "home of another", ".git alone"}
_READ_OTHERWISE = {
    ("kiro, bare", "ends in parent"), ("packet, bare", "ends in parent"), ("spec-kit, bare", "ends in parent"),
    ("kiro, bare", "pathspec magic"), ("packet, bare", "pathspec magic"), ("spec-kit, bare", "pathspec magic"),
}  # fmt: skip


def _read(path: str, text: str | bytes, tree: tuple[str, ...] = ()):
    data = text if isinstance(text, bytes) else text.encode()
    return read_all([(path, data, _sources_of(path))], Files((path, *tree)))


def _touched(found):
    return [one.path for task in found.tasks for one in task.touched]


def _verdict(place: str, kind: str) -> str:
    """What is wrong about the reading of a bad path; empty when nothing is."""
    path, text = PLACES[place](BAD_PATHS[kind])
    found = _read(path, text)
    if _touched(found) != [GOOD]:
        return f"declares {_touched(found)}"
    for problem in found.problems:
        if problem.source != path or not 1 <= problem.line <= text.count("\n") + 1:
            return f"problem at {problem.source}:{problem.line}"
        if not problem.message or printable(problem.message) != problem.message:
            return f"message {problem.message!r}"
    last = text.count("\n") + (0 if text.endswith("---") else 1)
    if any(problem.line == last for problem in found.problems):
        return ""
    return "" if place in _SENTENCES or kind in _PLAINLY_NONE | _WRONGLY_SILENT else "silent"


@pytest.mark.parametrize("place", PLACES)
def test_a_bad_path_is_a_problem_with_its_line_and_the_good_one_beside_it_is_read(place):
    verdicts = {kind: _verdict(place, kind) for kind in BAD_PATHS if (place, kind) not in _READ_OTHERWISE}

    assert {kind: verdict for kind, verdict in verdicts.items() if verdict} == {}


def test_there_are_as_many_kinds_as_were_asked_for():
    assert len(BAD_PATHS) >= 27
    assert len(BAD_IDS) >= 30
    assert [kind for kind, path in BAD_PATHS.items() if not _is_refused(path)] == []


def _is_refused(path: str) -> bool:
    if path_problem(path):
        return True
    try:
        patterns.parse(path)
    except BadName:
        return True
    return False


def test_a_label_is_never_passed_over():
    read = {kind: _read(*PLACES["spec, label"](bad)) for kind, bad in BAD_PATHS.items()}

    assert [kind for kind, found in read.items() if not found.problems] == []


@pytest.mark.parametrize("place", PLACES)
def test_a_path_with_a_drive_letter(place):
    path, text = PLACES[place]("C:/x/y.py")

    assert _touched(_read(path, text)) == [GOOD]


@pytest.mark.parametrize("place", ["spec, list", "spec, table", "roadmap, list", "superpowers"])
@pytest.mark.parametrize("kind", sorted(_WRONGLY_SILENT))
def test_a_path_of_a_home_in_a_list_of_files_is_said(place, kind):
    path, text = PLACES[place](BAD_PATHS[kind])

    assert _read(path, text).problems != ()


@pytest.mark.parametrize("place", ["kiro, bare", "packet, bare", "spec-kit, bare"])
def test_a_bare_path_that_ends_in_the_parent(place):
    path, text = PLACES[place]("src/..")

    assert _touched(_read(path, text)) == [GOOD]


@pytest.mark.parametrize("place", ["kiro, bare", "packet, bare", "spec-kit, bare"])
def test_bare_pathspec_magic_is_words_and_a_path(place):
    path, text = PLACES[place](":(glob)src/x.py")

    assert [touched for touched in _touched(_read(path, text)) if path_problem(touched)] == []


@pytest.mark.parametrize("character", ["\t", "\x0b", "\x1c", "\x85"])
def test_control_characters_that_are_white_space_in_front_matter(character):
    path, text = PLACES["front matter"](f"src/a{character}b.py")

    assert _touched(_read(path, text)) == [GOOD]


@pytest.mark.parametrize("kind", BAD_PATHS)
def test_a_patch_file_with_a_bad_path(kind):
    bad = BAD_PATHS[kind]
    good = f"diff --git a/{GOOD} b/{GOOD}\n--- a/{GOOD}\n+++ b/{GOOD}\n@@ -1 +1 @@\n-a\n+b\n"
    wrong = f"diff --git a/{bad} b/{bad}\n--- a/{bad}\n+++ b/{bad}\n@@ -1 +1 @@\n-a\n+b\n"

    declared, problems = patches.content("a.patch", (good + wrong).encode())

    assert [one.path for one in declared if _is_refused(one.path)] == []
    assert {one.path for one in declared} <= {GOOD, *_inside(bad)}
    assert problems or {one.path for one in declared} > {GOOD}
    assert all(
        1 <= problem.line <= 13 and printable(problem.message) == problem.message for problem in problems
    )


def _inside(bad: str) -> set[str]:
    """How patch(1) would understand a name: its first directory is left off where `a/` and `b/` are missing."""
    return {bad.partition("/")[2], bad.strip()} - {""}


BAD_IDS = {
    "empty": "",
    "space": " ",
    "words": "a b",
    "dash first": "-x",
    "dash last": "x-",
    "option": "--force",
    "dot": ".",
    "two dots": "a..b",
    "lock": "a.lock",
    "upper case": "Search",
    "underscore": "a_b",
    "slash": "a/b",
    "backslash": "a\\b",
    "parent": "../x",
    "absolute": "/etc",
    "command": "$(id)",
    "semicolon": "a;b",
    "back ticks": "`id`",
    "double quote": 'a"b',
    "single quote": "a'b",
    "pipe": "a|b",
    "49 letters": "a" * 49,
    "260 letters": "a" * 260,
    "300 digits": "9" * 300,
    "con": "con",
    "nul": "nul",
    "aux": "aux",
    "com1": "com1",
    "head": "HEAD",
    "control character": "a\x01b",
    "line feed": "a\nb",
    "escape sequence": "a\x1b[31mb",
    "delete": "a\x7fb",
    "right to left": "a\u202eb",
    "ignorable": "a\u200cb",
    "other letters": "ünïcode",
    "another script": "задача",
    "symbol": "\u2605",
    "reflog": "a@{1}",
    "ancestor": "a~1",
    "caret": "a^",
    "colon": "a:b",
    "star": "a*",
    "brackets": "[a]",
    "refname": "refs/heads/main",
    "placeholder": "{id}",
    "superscript": "\u00b2",
}

# Each gives a document with a good task and one of a bad id, and whether that can only be meant as a task.
CLAIMS: dict[str, tuple[bool, Callable[[str], tuple[str, str]]]] = {
    "spec": (True, lambda bad: (f"specs/SPEC-{bad.replace('/', '_')}.md", "# Bad\n\n**File**: `a.py`\n")),
    "roadmap": (False, lambda bad: ("ROADMAP.md", f"### PRIORITY 7: Good\n\n### PRIORITY {bad}: Bad\n")),
    "roadmap, story": (False, lambda bad: ("ROADMAP.md", f"### US-7: Good\n\n### US-{bad}: Bad\n")),
    "spec-kit": (False, lambda bad: ("specs/001-a/tasks.md", f"- [ ] T001 Good\n- [ ] {bad} Bad\n")),
    "spec-kit, T": (False, lambda bad: ("specs/001-a/tasks.md", f"- [ ] T001 Good\n- [ ] T{bad} Bad\n")),
    "kiro": (False, lambda bad: (".kiro/specs/a/tasks.md", f"- [ ] 1. Good\n- [ ] {bad} Bad\n")),
    "kiro, number": (False, lambda bad: (".kiro/specs/a/tasks.md", f"- [ ] 1. Good\n- [ ] 2.{bad} Bad\n")),
    "superpowers": (
        False,
        lambda bad: (
            "docs/plans/a.md",
            f"### Task 1: Good\n**Files:**\n- `a.py`\n### Task {bad}: Bad\n**Files:**\n- `b.py`\n",
        ),
    ),
    "packet": (False, lambda bad: ("ab/PROMPT.md", f"# Task: AB-{bad} - Bad\n\n## File Scope\n\n- `a.py`\n")),
    "front matter": (
        True,
        lambda bad: ("tasks/a.md", f"---\nid: {json.dumps(bad)}\nstatus: open\ntitle: Bad\n---\n"),
    ),
    "taskmaster": (
        True,
        lambda bad: (
            "tasks.json",
            json.dumps(
                {
                    "tasks": [
                        {"id": n, "title": "T", "status": "pending", "details": ""} for n in ("good", bad)
                    ]
                }
            ),
        ),
    ),
    "taskmaster, tag": (
        True,
        lambda bad: (
            "tasks.json",
            json.dumps(
                {
                    tag: {"tasks": [{"id": 1, "title": tag, "status": "pending", "details": ""}]}
                    for tag in ("good", bad)
                }
            ),
        ),
    ),
    "beads": (
        True,
        lambda bad: (
            "issues.jsonl",
            "\n".join(json.dumps({"id": n, "title": "T", "status": "open"}) for n in ("good", bad)),
        ),
    ),
}
_ALONE = ("spec", "packet", "front matter")


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_bad_id_makes_a_legal_task_or_a_problem_or_is_plainly_none(claim):
    is_sure, document = CLAIMS[claim]
    expected = 1 if claim in _ALONE else 2
    for kind, bad in BAD_IDS.items():
        path, text = document(bad)
        found = _read(path, text)
        ids = [task.id for task in found.tasks]
        assert [TaskId(name) for name in ids] == ids, kind
        assert len(ids) >= expected - 1, f"{kind}: the good task is read"
        assert not is_sure or len(ids) == expected or found.problems, f"{kind}: neither a task nor a problem"
        for problem in found.problems:
            assert (problem.source, 1 <= problem.line <= text.count("\n") + 1) == (path, True), kind
            assert printable(problem.message) == problem.message != "", kind


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("ROADMAP.md", "### US-\u0661: X\n"),
        ("specs/001-a/tasks.md", "- [ ] T\u0661 X\n"),
        ("docs/plans/a.md", "### Task \u0661: X\n**Files:**\n- `a.py`\n"),
        ("ab/PROMPT.md", "# Task: AB-\u0661 - X\n\n## File Scope\n\n- `a.py`\n"),
    ],
)
def test_digits_of_another_script_are_no_number(path, text):
    assert [task.id for task in _read(path, text).tasks] == []


AFTERS: dict[str, Callable[[str], tuple[str, str]]] = {
    "spec": lambda bad: ("SPEC-7-x.md", f"# X\n\n**Depends on**: {bad}\n\n**File**: `a.py`\n"),
    "roadmap": lambda bad: ("ROADMAP.md", f"### PRIORITY 7: X\n\n**Depends on**: {bad}\n"),
    "spec-kit": lambda bad: ("specs/001-a/tasks.md", f"- [ ] T001 X (depends on {bad})\n"),
    "front matter": lambda bad: (
        "tasks/a.md",
        f"---\nid: a\nstatus: open\ntitle: T\ndepends_on: [{json.dumps(bad)}]\n---\n",
    ),
    "taskmaster": lambda bad: (
        "tasks.json",
        json.dumps({"tasks": [{"id": 1, "title": "T", "status": "pending", "dependencies": [bad]}]}),
    ),
    "beads": lambda bad: (
        "issues.jsonl",
        json.dumps(
            {
                "id": "b-1",
                "title": "T",
                "status": "open",
                "dependencies": [{"issue_id": "b-1", "depends_on_id": bad, "type": "blocks"}],
            }
        ),
    ),
}
_NO_LETTER = ("space", "dot", "another script", "symbol", "superscript", "back ticks", "brackets", "empty")


@pytest.mark.parametrize("place", AFTERS)
def test_what_is_waited_for_is_written_as_an_id(place):
    for kind, bad in BAD_IDS.items():
        if kind in _NO_LETTER:
            continue
        (task,) = _read(*AFTERS[place](bad)).tasks
        assert [name for name in task.after if set(name) - set("abcdefghijklmnopqrstuvwxyz0123456789-")] == []
        assert [name for name in task.after if not 1 <= len(name) <= 48] == [], kind


@pytest.mark.parametrize("place", ["front matter", "taskmaster", "beads"])
def test_a_task_never_waits_for_nothing(place):
    found = _read(*AFTERS[place]("задача"))

    assert [task.after for task in found.tasks if "" in task.after] == []


# One document of every form that declares the good path; each says "Title" somewhere.
DOCUMENTS = {
    "spec": ("SPEC-7-x.md", f"# Title\n\n**Files to Modify**:\n- `{GOOD}`\n"),
    "roadmap": ("ROADMAP.md", f"### PRIORITY 7: Title\n\n**Files**:\n- `{GOOD}`\n"),
    "spec-kit": ("specs/001-a/tasks.md", f"# Title\n\n- [ ] T001 Create `{GOOD}`\n"),
    "kiro": (".kiro/specs/a/tasks.md", f"# Title\n\n- [ ] 1. X\n  - File: {GOOD}\n"),
    "superpowers": ("docs/plans/a.md", f"### Task 1: Title\n\n**Files:**\n- Create: `{GOOD}`\n"),
    "packet": ("ab/PROMPT.md", f"# Task: AB-1 - Title\n\n## File Scope\n\n- `{GOOD}`\n"),
    "front-matter": (
        "tasks/a.md",
        f"---\nid: a\ntitle: Title\nstatus: open\nfiles:\n  - {GOOD}\n---\n\nWords.\n",
    ),
    "taskmaster": (
        "tasks.json",
        '{"tasks": [{"id": 1, "title": "Title", "status": "pending",\n'
        f'"details": "- Create `{GOOD}`"}}]}}\n',
    ),
    "beads": (
        "issues.jsonl",
        f'{{"id": "b-1", "title": "Title", "status": "open", "notes": "- Create `{GOOD}`"}}\n',
    ),
}
_PROSE = [form for form in DOCUMENTS if form not in ("taskmaster", "beads")]


def test_every_form_is_here():
    assert sorted(DOCUMENTS) == sorted(source.name for source in BUILT_IN)
    for path, text in DOCUMENTS.values():
        assert (_touched(_read(path, text)), _read(path, text).problems) == ([GOOD], ())


def _beside(path: str, data: bytes):
    """What is read of a document beside a good one, and that it does not take long."""
    other = ("SPEC-99-other.md", b"# Other\n\n**File**: `src/other.py`\n")
    begin = time.process_time()
    found = read_all([(path, data, _sources_of(path)), (*other, _sources_of(other[0]))], Files((path,)))
    assert time.process_time() - begin < 2
    assert "src/other.py" in _touched(found)
    last = data.count(b"\n") + 1
    assert [p for p in found.problems if p.source != path or not 1 <= p.line <= last or not p.message] == []
    assert [p for p in found.problems if printable(p.message) != p.message] == []
    return [one for one in _touched(found) if one != "src/other.py"], found.problems


@pytest.mark.parametrize("form", DOCUMENTS)
def test_a_bom_and_windows_line_ends(form):
    path, text = DOCUMENTS[form]
    data = b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()

    assert _beside(path, data) == ([GOOD], ())


@pytest.mark.parametrize("form", DOCUMENTS)
def test_invalid_utf_8(form):
    path, text = DOCUMENTS[form]
    data = text.encode().replace(b"Title", b"Ti\xff\xfetle")
    line = data[: data.index(b"\xff")].count(b"\n") + 1

    assert _beside(path, data) == (
        [GOOD],
        (Problem(path, line, "not UTF-8; undecodable bytes are read as '\ufffd'"),),
    )


@pytest.mark.parametrize("form", DOCUMENTS)
def test_a_nul_byte(form):
    path, text = DOCUMENTS[form]

    assert _beside(path, text.encode() + b"\n\0") == (
        [],
        (Problem(path, text.count("\n") + 2, "holds a NUL byte, so it is no text, not read"),),
    )


@pytest.mark.parametrize("form", DOCUMENTS)
def test_a_line_of_ten_megabytes(form):
    path, text = DOCUMENTS[form]
    touched, (problem,) = _beside(path, text.encode() + b"x" * 10_000_000)

    assert (touched, problem.line) == ([], 1)
    assert problem.message.startswith("larger than ")


@pytest.mark.parametrize("form", DOCUMENTS)
def test_a_million_lines(form):
    path, text = DOCUMENTS[form]
    before, end = (text, "") if form != "front-matter" else (text.partition("\nWords")[0] + "\n", "Words.\n")

    touched, problems = _beside(path, (before + "\n" * 1_000_000 + end).encode())

    assert touched == [GOOD]
    cut = [] if form in ("taskmaster", "beads") else ["more than 65536 lines, the rest is not read"]
    assert [problem.message for problem in problems] == cut


@pytest.mark.sample(3)
@pytest.mark.parametrize("line", ["- [ ] x", "- `a/b.py`", "## A", "```", "| a | b |", "├── a.py", "{}"])
@pytest.mark.parametrize("form", ["spec", "beads"])
def test_as_many_lines_as_fit(form, line):
    path, text = DOCUMENTS[form]
    touched, problems = _beside(path, (text + f"{line}\n" * (1_000_000 // (len(line.encode()) + 1))).encode())

    assert GOOD in touched
    assert form != "beads" or problems


@pytest.mark.parametrize("form", _PROSE)
@pytest.mark.parametrize("star", ["*", "*a", "**/", "`*`"], ids=["star", "pairs", "segments", "ticks"])
def test_a_hundred_thousand_stars(form, star):
    path, text = DOCUMENTS[form]
    touched, problems = _beside(path, (text + f"- `{star * 100_000}`\n").encode())

    assert touched == [GOOD]
    assert (path, text.count("\n") + 1, "longer than 4 KiB, line skipped") in [
        (problem.source, problem.line, problem.message) for problem in problems
    ]


@pytest.mark.parametrize("form", ["taskmaster", "beads"])
def test_a_hundred_thousand_stars_in_a_field(form):
    path, text = DOCUMENTS[form]
    touched, problems = _beside(path, text.replace(GOOD, f"{GOOD}`\\n\\n- Create `{'*a' * 50_000}").encode())

    assert touched == [GOOD]
    assert [problem.message for problem in problems] == [
        "a paragraph longer than 4 KiB, in which no path is looked for"
    ]


@pytest.mark.parametrize("form", _PROSE)
def test_deep_nesting_of_a_list(form):
    path, text = DOCUMENTS[form]
    deep = "".join(f"{' ' * depth}- deeper\n" for depth in range(1300))

    assert GOOD in _beside(path, (text + deep).encode())[0]


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":'])
@pytest.mark.parametrize("form", ["taskmaster", "beads"])
def test_deep_nesting_of_json(form, opening):
    path, text = DOCUMENTS[form]
    lines = text.rstrip("\n")
    deep = opening * 100_000
    data = f"{lines}\n{deep}\n" if form == "beads" else f"{lines[:-2]},\n{deep}\n"
    touched, problems = _beside(path, data.encode())

    assert touched == [GOOD]
    assert [problem.line for problem in problems] == [data.count("\n")]


@pytest.mark.parametrize(
    "matter",
    [
        "".join(f"k{n}: &k{n} [{','.join([f'*k{n - 1}'] * 9)}]\n" for n in range(1, 40)).replace("*k0", "x"),
        "a: &a [*a, *a]\nfiles: *a\n",
        "<<: &m {<<: *m}\n",
        "files: " + "[" * 10_000,
        "files: " + "{a: " * 10_000,
        "files: !!python/object/apply:os.system ['touch owned']\n",
        "files: !!python/name:os.system\n",
        "files: !own [a]\n",
        "files: !!binary gA==\n",
        "files: !!set {a, b}\n? [a, b]\n: c\n",
        "id: !!int 1e999999\n",
        "files: 1" + "0" * 100_000 + "\n",
        "files: &a" + "b" * 100_000 + " c\n",
        "? " * 20_000 + "\n",
        "- " * 20_000 + "\n",
        "files: '" + "\\" * 50_000 + "\n",
        'files: "\\ud800"\n',
        "files: 2001-99-99\nid: 0o9\nwave: .nan\npriority: .inf\n",
        "%YAML 9.9\nfiles: a\n",
        "--- a\n--- b\n",
        "files: \x07\n",
        "files: \ufffe\n",
        ":\n:\n:\n",
        "\tfiles: a\n",
    ],
    ids=[
        "aliases", "of itself", "merge", "lists", "maps", "python", "name", "tag", "binary", "set", "number",
        "digits", "anchor", "keys", "items", "quote", "surrogate", "no values", "directive", "documents",
        "bell", "no character", "colons", "tab",
    ],
)  # fmt: skip
def test_yaml_that_means_harm(matter):
    touched, _ = _beside("tasks/a.md", f"---\nstatus: open\n{matter}\n---\n\n# Words\n".encode())

    assert [path for path in touched if _is_refused(path)] == []


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system ['touch owned']", "!!binary gA=="])
def test_a_tag_is_a_problem_with_its_line(tag):
    touched, problems = _beside("tasks/a.md", f"---\nid: a\nstatus: open\nfiles: {tag}\n---\n".encode())

    assert touched == []
    assert problems != ()


@pytest.mark.parametrize(
    "line",
    [
        "<<<<<<< HEAD",
        "{",
        '{"id": "b"',
        '{"id": "b", "title": "T", "status": "open"} x',
        '{"id": 1e999, "title": "T", "status": "open"}',
        '"id"',
        "null",
        "\ufeff{}",
        "\x00"[:0] + "\\u0000",
        '{"id": "\\ud800", "title": "T", "status": 7}',
    ],
)
def test_a_broken_line_of_json(line):
    path, text = DOCUMENTS["beads"]
    touched, problems = _beside(
        path, f"{text}{line}\n{text.replace('b-1', 'b-3').replace(GOOD, 'c.py')}".encode()
    )

    assert touched == [GOOD, "c.py"]
    assert [problem.line for problem in problems] == [2]
