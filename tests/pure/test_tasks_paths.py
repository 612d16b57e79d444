"""What in a piece of text is a path, and what only looks like one."""

import pytest

from git_parallel.tasks.prose.pathlike import pattern_problem
from git_parallel.tasks.prose.paths import Named, leading, quoted
from git_parallel.tasks.task import Kind


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("`src/app.py`", ["src/app.py"]),
        ("src/app.py", ["src/app.py"]),
        ("`src/app.py:10-20`", ["src/app.py"]),
        ("src/app.py:7.", ["src/app.py"]),
        ("`src/app.py` (lines 10-20)", ["src/app.py"]),
        ("`tests/test_app.py::test_login`", ["tests/test_app.py"]),
        ("`src/app.py#L10`", ["src/app.py"]),
        ("[the app](src/app.py)", ["src/app.py"]),
        ("`a.py`, `b.py` and `c/d.ts`", ["a.py", "b.py", "c/d.ts"]),
        ("a/b.py, c/d.py", ["a/b.py", "c/d.py"]),
        ("**`src/app.py`** - the app, see `other.py`", ["src/app.py"]),
        ("`src/auth/`", ["src/auth/"]),
        ("`src/**/*.py`", ["src/**/*.py"]),
        ("`.github/workflows/ci.yml`", [".github/workflows/ci.yml"]),
        ("`.gitignore`", [".gitignore"]),
        ("`docs/my notes.md`", ["docs/my notes.md"]),
        ("./src/app.py", ["src/app.py"]),
        ("Makefile", ["Makefile"]),
        ("`SPEC-{number}.md`", []),
        ("`src/<name>.py`", []),
        ("https://example.org/a/b.html", []),
        ("`feature/login`", []),
        ("and/or", []),
        ("hours/priority", []),
        ("`logging.basicConfig()`", []),
        ("`pytest tests/test_app.py`", []),
        ("`v2.1.0`", []),
        ("All files that call it", []),
        ("3/4", []),
    ],
)
def test_the_paths_a_text_begins_with(text, paths):
    assert [named.path for named in leading(text)] == paths


@pytest.mark.parametrize(
    ("remark", "kind"),
    [
        ("(NEW)", Kind.CREATE),
        ("(~80 lines, NEW)", Kind.CREATE),
        ("- NEW", Kind.CREATE),
        ("(update)", Kind.MODIFY),
        ("(existing, add validation)", Kind.MODIFY),
        ("(DELETE)", Kind.DELETE),
        ("(rename)", Kind.MOVE),
        ("(read only)", Kind.MENTION),
        ("(12 tests)", None),
        ("- entry point", None),
    ],
)
def test_a_remark_behind_a_path_says_what_happens_to_it(remark, kind):
    assert leading(f"`src/a.py` {remark}") == (Named("src/a.py", kind, "", is_quoted=True),)


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("../../etc/passwd", "leaves the repository"),
        ("/etc/passwd", "absolute"),
        (".git/hooks/pre-commit", "inside .git"),
        ("src\\app.py", "backslash"),
        ("src/a\x07b.py", "control characters"),
        ("~/.ssh/config", "begins with '~'"),
        ("*", "a pattern that matches everything"),
        ("**/*", "a pattern that matches everything"),
        ("a*b*c*d*e*f*g*h*i*.py", "more than 8 '*'"),
        ("a/**/b/**/c/**/d.py", "more than 2 '**'"),
        ("src/*.py", ""),
    ],
)
def test_why_a_path_cannot_be_used(path, problem):
    assert pattern_problem(path) == problem


def test_back_ticked_paths_are_found_anywhere():
    text = "Agent notes (`docs/*/README.md`), see `run()` and plain/path.py"

    assert quoted(text) == (Named("docs/*/README.md", is_quoted=True),)


def test_a_quoted_path_may_have_spaces_and_a_quoted_command_is_none() -> None:
    texts = (
        "dir with space/ünïcode.txt",
        "my docs/",
        "a b.txt",
        "pytest tests/x.py",
        "tests/a.py tests/b.py",
    )

    assert [[named.path for named in leading(f"`{text}`")] for text in texts] == [
        ["dir with space/ünïcode.txt"],
        ["my docs/"],
        [],
        [],
        [],
    ]
