"""`git parallel owners import`: CODEOWNERS and tables of owners become stanzas of `.gitparallel`."""

import os
from pathlib import Path

import pytest

from tests.conftest import Cli, Repo

OWNERS = "* @all\n/src/ @org/core  # the heart\n*.md @writer\n/src/README.md\n!x @y\n"
STANZAS = '[agent "all"]\n\towns = **\n[agent "core"]\n\towns = src/\n[agent "writer"]\n\towns = **/*.md\n'


@pytest.fixture
def owned(repo: Repo) -> Repo:
    """A repository with a CODEOWNERS file."""
    files = {"CODEOWNERS": OWNERS, "src/a.py": "", "src/README.md": "", "src/deep/x.md": ""}
    repo.commit("owners", **files)
    return repo


def team(repo: Repo) -> Path:
    return repo.path / ".gitparallel"


def test_what_would_be_written_is_printed_and_what_is_lost_is_said(owned: Repo, cli: Cli) -> None:
    ran = cli("owners", "import", "CODEOWNERS")

    assert (ran.status, ran.stdout) == (0, STANZAS)
    assert ran.stderr.splitlines() == [
        "note: CODEOWNERS:1: all that no other pattern fits is the territory of 'all'; tasks of other agent "
        "types, and of none, may change there only what they declare",
        "note: CODEOWNERS:3: 'src/deep/x.md' is of writer by this document, and would be of core",
        "note: CODEOWNERS:4: '/src/README.md' is not written: it has no owner, and no pattern takes anything away",
        "note: CODEOWNERS:4: 'src/README.md' is nobody's by this document, and would be of core",
        "note: CODEOWNERS:5: not understood: '!x': what it leaves out cannot be said by a pattern that gives",
        "note: 3 patterns of 3 agent types would be added to .gitparallel; --write adds them",
    ]
    assert not team(owned).exists()
    assert owned.git("status", "--porcelain") == ""


def test_written_it_counts_once_it_is_committed(owned: Repo, cli: Cli) -> None:
    ran = cli("owners", "import", "--write", "--agent", "@org/core=coder", "CODEOWNERS")

    assert (ran.status, ran.stdout) == (
        0,
        "3 patterns of 3 agent types added to .gitparallel; commit it, settings are read from commits of 'main'\n",
    )
    assert team(owned).read_text() == STANZAS.replace("core", "coder")
    assert owned.git("status", "--porcelain") == "?? .gitparallel"
    assert cli("owners", "--json", "src/a.py").json["paths"][0]["ground"] == "nobody"
    owned.commit("team")
    assert cli("owners", "--json", "src/a.py").json["paths"][0]["owners"] == ["coder"]
    assert cli("owners", "--json", "new.txt").json["paths"][0]["owners"] == ["all"]


@pytest.mark.parametrize(
    "there",
    [
        b'# ours\n[agent "core"]\n\tsingleton = true ; one\n\towns = src/**\n[parallel]\n\tmaxParallel = 3\n',
        b'\xef\xbb\xbf[agent "core"]\r\n  owns = lib/\r\n',
        b"# no newline at the end",
        b"",
    ],
)
def test_nothing_that_is_there_is_lost_and_nothing_is_said_twice(owned: Repo, cli: Cli, there: bytes) -> None:
    team(owned).write_bytes(there)
    team(owned).chmod(0o664)

    assert cli("owners", "import", "CODEOWNERS", "--write").status == 0
    once = team(owned).read_bytes()
    again = cli("owners", "import", "CODEOWNERS", "--write")

    assert once.startswith(there)
    assert team(owned).read_bytes() == once
    assert again.stdout == ".gitparallel says all of that already\n"
    assert team(owned).stat().st_mode & 0o777 == 0o664
    values = owned.git("config", "--file", ".gitparallel", "--get-all", "agent.core.owns").splitlines()
    assert len(values) == len({value.replace("**", "") for value in values})
    assert sorted(path.name for path in owned.path.iterdir()) == [
        ".git",
        ".gitparallel",
        "CODEOWNERS",
        "app.py",
        "src",
    ]


def test_a_table_of_owners(repo: Repo, cli: Cli) -> None:
    table = "# Owners\n\n| Path | Owner |\n|---|---|\n| `app.py` | coder |\n| User Interface | ux |\n| docs/ | ux |\n"
    repo.commit("table", **{"docs/OWNERS.md": table})

    ran = cli("owners", "import", "OWNERS.md", at=repo.path / "docs")

    assert ran.stdout == '[agent "coder"]\n\towns = app.py\n[agent "ux"]\n\towns = docs/\n'
    assert ran.stderr.splitlines() == [
        "note: OWNERS.md:6: skipped, no path: 'User Interface'",
        "note: 2 patterns of 2 agent types would be added to .gitparallel; --write adds them",
    ]
    assert cli("owners", "import", "OWNERS.md", "--write", at=repo.path / "docs").status == 0
    assert team(repo).is_file()


