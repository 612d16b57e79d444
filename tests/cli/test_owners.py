"""`git parallel owners`: who owns what, and why."""

import json
from pathlib import Path

import pytest

from tests.conftest import Cli, Repo

TEAM = """\
[agent "coder"]
	owns = src/**
	owns = tests/**
[agent "writer"]
	owns = docs/
	owns = src/*.md
"""


@pytest.fixture
def team(repo: Repo) -> Repo:
    """Two agent types, a task of one of them, and files that are somebody's and nobody's."""
    repo.commit(
        "team",
        **{
            ".gitparallel": TEAM,
            "src/a.py": "",
            "src/b.py": "",
            "src/README.md": "",
            "docs/guide.md": "",
            "lib/x.c": "",
        },
    )
    repo.spec("auth", "src/a.py", "src/new/", extra="**Agent**: coder")
    return repo


def claimed(repo: Repo, path: str, task: str) -> None:
    """Have a task that runs hold a path."""
    blob = repo.git("hash-object", "-w", "--stdin", stdin=json.dumps({"version": 1, "claims": {path: task}}))
    tree = repo.git("mktree", stdin=f"100644 blob {blob}\tclaims.json\n")
    repo.git("update-ref", "refs/parallel/claims", repo.git("commit-tree", "-m", "claims", tree))


def rows(text: str) -> list[tuple[str, ...]]:
    """The cells of a table in a pipe."""
    return [tuple(cell for cell in line.split("  ") if cell) for line in text.splitlines()]


def stripped(text: str) -> list[tuple[str, ...]]:
    return [tuple(cell.strip() for cell in row) for row in rows(text)]


def test_without_a_path_all_files_are_counted_by_owner_and_reason(team: Repo, cli: Cli) -> None:
    claimed(team, "lib/x.c", "auth")

    ran = cli("owners")

    assert (ran.status, ran.stderr) == (0, "")
    assert stripped(ran.stdout) == [
        ("OWNER", "FILES", "WHY"),
        ("auth", "1", "claimed by the task"),
        ("auth", "1", "declared by the task's spec"),
        ("coder", "1", "territory of the agent type"),
        ("writer", "2", "territory of the agent type"),
        ("nobody", "1", "control file of git: only a spec that names it gives it"),
        ("nobody", "2", "nobody's: a task that commits it claims it"),
        (),
        ("8 files are tracked; 'git parallel owners .' tells of each that is here",),
    ]


def test_each_path_that_is_named_has_a_row(team: Repo, cli: Cli) -> None:
    claimed(team, "lib/x.c", "auth")

    ran = cli(
        "owners", "lib/x.c", "src/a.py", "src/new/there.py", "src/b.py", "src/README.md", "Makefile",
        ".gitattributes", ".husky/pre-push",
    )  # fmt: skip

    assert (ran.status, ran.stderr) == (0, "")
    assert stripped(ran.stdout) == [
        ("PATH", "OWNER", "WHY"),
        ("lib/x.c", "auth", "claimed by the task"),
        ("src/a.py", "auth", "declared by the task's spec: src/a.py"),
        ("src/new/there.py", "auth", "declared by the task's spec: src/new/"),
        ("src/b.py", "coder", "territory of the agent type: src/**"),
        ("src/README.md", "writer", "territory of the agent type: src/*.md"),
        ("Makefile", "nobody", "nobody's: a task that commits it claims it"),
        (".gitattributes", "nobody", "control file of git: only a spec that names it gives it"),
        (".husky/pre-push", "nobody", "control file of git hooks: only a spec that names it gives it"),
    ]


def test_a_directory_and_a_glob_stand_for_what_is_tracked(team: Repo, cli: Cli) -> None:
    def asked(*words: str, at: str = ".") -> list[str]:
        return [row["path"] for row in cli("owners", "--json", *words, at=team.path / at).json["paths"]]

    team.write("src/untracked.py", "")
    assert asked("src") == asked("src/") == ["src/README.md", "src/a.py", "src/b.py"]
    assert asked("src/*.py", "docs") == ["src/a.py", "src/b.py", "docs/guide.md"]
    assert asked("**/*.md") == ["docs/guide.md", "specs/SPEC-auth.md", "src/README.md"]
    assert asked("*.py", at="src") == ["src/a.py", "src/b.py"]
    assert asked(".", at="docs") == ["docs/guide.md"]
    assert asked("../docs", "new.py", at="src") == ["docs/guide.md", "src/new.py"]
    assert asked(str(team.path / "src/a.py"), "src/a.py") == ["src/a.py"]
    assert asked("src/untracked.py") == ["src/untracked.py"]
    assert asked("app/[id]/page.tsx") == ["app/[id]/page.tsx"]


def test_what_is_staged_is_tracked_and_odd_names_come_out_whole(team: Repo, cli: Cli) -> None:
    odd = ["a b", "new\nline", 'quo"te', "ä", "c:d"]
    for name in odd:
        team.write(f"odd/{name}", "")
    team.git("add", "odd")

    told = cli("owners", "--json", "odd").json["paths"]

    assert sorted(row["path"] for row in told) == sorted(f"odd/{name}" for name in odd)
    assert cli("owners", "odd/c:d").status == 0
    assert "odd/new\\nline" in cli("owners", "odd").stdout


