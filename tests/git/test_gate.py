"""The judgement of commits: each against what it is really made from, whatever way it came about."""

import subprocess
from pathlib import Path

import pytest

from git_parallel.git.mergetree import private
from git_parallel.names import Oid
from git_parallel.project.gate import Cleared, judge_result
from git_parallel.project.judging import judged
from git_parallel.project.open import open_project
from tests.conftest import Repo
from tests.git.judges import ME, OWNERSHIP, Judge, begun


@pytest.fixture
def judge(repo: Repo) -> Judge:
    return begun(repo)


def moved_on(repo: Repo, path: str = "theirs/b.txt", text: str = "new\n") -> None:
    """Somebody else's work lands on main."""
    repo.git("switch", "--quiet", "main")
    repo.commit("landed", **{path: text})
    repo.git("switch", "--quiet", "work")


def test_own_work_is_let_through_and_what_is_nobodys_is_to_be_claimed(repo: Repo, judge: Judge) -> None:
    repo.commit("own", **{"own/a.txt": "mine\n", "own/new.txt": "new\n"})
    repo.commit("drift", **{"free.txt": "mine\n"})
    (repo.path / "own/a.txt").chmod(0o755)
    repo.git("commit", "--quiet", "--all", "-m", "mode")
    repo.git("mv", "own/new.txt", "own/renamed.txt")
    repo.git("commit", "--quiet", "-m", "renamed")

    assert judge() == ((), ("free.txt",))


def test_the_verdict_names_commit_path_owner_and_reason(repo: Repo, judge: Judge) -> None:
    repo.commit("own", **{"own/a.txt": "mine\n"})
    oid = repo.commit("foreign", **{"theirs/b.txt": "mine\n"})

    (violation,) = judge()[0]

    assert (violation.commit, violation.foreign.path) == (oid, "theirs/b.txt")
    assert (violation.foreign.owner, violation.foreign.why) == ("other", "declared by task 'other'")


def test_what_is_taken_back_later_is_found_all_the_same(repo: Repo, judge: Judge) -> None:
    repo.commit("foreign", **{"other.txt": "mine\n"})
    repo.git("revert", "--no-edit", "HEAD")

    assert judge.foreign() == [("foreign", "other.txt"), ('Revert "foreign"', "other.txt")]


def test_a_change_of_mode_alone_a_removal_and_a_rename_away_are_changes(repo: Repo, judge: Judge) -> None:
    (repo.path / "other.txt").chmod(0o755)
    repo.git("commit", "--quiet", "--all", "-m", "mode")
    repo.git("mv", "theirs/b.txt", "own/b.txt")
    repo.git("commit", "--quiet", "-m", "away")
    repo.git("rm", "--quiet", "other.txt")
    repo.git("commit", "--quiet", "-m", "gone")

    assert judge.foreign() == [("mode", "other.txt"), ("away", "theirs/b.txt"), ("gone", "other.txt")]


def test_a_file_in_the_place_of_a_directory_and_the_other_way_round(repo: Repo, judge: Judge) -> None:
    repo.git("rm", "--quiet", "-r", "theirs")
    repo.commit("file", theirs="a file\n")
    repo.git("rm", "--quiet", "other.txt")
    repo.commit("folder", **{"other.txt/x": "x\n"})

    assert judge.foreign() == [
        ("file", "theirs"),
        ("file", "theirs/b.txt"),
        ("folder", "other.txt"),
        ("folder", "other.txt/x"),
    ]


@pytest.mark.parametrize("how", ["merge", "rebase"])
def test_the_target_may_be_taken_in(repo: Repo, judge: Judge, how: str) -> None:
    repo.commit("own", **{"own/a.txt": "mine\n"})
    for text in ("new\n", "newer\n"):
        moved_on(repo, text=text)
        repo.git(*(("merge", "--no-edit") if how == "merge" else ("rebase",)), "--quiet", "main")
    moved_on(repo, "other.txt")

    assert judge() == ((), ())


def test_an_evil_merge_is_found(repo: Repo, judge: Judge) -> None:
    repo.commit("own", **{"own/a.txt": "mine\n"})
    moved_on(repo)
    repo.git("merge", "--quiet", "--no-commit", "main")
    repo.commit("evil", **{"other.txt": "mine\n"})

    assert judge.foreign() == [("evil", "other.txt")]


def test_a_merge_that_keeps_our_side_takes_back_what_has_landed(repo: Repo, judge: Judge) -> None:
    repo.commit("own", **{"own/a.txt": "mine\n"})
    moved_on(repo)
    repo.git("merge", "--quiet", "-s", "ours", "-m", "ours", "main")

    assert judge.foreign() == [("ours", "theirs/b.txt")]


def test_a_merge_that_keeps_the_side_of_a_stacked_base_takes_back_what_has_landed(
    repo: Repo, judge: Judge
) -> None:
    repo.commit("below", **{"below.txt": "the work that this task stands on\n"})
    repo.git("branch", "below")
    repo.commit("own", **{"own/a.txt": "mine\n"})
    moved_on(repo)
    repo.git("merge", "--quiet", "-m", "honest", "main")
    assert judge("work", "main", "below") == ((), ())
    repo.git("reset", "--quiet", "--hard", "HEAD~1")

    repo.git("merge", "--quiet", "-s", "ours", "-m", "ours", "main")

    assert judge.foreign("work", "main", "below") == [("ours", "theirs/b.txt")]


