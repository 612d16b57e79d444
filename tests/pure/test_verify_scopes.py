"""Which verify commands a change asks for, and whom a failure of one of them can suspect."""

import pytest

from git_parallel.overlap.verify_scopes import Commands, Scoped, commands_for

DOCS, WEB, CODE = ("docs/**", "make docs"), ("web/", "npm test"), ("*.py", "pytest")
SCOPES = (DOCS, WEB, CODE)
EVERY = ("docs/**", "web/", "*.py")


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (["docs/a.md"], (Scoped("make docs", ("docs/**",)),)),
        (["docs/a.md", "docs/b/c.md"], (Scoped("make docs", ("docs/**",)),)),
        (["docs/conf.py"], (Scoped("make docs", ("docs/**",)), Scoped("pytest", ("*.py",)))),
        (["lib/deep/a.py"], (Scoped("pytest", ("*.py",)),)),
        (["Makefile"], (Scoped("make test", (), EVERY),)),
        (["Makefile", "web/ü ñ.ts"], (Scoped("npm test", ("web/",)), Scoped("make test", (), EVERY))),
        (["web"], (Scoped("make test", (), EVERY),)),
        ([], ()),
    ],
)
def test_each_scope_that_is_changed_gives_its_command_and_what_is_left_the_general_one(
    changed: list[str], expected: tuple[Scoped, ...]
) -> None:
    assert commands_for(changed, SCOPES, "make test") == expected


@pytest.mark.parametrize("changed", [[], ["a"], ["docs/a.md"]])
def test_without_scopes_the_general_command_is_always_run(changed: list[str]) -> None:
    assert commands_for(changed, (), "make test") == (Scoped("make test", (), ()),)
    assert commands_for(changed, (), "") == ()


def test_one_command_is_run_once_whatever_asks_for_it() -> None:
    scopes = (("a/", "make"), ("b/", "make"), ("c/", "other"))

    assert commands_for(["a/1", "b/1"], scopes, "make") == (Scoped("make", ("a/", "b/")),)
    assert commands_for(["a/1", "x"], scopes, "make") == (Scoped("make", ("a/",), ("a/", "b/", "c/")),)


def test_a_scope_without_a_command_needs_no_verification() -> None:
    scopes = (("docs/", ""),)

    assert commands_for(["docs/a"], scopes, "make") == ()
    assert commands_for(["docs/a", "b"], scopes, "make") == (Scoped("make", (), ("docs/",)),)
    assert commands_for(["b"], scopes, "") == ()


def test_a_scope_can_be_everything() -> None:
    assert commands_for(["a", "docs/b"], (("**", "lint"), DOCS), "make") == (
        Scoped("lint", ("**",)),
        Scoped("make docs", ("docs/**",)),
    )


def test_a_command_concerns_the_paths_that_would_ask_for_it() -> None:
    docs, general = commands_for(["docs/a", "x"], SCOPES, "make test")
    (everything,) = commands_for(["x"], (), "make test")
    paths = ["docs/a", "web/a", "a.py", "x", "docs"]

    assert [path for path in paths if docs.concerns(path)] == ["docs/a"]
    assert [path for path in paths if general.concerns(path)] == ["x", "docs"]
    assert [path for path in paths if everything.concerns(path)] == paths


def test_whether_anything_would_be_verified() -> None:
    assert Commands().is_none
    assert Commands(scopes=(("docs/", ""),)).is_none
    assert not Commands("make").is_none
    assert not Commands(scopes=(DOCS,)).is_none