def test_bom_line_ends_and_no_newline_are_no_matter(repo: Repo, cli: Cli) -> None:
    (repo.path / "CODEOWNERS").write_bytes(b"\xef\xbb\xbf# x\r\n/app.py @a\r\n/src/ @b")

    assert (
        cli("owners", "import", "CODEOWNERS").stdout
        == '[agent "a"]\n\towns = app.py\n[agent "b"]\n\towns = src/\n'
    )


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", "CODEOWNERS:1: nothing in it says who owns what"),
        (b"# only\n", "CODEOWNERS:1: nothing in it says who owns what"),
        (b"/app.py @a\n\0\n", "CODEOWNERS:2: holds a NUL byte, so it is no text, not read"),
        (b"\x7fELF\0\1\2", "CODEOWNERS:1: holds a NUL byte, so it is no text, not read"),
        (b"/app.py @a\n" * 300_000, "CODEOWNERS:1: larger than 3 MiB, not read"),
        (b"../../etc @a\n", "CODEOWNERS:1: nothing in it says who owns what"),
    ],
)
def test_what_is_no_such_document_is_an_error_and_nothing_is_written(
    repo: Repo, cli: Cli, content: bytes, error: str
) -> None:
    (repo.path / "CODEOWNERS").write_bytes(content)

    ran = cli("owners", "import", "--write", "CODEOWNERS")

    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr.splitlines()[0] == f"error: {error}"
    assert not team(repo).exists()


def test_what_cannot_be_decoded_or_is_far_too_long_is_named_with_its_line(repo: Repo, cli: Cli) -> None:
    long = b"/" + b"x" * 5000 + b" @b\n"
    (repo.path / "CODEOWNERS").write_bytes(b"/app.py @a\n/caf\xe9 @b\n" + long + b"/src/ @\x1b[31mred\n")

    ran = cli("owners", "import", "CODEOWNERS")

    assert ran.status == 0
    assert '[agent "a"]\n\towns = app.py\n' in ran.stdout
    assert "CODEOWNERS:2: not UTF-8" in ran.stderr
    assert "caf" not in ran.stdout
    assert "CODEOWNERS:3: not understood: longer than 4 KiB" in ran.stderr
    assert "\x1b" not in ran.stdout + ran.stderr


def test_a_large_file_and_a_large_table_are_read_in_good_time(repo: Repo, cli: Cli) -> None:
    lines = [f"/src/pkg{n}/mod{n % 7}/*.py @team{n % 50}\n" for n in range(20_000)]
    repo.write("CODEOWNERS", "".join(lines))
    rows = [f"| src/pkg{n}/ | team{n % 50} |\n" for n in range(20_000)]
    repo.write("OWNERS.md", "| Path | Owner |\n|---|---|\n" + "".join(rows))

    for name in ("CODEOWNERS", "OWNERS.md"):
        ran = cli("owners", "import", name, timeout=60)
        assert ran.stderr == (
            "note: 20000 patterns of 50 agent types would be added to .gitparallel; --write adds them\n"
        )


def test_a_gitparallel_that_git_cannot_read_stays_as_it_is(owned: Repo, cli: Cli) -> None:
    team(owned).write_text('[agent "core"]\n\towns\n[broken\n')

    ran = cli("owners", "import", "CODEOWNERS", "--write")

    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr.startswith("error: .gitparallel:3: not in the syntax of a git config file\n")
    assert team(owned).read_text() == '[agent "core"]\n\towns\n[broken\n'


def test_what_git_would_read_otherwise_is_not_written(owned: Repo, cli: Cli) -> None:
    text = "[parallel]\n\tagent = x \\"
    team(owned).write_text(text)

    ran = cli("owners", "import", "CODEOWNERS", "--write")

    assert ran.status != 0
    assert ran.stderr.splitlines()[-1].startswith(("error: ", "hint: "))
    assert team(owned).read_text() == text


def test_a_link_or_a_directory_in_its_place_is_refused(owned: Repo, cli: Cli, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("kept\n")
    team(owned).symlink_to(elsewhere)
    assert cli("owners", "import", "CODEOWNERS", "--write").status == 2
    assert elsewhere.read_text() == "kept\n"

    team(owned).unlink()
    team(owned).mkdir()
    assert cli("owners", "import", "CODEOWNERS", "--write").status == 2


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("import",), "import takes one FILE, --agent and --write"),
        (("import", "CODEOWNERS", "more"), "import takes one FILE, --agent and --write"),
        (("import", "CODEOWNERS", "--json"), "import takes one FILE, --agent and --write"),
        (("import", "CODEOWNERS", "--task", "1"), "import takes one FILE, --agent and --write"),
        (("--write", "src"), "--agent and --write are for 'git parallel owners import FILE'"),
        (("import", "nowhere"), "'nowhere' is no file"),
        (("import", "src"), "'src' is no file"),
        (("import", "CODEOWNERS", "--agent", "x"), "--agent: 'x' is not OWNER=TYPE"),
        (("import", "CODEOWNERS", "--agent", "@who=x"), "--agent: there is no owner '@who'"),
    ],
)
@pytest.mark.usefixtures("owned")
def test_what_is_asked_wrongly(cli: Cli, arguments: tuple[str, ...], error: str) -> None:
    ran = cli("owners", *arguments)

    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr.splitlines()[0] == f"error: {error}"


def test_a_file_called_import_can_be_asked_about(cli: Cli) -> None:
    assert [row["path"] for row in cli("owners", "--json", "./import").json["paths"]] == ["import"]
    assert cli("owners", "./import").stdout.splitlines()[1].startswith("import ")


@pytest.mark.parametrize("place", ["missing", "fifo"])
def test_nobody_waits_for_a_pipe(repo: Repo, cli: Cli, place: str) -> None:
    if place == "fifo":
        os.mkfifo(repo.path / place)
    assert cli("owners", "import", place, timeout=20).status == 2
