"""The door of a run: how many it lets in as the load changes, and what it says to those outside."""

from collections.abc import Iterator

from git_parallel.names import TaskId
from git_parallel.project.admitting import Door, Need
from git_parallel.project.furnishing import bytes_given
from git_parallel.project.open import open_project
from git_parallel.schedule.load import Load
from git_parallel.tasks.task import Declared, Kind, Task
from tests.conftest import Repo


def loads(*percents: float, free: int = 1 << 40) -> Iterator[Load]:
    return (Load(percent, 20.0, free) for percent in percents)


def test_fewer_come_in_as_the_load_rises_and_more_when_it_has_fallen_well_below(repo: Repo) -> None:
    readings = loads(10, 55, 75, 85, 79, 74, 68, 46, 44)
    door = Door(Need(open_project(repo.path)), 4, lambda: next(readings))

    seen = [(door.slots(running=0, making=0), door.is_narrow) for _ in range(9)]

    assert seen == [
        (4, False), (3, True), (2, True), (1, True), (1, True), (2, True), (2, True), (3, True), (4, False),
    ]  # fmt: skip


def test_those_outside_are_told_the_figures(repo: Repo) -> None:
    readings = loads(83)
    door = Door(Need(open_project(repo.path)), 4, lambda: next(readings))

    assert door.slots(running=1, making=0) == 1
    assert door.why == "the machine is busy (CPU 83 %, memory 20 %): 1 of 4 agents at once"


def test_nobody_comes_in_whose_worktree_would_fill_the_disk(repo: Repo) -> None:
    repo.commit("large", **{"large.txt": "x" * 3_000_000})
    readings = loads(1, free=(256 << 20) + 4_000_000)
    door = Door(Need(open_project(repo.path)), 4, lambda: next(readings))

    assert door.slots(running=0, making=0) == 1
    assert door.why == (
        "only 259 MB of disk are free, enough for 1 more worktree of 3 MB beside the reserve of 256 MB"
    )


def task(name: str, *paths: str) -> Task:
    declared = tuple(Declared(path, Kind.MODIFY, "spec.md", 1) for path in paths)
    return Task(TaskId(name), name, "spec.md", 1, declared)


def test_a_sparse_worktree_needs_less_and_the_largest_of_the_next_ones_counts(repo: Repo) -> None:
    repo.commit("large", **{"big/large.txt": "x" * 3_000_000, "small/file.txt": "x"})
    need = Need(open_project(repo.path), is_sparse=True)
    small, big, unknown = task("1", "small/file.txt"), task("2", "big/large.txt"), task("3")

    def why(*waiting: Task, extra: int = 0) -> str:
        need.extra = extra
        readings = loads(1, free=(256 << 20) + 1_000_000)
        door = Door(need, 2, lambda: next(readings))
        return door.why if door.slots(running=0, making=0, waiting=waiting) == 0 else ""

    assert why(small) == ""
    assert why(small, small, big) == "", "only the next ones"
    for last in (big, unknown):
        assert why(small, last) == (
            "only 256 MB of disk are free, and the next worktree needs 3 MB beside the reserve of 256 MB"
        )
    assert why(small, extra=2_000_000) == (
        "only 256 MB of disk are free, and the next worktree needs 2 MB beside the reserve of 256 MB"
    )


def test_a_run_that_lets_the_load_be_never_looks(repo: Repo) -> None:
    door = Door(Need(open_project(repo.path)), 7)

    assert (door.slots(running=3, making=1), door.is_narrow, door.load) == (7, False, None)
    assert door.why == "all slots are taken"


def test_what_each_worktree_is_given_a_copy_of_counts_once(repo: Repo) -> None:
    repo.commit("ignored", **{".gitignore": "*.local\nbig/\n"})
    repo.write("a.local", "x" * 1000)
    repo.write("big/b.local", "x" * 20_000)
    repo.write("tracked.txt", "x" * 500_000)
    for glob in ("a.local", "*.local", "big/", "tracked.txt", "missing"):
        repo.config("parallel.copy", glob)

    assert bytes_given(open_project(repo.path)) == 21_000
