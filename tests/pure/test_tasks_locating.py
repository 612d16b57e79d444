"""From the names in documents to paths of the tree."""

from textwrap import dedent

import pytest

from git_parallel.tasks.files import Files
from git_parallel.tasks.read import read_all
from git_parallel.tasks.sources import BUILT_IN
from git_parallel.tasks.task import Kind, TaskSet

TREE = (
    "README.md",
    "app/[id]/page.tsx",
    "shop/api/daemon.py",
    "shop/autonomous/daemon.py",
    "shop/autonomous/git_ops.py",
    "shop/cli/main.py",
    "shop/observe/analytics/analyzer.py",
    "tests/test_cli.py",
    "docs/guide/deploy.md",
)


@pytest.mark.parametrize(
    ("text", "touched"),
    [
        ("**File**: `git_ops.py`", {"shop/autonomous/git_ops.py": "modify"}),
        ("**File**: `analytics/analyzer.py`", {"shop/observe/analytics/analyzer.py": "modify"}),
        ("**File**: `shop/cli/main.py`", {"shop/cli/main.py": "modify"}),
        ("**File**: `shop/cli/new.py`", {"shop/cli/new.py": "create"}),
        ("**File**: `shop/cli/new.py` (modified)", {"shop/cli/new.py": "modify"}),
        (
            "**Files**:\n- `observe/new.py` (NEW)\n- `observe/analytics/analyzer.py`",
            {"shop/observe/new.py": "create", "shop/observe/analytics/analyzer.py": "modify"},
        ),
        ("**File**: `analytics/new.py` (NEW)", {"analytics/new.py": "create"}),
        ("**File**: `fresh/new.py` (NEW)", {"fresh/new.py": "create"}),
        ("**File**: `git_ops.py` (NEW)", {"git_ops.py": "create"}),
        ("**File**: `README.md`", {"README.md": "modify"}),
        ("**File**: `shop/cli`", {"shop/cli/": "modify"}),
        ("**File**: `analytics/`", {"shop/observe/analytics/": "modify"}),
        ("**File**: `shop/**`", {"shop/**": "modify"}),
        ("**File**: `app/[id]/page.tsx`", {"app/[id]/page.tsx": "modify"}),
        ("**File**: `src/{a,b}.py`", {"src/{a,b}.py": "modify"}),
        ("**Files**:\n- `SPEC-{number}.md`\n- `README.md`", {"README.md": "modify"}),
        ("**File**: `/Users/me/code/shop-main/shop/cli/main.py`", {"shop/cli/main.py": "modify"}),
        ("**File**: `~/code/shop-main/docs/guide/new.md` (new)", {"docs/guide/new.md": "create"}),
        ("**File**: `../docs/guide/deploy.md`", {"docs/guide/deploy.md": "modify"}),
        # Beside its neighbours, or as another line of the document names it.
        (
            "**Files**: `git_ops.py`, `daemon.py`",
            {"shop/autonomous/git_ops.py": "modify", "shop/autonomous/daemon.py": "modify"},
        ),
        ("As in `shop/api/daemon.py`.\n\n**File**: `daemon.py`", {"shop/api/daemon.py": "modify"}),
        # A drawn tree names its files for the headings below.
        ("# X\n```\nshop/new/\n└── parser.py\n```\n\n#### 1. `parser.py` - Parsing", {"shop/new/parser.py": "create"}),
        # The name of the repository before its directories.
        (
            "```\nmy-shop/\n├── shop/\n│   └── new.py  # NEW\n└── tests/\n    └── test_new.py  # NEW\n```",
            {"shop/new.py": "create", "tests/test_new.py": "create"},
        ),
    ],
)  # fmt: skip
def test_where_a_name_lies(text: str, touched: dict[str, str]) -> None:
    found = read({"specs/SPEC-1-x.md": text})

    assert ({d.path: str(d.kind) for d in found.tasks[0].touched}, found.problems) == (touched, ())


def test_a_name_of_several_files_covers_them_all_and_is_a_problem() -> None:
    found = read({"SPEC-1-x.md": "# X\n**File**: `daemon.py`\n"})

    (declared,) = found.tasks[0].touched
    assert (declared.path, declared.written, declared.line) == ("**/daemon.py", "daemon.py", 2)
    assert [str(problem) for problem in found.problems] == [
        "SPEC-1-x.md:2: 'daemon.py' may be any of 'shop/api/daemon.py' or 'shop/autonomous/daemon.py'; "
        "write the whole path"
    ]


def test_one_mention_elsewhere_moves_no_file() -> None:
    tree = tuple(f"services/{part}/{name}.py" for part in ("auth", "pay") for name in ("api", "store"))
    documents = {
        "SPEC-1-x.md": "See `services/auth/store.py`.",
        "SPEC-2-y.md": "**Files**: `services/pay/api.py`, `store.py`",
    }

    found = read(documents, tree=tree)

    assert [d.path for d in found.find("2").touched] == ["services/pay/api.py", "services/pay/store.py"]


