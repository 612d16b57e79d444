"""Whatever bytes a file holds: a document, or a problem that says where."""

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from git_parallel.project.choosing import chooser
from git_parallel.tasks.document import Document, decode, fence_depths
from git_parallel.tasks.read import read_all
from git_parallel.tasks.sources import BUILT_IN
from git_parallel.tasks.task import Problem

_sources_of = chooser(BUILT_IN)


def test_a_bom_and_windows_line_ends_are_not_part_of_the_text():
    assert decode("a.md", b"\xef\xbb\xbf# A\r\n\r\nb") == (Document("a.md", ("# A", "", "b")), ())


def test_a_file_with_a_nul_byte_is_not_read():
    assert decode("a.md", b"# A\nx\0y\n") == (
        None,
        (Problem("a.md", 2, "holds a NUL byte, so it is no text, not read"),),
    )


def test_undecodable_bytes_are_replaced_and_reported_on_their_line():
    document, problems = decode("a.md", b"\xef\xbb\xbf# A\nb\xff\n")

    assert document == Document("a.md", ("# A", "b\ufffd", ""))
    assert problems == (Problem("a.md", 2, "not UTF-8; undecodable bytes are read as '\ufffd'"),)


def test_a_line_that_is_too_long_is_skipped_and_the_rest_is_read():
    text = b"**Files**:\n- `a.py`\n- `" + b"*" * 100_000 + b"`\n- `b.py`\n"

    (task,), problems = _read("SPEC-1-long.md", text)

    assert [d.path for d in task.declared] == ["a.py", "b.py"]
    assert problems == (Problem("SPEC-1-long.md", 3, "longer than 4 KiB, line skipped"),)


@pytest.mark.parametrize("data", [b"line\n" * 2_000_000, b"x" * 10_000_000], ids=["file", "line"])
def test_ten_megabytes_are_refused_at_once(data):
    start = time.perf_counter()
    tasks, problems = _read("SPEC-1-big.md", data)

    assert (tasks, problems) == ((), (Problem("SPEC-1-big.md", 1, "larger than 1 MiB, not read"),))
    assert time.perf_counter() - start < 0.5


def test_a_roadmap_may_be_larger_than_a_spec():
    data = b"## US-1: A\n" + (b"prose " * 10 + b"\n") * 50_000

    assert [task.id for task in _read("ROADMAP.md", data)[0]] == ["us-1"]


def test_a_document_that_is_wrong_all_over_is_told_so():
    _, problems = _read("SPEC-1-a.md", b"**File**: `/etc/a`\n" * 3000)

    assert len(problems) == 1001
    assert problems[-1] == Problem("SPEC-1-a.md", 1001, "2000 more problems from here on")


def test_more_lines_than_anybody_reads_are_cut():
    tasks, problems = _read("ROADMAP.md", b"## US-1: A\n" + b"x\n" * 70_000)

    assert [task.id for task in tasks] == ["us-1"]
    assert problems == (Problem("ROADMAP.md", 65537, "more than 65536 lines, the rest is not read"),)


@pytest.mark.parametrize(("text", "lines"), [("a\rb\rc", ("a", "b", "c")), ("a\rb\nc", ("a b", "c"))])
def test_a_carriage_return_ends_a_line_only_where_nothing_else_does(text, lines):
    document, problems = decode("a.md", text.encode())

    assert (document.lines, problems) == (lines, ())


def test_a_fence_that_never_ends_is_told():
    (task,), problems = _read("SPEC-1-a.md", b"# A\n**File**: `a.py`\n```bash\nmake\n\n**File**: `b.py`\n")

    assert [d.path for d in task.touched] == ["a.py"]
    assert problems == (
        Problem("SPEC-1-a.md", 3, "a code fence begins here and never ends; what follows is not read"),
    )


@pytest.mark.parametrize(
    "line",
    [
        "- " + "`" * 4000,
        "- `a.py` " + "(" * 3900,
        "- " + "[a" * 2000,
        "**" + "a " * 1900,
        "- `" + "**/" * 1300 + "`",
    ],
    ids=["ticks", "parentheses", "brackets", "bold", "stars"],
)
def test_lines_made_to_be_slow_are_not(line):
    start = time.perf_counter()
    _read("SPEC-1-a.md", ("**Files**:\n" + f"{line}\n" * 200).encode())

    assert time.perf_counter() - start < 2


def test_deep_nesting_is_read_like_any_other():
    text = "".join(" " * depth + f"- **Files**: `a{depth}.py`\n" for depth in range(1000))

    (task,), problems = _read("SPEC-1-deep.md", text.encode())

    assert len(task.declared) == 1000
    assert [problem.line for problem in problems] == [
        501
    ]  # no more than that are looked for under other names


def test_fences_are_counted_and_an_example_of_markdown_may_hold_one():
    lines = ("a", "```markdown", "```python", "x", "```", "```", "b", "~~~", "```", "~~~", "c")

    assert tuple(fence_depths(lines)) == (0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 0)


def test_more_tasks_than_anybody_writes_are_cut_and_reported():
    tasks, problems = _read("ROADMAP.md", "".join(f"## US-{n}: x\n" for n in range(1, 20_003)).encode())

    assert len(tasks) == 20_000
    assert problems == (Problem("ROADMAP.md", 20_001, "more than 20000 tasks, the rest is not read"),)


_PIECES = st.sampled_from(
    [
        "**File**: ",
        "`src/a.py`",
        "- ",
        "\n",
        "## Files\n",
        "```",
        "| ",
        "../x",
        "(NEW)",
        "### PRIORITY 1: ",
        "US-2",
        "**Depends on**: ",
        "✅",
        "\r\n",
        "\x00",
        "---\n",
        "files:",
        "*",
        "─ ",
        "├── ",
        "\x85",
        "\u2028",
        "[",
        "](",
    ]
)
_TEXTS = st.lists(st.one_of(_PIECES, st.text(max_size=12)), max_size=30).map("".join)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.one_of(st.sampled_from(["SPEC-1-a.md", "SPEC-01-b.md", "ROADMAP.md"]), st.text(max_size=20)),
            st.one_of(_TEXTS.map(lambda text: text.encode("utf-8", "replace")), st.binary(max_size=200)),
        ),
        max_size=4,
    )
)
def test_nothing_makes_the_reader_raise(documents):
    found = read_all((path, data, _sources_of(path)) for path, data in documents)

    assert all(problem.line >= 1 for problem in found.problems)
    assert all(problem.message for problem in found.problems)
    assert len({task.id for task in found.tasks}) == len(found.tasks)
    assert all(
        (left.priority or 0) <= (right.priority or 0)
        for left, right in pairwise(task for task in found.tasks if task.priority is not None)
    )


def _read(path, data):
    found = read_all([(path, data, _sources_of(path))])
    return found.tasks, found.problems
