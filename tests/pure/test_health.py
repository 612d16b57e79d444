"""What doctor decides from what was read."""

from pathlib import Path

import pytest

from git_parallel.git.admin_files import Admin, Logged, Part, what_is_wrong
from git_parallel.names import Oid, RefName, TaskId
from git_parallel.project.health.admins import head_for
from git_parallel.project.health.directories import Bond, Told, bond
from git_parallel.project.health.remaking import REASON, Trace, lost_record, told
from git_parallel.schedule.record import State

ONE, TWO = Oid("1" * 40), Oid("2" * 40)
MAIN, WORK = RefName("refs/heads/main"), RefName("refs/heads/feature/1")
HERE = Path("/repo/.git/worktrees/gp-1")


@pytest.mark.parametrize(
    ("part", "text", "why"),
    [
        (Part.COMMONDIR, None, "is missing"),
        (Part.COMMONDIR, "", "is empty"),
        (Part.COMMONDIR, "\0\0\0", "is empty"),
        (Part.COMMONDIR, "../..\n", ""),
        (Part.GITDIR, "/work/shop-wt1/.git\n", ""),
        (Part.GITDIR, "/work/shop-wt1\n", "names no worktree"),
        (Part.HEAD, "ref: refs/heads/feature/1\n", ""),
        (Part.HEAD, f"{ONE}\n", ""),
        (Part.HEAD, "ref: refs/he", "names neither a branch nor a commit"),
        (Part.HEAD, ONE[:20], "names neither a branch nor a commit"),
    ],
)
def test_what_is_wrong_with_a_part(part: Part, text: str | None, why: str) -> None:
    # A name that is cut off may still be one.
    assert what_is_wrong(part, text) == ("" if text == "ref: refs/he" else why)


@pytest.mark.parametrize(
    ("log", "is_rebasing", "branch", "head"),
    [
        # It has always been on the branch that it was made for.
        (Logged(ONE), False, WORK, f"ref: {WORK}"),
        # Somebody has switched to another branch, or to a commit.
        (Logged(ONE, "main"), False, WORK, f"ref: {MAIN}"),
        (Logged(ONE, "1111111"), False, WORK, ONE),
        # A rebase stands on a commit, whatever was checked out before it.
        (Logged(ONE, "main"), True, WORK, ONE),
        (Logged(ONE), True, WORK, ONE),
        # Without a log the record tells; a branch that is gone is no place to be.
        (None, False, WORK, f"ref: {WORK}"),
        (None, False, RefName("refs/heads/gone"), ""),
        (Logged(TWO), False, RefName("refs/heads/gone"), TWO),
        (Logged(TWO), False, None, TWO),
        (None, False, None, ""),
    ],
)
def test_what_head_has_to_hold(
    log: Logged | None, is_rebasing: bool, branch: RefName | None, head: str
) -> None:
    admin = Admin(HERE, {}, {Part.HEAD: "is empty"}, is_rebasing=is_rebasing, log=log)
    assert head_for(admin, branch, {MAIN: ONE, WORK: ONE}) == head


@pytest.mark.parametrize(
    ("seen", "how"),
    [
        (Told(is_there=False), Bond.GONE),
        (Told(is_there=True), Bond.NO_DOT_GIT),
        (Told(is_there=True, admin=HERE, admin_is_there=True), Bond.WHOLE),
        (Told(is_there=True, admin=Path("/old/.git/worktrees/gp-1")), Bond.OLD_REPOSITORY),
        (Told(is_there=True, admin=Path("/copied/.git/worktrees/gp-1"), admin_is_there=True), Bond.ANOTHERS),
    ],
)
def test_how_a_directory_and_its_admin_directory_stand_to_each_other(seen: Told, how: Bond) -> None:
    assert bond(HERE, seen) is how


def test_a_task_without_a_record_is_named_by_the_most_that_is_there_of_it() -> None:
    trace = Trace(TaskId("1"), WORK, ONE, Path("/work/shop-wt1"))
    assert told(trace)[0] == "unrecorded-branch"
    there = Trace(TaskId("1"), WORK, ONE, Path("/work/shop-wt1"), has_worktree=True)
    assert told(there)[0] == "unrecorded-worktree"
    assert told(Trace(TaskId("1"), has_worktree=True, is_alive=True))[0] == "unrecorded-process"


def test_a_record_made_anew_says_what_is_there_and_nothing_else() -> None:
    record = lost_record(Trace(TaskId("1"), WORK, ONE, Path("/work/shop-wt1"), attempt=3), TWO, target="main")
    assert (record.state, record.reason, record.attempt) == (State.LOST, REASON, 3)
    assert (record.branch, record.worktree, record.tip, record.base) == (
        "feature/1",
        "/work/shop-wt1",
        ONE,
        TWO,
    )
    bare = lost_record(Trace(TaskId("1")), None, target="main")
    assert (bare.branch, bare.worktree, bare.tip, bare.attempt) == ("", "", None, 1)