def test_what_documents_name_by_far_most_often_is_meant() -> None:
    often = {f"SPEC-{n}-x{n}.md": "**File**: `shop/api/daemon.py`" for n in range(2, 6)}

    found = read({"SPEC-1-y.md": "**File**: `daemon.py`", **often})

    assert [d.path for d in found.find("1").touched] == ["shop/api/daemon.py"]


def test_without_a_tree_documents_tell_where_a_name_lies() -> None:
    documents = {"SPEC-1-x.md": "**File**: `store.py`", "SPEC-2-y.md": "**File**: `lib/store.py`"}

    found = read(documents, tree=())

    assert [[d.path for d in task.touched] for task in found.tasks] == [["lib/store.py"], ["lib/store.py"]]


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("shop/autonomus/daemon.py", "'shop/autonomous/daemon.py'"),
        ("shop/cli/mian.py", "'shop/cli/main.py'"),
        ("Shop/CLI/Main.py", "'shop/cli/main.py'"),
    ],
)
def test_a_slip_of_the_pen_is_asked_about(path: str, meant: str) -> None:
    found = read({"SPEC-1-x.md": f"**File**: `{path}`"})

    assert [str(p) for p in found.problems] == [
        f"SPEC-1-x.md:1: '{path}' is not in the tree; did you mean {meant}?"
    ]
    assert [d.path for d in found.tasks[0].touched] == [path]


def test_what_another_task_makes_is_no_slip() -> None:
    found = read(
        {"SPEC-1-x.md": "**File**: `shop/cli/main.py` (NEW)", "SPEC-2-y.md": "**File**: `shop/cli/main.py`"}
    )

    assert found.problems == ()


def test_a_path_that_lies_outside_is_a_problem_and_no_declaration() -> None:
    found = read({"SPEC-1-x.md": "**File**: `../../etc/passwd`\n**File**: `/home/me/notes/todo.txt`\n"})

    assert found.tasks[0].touched == ()
    assert [(p.line, p.message) for p in found.problems] == [
        (1, "not a usable path: '../../etc/passwd' (leaves the repository)"),
        (2, "not a usable path: '/home/me/notes/todo.txt' (absolute)"),
    ]


def test_lines_stay_with_a_path_that_was_looked_up() -> None:
    found = read({"SPEC-1-x.md": "**Files**:\n- `git_ops.py:10-20`\n- `cli/main.py` (lines 3-4, 9)\n"})

    assert [(d.path, d.ranges) for d in found.tasks[0].touched] == [
        ("shop/autonomous/git_ops.py", ((10, 20),)),
        ("shop/cli/main.py", ((3, 4), (9, 9))),
    ]


def test_ten_thousand_bare_names_in_a_large_tree_take_no_time() -> None:
    tree = [f"pkg{n % 500}/mod{n % 1000}/file{n}.py" for n in range(50_000)]
    text = "**Files**:\n" + "".join(f"- `file{n * 5}.py`\n- `flie{n}.py`\n" for n in range(5_000))

    found = read({"SPEC-1-x.md": text}, tree=tree)

    assert sum(d.path.startswith("pkg") for d in found.tasks[0].touched) == 5_000
    assert (
        found.problems[-1].message == "more than 500 paths are not in the tree; the rest is not looked into"
    )


def test_other_numbers_are_no_slip_of_the_pen() -> None:
    tree = ("migrations/0001_init.py", "src/parse1.py", "src/models.py", "src/app.py")
    text = "- Add `migrations/0002_init.py`\n- Modify `src/parse2.py`\n- Modify `src/ap*.py`\n- Modify `modles.py`"

    found = read({"SPEC-1-x.md": text}, tree=tree)

    assert [p.message for p in found.problems] == [
        "'modles.py' is not in the tree; did you mean 'src/models.py'?"
    ]


def test_a_slash_alone_makes_no_path() -> None:
    text = (
        "- Update `application/json`\n- Fix `client/server`\n- Refactor `shop/cli`\n- Create `shop/export`\n"
    )

    found = read({"SPEC-1-x.md": text})

    assert {d.path: str(d.kind) for d in found.tasks[0].touched} == {
        "shop/cli/": "modify",
        "shop/export": "create",
    }
    assert found.problems == ()


def read(documents: dict[str, str], tree: tuple[str, ...] | list[str] = TREE) -> TaskSet:
    spec = BUILT_IN[:1]
    pairs = [(path, dedent(text).encode(), spec) for path, text in documents.items()]
    return read_all(pairs, Files((*tree, *documents)))


def test_the_kind_that_was_said_is_kept() -> None:
    found = read({"SPEC-1-x.md": "**File**: `shop/cli/main.py` (delete)\n- Update `shop/new.py`\n"})

    assert {d.path: d.kind for d in found.tasks[0].touched} == {
        "shop/cli/main.py": Kind.DELETE,
        "shop/new.py": Kind.MODIFY,
    }