def test_an_octopus_is_held_against_all_that_it_merges(repo: Repo, judge: Judge) -> None:
    for name in ("one", "two"):
        repo.git("switch", "--quiet", "-c", name, "main")
        repo.commit(name, **{f"own/{name}.txt": f"{name}\n"})
    repo.git("switch", "--quiet", "work")
    moved_on(repo)
    repo.git("merge", "--quiet", "-m", "octopus", "one", "two", "main")
    assert judge() == ((), ())

    repo.write("other.txt", "mine\n")
    repo.git("commit", "--quiet", "--all", "--amend", "-m", "octopus")

    assert judge.foreign() == [("octopus", "other.txt")]


def test_crossed_merges_of_the_target_are_no_offence(repo: Repo, judge: Judge) -> None:
    repo.commit("own", **{"own/a.txt": "mine\n"})
    repo.git("branch", "before")
    moved_on(repo)
    repo.git("branch", "main-before", "main")
    repo.git("switch", "--quiet", "main")
    repo.git("merge", "--quiet", "-m", "landed by us", "before")
    moved_on(repo, "other.txt")
    repo.git("merge", "--quiet", "-m", "crossed", "main-before")
    repo.commit("more", **{"own/a.txt": "more\n"})
    assert judge() == ((), ())

    repo.git("merge", "--quiet", "-m", "again", "main")
    assert judge() == ((), ())


def test_the_work_of_another_task_does_not_come_with_a_merge(repo: Repo, judge: Judge) -> None:
    repo.git("switch", "--quiet", "-c", "others", "main")
    repo.commit("others work", **{"theirs/b.txt": "theirs\n"})
    repo.git("switch", "--quiet", "work")
    repo.git("merge", "--quiet", "--no-ff", "-m", "taken over", "others")

    assert judge.foreign() == [("others work", "theirs/b.txt"), ("taken over", "theirs/b.txt")]


def test_a_history_of_its_own_is_refused_also_as_a_subtree(repo: Repo, judge: Judge) -> None:
    repo.git("checkout", "--quiet", "--orphan", "apart")
    repo.git("rm", "--quiet", "-rf", ".")
    repo.commit("root", **{"own/sub.txt": "sub\n"})
    repo.git("switch", "--quiet", "work")
    repo.git("merge", "--quiet", "--allow-unrelated-histories", "-m", "subtree", "apart")

    assert judge.why() == ["a history of its own, unrelated to the target"]
    assert judge.foreign("apart")[0] == ("root", "")


def test_a_hook_may_trust_the_tip_that_was_judged_before(repo: Repo, judge: Judge) -> None:
    repo.commit("own", **{"own/a.txt": "mine\n"})
    repo.git("tag", "old")
    moved_on(repo)
    repo.git("merge", "--quiet", "-m", "honest", "main")
    assert judge("work", "main", "old") == ((), ())
    repo.git("reset", "--quiet", "--hard", "old")
    repo.git("merge", "--quiet", "-s", "ours", "-m", "ours", "main")
    assert judge.foreign("work", "main", "old") == [("ours", "theirs/b.txt")]
    repo.git("reset", "--quiet", "--hard", "old")
    repo.commit("foreign", **{"other.txt": "mine\n"})
    assert judge.foreign("work", "main", "old") == [("foreign", "other.txt")]


@pytest.mark.parametrize(
    "target", ["/etc/passwd", "../../outside", "../theirs/b.txt", "../theirs", "..", "x/../../other.txt"]
)
def test_an_own_link_must_not_lead_to_what_is_foreign(repo: Repo, judge: Judge, target: str) -> None:
    (repo.path / "own/link").symlink_to(target)
    repo.commit("link")

    assert judge.foreign() == [("link", "own/link")]


@pytest.mark.parametrize("target", ["a.txt", "gone.txt", "../free.txt", "./a.txt", "deeper/than/this"])
def test_an_own_link_may_lead_to_what_is_own_or_nobodys(repo: Repo, judge: Judge, target: str) -> None:
    (repo.path / "own/link").symlink_to(target)
    repo.commit("link")

    assert judge() == ((), ())


def test_a_link_that_was_there_before_is_not_judged(repo: Repo, judge: Judge) -> None:
    repo.git("switch", "--quiet", "main")
    (repo.path / "own/link").symlink_to("../theirs/b.txt")
    repo.commit("link")
    repo.git("switch", "--quiet", "-c", "later")
    repo.commit("own", **{"own/a.txt": "mine\n"})

    assert judge("later") == ((), ())


def gitlink(repo: Repo, path: str, message: str) -> None:
    # Without its directory it would be gone for the next one who adds everything.
    (repo.path / path).mkdir(parents=True, exist_ok=True)
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{repo.git('rev-parse', 'HEAD')},{path}")
    repo.git("commit", "--quiet", "-m", message)


