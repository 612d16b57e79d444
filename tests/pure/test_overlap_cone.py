"""The cone: which directories a sparse worktree of a task holds."""

from collections.abc import Collection

import pytest

from git_parallel.names import TaskId
from git_parallel.overlap.cone import Cone, Cones, home
from git_parallel.overlap.footprint import Entry, Footprint, Origin
from git_parallel.tasks.task import Kind

TREE = (
    "README.md",
    "src/app/auth.py",
    "src/app/deep/keys.py",
    "src/bill/pay.py",
    "src/bill/pay_test.py",
    "docs/app.md",
    "docs/bill/pay.md",
    "tests/conftest.py",
    "tests/app/test_auth.py",
    "tests/app/test_more.py",
    "tests/bill/test_sum.py",
    "web/ui/button.ts",
    "web/ui/__tests__/button.test.ts",
)


def cone(footprint: Footprint, tree: Collection[str]) -> Cone | None:
    return Cones(tree).of(footprint)


def of(*paths: str, origin: Origin = Origin.DECLARED, kind: Kind = Kind.MODIFY) -> Footprint:
    return Footprint(TaskId("1"), tuple(Entry(path, kind, origin) for path in paths))


@pytest.mark.parametrize(
    ("paths", "directories"),
    [
        (["src/app/auth.py"], ("src/app", "tests/app")),
        (["src/app/"], ("src/app", "tests/app")),
        (["src/app"], ("src/app", "tests/app")),
        (["src/app/**/*.py"], ("src/app", "tests/app")),
        (["src/bill/pay.py"], ("src/bill", "tests/bill")),
        (["web/ui/button.ts"], ("web/ui",)),
        (["README.md"], ()),
        (["docs/bill/new.md"], ("docs/bill", "tests/bill")),
        (["**/pay.*"], ("docs/bill", "src/bill")),
        (["src/app/deep/keys.py", "src/app/"], ("src/app", "tests/app")),
        (["new/place/file.py"], ("new/place",)),
        (["src/{app,bill}/x.py"], ("src/app", "src/bill", "tests/app", "tests/bill")),
    ],
)
def test_what_it_holds(paths: list[str], directories: tuple[str, ...]) -> None:
    assert cone(of(*paths), TREE) == Cone(directories)


def test_where_tests_lie_flat_all_of_them_come_with_it() -> None:
    tree = ("src/app/a.py", "tests/test_a.py", "tests/test_b.py")

    assert cone(of("src/app/a.py"), tree) == Cone(("src/app", "tests"))
    assert cone(of("src/app/new.py", kind=Kind.CREATE), tree) == Cone(("src/app", "tests"))


def test_without_known_files_it_is_the_whole_tree() -> None:
    assert cone(Footprint(TaskId("1")), TREE) is None
    assert cone(of("src/app/auth.py", origin=Origin.PREDICTED), TREE) is None


def test_a_name_that_git_cannot_list_takes_the_whole_tree() -> None:
    assert cone(of("odd\nname/*.py"), ("odd\nname/x.py",)) is None


def test_what_git_named_is_no_pattern() -> None:
    assert cone(of("src/[app]/x.py", origin=Origin.CLAIMED), TREE) == Cone(("src/[app]",))
    assert cone(of("odd[1]/x.py", origin=Origin.OBSERVED), ("odd[1]/x.py",)) == Cone(("odd[1]",))


def test_the_files_above_are_held_and_those_beside_are_not() -> None:
    held = Cone(("src/app", "src-gen"))

    assert [path for path in (*TREE, "src/top.py", "src-gen/x", "src-gen2/x") if held.holds(path)] == [
        "README.md",
        "src/app/auth.py",
        "src/app/deep/keys.py",
        "src/top.py",
        "src-gen/x",
    ]


def test_widened_it_keeps_the_outermost() -> None:
    assert Cone(("a/b", "a-c")).with_more(["a", "", "d"]) == Cone(("a", "a-c", "d"))


def test_the_home_of_a_path() -> None:
    assert [home(path, TREE) for path in ("src/app", "src/app/x.py", "README.md")] == [
        "src/app",
        "src/app",
        "",
    ]
