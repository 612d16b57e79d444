"""`git parallel doctor`: each way of damage is found and named, healed, and then git finds nothing wrong either."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from tests.cli.beside import Beside, until, waits_for
from tests.conftest import Cli, Ran, Repo

Agent = Callable[..., Sequence[str]]
Damage = Callable[[Repo], object]

AGENTS = """\
echo "by $GIT_PARALLEL_TASK" > "$GIT_PARALLEL_TASK.py"
git parallel claim extra-$GIT_PARALLEL_TASK.py
[ $GIT_PARALLEL_TASK != 2 ]
"""
# Nobody's process number: the largest that Linux gives out is 4194304.
NOBODY = 4999999


@pytest.fixture
def town(repo: Repo, cli: Cli, agent: Agent) -> Repo:
    """Task 1 succeeded and 2 failed, each with work that is in no commit; and a worktree of the user's own."""
    repo.spec("1", "1.py")
    repo.spec("2", "2.py")
    cli("run", "--", *agent(AGENTS))
    repo.git("worktree", "add", "-q", "-b", "mine", str(mine(repo)))
    for path in (repo.worktree("1"), repo.worktree("2"), mine(repo), repo.path):
        (path / "app.py").write_text("changed\n")
        (path / "staged.py").write_text("staged\n")
        repo.git("add", "staged.py", at=path)
        (path / "untracked.py").write_text("untracked\n")
    return repo


def mine(repo: Repo) -> Path:
    return repo.path.parent / "mine"


def common(repo: Repo) -> Path:
    return repo.path / ".git"


def admin(repo: Repo, name: str = "gp-1") -> Path:
    return common(repo) / "worktrees" / name


def runtime(repo: Repo) -> Path:
    return common(repo) / "parallel"


# -- damage to admin directories ---------------------------------------------------------------------------


def empties(name: str, part: str) -> Damage:
    return lambda repo: (admin(repo, name) / part).write_bytes(b"")


def misses(name: str, part: str) -> Damage:
    return lambda repo: (admin(repo, name) / part).unlink()


def half_made(repo: Repo) -> None:
    """What a `git worktree add` leaves that was killed between creating `commondir` and writing it."""
    path = repo.path.parent / "killed"
    repo.git("worktree", "add", "-q", "-b", "killed", str(path))
    for name in ("index", "logs", "ORIG_HEAD"):
        one = admin(repo, "killed") / name
        shutil.rmtree(one) if one.is_dir() else one.unlink(missing_ok=True)
    (admin(repo, "killed") / "commondir").write_bytes(b"")
    (admin(repo, "killed") / "locked").write_text("initializing")


def initializing(repo: Repo) -> None:
    (admin(repo, "mine") / "locked").write_text("initializing")


def without_admin(repo: Repo) -> None:
    shutil.rmtree(admin(repo))


def without_directory(repo: Repo) -> None:
    shutil.rmtree(repo.worktree("1"))


def without_worktree(repo: Repo) -> None:
    repo.git("worktree", "remove", "--force", "--force", str(repo.worktree("2")))


def without_directory_and_gitdir(repo: Repo) -> None:
    without_directory(repo)
    empties("gp-1", "gitdir")(repo)


def without_head_and_branch(repo: Repo) -> None:
    (common(repo) / "refs/heads/feature/1").unlink()
    shutil.rmtree(admin(repo) / "logs")
    empties("gp-1", "HEAD")(repo)


def without_dot_git(repo: Repo) -> None:
    (repo.worktree("1") / ".git").unlink()


def moved_worktree(repo: Repo) -> None:
    repo.worktree("1").rename(repo.path.parent / "elsewhere")


# -- damage by locks ---------------------------------------------------------------------------------------


def locked(*names: str) -> Damage:
    def lock(repo: Repo) -> None:
        for name in names:
            path = common(repo) / f"{name}.lock"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()

    return lock


# -- damage to refs ----------------------------------------------------------------------------------------


def without_branch(repo: Repo) -> None:
    (common(repo) / "refs/heads/feature/2").unlink()


def torn(name: str) -> Damage:
    return lambda repo: (common(repo) / name).write_bytes(b"")


def without_record(repo: Repo) -> None:
    repo.git("update-ref", "-d", "refs/parallel/tasks/1")


