"""What a diff changes, told from the text git prints; git itself is asked where the text is strange."""

import os
import random
import subprocess
from pathlib import Path

import pytest

from git_parallel.errors import ParallelError
from git_parallel.overlap.patch import TOP, WHOLE, Change, changes, unquoted
from git_parallel.tasks.task import Kind

DIFF = [
    *("-c", "core.quotePath=false", "-c", "diff.noprefix=false", "-c", "diff.mnemonicPrefix=false", "diff"),
    *("--no-color", "--no-ext-diff", "--no-textconv", "--src-prefix=a/", "--dst-prefix=b/", "-M", "-U0"),
]
NAMES = [
    *(
        "a b/c d.txt",
        "tab\there",
        "new\nline",
        'quo"te',
        "back\\slash",
        "ünï",
        "\udcff\udcfe",
        "b/a b/b",
        " lead",
    ),
    *(
        "trail ",
        "a/x b/x",
        "--- a",
        "+++ b",
        "@@ -1 +1 @@",
        "x\r",
        "diff --git a",
        "\x01\x7f",
        "'",
        '"',
        "dev/null",
    ),
]


@pytest.fixture
def git(tmp_path: Path):  # type: ignore[no-untyped-def]
    env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    env |= {"LC_ALL": "C", "HOME": str(tmp_path), "GIT_CONFIG_NOSYSTEM": "1"}
    env |= {f"GIT_{who}_{what}": "x@x" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}

    def run(*args: str) -> str:
        out = subprocess.run(["git", *args], cwd=tmp_path, env=env, capture_output=True, check=True).stdout
        return out.decode("utf-8", "surrogateescape")

    run("init", "-q")
    return run


def commit(git, root: Path, files: dict[str, bytes], mode: str = "100644") -> str:  # type: ignore[no-untyped-def]
    """A commit of exactly these files, written as blobs so that no name is too strange."""
    git("read-tree", "--empty")
    for name, content in files.items():
        path = root / "content"
        path.write_bytes(content)
        oid = git("hash-object", "-w", "content").strip()
        git("update-index", "--add", "--cacheinfo", f"{mode},{oid},{name}")
    return git("commit-tree", "-m", "x", git("write-tree").strip()).strip()


def lines(*numbers: int) -> bytes:
    return "".join(f"line {n}\n" for n in numbers).encode()


def test_an_empty_diff_changes_nothing() -> None:
    assert changes("") == ()


