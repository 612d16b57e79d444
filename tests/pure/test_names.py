"""Checked names: what is refused, by tables, and what may be shown on a terminal."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from git_parallel.errors import BadName
from git_parallel.names import (
    LONGEST_PATH,
    Oid,
    RefName,
    RepoPath,
    TaskId,
    is_dot_git,
    path_problem,
    printable,
)

DEVICES = ["con", "nul", "aux", "prn", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))]


@pytest.mark.parametrize(
    "text", ["1", "20", "us-043", "2-65", "a", "a-b--c", "x" * 48, "com0", "com10", "heads"]
)
def test_names_of_tasks(text: str) -> None:
    assert TaskId(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "", "-x", "x-", "-", "a..b", "a.lock", "a.b", "US-43", "a b", " a", "a ", "a\n", "a/b", "../a", "a;b", "$(id)",
        "`id`", "'a'", '"a"', "a\0b", "ä", "٣", "a_b", "@", "a@{1}", "~", "a" * 49, "1" * 260, "head", *DEVICES,
    ],
)  # fmt: skip
def test_what_is_no_name_of_a_task(text: str) -> None:
    with pytest.raises(BadName) as error:
        TaskId(text)

    assert error.value.message == f"not a task name: '{printable(text)}'"
    assert error.value.hint == "use a-z, 0-9 and '-', at most 48 of them"


@pytest.mark.parametrize("text", ["a" * 40, "0123456789abcdef" * 4])
def test_names_of_objects(text: str) -> None:
    assert Oid(text) == text
    assert not Oid(text).is_null


@pytest.mark.parametrize(
    "text", ["", "HEAD", "a" * 39, "a" * 41, "a" * 63, "A" * 40, "g" * 40, "a" * 40 + "\n", "-" + "a" * 39]
)
def test_what_is_no_name_of_an_object(text: str) -> None:
    with pytest.raises(BadName):
        Oid(text)


def test_the_name_of_no_object_is_null() -> None:
    assert Oid("0" * 40).is_null
    assert Oid("0" * 64).is_null


def test_names_of_refs_and_what_people_call_them() -> None:
    assert RefName.of_branch("feature/20") == "refs/heads/feature/20"
    assert [
        RefName(name).short for name in ("refs/heads/feature/20", "refs/tags/v1", "refs/parallel/tasks/20")
    ] == ["feature/20", "v1", "parallel/tasks/20"]


@pytest.mark.parametrize(
    "text",
    [
        "", "main", "heads/main", "refs/", "refs/heads/", "refs/heads//a", "refs/heads/.a", "refs/heads/a.",
        "refs/heads/a..b", "refs/heads/a.lock", "refs/heads/a.lock/b", "refs/heads/a b", "refs/heads/a~1",
        "refs/heads/a^", "refs/heads/a:b", "refs/heads/a?", "refs/heads/a*", "refs/heads/a[b", "refs/heads/a\\b",
        "refs/heads/a@{1}", "refs/heads/-a", "refs/heads/a\n", "refs/heads/a\x7f", "/refs/heads/a",
    ],
)  # fmt: skip
def test_what_is_no_full_name_of_a_ref(text: str) -> None:
    with pytest.raises(BadName):
        RefName(text)


@pytest.mark.parametrize(
    "text",
    [
        "a", "src/a.py", "src/", "a b/c d.py", " a", "app/[id]/page.tsx", "src/**/*.py", "a-b/-c", "a~b", "a!b",
        "äö/ß.py", "a\udcffb", ".github/ci.yml", ".gitattributes", "x.git/y", ".gitx", "git~x", "git", "a.git", "...a",
        ".env", "a" * LONGEST_PATH,
    ],
)  # fmt: skip
def test_paths_in_a_repository(text: str) -> None:
    assert (path_problem(text), RepoPath(text)) == ("", text)


LOOK_ALIKES = [
    ".git", ".GIT", ".gIt", ".git.", ".git ", ".git. .", ".git::$INDEX_ALLOCATION", ".git:stream", ".git ::$DATA",
    "git~1", "GIT~1", "Git~2", "git~10", "git~1 ", "git~1.", "git~1::$INDEX_ALLOCATION", ".g\u200cit",
    ".gi\u200dt\u200e", "\u200f.git", ".\u202agit", ".gi\u202et", ".git\u206a", "\u206f.git",
    "\ufeff.git", ".g\u200cI\u206bT ",
]  # fmt: skip
OTHERS = [
    "git",
    ".gitx",
    "x.git",
    ".git~1",
    "git~",
    "git~x",
    "git~1x",
    ". git",
    ".gi",
    "..git",
    "g\u200cit",
    ".git-x",
]


@pytest.mark.parametrize("segment", LOOK_ALIKES)
def test_what_passes_for_dot_git_on_some_file_system(segment: str) -> None:
    assert is_dot_git(segment)
    for path in (segment, f"{segment}/config", f"a/{segment}/hooks/x"):
        with pytest.raises(BadName, match="not a path in this repository"):
            RepoPath(path)


@pytest.mark.parametrize("segment", OTHERS)
def test_what_only_looks_like_dot_git_to_people(segment: str) -> None:
    assert not is_dot_git(segment)
    assert path_problem(f"a/{segment}/b") == ""


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "empty"),
        ("a" * 513, "longer than 512 characters"),
        ("a\0b", "control characters"),
        ("a\nb", "control characters"),
        ("a\x1b[31mb", "control characters"),
        ("a\x7f", "control characters"),
        ("a\\b", "backslash"),
        ("..\\..\\etc", "backslash"),
        ("/etc/passwd", "absolute"),
        ("//host/share", "absolute"),
        ("/", "absolute"),
        ("C:/windows", "absolute"),
        ("c:x", "absolute"),
        ("~/.ssh/id_rsa", "begins with '~'"),
        ("~root/x", "begins with '~'"),
        ("-rf", "begins with '-'"),
        (":(glob)**", "begins with ':'"),
        (":!a", "begins with ':'"),
        ("!a", "begins with '!'"),
        ("../../etc/passwd", "leaves the repository"),
        ("..", "leaves the repository"),
        ("a/../../b", "leaves the repository"),
        ("a/..", "leaves the repository"),
        ("../", "leaves the repository"),
        (".", "empty or '.' segment"),
        ("./a", "empty or '.' segment"),
        ("a/./b", "empty or '.' segment"),
        ("a//b", "empty or '.' segment"),
        ("a//", "empty or '.' segment"),
        (".git/hooks/x", "inside .git"),
        ("a/.GIT", "inside .git"),
        ("git~1/config", "inside .git"),
        ("a/b:stream", "':' in a segment"),
        ("a.py:10", "':' in a segment"),
        ("a./b", "segment ends in a dot or a space"),
        ("a /b", "segment ends in a dot or a space"),
        ("a.py ", "segment ends in a dot or a space"),
        ("...", "segment ends in a dot or a space"),
    ],
)
def test_what_is_no_path_in_a_repository(text: str, problem: str) -> None:
    assert path_problem(text) == problem
    with pytest.raises(BadName) as error:
        RepoPath(text)
    assert error.value.message == f"not a path in this repository: '{printable(text)}' ({problem})"


@given(st.text(max_size=20) | st.text("./~a:-!\\ gitGIT", max_size=12))
@example("a/\u200c")
def test_a_path_that_is_accepted_stays_inside_and_off_dot_git(text: str) -> None:
    if path_problem(text) == "":
        segments = text.removesuffix("/").split("/")
        assert not {"", ".", ".."} & set(segments)
        assert not any(map(is_dot_git, segments))
        assert text[0] not in "/~-:!"
        assert not any(ord(c) < 32 or c in "\x7f\\:" for c in text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain äß 漢字 🎉", "plain äß 漢字 🎉"),
        ("", ""),
        ("a\\b", "a\\b"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\nb\tc\rd", "a\\nb\\tc\\rd"),
        ("\0\x07\x7f", "\\x00\\x07\\x7f"),
        ("\x9b31m\x85", "\\x9b31m\\x85"),
        ("\u202egpj.exe", "\\u202egpj.exe"),
        ("\u200e\u200f\u061c\u2066\u2069\u202a", "\\u200e\\u200f\\u061c\\u2066\\u2069\\u202a"),
        ("a\udcffb", "a\\udcffb"),
        ("\ud800", "\\ud800"),
    ],
)
def test_what_could_drive_a_terminal_is_shown_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text(st.characters(exclude_categories=())))
def test_what_is_shown_can_be_encoded_and_is_not_escaped_twice(text: str) -> None:
    shown = printable(text)

    shown.encode("utf-8")
    assert printable(shown) == shown
    assert not any(ord(c) < 32 or 127 <= ord(c) < 160 or "\u202a" <= c <= "\u202e" for c in shown)
