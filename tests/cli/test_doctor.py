"""`git parallel doctor`: each way of damage is found and named, healed, and then git finds nothing wrong either."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

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


def states(cli: Cli) -> dict[str, str]:
    return {task["id"]: task["state"] for task in cli("status", "--json").json["tasks"]}


def test_all_at_once(town: Repo, cli: Cli) -> None:
    """As much of it as can be the case at the same time."""
    apart = (
        "empty commondir", "no HEAD", "no gitdir of the user's", "half made by the user", "locked index",
        "locked record", "torn branch", "damaged claims", "dead and running", "files of nobody", "half written",
        "ground of nobody", "room of nobody", "words of nobody", "dead waiter", "dead command", "port of nobody",
        "no hook", "altered hook", "no stanza",
    )  # fmt: skip
    repo = town
    for name in ("damaged claims", *(name for name in apart if name != "damaged claims")):
        DAMAGES[name][0](repo)
    before = contents(repo)

    # git itself fails, so what can be said is said, and that it is not all.
    found = cli("doctor", "--json")
    assert (found.status, found.json["is_healthy"]) == (1, False)
    assert {"missing-commondir", "half-made-worktree"} <= kinds(found)

    fixed = cli("doctor", "--fix", "--json")
    assert (fixed.status, fixed.json["is_healthy"]) == (0, True), fixed.stdout + fixed.stderr
    assert kinds(fixed) >= {DAMAGES[name][1] for name in apart if name != "no hook"}
    assert cli("doctor").stdout == "healthy\n"
    assert is_healthy(repo)
    after = contents(repo)
    assert {path: after.get(path) for path in before} == before