def test_line_ranges_are_those_of_the_old_side(git, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    old = commit(git, tmp_path, {"f": lines(*range(1, 21))})
    new = commit(
        git, tmp_path, {"f": b"top\n" + lines(1, 2, 3, 5, 6, 7) + b"x\ny\n" + lines(*range(10, 21)) + b"end"}
    )

    assert changes(git(*DIFF, old, new)) == (Change("f", Kind.MODIFY, ((0, 0), (4, 4), (8, 9), (20, 20))),)


def test_every_kind_of_change(git, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    body = lines(*range(20))
    before = {
        "binary": b"\0a",
        "empty gone": b"",
        "gone": b"1\n2\n",
        "moved": body,
        "moved too": body * 2,
        "end": b"x",
    }
    after = {
        "binary": b"\0b",
        "empty new": b"",
        "fresh": b"new\n",
        "now here": body,
        "and here": body * 2 + b"z\n",
    }
    old = commit(git, tmp_path, before)
    new = commit(git, tmp_path, {**after, "end": b"x\n", "fresh binary": b"\0c"})

    assert set(changes(git(*DIFF, old, new))) == {
        Change("binary", Kind.MODIFY, WHOLE),
        Change("empty gone", Kind.MOVE),  # git calls two empty files a rename
        Change("empty new", Kind.CREATE, TOP),
        Change("gone", Kind.DELETE, ((1, 2),)),
        Change("fresh", Kind.CREATE, TOP),
        Change("fresh binary", Kind.CREATE, TOP),
        Change("moved", Kind.MOVE),
        Change("now here", Kind.CREATE, TOP),
        Change("moved too", Kind.MOVE, ((40, 40),)),
        Change("and here", Kind.CREATE, TOP),
        Change("end", Kind.MODIFY, ((1, 1),)),
    }


def test_modes_types_and_submodules(git, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    commit(git, tmp_path, {"tool one": b"x\n", "link": b"target\n", "both": b"a\nb\n"})
    git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},lib")
    old = git("write-tree").strip()
    git("update-index", "--cacheinfo", f"160000,{'2' * 40},lib")
    git("update-index", "--add", "--cacheinfo", f"160000,{'2' * 40},lib2")
    blob = git("rev-parse", f"{old}:tool one").strip()
    git("update-index", "--cacheinfo", f"120000,{blob},link")
    git("update-index", "--cacheinfo", f"100755,{blob},both")
    git("update-index", "--cacheinfo", f"100755,{blob},tool one")

    assert changes(git(*DIFF, old, git("write-tree").strip())) == (
        Change("both", Kind.MODIFY, ((1, 2),)),
        Change("lib", Kind.MODIFY, ((1, 1),)),
        Change("lib2", Kind.CREATE, TOP),
        Change("link", Kind.MODIFY, WHOLE),
        Change("tool one", Kind.MODIFY),
    )


def test_no_name_is_too_strange(git, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    old = commit(git, tmp_path, {name: f"{n}\n".encode() for n, name in enumerate(NAMES)})
    new = commit(git, tmp_path, {name: f"{n}\nmore".encode() for n, name in enumerate(NAMES)})
    empty = commit(git, tmp_path, {})

    assert set(changes(git(*DIFF, old, new))) == {Change(name, Kind.MODIFY, ((1, 1),)) for name in NAMES}
    assert set(changes(git(*DIFF, empty, new))) == {Change(name, Kind.CREATE, TOP) for name in NAMES}
    assert set(changes(git(*DIFF, new, empty))) == {Change(name, Kind.DELETE, ((1, 2),)) for name in NAMES}
    tools = commit(git, tmp_path, {name: f"{n}\nmore".encode() for n, name in enumerate(NAMES)}, "100755")
    assert set(changes(git(*DIFF, new, tools))) == {Change(name, Kind.MODIFY) for name in NAMES}
    assert changes(git("-c", "core.quotePath=true", *DIFF[2:], old, new)) == changes(git(*DIFF, old, new))


def test_contents_that_look_like_headers_are_contents(git, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    nasty = b"diff --git a/x b/x\n-- a/x\n++ b/x\n@@ -1 +1 @@\n\n\r\n"
    nasty += b"\x0c\xc2\x85\xe2\x80\xa8\r--- a/y\nBinary files\n\\ No\n"
    old = commit(git, tmp_path, {"f": nasty, "g": b"1\n"})
    new = commit(git, tmp_path, {"f": nasty[::-1], "g": nasty})

    assert changes(git(*DIFF, old, new))[1] == Change("g", Kind.MODIFY, ((1, 1),))
    assert changes(git(*DIFF, new, old))[1] == Change("g", Kind.MODIFY, ((1, nasty.count(b"\n")),))
    assert [change.path for change in changes(git(*DIFF, "--binary", old, new))] == ["f", "g"]


def test_the_paths_are_those_that_git_names_raw(git, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    rng = random.Random(20)

    def tree() -> str:
        chosen = rng.sample(NAMES, rng.randrange(4, len(NAMES)))
        return commit(git, tmp_path, {n: bytes(rng.choices(b"ab\n\0", (9, 9, 9, 1), k=20)) for n in chosen})

    for _ in range(5):
        old, new = tree(), tree()
        raw = git("diff", "--name-only", "--no-renames", "-z", old, new).split("\0")[:-1]

        assert {change.path for change in changes(git(*DIFF, old, new))} == set(raw)


def test_a_c_string_is_unquoted() -> None:
    assert unquoted('"a\\303\\251.txt"') == "aé.txt"
    assert unquoted('"\\377\\t\\"\\\\é"') == '\udcff\t"\\é'
    assert unquoted('plain "name"') == 'plain "name"'
    assert unquoted('"') == '"'


@pytest.mark.parametrize(
    "text",
    [
        "fatal: bad object\n",
        "Submodule lib 111..222:\n  > work\n",
        "diff --git a/f b/f\nindex 1..2 100644\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\nSubmodule lib 1..2:\n",
        "diff --git a/f b/f\nindex 1..2 100644\n--- a/f\n+++ b/f\n@@ -1,3 +1 @@\n-a\n+b\n",
        "diff --git f f\nindex 1..2 100644\n--- f\n+++ f\n@@ -1 +1 @@\n-a\n+b\n",
        "diff --git a/f b/g\nold mode 100644\nnew mode 100755\n",
        "diff --git a/f b/f\nsomething new\n",
    ],
)
def test_what_is_no_such_diff_is_refused_and_not_half_read(text: str) -> None:
    with pytest.raises(ParallelError, match="not a diff that can be read"):
        changes(text)
