"""The private git of judge and merge: made anew for each, and gone after it."""

from concurrent.futures import ThreadPoolExecutor

from git_parallel.git.mergetree import Conflicted, Merged, merge_tree, private
from git_parallel.names import Oid
from tests.conftest import Repo


def two_sides(repo: Repo) -> tuple[Oid, Oid]:
    """Two commits that add a line each at the same place."""
    start = repo.commit("notes", **{"NOTES.md": "# Notes\n"})
    repo.git("switch", "--quiet", "-c", "left")
    left = repo.commit("left", **{"NOTES.md": "# Notes\nleft\n"})
    repo.git("switch", "--quiet", "-c", "right", start)
    return Oid(left), Oid(repo.commit("right", **{"NOTES.md": "# Notes\nright\n"}))


def test_threads_that_merge_and_threads_that_judge_do_not_change_each_others_rules(repo: Repo) -> None:
    left, right = two_sides(repo)
    common = repo.path / ".git"

    def merge(with_union: bool) -> Merged | Conflicted:
        union = [("NOTES.md", True)] if with_union else []
        with private(common, like=left, union=union) as git:
            return merge_tree(git, ours=left, theirs=right)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(merge, [True, False] * 12))

    assert {type(answer) for answer in found[::2]} == {Merged}
    assert {type(answer) for answer in found[1::2]} == {Conflicted}
    assert not (common / "parallel").exists(), "nothing of it lies where an agent could write"