def only_branch(repo: Repo) -> None:
    without_worktree(repo)
    repo.git("update-ref", "-d", "refs/parallel/tasks/2")
    for path in (runtime(repo) / "tasks").glob("2.*"):
        path.unlink()


def overwritten(ref: str, name: str) -> Damage:
    """A commit at the end of a chain whose content is none."""

    def overwrite(repo: Repo) -> None:
        blob = repo.git("hash-object", "-w", "--stdin", stdin="{}")
        tree = repo.git("mktree", stdin=f"100644 blob {blob}\t{name}\n")
        repo.git("update-ref", ref, repo.git("commit-tree", tree, "-p", ref, "-m", "torn"))

    return overwrite


def misplaced(repo: Repo) -> None:
    """A ref of ours that somebody has set to a commit of his own."""
    repo.git("update-ref", "refs/parallel/tasks/1", "main")


# -- records that contradict what is the case --------------------------------------------------------------


def rewritten(repo: Repo, task: str, **changes: object) -> None:
    """Append a record to the chain of a task as a command wrote it that died next."""
    ref = f"refs/parallel/tasks/{task}"
    record = json.loads(repo.git("show", f"{ref}:record.json")) | changes
    blob = repo.git("hash-object", "-w", "--stdin", stdin=json.dumps(record))
    tree = repo.git("mktree", stdin=f"100644 blob {blob}\trecord.json\n")
    repo.git("update-ref", ref, repo.git("commit-tree", tree, "-p", ref, "-m", "changed"))


def dead_and_running(repo: Repo) -> None:
    rewritten(repo, "2", state="running", ended=None)
    (runtime(repo) / "tasks/2.1.exit").unlink()


def dead_and_merging(repo: Repo) -> None:
    rewritten(repo, "1", state="merging", candidate=repo.git("rev-parse", "feature/1"))


def never_launched(repo: Repo) -> None:
    rewritten(repo, "2", state="ready", attempt=2)


# -- what is left of runs that died ------------------------------------------------------------------------


def files_of_nobody(repo: Repo) -> None:
    for name in ("9.lock", "9.1.start", "9.prompt"):
        (runtime(repo) / "tasks" / name).write_text("{}")


def half_written(repo: Repo) -> None:
    (runtime(repo) / "tmp/gp-9").mkdir()
    (runtime(repo) / "tmp/gp-9/HEAD").write_text("ref: refs/heads/feature/9\n")


def ground_of_nobody(repo: Repo) -> None:
    (runtime(repo) / "guard/gp-9").mkdir()
    (runtime(repo) / "guard/gp-9/own").write_text("9.py\n")


def room_of_nobody(repo: Repo) -> None:
    (runtime(repo) / "sandbox/gp-9/heads").mkdir(parents=True)


def words_of_nobody(repo: Repo) -> None:
    (runtime(repo) / "coordinator.json").write_text(json.dumps({"pid": NOBODY, "waiting": {}}))


def dead_waiter(repo: Repo) -> None:
    (runtime(repo) / "waiting").mkdir(exist_ok=True)
    (runtime(repo) / f"waiting/1.{NOBODY}.1").write_text("{}")


def dead_scratch(repo: Repo) -> None:
    path = repo.path.parent / "git-parallel-abc"
    repo.git("worktree", "add", "-q", "--detach", str(path))
    admin(repo, "git-parallel-abc").rename(admin(repo, f"gp-scratch.{NOBODY}.abc"))
    (path / ".git").write_text(f"gitdir: {admin(repo, f'gp-scratch.{NOBODY}.abc')}\n")


def dead_command(repo: Repo) -> None:
    (runtime(repo) / "verify").mkdir()
    (runtime(repo) / f"verify/{NOBODY}.abcd.lock").touch()


def port_of_nobody(repo: Repo) -> None:
    shelf = Path(os.environ["HOME"]) / ".local/state/git-parallel/ports"
    (shelf / "20999").write_text(json.dumps({"git": str(common(repo)), "task": "9"}))


# -- damage to the guard -----------------------------------------------------------------------------------


def without_hook(repo: Repo) -> None:
    (runtime(repo) / "hooks/pre-commit").unlink()


def altered_hook(repo: Repo) -> None:
    (runtime(repo) / "hooks/reference-transaction").write_text("#!/bin/sh\n")


