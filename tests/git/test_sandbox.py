"""The room of a task in a sandbox: what is taken over from it, and when; no namespace is needed for that."""

import pytest

from git_parallel.git import sandbox
from git_parallel.git.command import Git
from git_parallel.git.place import Place, admin_of
from git_parallel.git.room import Room, is_inside
from git_parallel.git.sandbox import Taken
from git_parallel.names import Oid, RefName
from tests.conftest import Repo

BRANCH = RefName.of_branch("feature/20")


class Desk:
    """A repository with a branch, and a room with that branch."""

    def __init__(self, repo: Repo) -> None:
        self.repo, self.git, self.common = repo, Git(repo.path), repo.path / ".git"
        self.place = Place(repo.worktree("20"), BRANCH, admin_of(self.common, "20"))
        self.base = Oid(repo.git("rev-parse", "main"))
        repo.git("update-ref", BRANCH, self.base)
        self.room: Room = sandbox.furnish(self.common, self.place, self.base)

    def made(self, message: str) -> Oid:
        """A commit that no ref knows."""
        return Oid(self.repo.git("commit-tree", "-p", self.base, "-m", message, f"{self.base}^{{tree}}"))

    def agent_moves(self, oid: str) -> None:
        (self.room.heads / "20").write_text(f"{oid}\n")

    def take_over(self) -> Taken | None:
        return sandbox.take_over(self.git, self.common, self.place)

    @property
    def tip(self) -> str:
        return self.repo.git("rev-parse", BRANCH)


@pytest.fixture
def desk(repo: Repo) -> Desk:
    return Desk(repo)


def test_a_branch_is_taken_over_again_and_again(desk: Desk) -> None:
    assert desk.take_over() == Taken(desk.base)
    for message in ("one", "two"):
        made = desk.made(message)
        desk.agent_moves(made)
        assert desk.take_over() == Taken(made)
        assert desk.tip == made
        assert desk.take_over() == Taken(made)
    # Back to where it began is a move like any other.
    desk.agent_moves(desk.base)
    assert desk.take_over() == Taken(desk.base)
    assert desk.tip == desk.base


def test_a_kill_between_the_intent_and_the_deed(desk: Desk) -> None:
    one, two = desk.made("one"), desk.made("two")
    desk.agent_moves(two)
    desk.room.taken.write_text(f"{desk.base}\n{one}\n")

    assert desk.take_over() == Taken(two)
    assert desk.tip == two


def test_a_kill_between_the_deed_and_its_record(desk: Desk) -> None:
    one, two = desk.made("one"), desk.made("two")
    desk.room.taken.write_text(f"{desk.base}\n{one}\n")
    desk.repo.git("update-ref", BRANCH, one)
    desk.agent_moves(two)

    assert desk.take_over() == Taken(two)
    assert desk.tip == two


def test_what_somebody_else_moved_is_let_alone(desk: Desk) -> None:
    mine, theirs = desk.made("mine"), desk.made("theirs")
    desk.agent_moves(theirs)
    desk.repo.git("update-ref", BRANCH, mine)

    taken = desk.take_over()
    assert taken is not None
    assert taken.tip == theirs
    assert taken.problem
    assert desk.tip == mine
    desk.repo.git("update-ref", "-d", BRANCH)
    taken = desk.take_over()
    assert taken is not None
    assert taken.problem
    assert not desk.repo.refs(BRANCH)


def test_where_nothing_was_done_a_branch_may_be_moved(desk: Desk) -> None:
    mine = desk.made("mine")
    desk.repo.git("update-ref", BRANCH, mine)

    assert desk.take_over() == Taken(desk.base)
    assert desk.tip == mine


def test_two_moves_to_the_same_commit_are_one(desk: Desk) -> None:
    one = desk.made("one")
    desk.agent_moves(one)
    desk.repo.git("update-ref", BRANCH, one)

    assert desk.take_over() == Taken(one)


@pytest.mark.parametrize("text", ["", "ref: refs/heads/main\n", "0" * 40, "f" * 40, "main", "x" * 4000])
def test_what_is_no_commit_is_not_taken_over(desk: Desk, text: str) -> None:
    (desk.room.heads / "20").write_text(text)

    taken = desk.take_over()
    assert taken is not None
    assert taken.problem
    assert desk.tip == desk.base


def test_a_room_that_is_half_made_holds_nothing(desk: Desk) -> None:
    desk.agent_moves(desk.made("one"))
    desk.room.taken.unlink()

    assert desk.take_over() is None
    sandbox.furnish(desk.common, desk.place, desk.base)
    assert desk.take_over() == Taken(desk.base)


def test_a_room_goes_without_a_trace(desk: Desk) -> None:
    assert list(desk.common.rglob("*.lock"))
    sandbox.forget(desk.common, desk.place)

    assert not desk.room.path.exists()
    assert not list(desk.common.rglob("*.lock"))
    assert desk.repo.is_sound()


def test_git_lists_nothing_of_what_keeps_the_directory(desk: Desk) -> None:
    desk.repo.git("pack-refs", "--all")

    assert (desk.common / "refs/heads/feature").is_dir()
    assert desk.repo.refs("refs/heads") == [BRANCH, "refs/heads/main"]
    assert desk.repo.is_sound()


@pytest.mark.parametrize(
    ("branch", "target", "is_own"),
    [
        ("feature/20", "main", True),
        ("agents/shop/20", "main", True),
        ("20", "main", False),
        ("feature/20", "feature/next", False),
        ("feature/20", "feature/x/next", False),
        ("feature/x/20", "feature/next", True),
    ],
)
def test_the_target_stays_in_sight(branch: str, target: str, is_own: bool) -> None:
    assert sandbox.has_own_directory(RefName.of_branch(branch), RefName.of_branch(target)) is is_own


def test_nobody_is_inside_by_chance(desk: Desk) -> None:
    assert not is_inside(desk.common)
    (desk.common / "gp-real").mkdir()
    assert not is_inside(desk.common)
