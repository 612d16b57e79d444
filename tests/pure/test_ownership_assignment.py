"""What is given by word of mouth, and who is told of whom."""

import pytest

from git_parallel.errors import BadInput
from git_parallel.names import TaskId
from git_parallel.overlap.patterns import parse
from git_parallel.ownership.assignment import Assignment, assignment, id_for, title_of
from git_parallel.ownership.judge import Claimant, Ownership
from git_parallel.ownership.neighbours import Neighbour, neighbours, owned


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("coder: fix it", Assignment("coder", "fix it")),
        (" code_developer :  fix: the bug\n\nand more ", Assignment("code_developer", "fix: the bug\n\nand more")),
        ("coder(src/a.py): x", Assignment("coder", "x", ("src/a.py",))),
        ("coder (src/ tests/**  a.py) : x", Assignment("coder", "x", ("src/", "tests/**", "a.py"))),
        ("coder(): x", Assignment("coder", "x")),
        ("coder(my file.txt, b): x", Assignment("coder", "x", ("my file.txt", "b"))),
    ],
)  # fmt: skip
def test_an_agent_its_paths_and_the_work(said: str, meant: Assignment) -> None:
    assert assignment(said) == meant


@pytest.mark.parametrize(
    "said", ["", "fix it", "coder:", "coder:  \n", ": x", "-x: y", "two words: x", "c(a: x"]
)
def test_what_names_no_agent_or_no_work(said: str) -> None:
    with pytest.raises(BadInput, match="names no agent and no work") as error:
        assignment(said)
    assert error.value.hint == 'write "AGENT: what is to be done", or "AGENT(PATH, PATH): what is to be done"'


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", ".git/config", "a\\b"])
def test_paths_of_nowhere(path: str) -> None:
    with pytest.raises(BadInput):
        assignment(f"coder({path}): x")


def test_ids_are_made_of_the_words_and_differ() -> None:
    one = assignment("code_developer: Fix the login, please!\nIt is broken.")
    assert title_of(one.text) == "Fix the login, please!"
    first = id_for(one, ())
    assert first == "code-developer-fix-the-login"
    assert id_for(one, {first}) == "code-developer-fix-the-login-2"

    long = assignment("coder: " + "very " * 40 + "long")
    assert len(title_of(long.text)) <= 80
    ids: list[str] = []
    for _ in range(12):
        ids.append(id_for(long, ids))
    assert len(set(ids)) == 12
    assert all(len(name) <= 35 for name in ids)
    assert id_for(assignment("x: ★"), ()) == "x"


def claimant(name: str, *paths: str) -> tuple[TaskId, Claimant]:
    return TaskId(name), Claimant(TaskId(name), tuple(map(parse, paths)))


def test_neighbours_come_nearest_first_and_with_what_they_claimed() -> None:
    state = Ownership(
        dict(
            [
                claimant("far", "docs/x.md"),
                claimant("me", "src/web/a.py", "src/web/b.py"),
                claimant("near", "src/web/c.py"),
                claimant("nearer", "src/web/"),
                claimant("unknown"),
                claimant("glob", "src/*/c.py"),
            ]
        ),
        claims={"src/web/d.py": TaskId("me"), "src/web/e.py": TaskId("unknown")},
    )

    assert owned(TaskId("me"), state) == ("src/web/a.py", "src/web/b.py", "src/web/d.py")
    assert neighbours(TaskId("me"), state, most=9) == (
        Neighbour(TaskId("near"), ("src/web/c.py",)),
        Neighbour(TaskId("nearer"), ("src/web/",)),
        Neighbour(TaskId("unknown"), ("src/web/e.py",)),
        Neighbour(TaskId("glob"), ("src/*/c.py",)),
        Neighbour(TaskId("far"), ("docs/x.md",)),
    )
    assert [one.task for one in neighbours(TaskId("me"), state, most=1)] == ["near"]
    assert owned(TaskId("nobody"), state) == ()
