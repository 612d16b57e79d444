"""Which files decide over others, or are run, so that only an exact declaration gives them."""

import pytest

from git_parallel.names import TaskId
from git_parallel.overlap.patterns import parse
from git_parallel.ownership.control import GIT, HOOKS, control_of, is_control_file
from git_parallel.ownership.judge import Claimant, Foreign, Ownership, Verdict, judge

ME = TaskId("me")


@pytest.mark.parametrize(
    "path",
    [
        ".gitattributes",
        "lib/.gitignore",
        ".gitmodules",
        ".gitparallel",
        ".gitconfig",
        ".lfsconfig",
        ".GITATTRIBUTES",
        ".gitattributes. ",
        ".gitmodules::$DATA",
        ".g\u200citmodules",
        "lib/GITATT~1",
        "gitmod~12",
        "GI7EBA~1",
        "gi7d29~4",
        "gi250a~1",
        "gi7eb~12",
        "lfscon~1",
        "GIT~1/config",
        "lib/git~1/x",
        ".git /config",
        ".g\u200cit/config",
        "a/.git/hooks/x",
    ],
)
def test_what_git_reads_is_a_control_file_by_whatever_name_a_file_system_takes_for_it(path: str) -> None:
    assert control_of(path) == GIT


@pytest.mark.parametrize(
    "path",
    [
        ".husky/pre-commit",
        ".husky/_/husky.sh",
        "web/.husky/pre-push",
        ".Husky/pre-commit",
        ".githooks/pre-commit",
        ".overcommit/pre_commit/x.rb",
        ".overcommit.yml",
        ".pre-commit-config.yaml",
        ".Pre-Commit-Config.yaml",
        "prek.toml",
        "lefthook.yml",
        ".lefthook.yaml",
        "lefthook-local.toml",
        ".config/lefthook.json",
        ".simple-git-hooks.json",
    ],
)
def test_what_hooks_are_run_from_is_a_control_file(path: str) -> None:
    assert control_of(path) == HOOKS


@pytest.mark.parametrize(
    "path",
    [
        "data/.gitkeep",
        ".github/workflows/ci.yml",
        ".gitlab-ci.yml",
        ".gitlab/x",
        ".git-blame-ignore-revs",
        ".gitleaks.toml",
        ".mailmap",
        "gitattributes",
        "a.gitattributes",
        "gi7ebax~1",
        "gi~1.txt",
        "src/app.py",
        "src/lefthook.yml",
        "docs/.pre-commit-config.yaml",
        "presets.toml",
        "docs/.husky",
        "hooks/pre-commit",
        "ß/é.py",
    ],
)
def test_what_decides_over_nothing_is_an_ordinary_file(path: str) -> None:
    assert not is_control_file(path)


def test_the_directory_that_the_user_has_hooks_run_from_is_one_of_control_files() -> None:
    hooks = ("tools/Hooks/",)

    for path in ("tools/Hooks/pre-commit", "tools/hooks/lib/x.sh", "Tools/hooks./x", "t\u200cools/Hooks/x"):
        assert control_of(path, hooks) == HOOKS
    for path in ("tools/hook", "tools/hooks", "tools/hooks2/x", "src/tools/Hooks/x", "toolset/x"):
        assert control_of(path, hooks) == ""


def test_a_control_file_is_given_by_its_exact_name_alone() -> None:
    for declared, is_given in (
        ("hooks/pre-commit", True),
        ("hooks/", False),
        ("hooks/*", False),
        ("hooks/pre-commi[t]", False),
        ("hooks/{pre-commit,pre-push}", False),
    ):
        state = Ownership({ME: Claimant(ME, (parse(declared),))}, hooks=("hooks/",))
        verdict = judge(ME, ["hooks/pre-commit"], state)
        why = "a control file of git hooks, which only an exact declaration in the spec gives"
        assert verdict == (Verdict() if is_given else Verdict((Foreign("hooks/pre-commit", "", why),))), (
            declared
        )


def test_an_honest_agent_may_add_tests_docs_and_empty_directories() -> None:
    paths = ("tests/test_new.py", "docs/new.md", "data/.gitkeep", ".github/workflows/new.yml", "CHANGELOG.md")
    state = Ownership({ME: Claimant(ME, (parse("src/app.py"),))})

    assert judge(ME, paths, state) == Verdict(unclaimed=paths)