def lame_hook(repo: Repo) -> None:
    (runtime(repo) / "hooks/pre-commit").chmod(0o600)


def without_stanza(repo: Repo) -> None:
    repo.git("config", "--remove-section", "includeIf.gitdir:./worktrees/gp-*")


DAMAGES: Mapping[str, tuple[Damage, str]] = {
    "empty commondir": (empties("gp-1", "commondir"), "missing-commondir"),
    "no commondir": (misses("gp-1", "commondir"), "missing-commondir"),
    "empty commondir of the user's": (empties("mine", "commondir"), "missing-commondir"),
    "half made by the user": (half_made, "half-made-worktree"),
    "empty HEAD": (empties("gp-1", "HEAD"), "missing-head"),
    "no HEAD": (misses("gp-2", "HEAD"), "missing-head"),
    "empty HEAD of the user's": (empties("mine", "HEAD"), "missing-head"),
    "empty gitdir": (empties("gp-1", "gitdir"), "missing-gitdir"),
    "no gitdir": (misses("gp-2", "gitdir"), "missing-gitdir"),
    "no gitdir of the user's": (misses("mine", "gitdir"), "missing-gitdir"),
    "initializing for ever": (initializing, "unfinished-add"),
    "no admin directory": (without_admin, "orphan-directory"),
    "no directory": (without_directory, "missing-worktree"),
    "no worktree": (without_worktree, "missing-worktree"),
    "neither directory nor gitdir": (without_directory_and_gitdir, "missing-gitdir"),
    "neither HEAD nor branch": (without_head_and_branch, "missing-branch"),
    "no .git file": (without_dot_git, "missing-dot-git"),
    "moved worktree": (moved_worktree, "moved-worktree"),
    "locked index": (locked("worktrees/gp-1/index", "worktrees/gp-2/HEAD"), "stale-lock"),
    "locked branch": (locked("refs/heads/feature/1"), "stale-lock"),
    "locked record": (locked("refs/parallel/tasks/1", "refs/parallel/claims"), "stale-lock"),
    "no branch": (without_branch, "missing-branch"),
    "torn branch": (torn("refs/heads/feature/1"), "broken-ref"),
    "torn record": (torn("refs/parallel/tasks/1"), "broken-ref"),
    "torn claims": (torn("refs/parallel/claims"), "broken-ref"),
    "no record": (without_record, "unrecorded-worktree"),
    "a branch alone": (only_branch, "unrecorded-branch"),
    "damaged record": (overwritten("refs/parallel/tasks/1", "record.json"), "damaged-record"),
    "misplaced record": (misplaced, "damaged-record"),
    "damaged claims": (overwritten("refs/parallel/claims", "claims.json"), "damaged-claims"),
    "dead and running": (dead_and_running, "ended-unseen"),
    "dead and merging": (dead_and_merging, "interrupted-merge"),
    "never launched": (never_launched, "unlaunched"),
    "files of nobody": (files_of_nobody, "left-runtime"),
    "half written": (half_written, "left-runtime"),
    "ground of nobody": (ground_of_nobody, "left-runtime"),
    "room of nobody": (room_of_nobody, "left-runtime"),
    "words of nobody": (words_of_nobody, "left-runtime"),
    "dead waiter": (dead_waiter, "left-runtime"),
    "dead scratch": (dead_scratch, "left-scratch"),
    "dead command": (dead_command, "left-command"),
    "port of nobody": (port_of_nobody, "left-port"),
    "no hook": (without_hook, "altered-hooks"),
    "altered hook": (altered_hook, "altered-hooks"),
    "lame hook": (lame_hook, "altered-hooks"),
    "no stanza": (without_stanza, "altered-hooks"),
}


def kinds(ran: Ran) -> set[str]:
    return {finding["kind"] for finding in ran.json["findings"]}


