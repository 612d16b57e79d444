"""Conflicts: told, made ready for a person, handed to an agent, and judged whoever resolved them."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from git_parallel.agents import process
from tests.conftest import Cli, Ran, Repo

Agent = Callable[..., Sequence[str]]
Resolver = Callable[[str], None]

BOTH = "by 1\nby 2\n"
WRITES_BOTH = "printf 'by 1\\nby 2\\n' > app.py\n"
COMMITS = f"{WRITES_BOTH}git add app.py && git commit -q --no-edit\n"


@pytest.fixture
def clashing(repo: Repo, cli: Cli, agent: Agent) -> Repo:
    """Task 1 is on the target, and task 2 in conflict with it."""
    repo.spec("1", "app.py", extra="**Agent**: coder")
    repo.spec("2", "app.py")
    cli("run", "--", *agent('echo "by $GIT_PARALLEL_TASK" > app.py'))
    assert cli("merge").status == 1
    return repo


@pytest.fixture
def resolver(clashing: Repo, tmp_path: Path) -> Resolver:
    """Set up the agent type `fixer` as a shell script, which also keeps what it was told."""

    def make(script: str) -> None:
        path = tmp_path / "fixer.sh"
        path.write_text(f"cat > {tmp_path}/told\n{script}")
        clashing.config("agent.fixer.command", f"/bin/sh {path}")

    return make


def everything(repo: Repo, task: str = "2") -> list[Any]:
    """All that a refusal must leave as it is: refs, the worktree's files, its index, its open operations."""
    there = repo.worktree(task)
    files = {}
    for top in (there, repo.path):
        for folder, names, found in os.walk(top):
            names[:] = [name for name in names if name != ".git"]
            files |= {
                str(path): path.readlink() if path.is_symlink() else path.read_bytes()
                for path in (Path(folder) / name for name in found)
            }
    admin = repo.path / ".git/worktrees" / f"gp-{task}"
    index = repo.git("ls-files", "--stage", at=there) if there.exists() else ""
    return [repo.git("for-each-ref"), files, index, sorted(path.name for path in admin.glob("*"))]


def record(repo: Repo, task: str = "2") -> Any:
    return json.loads(repo.git("show", f"refs/parallel/tasks/{task}:record.json"))


def test_a_conflict_is_told_with_its_lines_and_the_task_on_the_other_side(clashing: Repo, cli: Cli) -> None:
    ran = cli("merge", "2")

    assert ran.status == 1
    there = clashing.worktree("2")
    assert ran.stdout.splitlines() == [
        "2 is in conflict with the target:",
        "  app.py",
        "the conflict of 2 with main:",
        "  app.py:1-5  both changed it; on the target that is task 1 (Task 1)",
        "      <<<<<<< main",
        "      by 1",
        "      =======",
        "      by 2",
        "      >>>>>>> feature/2",
    ]
    assert ran.stderr == (
        f"hint: git parallel merge --resolve 2 makes it ready in {there}, for you; "
        "git parallel merge --resolver AGENT 2 hands it to an agent\n"
    )


def test_json_tells_all_of_a_conflict(clashing: Repo, cli: Cli) -> None:
    (conflicted,) = cli("merge", "--json").json["conflicted"]

    main = clashing.git("rev-parse", "main")
    assert conflicted == {
        "id": "2",
        "paths": ["app.py"],
        "conflicts": [
            {
                "path": "app.py",
                "kind": "contents",
                "sides": ["base", "ours", "theirs"],
                "hunks": [{"first": 1, "last": 5, "ours": ["by 1"], "theirs": ["by 2"]}],
                "brought": [
                    {
                        "commit": main,
                        "author": "Tester",
                        "subject": "Merge branch 'feature/1' into main",
                        "task": "1",
                        "title": "Task 1",
                        "source": "specs/SPEC-1.md",
                    }
                ],
            }
        ],
    }