def test_a_submodule_needs_a_declaration_of_its_own(repo: Repo, judge: Judge) -> None:
    gitlink(repo, "mod/exact", "declared")
    assert judge() == ((), ())

    gitlink(repo, "own/mod", "by the directory")
    gitlink(repo, "mod/nobodys", "nobody's")

    assert judge.foreign() == [("by the directory", "own/mod"), ("nobody's", "mod/nobodys")]


def test_a_submodule_that_is_there_may_be_claimed_to_be_changed_or_removed(repo: Repo, judge: Judge) -> None:
    repo.git("switch", "--quiet", "main")
    for path in ("own/mod", "mod/nobodys", "theirs/mod"):
        gitlink(repo, path, path)
    repo.git("switch", "--quiet", "-c", "later")
    repo.commit("untouched", **{"own/a.txt": "mine\n"})
    assert judge("later") == ((), ())

    gitlink(repo, "own/mod", "in the own directory")
    repo.git("rm", "--quiet", "--cached", "mod/nobodys")
    repo.git("commit", "--quiet", "-m", "gone")
    assert judge("later") == ((), ("own/mod", "mod/nobodys"))
    gitlink(repo, "theirs/mod", "theirs")
    assert judge.foreign("later") == [("theirs", "theirs/mod")]


@pytest.mark.parametrize(
    "path", ["Theirs/b.txt", "THEIRS/new.txt", "Other.txt", "other.txt.", "o\u200cther.txt"]
)
def test_a_name_that_passes_for_a_foreign_one_counts_as_that_one(repo: Repo, judge: Judge, path: str) -> None:
    blob = repo.git("hash-object", "-w", "--stdin", stdin="x\n")
    repo.git("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}")
    repo.git("commit", "--quiet", "-m", "alike")

    assert judge.foreign() == [("alike", path)]
    assert "some file systems take it for" in judge.why()[0]


def test_a_name_that_passes_for_an_own_one_or_nobodys_is_no_offence(repo: Repo, judge: Judge) -> None:
    for path in ("own/A.txt", "Own2/a.txt", "FREE.txt"):
        repo.commit(path, **{path: "x\n"})

    assert judge() == ((), ("Own2/a.txt", "FREE.txt"))


def test_where_nothing_is_new_there_is_nothing_to_judge(repo: Repo, judge: Judge) -> None:
    assert judge("main") == ((), ())
    assert Path(repo.path / ".git" / "parallel").exists() is False, "judging writes nothing"


def test_a_list_that_leaves_a_commit_out_is_found(repo: Repo, judge: Judge) -> None:
    evil = repo.commit("foreign", **{"other.txt": "mine\n"})
    good = repo.commit("good", **{"own/a.txt": "mine\n"})

    with private(repo.path / ".git", like=judge.oid("main")) as git:
        (violation,), _ = judged(git, ME, [judge.oid(good)], [judge.oid("main")], OWNERSHIP)

    assert violation.foreign.why == f"commit {evil} is hidden: neither new nor in the history of the target"


def test_objects_that_git_has_not_taken_in_yet_are_judged_where_they_lie(repo: Repo, judge: Judge) -> None:
    incoming = repo.path / ".git/objects/incoming-test"
    incoming.mkdir()
    tree = repo.git("rev-parse", "work:own")
    aside = (
        "env",
        f"GIT_OBJECT_DIRECTORY={incoming}",
        f"GIT_ALTERNATE_OBJECT_DIRECTORIES={repo.path}/.git/objects",
    )
    done = subprocess.run(
        [*aside, "sh", "-c", f"git commit-tree -p main -m x $(printf '040000 tree {tree}\\town\\n' | git mktree)"],
        cwd=repo.path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    new = Oid(done.stdout.strip())
    assert repo.git("cat-file", "-t", new, check=False) == "", "git itself does not have it yet"

    with private(repo.path / ".git", like=new, incoming=incoming) as git:
        violations, _ = judged(git, ME, [new], [judge.oid("main")], OWNERSHIP)

    assert [one.foreign.path for one in violations] == ["other.txt", "theirs/b.txt"]


def test_a_merged_tree_may_differ_from_the_target_only_in_what_is_own_or_accepted(
    repo: Repo, judge: Judge
) -> None:
    repo.commit("own", **{"own/a.txt": "mine\n"})
    onto, tip = judge.oid("main"), judge.oid("work")
    proof = Cleared(ME, tip, onto, ())
    project = open_project(repo.path)
    assert judge_result(project, proof, tip, OWNERSHIP) is None

    (repo.path / "other.txt").chmod(0o755)
    (repo.path / "own/out").symlink_to("../theirs")
    merged = judge.oid(repo.commit("merged"))

    found = judge_result(project, proof, merged, OWNERSHIP)
    assert found is not None
    assert [(one.commit, one.foreign.path) for one in found.violations] == [
        (None, "other.txt"), (None, "own/out")
    ]  # fmt: skip
    assert judge_result(project, proof, merged, OWNERSHIP, ["other.txt", "own/"]) is None
