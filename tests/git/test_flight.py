"""Work in flight as git has it: every pair that git cannot merge is found, no other, and nothing is left behind."""

import os
import random
import subprocess
import time
from itertools import combinations
from pathlib import Path

import pytest

from git_parallel.commands.plan import PlanAnswer, plan
from git_parallel.git import locks
from git_parallel.project.wanted import Wanted
from tests.conftest import Cli, Repo

CAMPAIGN = int(os.environ.get("GIT_PARALLEL_CAMPAIGN", "0"))


def planned(repo: Repo, **wanted: object) -> PlanAnswer:
    return plan(repo.path, (), Wanted(**wanted))  # type: ignore[arg-type]


def conflicts(repo: Repo) -> set[tuple[str, ...]]:
    """The pairs that the plan says git cannot merge, by the names of their branches."""
    return {
        tuple(sorted(work.removeprefix("heads/") for work in (o.left, o.right)))
        for o in planned(repo).overlaps
        if o.risk == "conflict"
    }


def really(repo: Repo, *branches: str) -> set[tuple[str, ...]]:
    """The pairs that git cannot merge, asked one by one."""
    found = set()
    for pair in combinations(sorted(branches), 2):
        merge = ["git", "merge-tree", "--write-tree", *pair]
        if subprocess.run(merge, cwd=repo.path, capture_output=True, check=False).returncode == 1:
            found.add(pair)
    return found


def branch(repo: Repo, name: str, script: str, *, at: str = "main") -> None:
    """A branch with one commit, made by a shell script."""
    repo.git("checkout", "--quiet", "-b", name, at)
    subprocess.run(["/bin/sh", "-ec", script], cwd=repo.path, check=True)
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "--allow-empty", "-m", name)
    repo.git("checkout", "--quiet", "main")


def everything(path: Path) -> dict[str, bytes]:
    """All files of a directory but git-parallel's cache."""
    return {
        str(file.relative_to(path)): file.read_bytes()
        for file in sorted(path.rglob("*"))
        if file.is_file() and "parallel" not in file.parts
    }


@pytest.fixture
def shop(repo: Repo) -> Repo:
    """A repository with some files of many lines."""
    files = {f"src/m{n}/f{n}.py": "".join(f"line {k} of {n}\n" for k in range(40)) for n in range(4)}
    repo.commit("files", **files, **{"old/a.txt": "a\n" * 30, "old/b.txt": "b\n" * 30, "tool.sh": "echo\n"})
    return repo


EDGES = {
    "near lines": ("sed -i 5s/.*/x/ src/m0/f0.py", "sed -i 6s/.*/y/ src/m0/f0.py"),
    "far lines": ("sed -i 5s/.*/x/ src/m0/f0.py", "sed -i 9s/.*/y/ src/m0/f0.py"),
    "same change": ("sed -i 5s/.*/x/ src/m0/f0.py", "sed -i 5s/.*/x/ src/m0/f0.py"),
    "edit and delete": ("sed -i 5s/.*/x/ src/m0/f0.py", "rm src/m0/f0.py"),
    "delete twice": ("rm src/m0/f0.py", "rm src/m0/f0.py"),
    "edit and rename": ("sed -i 5s/.*/x/ src/m0/f0.py", "git mv src/m0/f0.py src/g.py"),
    "rename twice": ("git mv src/m0/f0.py src/h.py", "git mv src/m0/f0.py src/g.py"),
    "rename to one name": ("git mv src/m0/f0.py src/g.py", "git mv src/m1/f1.py src/g.py"),
    "add twice": ("echo x > new.py", "echo y > new.py"),
    "add the same": ("echo x > new.py", "echo x > new.py"),
    "file and directory": ("echo x > lib", "mkdir lib; echo y > lib/y"),
    "directory moved and file added": ("git mv old new", "echo c > old/c.txt"),
    "file moved out and file added": ("git mv old/a.txt a.txt", "echo c > old/c.txt"),
    "mode and edit": ("chmod +x tool.sh", "echo more >> tool.sh"),
    "mode twice": ("chmod +x tool.sh", "chmod +x tool.sh"),
    "link and edit": ("rm tool.sh; ln -s app.py tool.sh", "echo more >> tool.sh"),
    "binary": ("printf 'a\\0b' > app.py", "printf 'a\\0c' > app.py"),
    "insert at one place": ("sed -i '5a x' src/m0/f0.py", "sed -i '5a y' src/m0/f0.py"),
    "end of the file": ("echo x >> tool.sh", "echo y >> tool.sh"),
    "odd names": ("printf x > 'a\\tb ü'", "printf y > 'a\\tb ü'"),
}