def test_a_commit_of_a_person_is_told_by_its_author(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("2", "app.py")
    cli("run", "--", *agent('echo "by $GIT_PARALLEL_TASK" > app.py'))
    mine = repo.commit("by hand", **{"app.py": "mine\n"})

    assert (
        f"  app.py:1-5  both changed it; on the target that is {mine[:9]} by Tester (by hand)"
        in cli("merge").stdout.splitlines()
    )


# -- a person ----------------------------------------------------------------------------------------


def test_a_person_resolves_a_conflict_in_the_worktree_and_lands_it(clashing: Repo, cli: Cli) -> None:
    there = clashing.worktree("2")

    ran = cli("merge", "--resolve", "2")

    assert ran.status == 0
    assert ran.stdout.splitlines()[:6] == [
        f"the merge of 'main' into 'feature/2' stands open in {there}",
        "  feature/2: task 2, Task 2 (specs/SPEC-2.md)",
        "  main: task 1, Task 1 (specs/SPEC-1.md)",
        "in conflict:",
        "  app.py:1-5  both changed it; on the target that is task 1 (Task 1)",
        "      <<<<<<< main",
    ]
    assert ran.stderr == (
        f"hint: in {there}: solve it, git add FILE..., git commit; then git parallel merge 2\n"
        f"hint: git -C {there} merge --abort takes it back\n"
    )
    assert (there / "app.py").read_text() == "<<<<<<< HEAD\nby 2\n=======\nby 1\n>>>>>>> main\n"
    assert clashing.state("2") == "conflicted"
    (there / "app.py").write_text(BOTH)
    clashing.git("commit", "--quiet", "--all", "--no-edit", at=there)
    assert clashing.git("log", "-1", "--format=%s", "feature/2") == "Merge branch 'main' into feature/2"
    assert cli("merge", "2").status == 0
    assert (clashing.path / "app.py").read_text() == BOTH
    assert clashing.is_sound()


def test_called_again_it_says_where_it_stands(clashing: Repo, cli: Cli) -> None:
    clashing.commit("more", **{"app.py": "by 1\nmore\n", "other.py": "x\n"})
    first = cli("merge", "--resolve", "2", "--json").json
    before = everything(clashing)

    again = cli("merge", "--resolve", "2", "--json").json

    assert (first["is_new"], again["is_new"]) == (True, False)
    assert first | {"is_new": False} == again
    assert (again["undecided"], again["onto"]) == (["app.py"], clashing.git("rev-parse", "main"))
    assert everything(clashing) == before
    clashing.git("add", "app.py", at=clashing.worktree("2"))
    ran = cli("merge", "--resolve", "2")
    assert "all of it is decided" in ran.stdout
    assert ": look at it, git commit; then" in ran.stderr


def test_it_can_be_taken_back(clashing: Repo, cli: Cli) -> None:
    before = clashing.git("rev-parse", "feature/2")
    cli("merge", "--resolve", "2")

    clashing.git("merge", "--abort", at=clashing.worktree("2"))

    assert clashing.git("rev-parse", "feature/2") == before
    assert clashing.git("status", "--porcelain", at=clashing.worktree("2")) == ""


def test_settings_of_the_user_for_merges_do_not_end_it_or_stash(clashing: Repo, cli: Cli) -> None:
    for key, value in (
        ("merge.ff", "only"),
        ("merge.autoStash", "true"),
        ("branch.feature/2.mergeOptions", "--squash"),
    ):
        clashing.config(key, value)

    assert cli("merge", "--resolve", "2").status == 0
    assert clashing.git("rev-parse", "MERGE_HEAD", at=clashing.worktree("2")) == clashing.git(
        "rev-parse", "main"
    )


def refused(cli: Cli, repo: Repo, task: str = "2") -> Ran:
    """What a refusal says, once it is sure that it changed nothing."""
    before = everything(repo, task)
    ran = cli("merge", "--resolve", task)
    assert everything(repo, task) == before
    assert (ran.status, ran.stdout) == (1, "")
    return ran


def test_what_is_in_no_conflict_is_refused(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("2", "new.py")
    repo.spec("bad", "bad.py")
    cli("run", "2", "--", *agent())
    cli("run", "bad", "--", *agent("exit 1"))

    assert (
        refused(cli, repo).stderr == "error: '2' is in no conflict with 'main'\nhint: git parallel merge 2\n"
    )
    assert "is in state 'failed' (exit status 1), so there is nothing" in refused(cli, repo, "bad").stderr
    assert cli("merge", "--resolve", "nobody").status == 2


def test_what_is_not_committed_in_the_worktree_is_refused(clashing: Repo, cli: Cli) -> None:
    there = clashing.worktree("2")
    clashing.commit("more", **{"new.py": "x\n"})
    (there / "app.py").write_text("edited\n")
    assert "not committed: 'app.py'\n" in refused(cli, clashing).stderr
    clashing.git("checkout", "--quiet", "app.py", at=there)
    (there / "new.py").write_text("mine\n")
    assert "not committed: 'new.py'\n" in refused(cli, clashing).stderr
    (clashing.path / ".git/info/exclude").write_text("new.py\n")
    assert "not committed: 'new.py'\n" in refused(cli, clashing).stderr, "ignored, and yet somebody's"
    (there / "new.py").rename(there / "else.py")
    assert cli("merge", "--resolve", "2").status == 0
    assert (there / "else.py").read_text() == "mine\n"


def test_a_worktree_that_is_elsewhere_or_at_something_else_is_refused(clashing: Repo, cli: Cli) -> None:
    there = clashing.worktree("2")
    clashing.git("switch", "--quiet", "--detach", at=there)
    assert (
        f"{there} is on '{clashing.git('rev-parse', 'feature/2')}' instead" in refused(cli, clashing).stderr
    )
    clashing.git("switch", "--quiet", "feature/2", at=there)
    clashing.git("branch", "side", "main~1")
    clashing.git("rebase", "--quiet", "main", at=there, check=False)
    ran = refused(cli, clashing)
    assert ("is on '" in ran.stderr, "rebase" in ran.stderr) in ((True, False), (False, True))
    clashing.git("rebase", "--abort", at=there)
    side = clashing.git("commit-tree", "-p", "main~2", "-m", "side", "main^{tree}")
    clashing.git("merge", "--quiet", "--no-commit", side, at=there, check=False)
    assert f"a merge of {side[:9]} is under way, which is not on 'main'" in refused(cli, clashing).stderr


def test_a_worktree_that_was_pruned_is_brought_back_by_the_way_that_is_told(clashing: Repo, cli: Cli) -> None:
    there = clashing.worktree("2")
    there.rename(there.with_name("away"))

    ran = cli("merge", "--resolve", "2")

    assert (ran.status, ran.stderr.splitlines()[0]) == (1, "error: the worktree of '2' is gone")


def test_what_a_killed_one_has_left_is_put_aside_and_the_merge_begun(clashing: Repo, cli: Cli) -> None:
    there, admin = clashing.worktree("2"), clashing.path / ".git/worktrees/gp-2"
    clashing.commit("more", **{"other.py": "x\n"})
    (admin / "gp-merging").write_text(clashing.git("rev-parse", "feature/2") + "\n")
    for lock in ("index.lock", "ORIG_HEAD.lock"):
        (admin / lock).touch()
    (there / "app.py").write_text("half")
    (there / "other.py").write_text("half")

    ran = cli("merge", "--resolve", "2", "--json")

    assert ran.status == 0, ran.stderr
    aside = Path(ran.json["aside"])
    assert {path.name: path.read_text() for path in aside.iterdir()} == {"app.py": "half", "other.py": "half"}
    assert ran.json["undecided"] == ["app.py"]
    assert (there / "other.py").read_text() == "x\n"
    assert sorted(path.name for path in admin.glob("*lock")) == []


def test_markers_that_a_person_has_left_do_not_land(clashing: Repo, cli: Cli) -> None:
    there = clashing.worktree("2")
    cli("merge", "--resolve", "2")
    clashing.git("commit", "--quiet", "--all", "--no-edit", at=there)

    ran = cli("merge", "--json")

    assert ran.status == 1
    assert ran.json["merged"] == []
    assert clashing.state("2") == "conflicted"
    assert record(clashing)["reason"] == "holds conflict markers: app.py:1"
    assert cli("merge").stderr == f"hint: take them out in {there} and commit; then git parallel merge 2\n"
    (there / "app.py").write_text(BOTH)
    clashing.git("commit", "--quiet", "--all", "-m", "mended", at=there)
    assert cli("merge", "--json").json["merged"] == ["2"]


def remembered(repo: Repo) -> Path:
    """The worktree of task 2, of whose conflict git remembers how somebody resolved it, and took that back."""
    there = repo.worktree("2")
    repo.config("rerere.enabled", "true")
    repo.git("merge", "--quiet", "main", at=there, check=False)
    (there / "app.py").write_text(BOTH)
    repo.git("commit", "--quiet", "--all", "--no-edit", at=there)
    repo.git("reset", "--quiet", "--hard", "HEAD~1", at=there)
    return there


def test_what_was_resolved_before_is_filled_in(clashing: Repo, cli: Cli) -> None:
    there = remembered(clashing)

    ran = cli("merge", "--resolve", "2")

    assert "filled in as it was resolved before, to be looked at: app.py" in ran.stdout.splitlines()
    assert (there / "app.py").read_text() == BOTH
    clashing.git("merge", "--abort", at=there)
    clashing.config("rerere.autoUpdate", "true")
    ran = cli("merge", "--resolve", "2")
    assert "all of it is decided: git has filled in" in ran.stdout
    assert clashing.git("status", "--porcelain", at=there) == "M  app.py"


# -- an agent ----------------------------------------------------------------------------------------


@pytest.mark.sample(3)
@pytest.mark.parametrize("script", [COMMITS, WRITES_BOTH, f"{WRITES_BOTH}git add app.py\n"])
def test_a_resolver_resolves_a_conflict_and_it_lands(
    clashing: Repo, cli: Cli, resolver: Resolver, tmp_path: Path, script: str
) -> None:
    resolver(script)

    ran = cli("merge", "--resolver", "fixer", "2", "--json")

    assert ran.status == 0, ran.stderr
    assert (ran.json["merged"], ran.json["to"]) == (["2"], clashing.git("rev-parse", "main"))
    assert (clashing.path / "app.py").read_text() == BOTH
    assert clashing.git("log", "-1", "--format=%B", "feature/2") == "Merge branch 'main' into feature/2\n"
    assert clashing.git("rev-list", "--count", "--merges", "feature/2", "^main~1") == "1"
    found = record(clashing)
    assert (found["state"], found["attempt"], found["resolves"]) == ("merged", 2, None)
    assert found["agent"] is None, "whose work it is does not change"
    assert clashing.is_sound()
    told = (tmp_path / "told").read_text()
    for part in (
        "# SPEC-1: Task 1",
        "# SPEC-2: Task 2",
        "| by 1",
        "| by 2",
        "- `app.py`: both changed it",
        "git add",
    ):
        assert part in told


def left_as_it_was(repo: Repo, ran: Ran, before: str, reason: str) -> None:
    assert ran.status == 1
    assert repo.git("rev-parse", "main") == before
    assert (repo.state("2"), record(repo)["reason"]) == ("conflicted", reason)
    assert repo.is_sound()


def test_a_resolver_that_leaves_markers_is_refused(clashing: Repo, cli: Cli, resolver: Resolver) -> None:
    resolver("git commit -q --all --no-edit\n")
    before = clashing.git("rev-parse", "main")

    ran = cli("merge", "--resolver", "fixer", "2")

    left_as_it_was(clashing, ran, before, "left conflict markers: app.py:1")
    # There is nothing left to be made ready: the merge is committed.
    assert ran.stderr == f"hint: look at it in {clashing.worktree('2')}; then git parallel merge 2\n"
    assert cli("merge", "2").status == 1, "nor does anybody else land it so"
    assert clashing.git("rev-parse", "main") == before


def test_a_resolver_that_does_nothing_leaves_the_merge_open(
    clashing: Repo, cli: Cli, resolver: Resolver
) -> None:
    resolver("true\n")
    before = clashing.git("rev-parse", "main")

    ran = cli("merge", "--resolver", "fixer")

    left_as_it_was(clashing, ran, before, "left the merge unfinished: 'app.py:1' is still in conflict")
    resolver(COMMITS)
    assert cli("merge", "--resolver", "fixer").status == 0, "another one goes on from there"


def test_a_resolver_that_fails_leaves_the_task_in_conflict(
    clashing: Repo, cli: Cli, resolver: Resolver
) -> None:
    resolver("echo cannot; exit 3\n")
    before = clashing.git("rev-parse", "main")

    ran = cli("merge", "--resolver", "fixer")

    left_as_it_was(clashing, ran, before, "exit status 3: cannot")


def test_a_resolver_that_takes_the_merge_back_is_not_asked_for_ever(
    clashing: Repo, cli: Cli, resolver: Resolver
) -> None:
    resolver("git merge --abort\n")
    before = clashing.git("rev-parse", "main")

    ran = cli("merge", "--resolver", "fixer")

    left_as_it_was(clashing, ran, before, "conflict in app.py")
    assert record(clashing)["attempt"] == 2


@pytest.mark.sample(2)
@pytest.mark.parametrize("how", ["--no-verify", ""])
def test_a_resolver_that_touches_a_foreign_file_is_refused(
    repo: Repo, cli: Cli, agent: Agent, tmp_path: Path, how: str
) -> None:
    repo.commit("others", **{"theirs.py": "theirs\n"})
    for number, path in (("1", "app.py"), ("2", "app.py"), ("3", "theirs.py")):
        repo.spec(number, path)
    cli("run", "1", "2", "--", *agent('echo "by $GIT_PARALLEL_TASK" > app.py'))
    cli("merge")
    script = tmp_path / "fixer.sh"
    script.write_text(
        f"{WRITES_BOTH}echo x > theirs.py\ngit add . && git commit -q --no-edit {how}\nexit 0\n"
    )
    repo.config("agent.fixer.command", f"/bin/sh {script}")
    before = repo.git("rev-parse", "main")

    ran = cli("merge", "--resolver", "fixer", "2", "--json")

    assert ran.status == 1
    assert repo.git("rev-parse", "main") == before
    assert repo.state("2") in ("conflicted", "rejected")
    assert "theirs.py" in record(repo)["reason"]
    assert repo.is_sound()


def test_tasks_in_conflict_with_each_other_too_land_one_after_the_other(
    clashing: Repo, cli: Cli, resolver: Resolver, agent: Agent
) -> None:
    clashing.git("branch", "old", "main~1")
    clashing.spec("3", "app.py")
    base = clashing.git("rev-parse", "main")
    clashing.git("update-ref", "refs/heads/base", base)
    cli("run", "3", "--", *agent("echo by 3 > app.py"))
    clashing.commit("by hand", **{"app.py": "by hand\n"})
    resolver("sed -i '/^<<<<<<<\\|^=======$\\|^>>>>>>>/d' app.py\n")

    ran = cli("merge", "--resolver", "fixer", "--json")

    assert ran.status == 0, ran.stderr
    assert ran.json["merged"] == ["2", "3"]
    assert sorted((clashing.path / "app.py").read_text().splitlines()) == ["by 2", "by 3", "by hand"]


def test_a_merge_that_is_killed_while_the_resolver_is_at_work_is_taken_up(
    clashing: Repo, cli: Cli, resolver: Resolver
) -> None:
    resolver(f"n=0; while [ ! -e ../go ] && [ $n -lt 600 ]; do sleep 0.05; n=$((n+1)); done\n{COMMITS}")
    command = [sys.executable, "-m", "git_parallel", "merge", "--resolver", "fixer"]
    with subprocess.Popen(
        command, cwd=clashing.path, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
    ) as merge:
        assert merge.stdout is not None
        while b"launched" not in (line := merge.stdout.readline()):
            assert line, "it ended too soon"
        merge.kill()
    assert "running" in cli("merge", "2", "--resolver", "fixer").stderr
    (clashing.path.parent / "go").touch()
    process.wait(clashing.path / ".git" / "parallel" / "tasks", "2")

    assert cli("merge", "2", "--json").json["merged"] == ["2"]
    assert (clashing.path / "app.py").read_text() == BOTH
    assert record(clashing)["attempt"] == 2
    assert clashing.is_sound()


def test_a_task_that_is_not_to_be_run_any_more_is_handed_to_nobody(
    clashing: Repo, cli: Cli, resolver: Resolver
) -> None:
    resolver(COMMITS)
    clashing.write("specs/SPEC-2.md", "# SPEC-2: Task 2\n\n**Status**: Complete\n**File**: `app.py`\n")
    clashing.commit("complete")

    ran = cli("merge", "--resolver", "fixer", "2")

    assert ran.status == 1
    assert "the conflict of 2 was handed to nobody: its document says it is complete" in ran.stderr
    assert clashing.state("2") == "conflicted"


def test_another_attempt_is_not_made_by_the_resolver(clashing: Repo, cli: Cli, resolver: Resolver) -> None:
    resolver("exit 3\n")
    cli("merge", "--resolver", "fixer")
    clashing.git("merge", "--abort", at=clashing.worktree("2"))

    ran = cli("retry", "2", "--json")

    assert (ran.status, clashing.state("2"), record(clashing)["resolves"]) == (0, "succeeded", None)


def test_an_unknown_resolver_and_a_coordinator_at_work_change_nothing(
    clashing: Repo, cli: Cli, resolver: Resolver
) -> None:
    before = everything(clashing)
    assert cli("merge", "--resolver", "nobody-here", "2").status == 2
    resolver(COMMITS)
    lock = clashing.path / ".git/parallel/coordinator.lock"
    with subprocess.Popen(["flock", str(lock), "-c", "echo; exec cat"], stdin=-1, stdout=-1) as office:
        assert office.stdout is not None
        office.stdout.readline()
        ran = cli("merge", "--resolver", "fixer", "2")
        office.communicate()
    assert (ran.status, ran.stdout) == (3, "")
    assert everything(clashing) == before


def test_options_that_do_not_go_together(cli: Cli) -> None:
    assert cli("merge", "--resolve", "2", "--resolver", "fixer").status == 2
    assert cli("merge", "--resolve", "2", "1").status == 2
