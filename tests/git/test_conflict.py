"""What is in conflict between two commits, and what of it somebody has left in a merge."""

from collections.abc import Callable

import pytest

from git_parallel.git.command import Git
from git_parallel.git.conflict import Conflict, conflicts
from git_parallel.git.left_markers import Left, left_markers
from git_parallel.git.mergetree import private
from git_parallel.names import Oid
from git_parallel.overlap.markers import Hunk
from tests.conftest import Repo

Asked = Callable[[], tuple[Conflict, ...]]


@pytest.fixture
def asked(repo: Repo) -> Asked:
    """The conflicts between `main` and `work`."""

    def ask() -> tuple[Conflict, ...]:
        ours, theirs = (Oid(repo.git("rev-parse", name)) for name in ("main", "work"))
        with private(repo.path / ".git", like=ours) as git:
            return conflicts(git, ours=ours, theirs=theirs)

    return ask


def parted(repo: Repo, base: dict[str, str], ours: dict[str, str], theirs: dict[str, str]) -> None:
    """`main` and `work` with these files of their own since they parted; an empty text stands for none."""
    repo.commit("base", **base)
    for branch, files in (("work", theirs), ("main", ours)):
        repo.git("switch", "--quiet", *(["-c"] if branch == "work" else []), branch)
        for path, text in files.items():
            if not text:
                (repo.path / path).unlink()
        repo.commit(branch, **{path: text for path, text in files.items() if text})


def test_what_merges_is_in_no_conflict(repo: Repo, asked: Asked) -> None:
    parted(repo, {}, {"a.txt": "a\n"}, {"b.txt": "b\n"})

    assert asked() == ()


def test_both_sides_are_told_with_their_lines(repo: Repo, asked: Asked) -> None:
    lines = "".join(f"{n}\n" for n in range(1, 9))
    ours, theirs = lines.replace("2\n", "two\n"), lines.replace("2\n", "zwei\n").replace("8\n", "acht\n")
    parted(repo, {"a b.txt": lines}, {"a b.txt": ours, "new": "n\n"}, {"a b.txt": theirs, "new": "neu\n"})

    assert asked() == (
        Conflict("a b.txt", "contents", ("base", "ours", "theirs"), (Hunk(2, 6, ("two",), ("zwei",)),)),
        Conflict("new", "add/add", ("ours", "theirs"), (Hunk(1, 5, ("n",), ("neu",)),)),
    )


def test_what_one_side_has_removed_or_moved_says_who_has_it(repo: Repo, asked: Asked) -> None:
    text = "".join(f"{n}\n" for n in range(30))
    parted(repo, {"gone": "1\n", "kept": "1\n", "moved": text}, {"gone": "", "kept": "2\n", "moved": ""},
           {"gone": "2\n", "kept": "", "moved": "", "there": text})  # fmt: skip

    assert asked() == (
        Conflict("gone", "modify/delete", ("base", "theirs")),
        Conflict("kept", "modify/delete", ("base", "ours")),
        Conflict("there", "rename/delete", ("base", "theirs")),
    )


def test_a_binary_file_and_a_symbolic_link_have_no_lines(repo: Repo, asked: Asked) -> None:
    for branch, to in (("main", "a"), ("work", "b"), ("main", "c")):
        repo.git("switch", "--quiet", *(["-C", branch, "main"] if to == "b" else [branch]))
        (repo.path / "link").unlink(missing_ok=True)
        (repo.path / "link").symlink_to(to)
        repo.commit(to, bytes=f"\0{to}")

    assert asked() == (
        Conflict("bytes", "binary", ("base", "ours", "theirs")),
        Conflict("link", "contents", ("base", "ours", "theirs")),
    )


def test_a_file_where_the_other_side_has_a_directory(repo: Repo, asked: Asked) -> None:
    parted(repo, {}, {"place/a.txt": "a\n"}, {"place": "file\n"})

    (conflict,) = asked()

    assert (conflict.kind, conflict.sides) == ("file/directory", ("theirs",))


def test_lines_of_a_file_that_look_like_markers_are_lines(repo: Repo, asked: Asked) -> None:
    ours, theirs = "Title\n=======\n<<<<<<< main\n", "Other\n=======\n>>>>>>> work\n"
    parted(repo, {"doc.md": "base\n"}, {"doc.md": ours}, {"doc.md": theirs})

    (conflict,) = asked()

    assert [(hunk.ours, hunk.theirs) for hunk in conflict.hunks] == [
        (tuple(ours.splitlines()), tuple(theirs.splitlines()))
    ]


def test_an_attribute_of_the_repository_has_no_say(repo: Repo, asked: Asked) -> None:
    parted(
        repo,
        {"a": "1\n", ".gitattributes": "* conflict-marker-size=3\na -merge\n"},
        {"a": "2\n"},
        {"a": "3\n"},
    )
    (repo.path / ".git/info/attributes").write_text("a merge=union conflict-marker-size=20\n")

    (conflict,) = asked()

    assert (conflict.kind, conflict.hunks) == ("contents", (Hunk(1, 5, ("2",), ("3",)),))


def left(repo: Repo) -> tuple[Left, ...]:
    tip, target = (Oid(repo.git("rev-parse", name)) for name in ("work", "main"))
    return left_markers(Git(repo.path), tip=tip, without=[target])


def merged(repo: Repo, **files: str) -> Oid:
    """`main` merged into `work` by somebody who gives these files their content."""
    repo.git("switch", "--quiet", "work")
    repo.git("merge", "--quiet", "--no-commit", "main", check=False)
    return Oid(repo.commit("merge", **files))


HALF = "1\n<<<<<<< HEAD\n2\n=======\n3\n>>>>>>> main\n"


def test_markers_left_in_a_merge_are_found_until_somebody_takes_them_out(repo: Repo) -> None:
    parted(
        repo, {"a b": "1\n", "c": "1\n"}, {"a b": "1\n2\n", "c": "1\n2\n"}, {"a b": "1\n3\n", "c": "1\n3\n"}
    )
    assert left(repo) == ()

    commit = merged(repo, **{"a b": HALF, "c": "1\n2\n3\n"})

    assert left(repo) == (Left(commit, "a b", 2),)
    assert left(repo)[0].where == "a b:2"
    repo.commit("more", c="4\n")
    assert left(repo) == (Left(commit, "a b", 2),)
    repo.commit("mended", **{"a b": "1\n2\n3\n"})
    assert left(repo) == ()


def test_a_file_that_shows_markers_on_purpose_passes(repo: Repo) -> None:
    manual = "Title\n=======\n<<<<<<< HEAD\nyours\n=======\ntheirs\n>>>>>>> topic\n"
    parted(repo, {"doc.md": manual}, {"doc.md": f"{manual}main\n"}, {"doc.md": f"{manual}work\n"})

    merged(repo, **{"doc.md": f"{manual}main\nwork\nMore\n=======\n"})

    assert left(repo) == ()


def test_what_comes_from_a_parent_as_it_is_is_not_looked_at(repo: Repo) -> None:
    parted(repo, {}, {"theirs.txt": HALF}, {"own.txt": HALF})

    merged(repo)

    assert left(repo) == ()


def test_a_marker_in_a_file_that_the_merge_made_is_found(repo: Repo) -> None:
    parted(repo, {}, {"a": "1\n"}, {"b": "1\n"})

    commit = merged(repo, new=HALF)

    assert left(repo) == (Left(commit, "new", 2),)