@pytest.mark.sample(3)
@pytest.mark.parametrize("edge", EDGES)
def test_two_branches_conflict_exactly_where_git_says_so(shop: Repo, edge: str) -> None:
    for name, script in zip(("one", "two"), EDGES[edge], strict=True):
        branch(shop, name, script)

    assert conflicts(shop) == really(shop, "one", "two")


@pytest.mark.parametrize("seed", range(3 + CAMPAIGN // 10))
def test_many_branches_conflict_exactly_where_git_says_so(shop: Repo, seed: int) -> None:
    chance = random.Random(seed)
    scripts = [script for pair in EDGES.values() for script in pair]
    names = []
    for number in range(9):
        steps = "; ".join(f"{{ {step}; }} 2>/dev/null || true" for step in chance.sample(scripts, 3))
        names.append(f"b{number}")
        branch(shop, names[-1], steps)
        if chance.random() < 0.4:
            # The target moves on, so that the bases differ.
            line = chance.randrange(1, 40)
            shop.commit("on", **{f"notes{number}.txt": "x"})
            subprocess.run(
                ["sed", "-i", f"{line}s/.*/main {number}/", "src/m0/f0.py"], cwd=shop.path, check=True
            )
            shop.commit("on")

    assert conflicts(shop) == really(shop, *names)


def test_planning_leaves_nothing_behind(shop: Repo) -> None:
    branch(shop, "one", "sed -i 5s/.*/x/ src/m0/f0.py")
    branch(shop, "two", "sed -i 5s/.*/y/ src/m0/f0.py")
    tree = shop.path.parent / "wt"
    shop.git("worktree", "add", "--quiet", str(tree), "two")
    (tree / "new.txt").write_text("not saved")
    before = everything(shop.path.parent)

    assert conflicts(shop) == {("one", "two")}
    assert everything(shop.path.parent) == before


def test_what_is_not_committed_counts_as_if_it_were(shop: Repo) -> None:
    tree = shop.path.parent / "wt one"
    shop.git("worktree", "add", "--quiet", "-b", "one", str(tree))
    branch(shop, "two", "sed -i 5s/.*/y/ src/m0/f0.py; echo two > new.txt")
    subprocess.run(["sed", "-i", "5s/.*/x/", "src/m0/f0.py"], cwd=tree, check=True)
    (tree / "new.txt").write_text("one")
    (tree / "old" / "a.txt").unlink()

    (overlap,) = planned(shop).overlaps
    assert (overlap.risk, overlap.paths) == ("conflict", ("new.txt", "src/m0/f0.py"))
    assert {entry.path: entry.kind for entry in planned(shop).others[0].entries} == {
        "new.txt": "create", "old/a.txt": "delete", "src/m0/f0.py": "modify",
    }  # fmt: skip


def test_what_a_killed_plan_left_is_swept_and_what_a_living_one_uses_is_not(
    shop: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "scratch"
    place.mkdir()
    monkeypatch.setenv("TMPDIR", str(place))
    monkeypatch.setattr("tempfile.tempdir", None)
    dead, living, young = (place / f"git-parallel-scratch-{name}" for name in ("dead", "living", "young"))
    for folder in (dead, living, young):
        folder.mkdir()
        (folder / "lock").touch()
        if folder != young:
            os.utime(folder, (0, 0))
    lock = locks.try_hold(living / "lock")
    assert lock is not None

    planned(shop)

    assert sorted(place.iterdir()) == [living, young]
    os.close(lock)


def test_what_is_too_large_is_known_by_its_path(shop: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("git_parallel.git.unsaved.LARGEST", 3)
    tree = shop.path.parent / "wt"
    shop.git("worktree", "add", "--quiet", "-b", "one", str(tree))
    (tree / "core").write_text("dumped")

    assert [(e.path, e.kind) for e in planned(shop).others[0].entries] == [("core", "create")]


def test_a_branch_that_left_the_target_too_early_is_told_by_itself(shop: Repo) -> None:
    branch(shop, "early", "sed -i 5s/.*/x/ src/m0/f0.py")
    subprocess.run(["sed", "-i", "5s/.*/main/", "src/m0/f0.py"], cwd=shop.path, check=True)
    shop.commit("on")
    branch(shop, "late", "echo x > late.txt")

    answer = planned(shop)

    assert dict(answer.stale) == {"heads/early": ("src/m0/f0.py",)}
    (overlap,) = answer.overlaps
    assert (overlap.risk, overlap.why) == (
        "conflict",
        "heads/early conflicts with 'main' already, in src/m0/f0.py",
    )


def test_with_several_merge_bases_git_decides(shop: Repo) -> None:
    branch(shop, "one", "sed -i 5s/.*/x/ src/m0/f0.py")
    shop.git("merge", "--quiet", "--no-ff", "-m", "in", "one~0")
    shop.git("checkout", "--quiet", "-b", "criss", "one")
    shop.git("merge", "--quiet", "--no-ff", "-m", "cross", "main~1")
    shop.commit("more", **{"src/m1/f1.py": "all new\n"})
    shop.git("checkout", "--quiet", "main")
    branch(shop, "two", "sed -i 7s/.*/y/ src/m1/f1.py")

    assert conflicts(shop) == really(shop, "criss", "two") == {("criss", "two")}


def test_the_lines_that_both_change_are_told(shop: Repo, cli: Cli) -> None:
    branch(shop, "one", "sed -i 5s/.*/x/ src/m0/f0.py")
    branch(shop, "two", "sed -i '5s/.*/y/;20s/.*/y/' src/m0/f0.py")
    branch(shop, "three", "sed -i 30s/.*/y/ src/m0/f0.py")

    told = {tuple(one["pair"]): one for one in cli("plan", "--json").json["conflicts"]}

    assert (
        told["heads/one", "heads/two"]["why"] == "git cannot merge them: both change line 5 of src/m0/f0.py"
    )
    assert told["heads/one", "heads/two"]["lines"] == [
        {"path": "src/m0/f0.py", "left": [[5, 5]], "right": [[5, 5], [20, 20]]}
    ]
    assert {pair: one["risk"] for pair, one in told.items()} == {
        ("heads/one", "heads/three"): "file",
        ("heads/one", "heads/two"): "conflict",
        ("heads/three", "heads/two"): "file",
    }


def test_which_branches_take_part(shop: Repo, cli: Cli) -> None:
    branch(shop, "one", "echo x > one.txt")
    shop.git("branch", "behind", "main~1")
    shop.git("branch", "same")
    shop.git("update-ref", "refs/remotes/origin/one", "one")
    shop.git(
        "update-ref",
        "refs/remotes/origin/far",
        shop.git("commit-tree", "-p", "main", "-m", "x", "one^{tree}"),
    )
    shop.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/far")

    def names(*arguments: str) -> list[str]:
        return [one["name"] for one in cli("plan", "--json", *arguments).json["other_work"]]

    assert names() == ["heads/one"]
    assert names("--other-work", "none") == []
    assert names("--other-work", "remote") == ["heads/one", "remotes/origin/far"]
    shop.config("parallel.otherWork", "none")
    assert names() == []


def test_what_is_missing_or_foreign_is_named_and_the_rest_is_planned(shop: Repo, cli: Cli) -> None:
    branch(shop, "good", "sed -i 5s/.*/x/ src/m0/f0.py")
    shop.git("checkout", "--quiet", "--orphan", "alone")
    shop.commit("alone")
    shop.git("checkout", "--quiet", "main")
    branch(shop, "lost", "echo lost > lost.txt")
    lost = shop.git("rev-parse", "lost")
    branch(shop, "hollow", "echo hollow > hollow.txt", at="lost")
    (shop.path / ".git" / "objects" / lost[:2] / lost[2:]).unlink()
    (shop.path / ".git" / "refs" / "heads" / "broken").write_text("rubbish\n")
    shop.spec("a", "src/m0/f0.py")

    ran = cli("plan", "--json")

    assert ran.status == 0
    assert [one["name"] for one in ran.json["other_work"]] == ["heads/good"]
    assert [(one["pair"], one["risk"]) for one in ran.json["conflicts"]] == [(["a", "heads/good"], "file")]
    told = "\n".join(ran.json["warnings"])
    for words in (
        "'alone' has no history in common with 'main'", "'lost' cannot be read: its commit is missing",
        "'hollow' cannot be looked at", "broken",
    ):  # fmt: skip
        assert words in told


def test_a_branch_of_which_a_tree_or_a_file_is_missing_is_named_and_the_rest_is_planned(
    shop: Repo, cli: Cli
) -> None:
    branch(shop, "good", "sed -i 5s/.*/x/ src/m0/f0.py")
    branch(shop, "also", "sed -i 5s/.*/y/ src/m0/f0.py")
    branch(shop, "hollow", "sed -i 5s/.*/z/ src/m0/f0.py")
    for what in ("hollow:src/m0/f0.py", "hollow^{tree}"):
        oid = shop.git("rev-parse", what)
        (shop.path / ".git" / "objects" / oid[:2] / oid[2:]).unlink(missing_ok=True)
        ran = cli("plan", "--json")
        assert ran.status == 0
        conflicting = [one["pair"] for one in ran.json["conflicts"] if one["risk"] == "conflict"]
        assert ["heads/also", "heads/good"] in conflicting
        assert any("hollow" in words or "lines" in words for words in ran.json["warnings"])


def test_odd_names_of_branches_and_directories_are_no_surprise(shop: Repo, cli: Cli) -> None:
    odd = "we\u2028ird\x0bdir"
    shop.commit("odd", **{f"{odd}/a.txt": "a\n" * 20, f"{odd}/b.txt": "b\n" * 20})
    branch(shop, "mover", f"git mv '{odd}' moved")
    branch(shop, "adder", f"echo c > '{odd}/c.txt'")
    shop.git("update-ref", "refs/heads/a/-b", "adder")

    assert conflicts(shop) == {("adder", "mover")} == really(shop, "mover", "adder")
    assert "not a full ref name: 'refs/heads/a/-b'" in "\n".join(cli("plan", "--json").json["warnings"])


def test_a_directory_that_is_split_up_is_a_conflict_without_a_path(shop: Repo) -> None:
    files = {f"pack/{name}.txt": f"{name}\n" * 20 for name in "abcd"}
    shop.commit("pack", **files)
    branch(shop, "split", "mkdir one two; git mv pack/a.txt pack/b.txt one; git mv pack/c.txt pack/d.txt two")
    branch(shop, "adder", "echo e > pack/e.txt")

    assert conflicts(shop) == really(shop, "split", "adder")
    if conflicts(shop):
        (overlap,) = planned(shop).overlaps
        assert overlap.paths == ("pack/",)


def test_branches_from_many_states_of_the_target_are_compared_with_each(shop: Repo) -> None:
    branch(shop, "old", "sed -i 5s/.*/old/ src/m0/f0.py")
    source = (shop.path / "src/m0/f0.py").read_text()
    shop.commit("away", **{"src/m0/f0.py": source.replace("line 4 ", "main 4 ")})
    names = [f"b{number}" for number in range(12)]
    for name in names:
        branch(shop, name, f"echo x > {name}.txt")
        shop.commit("on", **{f"on-{name}.txt": "x"})
    shop.commit("back", **{"src/m0/f0.py": source})

    assert conflicts(shop) == {(name, "old") for name in names} == really(shop, "old", *names)
    assert dict(planned(shop).stale) == {}
    overlap = next(iter(planned(shop).overlaps))
    assert overlap.why.endswith(" began, in src/m0/f0.py")


def test_a_remote_copy_of_a_branch_is_the_same_work_even_if_it_is_behind(shop: Repo) -> None:
    branch(shop, "one", "echo x > one.txt")
    shop.git("update-ref", "refs/remotes/origin/one", "one")
    branch(shop, "more", "echo y > one.txt", at="one")
    shop.git("branch", "--force", "one", "more")
    shop.git("branch", "-D", "--quiet", "more")

    assert [other.work for other in planned(shop, other_work="remote").others] == ["heads/one"]


def test_a_submodule_and_a_nested_repository_are_no_surprise(shop: Repo) -> None:
    inner = shop.path.parent / "inner"
    shop.git("init", "--quiet", str(inner))
    shop.git("commit", "--quiet", "--allow-empty", "-m", "one", at=inner)
    one = shop.git("rev-parse", "HEAD", at=inner)
    shop.git("commit", "--quiet", "--allow-empty", "-m", "two", at=inner)
    two = shop.git("rev-parse", "HEAD", at=inner)
    for name, oid in (("one", one), ("two", two)):
        branch(shop, name, f"git update-index --add --cacheinfo 160000,{oid},sub")
        shop.git("update-ref", f"refs/heads/{name}", _with_link(shop, oid))
    tree = shop.path.parent / "wt"
    shop.git("worktree", "add", "--quiet", "-b", "three", str(tree))
    shop.git("init", "--quiet", "nested", at=tree)

    assert conflicts(shop) == really(shop, "one", "two") == {("one", "two")}


def test_a_submodule_that_only_went_on_is_no_conflict(shop: Repo) -> None:
    inner = shop.path.parent / "inner"
    shop.git("init", "--quiet", str(inner))
    oids = []
    for number in range(3):
        shop.git("commit", "--quiet", "--allow-empty", "-m", str(number), at=inner)
        oids.append(shop.git("rev-parse", "HEAD", at=inner))
    shop.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner), "sub")
    shop.git("checkout", "--quiet", oids[0], at=shop.path / "sub")
    shop.commit("sub")
    for name, oid in (("one", oids[1]), ("two", oids[2])):
        branch(shop, name, f"cd sub; git checkout --quiet {oid}")
        shop.git("submodule", "--quiet", "update")

    assert conflicts(shop) == really(shop, "one", "two") == set()


def test_what_the_target_renamed_is_the_same_file_on_both_sides(shop: Repo) -> None:
    branch(shop, "before", "sed -i 5s/.*/x/ src/m0/f0.py")
    shop.git("mv", "src/m0/f0.py", "src/g.py")
    shop.commit("renamed")
    branch(shop, "after", "sed -i 5s/.*/y/ src/g.py")

    assert conflicts(shop) == really(shop, "after", "before") == {("after", "before")}


def test_branches_that_share_commits_are_merged_from_there(shop: Repo) -> None:
    branch(shop, "shared", "echo s > shared.txt; sed -i 5s/.*/s/ src/m0/f0.py")
    branch(
        shop, "one", "git rm -q shared.txt; sed -i '5s/.*/line 4 of 0/;15s/.*/x/' src/m0/f0.py", at="shared"
    )
    branch(shop, "two", "echo more >> shared.txt; sed -i 5s/.*/y/ src/m0/f0.py", at="shared")
    shop.git("branch", "-D", "--quiet", "shared")

    assert conflicts(shop) == really(shop, "one", "two") == {("one", "two")}
    (overlap,) = planned(shop).overlaps
    assert overlap.why.startswith("git cannot merge them: conflict in ")


def test_one_pair_of_which_git_dies_leaves_the_others_their_answers(
    shop: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b", "c", "d"):
        branch(shop, name, f"sed -i 5s/.*/{name}/ src/m0/f0.py")
    pair = "".join(shop.git("rev-parse", name) for name in ("b", "c"))
    real = subprocess.run(["which", "git"], capture_output=True, text=True, check=True).stdout.strip()
    fake = tmp_path / "bin" / "git"
    fake.parent.mkdir()
    # As an assertion of git does: what was said before goes down with it.
    fake.write_text(
        f"""#!/bin/sh
case "$*" in *merge-tree*--stdin*) ;; *) exec {real} "$@" ;; esac
asked=$(cat); case "$(echo $asked | tr -d ' \n')" in *{pair}*) echo 'Assertion failed' >&2; kill -ABRT $$ ;; esac
echo "$asked" | exec {real} "$@"
"""
    )
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}{os.pathsep}{os.environ['PATH']}")

    answer = planned(shop)

    found = {(o.left, o.right): o.risk for o in answer.overlaps}
    assert [pair for pair, risk in found.items() if risk != "conflict"] == [("heads/b", "heads/c")]
    assert [words for words in answer.warnings if "cannot be merged" in words] == [
        "'heads/b' and 'heads/c' cannot be merged to see: git merge-tree failed: Assertion failed"
    ]


def test_files_and_directories_may_swap_in_a_worktree_and_some_may_not_be_read(shop: Repo) -> None:
    tree = shop.path.parent / "wt"
    shop.git("worktree", "add", "--quiet", "-b", "one", str(tree))
    (tree / "tool.sh").unlink()
    (tree / "tool.sh").mkdir()
    (tree / "tool.sh" / "in").write_text("x")
    subprocess.run(["rm", "-r", "old"], cwd=tree, check=True)
    (tree / "old").symlink_to("/tmp")
    os.mkfifo(tree / "pipe")
    branch(shop, "two", "echo y >> tool.sh; echo x >> src/m0/f0.py")
    subprocess.run(["sed", "-i", "5s/.*/x/", "src/m0/f0.py"], cwd=tree, check=True)

    answer = planned(shop)

    assert answer.warnings == ()
    assert {entry.path: entry.kind for entry in answer.others[0].entries} == {
        "old": "create", "old/a.txt": "delete", "old/b.txt": "delete", "src/m0/f0.py": "modify",
        "tool.sh": "delete", "tool.sh/in": "create",
    }  # fmt: skip
    assert conflicts(shop) == {("one", "two")}


def test_no_program_of_the_repository_is_run_for_what_is_not_committed(shop: Repo) -> None:
    tree = shop.path.parent / "wt"
    shop.commit("lfs", **{".gitattributes": "*.bin filter=lfs\n", "x.bin": "one\n"})
    shop.git("worktree", "add", "--quiet", "-b", "one", str(tree))
    # So that git need not look into the files of the main worktree, where it may run what it likes.
    time.sleep(1.1)
    shop.git("status")
    ran = shop.path.parent / "ran"
    shop.config("filter.lfs.clean", f"touch '{ran}'; cat")
    hook = shop.path / ".git" / "hooks" / "post-index-change"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch '{ran}'\n")
    hook.chmod(0o755)
    (tree / "x.bin").write_text("two\n")

    assert [(e.path, e.kind) for e in planned(shop).others[0].entries] == [("x.bin", "modify")]
    assert not ran.exists()


def _with_link(repo: Repo, oid: str) -> str:
    tree = repo.git("ls-tree", "main") + f"\n160000 commit {oid}\tsub\n"
    made = repo.git("mktree", "--missing", stdin=tree)
    return repo.git("commit-tree", "-p", "main", "-m", "link", made)


def test_a_git_of_another_hash_and_a_shallow_clone(shop: Repo, tmp_path: Path) -> None:
    branch(shop, "one", "sed -i 5s/.*/x/ src/m0/f0.py")
    branch(shop, "two", "sed -i 5s/.*/y/ src/m0/f0.py")
    clone = Repo(tmp_path / "clone")
    shop.git("clone", "--quiet", "--depth=2", "--no-single-branch", f"file://{shop.path}", str(clone.path))
    clone.git("branch", "one", "origin/one")
    clone.git("branch", "two", "origin/two")
    assert conflicts(clone) == {("one", "two")}

    other = Repo(tmp_path / "sha256")
    other.git("init", "--quiet", "--object-format=sha256", str(other.path), at=tmp_path)
    other.commit("first", **{"a.txt": "a\n"})
    branch(other, "one", "echo one > a.txt")
    branch(other, "two", "echo two > a.txt")
    tree = tmp_path / "wt"
    other.git("worktree", "add", "--quiet", str(tree), "two")
    (tree / "b.txt").write_text("b")
    assert conflicts(other) == {("one", "two")}