@pytest.mark.usefixtures("team")
def test_a_word_that_stands_for_nothing_is_noted(cli: Cli) -> None:
    ran = cli("owners", "src/a.py", "nowhere/", "*.rs")

    assert ran.status == 0
    assert len(ran.stdout.splitlines()) == 2
    assert ran.stderr == (
        "note: nothing that is tracked is 'nowhere/'\nnote: nothing that is tracked is '*.rs'\n"
    )
    assert cli("owners", "--json", "*.rs").json["missed"] == ["*.rs"]


@pytest.mark.usefixtures("team")
@pytest.mark.parametrize("word", ["../outside", "/etc/passwd", ".git/config", "a//../../.."])
def test_a_word_that_can_be_no_path_is_refused(cli: Cli, word: str) -> None:
    ran = cli("owners", word)

    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr.startswith("error: ")


@pytest.mark.usefixtures("team")
def test_what_a_task_may_change(cli: Cli) -> None:
    ran = cli("owners", "--task", "auth", "src/a.py", "src/b.py", "docs/guide.md", ".gitmodules")

    assert (ran.status, ran.stderr) == (1, "")
    assert stripped(ran.stdout) == [
        ("PATH", "MAY", "WHY"),
        ("src/a.py", "yes", "declared by the task's spec: src/a.py"),
        ("src/b.py", "claim", "territory of the agent type: src/**"),
        ("docs/guide.md", "no", "outside what agent type 'coder' owns"),
        (".gitmodules", "no", "a control file of git, which only an exact declaration in the spec gives"),
    ]
    assert cli("owners", "--task", "auth", "src").status == 1
    assert cli("owners", "--task", "auth", "src/a.py", "src/b.py").status == 0
    assert stripped(cli("owners", "--task", "auth").stdout) == [
        ("MAY", "FILES", "WHY"),
        ("yes", "1", "declared by the task's spec"),
        ("claim", "1", "territory of the agent type"),
        ("no", "1", "a control file of git, which only an exact declaration in the spec gives"),
        ("no", "5", "outside what agent type 'coder' owns"),
        (),
        ("8 files are tracked; 'git parallel owners .' tells of each that is here",),
    ]
    assert cli("owners", "--task", "auth").status == 0
    assert cli("owners", "--task", "nobody").status == 2


def test_under_the_strict_policy_what_is_nobodys_is_refused(team: Repo, cli: Cli) -> None:
    team.config("parallel.ownership", "strict")

    assert stripped(cli("owners", "Makefile").stdout)[1] == (
        "Makefile", "nobody", "nobody's: refused until it is claimed (parallel.ownership is strict)"
    )  # fmt: skip
    assert cli("owners", "--json", "Makefile").json["policy"] == "strict"
    (row,) = cli("owners", "--json", "--task", "auth", "src/b.py").json["paths"]
    assert (row["may"], row["why"]) == ("no", "not declared by the spec, and parallel.ownership is strict")


def test_what_finished_is_owned_no_more(team: Repo, cli: Cli) -> None:
    team.commit(
        "done", **{"specs/SPEC-auth.md": "# SPEC-auth: Task\n\n**Status**: Complete\n**File**: `lib/x.c`\n"}
    )

    assert stripped(cli("owners", "lib/x.c").stdout)[1][1] == "nobody"


def test_the_directory_of_the_users_own_hooks_holds_control_files(team: Repo, cli: Cli) -> None:
    def whose(path: str) -> object:
        return cli("owners", "--json", path).json["paths"][0]["control"]

    assert whose("tools/hooks/pre-commit") is None
    team.config("core.hooksPath", "tools/hooks")
    assert (whose("tools/hooks/pre-commit"), whose("tools/x")) == ("git hooks", None)
    for value in (str(team.path / "own"), "./own/", "own/../own"):
        team.git("config", "core.hooksPath", value)
        assert (whose("own/pre-push"), whose("tools/hooks/pre-commit")) == ("git hooks", None)
    for value in ("/usr/share/hooks", "~/hooks", "../hooks", "."):
        team.git("config", "core.hooksPath", value)
        assert whose("own/pre-push") is None


def test_an_agents_worktree_and_a_subdirectory_see_the_same(team: Repo, cli: Cli, tmp_path: Path) -> None:
    team.git("worktree", "add", "--quiet", str(tmp_path / "beside"), "-b", "beside")

    assert cli("owners", at=tmp_path / "beside").stdout == cli("owners", at=team.path / "src").stdout


def test_where_nothing_is_tracked_that_is_said(repo: Repo, cli: Cli) -> None:
    repo.git("rm", "--quiet", "--cached", "-r", ".")

    ran = cli("owners")

    assert (ran.status, ran.stdout, ran.stderr) == (0, "", "note: nothing is tracked here\n")


def test_outside_of_a_repository_git_says_so(cli: Cli, tmp_path: Path) -> None:
    assert cli("owners", at=tmp_path).status == 128