def contents(repo: Repo) -> dict[str, str]:
    """What lies in every directory beside the repository and in it, git's own apart."""
    return {
        str(path.relative_to(repo.path.parent)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(repo.path.parent.rglob("*"))
        if path.is_file() and ".git" not in path.parts and "git-parallel-abc" not in path.parts
    }


def is_healthy(repo: Repo) -> bool:
    """Whether git finds nothing wrong, in the repository and in each worktree."""
    for command in (
        ("fsck", "--full", "--strict"),
        ("gc", "--quiet"),
        ("for-each-ref",),
        ("branch", "--all"),
    ):
        repo.git(*command)
    listed = repo.git("worktree", "list", "--porcelain", "-z").split("\0")
    for field in listed:
        assert not field.startswith(("prunable", "locked")), field
        if field.startswith("worktree "):
            repo.git("status", "--porcelain", at=Path(field.removeprefix("worktree ")))
    return True


@pytest.mark.sample(4)
@pytest.mark.parametrize("name", DAMAGES)
def test_damage_is_found_named_and_healed(town: Repo, cli: Cli, name: str) -> None:
    damage, kind = DAMAGES[name]
    damage(town)
    before = contents(town)

    found = cli("doctor", "--json")
    assert (found.status, kinds(found) >= {kind}) == (1, True), found.stdout + found.stderr
    assert not any(finding["is_fixed"] for finding in found.json["findings"])
    assert all(finding["heal"] for finding in found.json["findings"])
    assert contents(town) == before

    fixed = cli("doctor", "--fix", "--json")
    assert (fixed.status, fixed.json["is_healthy"]) == (0, True), fixed.stdout + fixed.stderr
    assert kind in kinds(fixed)
    assert all(finding["is_fixed"] and finding["done"] for finding in fixed.json["findings"])

    again = cli("doctor")
    assert (again.status, again.stdout) == (0, "healthy\n")
    assert is_healthy(town)
    after = contents(town)
    assert {path: after.get(path) for path in before} == before
    assert cli("status").status == 0
    assert set(states(cli)) == {"1", "2"}


def test_all_at_once(town: Repo, cli: Cli) -> None:
    """As much of it as can be the case at the same time; what needs git to be done comes first."""
    apart = (
        "damaged claims", "dead and running", "no stanza", "half made by the user", "empty commondir", "no HEAD",
        "no gitdir of the user's", "locked index", "locked record", "torn branch", "files of nobody", "half written",
        "ground of nobody", "room of nobody", "words of nobody", "dead waiter", "dead command", "port of nobody",
        "altered hook",
    )  # fmt: skip
    for name in apart:
        DAMAGES[name][0](town)
    before = contents(town)

    # git itself fails, so what can be said is said, and that it is not all.
    found = cli("doctor", "--json")
    assert (found.status, found.json["is_healthy"]) == (1, False)
    assert {"missing-commondir", "half-made-worktree"} <= kinds(found)

    fixed = cli("doctor", "--fix", "--json")
    assert (fixed.status, fixed.json["is_healthy"]) == (0, True), fixed.stdout + fixed.stderr
    assert kinds(fixed) >= {DAMAGES[name][1] for name in apart}
    assert cli("doctor").stdout == "healthy\n"
    assert is_healthy(town)
    after = contents(town)
    assert {path: after.get(path) for path in before} == before


# -- what is only told of ----------------------------------------------------------------------------------


def stray_ref(repo: Repo) -> None:
    repo.git("update-ref", "refs/parallel/stray", "main")


def old_lock(repo: Repo) -> None:
    for name in ("packed-refs.lock", "index.lock"):
        (common(repo) / name).touch()
        os.utime(common(repo) / name, (time.time() - 100, time.time() - 100))


def taken_back(repo: Repo) -> None:
    rewritten(repo, "1", state="merged", candidate=repo.git("rev-parse", "feature/1"))


def trash_of_nobody(repo: Repo) -> None:
    (runtime(repo) / "trash/9.123/worktree").mkdir(parents=True)


@pytest.mark.sample(3)
@pytest.mark.parametrize(
    ("damage", "kind", "heal"),
    [
        (stray_ref, "unknown-ref", "git update-ref -d refs/parallel/stray "),
        (old_lock, "foreign-lock", "rm "),
        (taken_back, "unlanded", "git parallel merge 1"),
        (trash_of_nobody, "trash-without-ref", "ls -R "),
    ],
)
def test_what_is_not_ours_to_heal_is_told_with_the_command_that_does(
    town: Repo, cli: Cli, damage: Damage, kind: str, heal: str
) -> None:
    damage(town)

    fixed = cli("doctor", "--fix", "--json")

    assert (fixed.status, kinds(fixed)) == (1, {kind})
    for finding in fixed.json["findings"]:
        assert finding["heal"].startswith(heal)
        assert not finding["is_fixed"]
    if kind in ("unknown-ref", "foreign-lock"):
        for finding in fixed.json["findings"]:
            subprocess.run(finding["heal"], shell=True, cwd=town.path, check=True)
        assert cli("doctor").stdout == "healthy\n"


def test_a_lock_that_a_git_may_hold_is_no_finding(town: Repo, cli: Cli) -> None:
    old_lock(town)
    # A git that waits for its input in the main worktree.
    with subprocess.Popen(["git", "cat-file", "--batch"], cwd=town.path, stdin=subprocess.PIPE) as at_work:
        locked("worktrees/gp-1/index")(town)
        assert cli("doctor").stdout == "healthy\n"
        assert cli("status").status == 0
        assert (admin(town) / "index.lock").exists()
        assert at_work.stdin
        at_work.stdin.close()
    assert cli("doctor").status == 1


def test_text_says_what_is_wrong_and_below_it_what_heals(town: Repo, cli: Cli) -> None:
    stray_ref(town)
    empties("gp-1", "HEAD")(town)
    oid = town.git("rev-parse", "main")

    assert cli("doctor").stdout == (
        "missing-head: HEAD of worktree 'gp-1' is empty\n"
        "  heal: git parallel doctor --fix\n"
        "unknown-ref: refs/parallel/stray is no ref of git-parallel\n"
        f"  heal: git update-ref -d refs/parallel/stray {oid}\n"
        "2 things are wrong\n"
    )
    assert cli("doctor", "--fix").stdout == (
        "missing-head: HEAD of worktree 'gp-1' is empty\n"
        "  healed: HEAD of worktree 'gp-1' holds 'ref: refs/heads/feature/1' again\n"
        "unknown-ref: refs/parallel/stray is no ref of git-parallel\n"
        f"  heal: git update-ref -d refs/parallel/stray {oid}\n"
        "1 thing is wrong\n"
    )


# -- where it works, and for whom --------------------------------------------------------------------------


def test_from_inside_a_damaged_worktree(town: Repo, cli: Cli) -> None:
    empties("mine", "commondir")(town)
    assert kinds(cli("doctor", "--json", at=mine(town))) == {"missing-commondir"}
    assert cli("doctor", "--fix", at=mine(town)).status == 0
    assert is_healthy(town)


@pytest.mark.sample(3)
@pytest.mark.parametrize("part", ["", "commondir", "HEAD", "gitdir"])
def test_an_agent_may_look_and_not_heal(town: Repo, cli: Cli, part: str) -> None:
    if part:
        misses("gp-1", part)(town)
    ran = cli("doctor", "--fix", at=town.worktree("1"))
    assert (ran.status, ran.stderr.splitlines()[0]) == (
        1,
        "error: what is healed is for the user to say, not for an agent",
    )
    assert cli("doctor", "--fix", env={"GIT_PARALLEL_TASK": "1"}).status == 1
    assert cli("doctor", at=town.worktree("1")).status == bool(part)


def test_where_git_fails_at_a_worktree_of_the_users_the_hint_is_the_doctor(town: Repo, cli: Cli) -> None:
    half_made(town)
    ran = cli("plan")
    assert ran.status == 128
    assert ran.stderr.endswith("hint: 'git parallel doctor' finds what is damaged\n")
    fixed = cli("doctor", "--fix", "--json")
    (finding,) = fixed.json["findings"]
    (folder,) = (runtime(town) / "trash").glob("killed.*")
    assert str(folder) in finding["done"]
    assert (folder / "killed/HEAD").read_text() == "ref: refs/heads/killed\n"
    assert (town.path.parent / "killed/app.py").exists()


def test_a_repository_that_was_moved(town: Repo, cli: Cli) -> None:
    moved = Repo(town.path.with_name("market"))
    town.path.rename(moved.path)
    before = contents(moved)
    moved.config("parallel.worktree", "../shop-wt{id}")

    found = cli("doctor", "--json", at=moved.path)
    heals = {finding["heal"] for finding in found.json["findings"] if finding["kind"] == "moved-repository"}
    assert heals == {
        f"git worktree repair {path}" for path in (mine(town), town.worktree("1"), town.worktree("2"))
    }
    fixed = cli("doctor", "--fix", "--json", at=moved.path)

    assert (fixed.status, fixed.json["is_healthy"]) == (0, True), fixed.stdout
    assert is_healthy(moved)
    assert moved.git("config", "core.hooksPath", at=town.worktree("1")) == str(runtime(moved) / "hooks")
    assert contents(moved) == before


def test_a_folder_moved_with_the_repository_and_its_worktrees(town: Repo, cli: Cli) -> None:
    new = town.path.parent.with_name("new")
    town.path.parent.rename(new)
    moved = Repo(new / "shop")
    before = contents(moved)

    fixed = cli("doctor", "--fix", "--json", at=moved.path)

    assert (fixed.status, fixed.json["is_healthy"]) == (0, True), fixed.stdout
    assert {f["subject"] for f in fixed.json["findings"] if f["kind"] == "moved-worktree"} == {
        str(new / name) for name in ("mine", "shop-wt1", "shop-wt2")
    }
    assert is_healthy(moved)
    assert contents(moved) == before
    assert states_at(cli, moved) == {"1": "succeeded", "2": "failed"}


def test_a_branch_that_the_user_has_taken_over_is_not_checked_out_twice(town: Repo, cli: Cli) -> None:
    without_worktree(town)
    town.git("switch", "-q", "--discard-changes", "feature/2")

    fixed = cli("doctor", "--fix", "--json")

    assert "missing-worktree" not in kinds(fixed)
    assert not town.worktree("2").exists()
    assert cli("doctor", "--json").json["findings"] == []


def test_a_copy_of_a_repository_leaves_the_worktrees_to_the_first(town: Repo, cli: Cli) -> None:
    copy = Repo(town.path.with_name("copy"))
    shutil.copytree(town.path, copy.path)

    fixed = cli("doctor", "--fix", "--json", at=copy.path)

    assert (fixed.status, "other-repository" in kinds(fixed)) == (0, True), fixed.stdout
    assert is_healthy(copy)
    assert copy.git("worktree", "list").count("\n") == 1, "nothing but that of the user's"
    assert cli("doctor").stdout == "healthy\n"
    assert is_healthy(town)


def test_an_agent_that_is_alive_without_a_record_gets_one_by_which_it_can_be_ended(
    repo: Repo, cli: Cli, agent: Agent, beside: Beside
) -> None:
    repo.spec("1", "1.py")
    run = beside("run", "--", *agent(waits_for(repo.path.parent / "go")))
    until(lambda: "refs/parallel/tasks/1" in repo.refs("refs/parallel") and repo.state("1") == "running")
    os.kill(run.process.pid, signal.SIGKILL)
    run.process.wait()
    without_record(repo)
    assert "unrecorded-process" in kinds(cli("doctor", "--json"))

    assert "unrecorded-process" in kinds(cli("doctor", "--fix", "--json"))

    assert states(cli) == {"1": "running"}
    assert cli("doctor").stdout == "healthy\n"
    assert cli("cancel", "1").status == 0
    assert states(cli) == {"1": "cancelled"}
    assert cli("doctor").stdout == "healthy\n"


def test_what_was_lost_can_be_run_again(town: Repo, cli: Cli, agent: Agent) -> None:
    without_record(town)
    without_admin(town)
    tip = town.git("rev-parse", "feature/1")

    assert cli("doctor", "--fix").status == 0

    record = json.loads(town.git("show", "refs/parallel/tasks/1:record.json"))
    assert (record["state"], record["tip"], record["title"]) == ("lost", tip, "Task 1")
    assert record["reason"] == "its record was gone; made anew by doctor"
    assert cli("retry", "--fresh", "1", "--", *agent("echo again > 1.py")).status == 0
    assert states(cli)["1"] == "succeeded"
    assert cli("doctor").stdout == "healthy\n"


@pytest.mark.sample(2)
@pytest.mark.parametrize("name", ["no record", "damaged record"])
def test_nothing_of_a_chain_is_lost(town: Repo, cli: Cli, name: str) -> None:
    if name == "no record":
        misplaced(town)
    else:
        DAMAGES[name][0](town)
    damaged = town.git("rev-parse", "refs/parallel/tasks/1")
    cli("doctor", "--fix")
    assert damaged in town.git("rev-list", "refs/parallel/tasks/1").splitlines()
    assert states(cli)["1"] == ("lost" if name == "no record" else "succeeded")


# -- the trash ---------------------------------------------------------------------------------------------


@pytest.fixture
def pruned(repo: Repo, cli: Cli, agent: Agent) -> Path:
    """The folder of a task in the trash."""
    repo.spec("1", "1.py")
    cli("run", "--", *agent())
    cli("merge")
    cli("prune")
    (folder,) = (runtime(repo) / "trash").iterdir()
    return folder


def test_a_prune_that_was_killed_before_it_moved_the_worktree_is_taken_back(
    repo: Repo, cli: Cli, pruned: Path
) -> None:
    (pruned / "done").unlink()
    (pruned / "worktree").rename(repo.worktree("1"))
    for path in (pruned / "runtime").iterdir():
        path.rename(runtime(repo) / "tasks" / path.name)
    (pruned / "runtime").rmdir()
    repo.git("update-ref", "refs/heads/feature/1", "refs/parallel/tasks/1^2")
    before = contents(repo)

    fixed = cli("doctor", "--fix", "--json")

    assert (fixed.status, "interrupted-prune" in kinds(fixed)) == (0, True), fixed.stdout
    assert is_healthy(repo)
    assert contents(repo) == before
    assert repo.refs("refs/parallel/trash") == []
    assert cli("prune").status == 0
    assert not repo.worktree("1").exists()


def test_a_prune_that_was_killed_after_it_moved_the_worktree_is_brought_to_its_end(
    repo: Repo, cli: Cli, pruned: Path
) -> None:
    (pruned / "done").unlink()
    repo.git("update-ref", "refs/heads/feature/1", "refs/parallel/tasks/1^2")
    assert cli("doctor").status == 1

    assert kinds(cli("doctor", "--fix", "--json")) == {"interrupted-prune"}

    assert is_healthy(repo)
    assert repo.refs("refs/heads") == ["refs/heads/main"]
    assert cli("doctor").stdout == "healthy\n"
    assert cli("prune", "--undo", "1").status == 0


def test_an_undo_that_was_killed_is_gone_on_with(repo: Repo, cli: Cli, pruned: Path) -> None:
    (pruned / "restoring").touch()
    (pruned / "worktree").rename(repo.worktree("1"))

    assert "interrupted-undo" in kinds(cli("doctor", "--fix", "--json"))

    assert is_healthy(repo)
    assert repo.git("status", "--porcelain", at=repo.worktree("1")) == ""
    assert cli("doctor").stdout == "healthy\n"


def test_an_entry_whose_files_are_gone_is_told_of(repo: Repo, cli: Cli, pruned: Path) -> None:
    shutil.rmtree(pruned)
    ran = cli("doctor", "--fix", "--json")
    assert (ran.status, kinds(ran)) == (1, {"trash-without-files"})
    assert len(repo.refs("refs/parallel/trash")) == 1


# -- what status and run heal by themselves ----------------------------------------------------------------


@pytest.mark.sample(2)
@pytest.mark.parametrize("name", ["empty commondir", "empty HEAD", "no gitdir", "locked index"])
def test_status_heals_by_itself_what_is_safely_ours(town: Repo, cli: Cli, name: str) -> None:
    damage, _ = DAMAGES[name]
    damage(town)

    first, second = cli("status", "--json"), cli("status", "--json")

    assert first.json["mended"]
    assert not any("\n" in sentence for sentence in first.json["mended"])
    assert second.json["mended"] == []
    assert is_healthy(town)


def test_run_heals_by_itself_what_is_safely_ours(town: Repo, cli: Cli, agent: Agent) -> None:
    empties("gp-1", "commondir")(town)
    locked("worktrees/gp-2/index")(town)
    town.commit("more", **{"specs/SPEC-3.md": "# SPEC-3: Task 3\n\n**File**: `3.py`\n"})

    ran = cli("run", "3", "--", *agent(AGENTS))

    assert (ran.status, "holds '../..' again" in ran.stdout + ran.stderr) == (0, True), (
        ran.stdout + ran.stderr
    )
    assert "index.lock" in ran.stdout + ran.stderr
    assert is_healthy(town)


def states(cli: Cli) -> dict[str, str]:
    return {task["id"]: task["state"] for task in cli("status", "--json").json["tasks"]}


def states_at(cli: Cli, repo: Repo) -> dict[str, str]:
    return {task["id"]: task["state"] for task in cli("status", "--json", at=repo.path).json["tasks"]}
