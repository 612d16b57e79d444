"""Agents in a sandbox: what they can do there, what they cannot, and that nothing they did is lost."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from git_parallel.agents.sandbox import NAMESPACES, find_way
from git_parallel.errors import Unusable
from tests.cli.beside import Beside, until, waits_for
from tests.conftest import EDITS_ITS_FILE, Cli, Repo

Agent = Callable[..., Sequence[str]]


def why_not() -> str:
    try:
        way = find_way()
    except Unusable as error:
        return error.message
    return "" if way.name == NAMESPACES else "there are no user namespaces of our own"


WHY_NOT = why_not()
needs_namespaces = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT or "there are")


def start_record(repo: Repo, task: str, attempt: int = 1) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        (repo.path / ".git/parallel/tasks" / f"{task}.{attempt}.start").read_text()
    )
    return found


def record(repo: Repo, task: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(repo.git("show", f"refs/parallel/tasks/{task}:record.json"))
    return found


def tried(cli: Cli, repo: Repo, agent: Agent, ways: dict[str, str]) -> dict[str, str]:
    """Have the agent of task 20 try these, each a line of shell in its worktree; what failed, and how."""
    body = "".join(
        f'( {line} ) > out 2>&1 < /dev/null && echo "{name}: done" || echo "{name}: $(tail -n 1 out)"; rm -f out\n'
        for name, line in ways.items()
    )
    cli("run", "20", "--sandbox", "--", *agent(body))
    log = (repo.path / ".git/parallel/logs/20/1.log").read_text("utf-8", "replace")
    found = dict(line.split(": ", 1) for line in log.splitlines() if ": " in line)
    assert set(found) == set(ways), log
    return {name: said for name, said in found.items() if said != "done"}


@needs_namespaces
def test_work_in_a_sandbox_is_found_and_merged(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("20", "a.py")
    repo.spec("21", "b.py")
    ran = cli(
        "run", "--sandbox", "--merge", "--", *agent(EDITS_ITS_FILE + "git add . && git commit -qm work")
    )

    assert ran.status == 0, ran.stdout + ran.stderr
    assert {repo.state("20"), repo.state("21")} == {"merged"}
    assert (repo.path / "a.py").read_text() == "by 20\n"
    assert start_record(repo, "20")["sandbox"] == "namespaces"
    assert repo.git("log", "--format=%s", "feature/20", "-1") == "work"
    assert cli("prune").status == 0
    assert not list((repo.path / ".git/parallel/sandbox").iterdir())
    assert not list((repo.path / ".git").rglob("gp-*.lock"))
    assert repo.is_sound()


@needs_namespaces
def test_what_is_left_uncommitted_is_committed(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("20", "a.py")
    script = (
        EDITS_ITS_FILE + "git add . && git commit -qm one; echo two >> a.py; echo o > other.py; git add a.py"
    )

    assert cli("run", "--sandbox", "--", *agent(script)).status == 0
    assert repo.git("show", "feature/20:a.py") == "by 20\ntwo"
    assert repo.git("rev-list", "--count", "main..feature/20") == "2"
    # From inside nothing can be claimed; at the end it is.
    assert "other.py" in repo.git("show", "refs/parallel/claims:claims.json")


@needs_namespaces
def test_the_setting_does_the_same(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("20", "a.py")
    repo.config("parallel.sandbox", "on")

    assert cli("run", "--", *agent(f"touch {repo.path}/x && exit 7; {EDITS_ITS_FILE}")).status == 0
    assert cli("run", "--", *agent()).status == 0
    repo.git("config", "parallel.sandbox", "maybe")
    assert "parallel.sandbox" in cli("run", "--", *agent()).stderr


WORK = {
    "commit": "echo 1 > a.py && git add a.py && git commit -qm one",
    "amend": "echo 2 >> a.py && git commit -qa --amend -m two",
    "merge the target": "git merge -q main -m merged",
    "commit more": "echo 3 >> a.py && git commit -qam three && echo 4 >> a.py && git commit -qam four",
    "rebase": "git rebase -f HEAD~2",
    "rebase interactively": "GIT_SEQUENCE_EDITOR=: git rebase -i HEAD~2 --exec true",
    "fixup and autosquash": "echo 5 >> a.py && git commit -qa --fixup HEAD && GIT_SEQUENCE_EDITOR=: git rebase -i "
    "--autosquash HEAD~2",
    "rebase by patches": "git rebase -f --apply HEAD~1",
    "revert": "git revert --no-edit HEAD",
    "reset": "git reset -q --hard HEAD~1",
    "cherry-pick": "git cherry-pick ORIG_HEAD",
    "conflict and abort": "git revert --no-edit HEAD~2 || git revert --abort",
    "detach and come back": "git checkout -q HEAD~1 && git checkout -q -",
    "check out files": "rm a.py && git checkout -- a.py && git restore -s HEAD~1 a.py && git restore a.py",
    "bisect": "git bisect start HEAD HEAD~2 && git bisect reset",
    "read": "git log --all --oneline && git branch -a && git worktree list && git status && git fsck && git diff main",
    "reflog": "git reflog -1 feature/20 && git rev-parse HEAD@{1}",
    "read the main checkout": "cat {main}/app.py && git -C {main} status",
    "config of its own": "git config user.nickname x",
    "fetch of what is here": "git fetch -q . main && git merge -q FETCH_HEAD",
    "progress": "{parallel} progress 40 'half done'",
    "status": "{parallel} status && {parallel} plan",
    "temporary files": "touch $TMPDIR/x ~/x /tmp/gp-$$ && rm /tmp/gp-$$",
}


@needs_namespaces
def test_ordinary_work_goes_on(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("20", "a.py")
    repo.git("pack-refs", "--all")
    ways = {
        name: line.replace("{main}", str(repo.path)).replace(
            "{parallel}", f"{sys.executable} -m git_parallel"
        )
        for name, line in WORK.items()
    }

    assert tried(cli, repo, agent, ways) == {}
    assert repo.state("20") == "succeeded"
    assert repo.git("config", "--default", "none", "user.nickname") == "none"
    assert repo.is_sound()


ATTACKS = {
    "another branch": "git update-ref refs/heads/main HEAD",
    "a new branch": "git branch mine",
    "a tag": "git tag mine",
    "a note": "git notes add -m x",
    "a stash": "echo x > app.py; git stash; s=$?; git checkout -q app.py; exit $s",
    "a replacement": "git replace HEAD HEAD~1",
    "a record of ours": "git update-ref refs/parallel/tasks/20 HEAD",
    "a ref by hand": "git rev-parse HEAD > {git}/refs/heads/main",
    "packed refs": "echo >> {git}/packed-refs",
    "a hook": "echo exit 1 > {git}/hooks/pre-commit",
    "our hooks": "rm {git}/parallel/hooks/pre-commit",
    "the shared config": "echo x >> {git}/gp-real/config",
    "attributes": "echo x > {git}/info/attributes",
    "alternates": "echo /tmp > {git}/objects/info/alternates",
    "a pack": "rm -f {git}/objects/pack/*.pack",
    "its pointer to git": "echo gitdir: /tmp > .git",
    "its pointer away": "rm .git",
    "its admin directory": "echo /tmp > {git}/worktrees/gp-20/commondir",
    "its own git config": "echo x >> {git}/worktrees/gp-20/gp-exclude.gitconfig",
    "another admin directory": "rm {git}/worktrees/gp-21/HEAD",
    "another worktree": "cat {other}/app.py",
    "into another worktree": "touch {other}/x",
    "a worktree": "git worktree add -q --detach ../mine",
    "worktrees away": "git worktree remove --force {other}",
    "the main checkout": "touch {main}/x",
    "the main checkout away": "rm {main}/app.py",
    "the main index": "git -C {main} add -N x",
    "the records": "touch {git}/parallel/tasks/20.1.exit",
    "others' logs": "cat {git}/parallel/logs/21/1.log",
    "others' logs by the other way": "cat {git}/gp-real/parallel/logs/21/1.log",
    "gc": "git gc -q --prune=now",
    "prune": "git prune",
    "repack": "git repack -adq",
    "unmount": "umount {main} || umount -l {git}",
    "remount": "mount -o remount,rw,bind {main} {main} && touch {main}/x",
    "a namespace below": "unshare -Urm sh -c 'umount -l {main}; mount -o remount,bind,rw {main}; touch {main}/x'",
    "a namespace below of its own": "unshare -Um sh -c 'umount -l {git}; umount -l {main}; touch {main}/x'",
    "by a process outside": "touch /proc/{outside}/root{main}/x",
    "by the directory of one": "ls /proc/{outside}/cwd/",
    "by the files of one": "echo > /proc/{outside}/fd/0",
    "its namespaces": "nsenter -t {outside} -m -U true",
    "its memory": "dd if=/proc/{outside}/mem count=1",
    "more power": "setpriv --ambient-caps +sys_admin --inh-caps +sys_admin true",
    "claim": "{parallel} claim other.py",
    "merge": "{parallel} merge",
}


@needs_namespaces
def test_what_is_not_its_own_cannot_be_written(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("20", "a.py")
    repo.spec("21", "b.py")
    repo.git("repack", "-adq")
    assert cli("run", "21", "--", *agent("echo secret; " + EDITS_ITS_FILE)).status == 0
    before = repo.git("for-each-ref", "refs/heads", "refs/tags"), (repo.path / ".git/config").read_bytes()
    outside = subprocess.Popen(["sleep", "60"], cwd=repo.path, stdin=subprocess.DEVNULL)
    names = {
        "main": repo.path, "git": repo.path / ".git", "other": repo.worktree("21"), "outside": outside.pid,
        "parallel": f"{sys.executable} -m git_parallel",
    }  # fmt: skip
    ways = {name: line.format(**names) for name, line in ATTACKS.items()}
    try:
        refused = tried(
            cli, repo, agent, {"work": "echo 1 > a.py && git add . && git commit -qm one", **ways}
        )
    finally:
        outside.kill()
        outside.wait()

    assert set(ATTACKS) - set(refused) == set(), "these were done"
    assert "work" not in refused
    assert repo.state("20") == "succeeded"
    after = repo.git("for-each-ref", "refs/heads", "refs/tags"), (repo.path / ".git/config").read_bytes()
    assert after[1] == before[1]
    assert [line for line in after[0].splitlines() if "feature/20" not in line] == before[0].splitlines()
    assert not repo.git("status", "--porcelain")
    assert repo.is_sound()


@needs_namespaces
def test_processes_outside_can_still_be_signalled(repo: Repo, cli: Cli, agent: Agent) -> None:
    """A limit that is told in the documentation: there is no PID namespace."""
    repo.spec("20", "a.py")
    outside = subprocess.Popen(["sleep", "60"], stdin=subprocess.DEVNULL)

    assert cli("run", "--sandbox", "--", *agent(f"kill {outside.pid}; {EDITS_ITS_FILE}")).status == 0
    assert outside.wait() == -signal.SIGTERM


@needs_namespaces
def test_a_worktree_made_later_is_hidden_too(repo: Repo, cli: Cli, agent: Agent, beside: Beside) -> None:
    repo.spec("20", "a.py")
    flag = repo.path.parent / "go"
    script = (
        f"{waits_for(flag)}; ls -d ../shop-wt*; cat ../shop-wt*/app.py; "
        "for d in ../shop-wt*; do touch $d/x; done; rm -f x; "
        f"{EDITS_ITS_FILE} git add . && git commit -qm one"
    )
    run = beside("run", "-j", "2", "20", "--sandbox", "--", *agent(script))
    run.read_until("20 launched")
    assert cli("delegate", "coder(b.py): do it", "--", *agent("sleep 2; touch b.py")).status == 0
    logs = repo.path / ".git/parallel/logs"
    until(lambda: len(list(logs.glob("*/1.log"))) == 2)
    later = next(path for path in repo.path.parent.glob("shop-wt*") if path != repo.worktree("20"))
    flag.touch()
    run.end()

    said = (logs / "20/1.log").read_text().splitlines()
    # It is seen that there is one, and nothing of it.
    assert said[:3] == [*sorted(["../shop-wt20", f"../{later.name}"]), "print('app')"]
    assert f"cannot touch '../{later.name}/x'" in said[3]
    assert repo.state("20") == "succeeded"


@needs_namespaces
def test_the_branch_is_seen_while_the_agent_works(repo: Repo, cli: Cli, agent: Agent, beside: Beside) -> None:
    repo.spec("20", "a.py")
    flag = repo.path.parent / "go"
    script = f"{EDITS_ITS_FILE} git add . && git commit -qm one && echo committed; {waits_for(flag)}"
    run = beside("run", "--sandbox", "--", *agent(script))
    log = repo.path / ".git/parallel/logs/20/1.log"
    until(lambda: log.exists() and "committed" in log.read_text())
    cli("status")
    cli("plan")
    assert repo.git("log", "-1", "--format=%s", "feature/20") == "one"
    # All refs packed and the directory of the branch empty would be the end of what is mounted there.
    repo.git("gc", "--quiet")
    flag.touch()
    assert run.end()[0] == 0
    assert repo.state("20") == "succeeded"


@needs_namespaces
def test_gc_outside_does_not_harm_it(repo: Repo, agent: Agent, beside: Beside) -> None:
    repo.spec("20", "a.py")
    flag, ready = repo.path.parent / "go", "ready to go"
    script = f"echo {ready}; {waits_for(flag)}; git rev-parse main && {EDITS_ITS_FILE} git add . && git commit -qm one"
    run = beside("run", "--sandbox", "--", *agent(script))
    log = repo.path / ".git/parallel/logs/20/1.log"
    until(lambda: log.exists() and ready in log.read_text())
    repo.git("gc", "--quiet")
    moved = repo.commit("moved")
    repo.git("pack-refs", "--all")
    flag.touch()
    assert run.end()[0] == 0
    assert moved in log.read_text(), "it sees the target as it is"
    assert repo.git("log", "-1", "--format=%s", "feature/20") == "one"
    assert repo.is_sound()


@needs_namespaces
def test_a_sandboxed_agent_is_stopped_and_tidied_up_after(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("20", "a.py")
    pid, told = repo.path.parent / "pid", repo.path.parent / "told"
    daemon = f'setsid sleep 300 > /dev/null 2>&1 < /dev/null & echo $! > "{pid}"; '
    script = f"trap 'echo interrupted > \"{told}\"; exit 3' INT; {daemon} sleep 300 & wait"
    ran = cli("run", "--sandbox", "--timeout", "1s", "--", *agent(script))

    assert ran.status == 1
    assert record(repo, "20")["reason"].startswith("timed out after")
    assert told.read_text() == "interrupted\n"
    assert not Path(f"/proc/{pid.read_text().strip()}").exists()


@pytest.mark.sample(2)
@needs_namespaces
@pytest.mark.parametrize("whom", ["pid", "agent_pid"])
def test_nothing_is_lost_when_all_are_killed(
    repo: Repo, cli: Cli, agent: Agent, beside: Beside, whom: str
) -> None:
    repo.spec("20", "a.py")
    never = repo.path.parent / "never"
    run = beside(
        "run",
        "--sandbox",
        "--",
        *agent(f"{EDITS_ITS_FILE} git add . && git commit -qm one; {waits_for(never)}"),
    )
    heads = repo.path / ".git/parallel/sandbox/gp-20/heads/20"
    until(lambda: heads.exists() and heads.read_text().strip() != repo.git("rev-parse", "main"))
    tip = heads.read_text().strip()
    os.kill(run.process.pid, signal.SIGKILL)
    started = start_record(repo, "20")
    os.kill(started[whom], signal.SIGKILL)
    if whom == "pid":
        os.killpg(started["agent_pid"], signal.SIGKILL)
    until(lambda: cli("status", "--json").json["tasks"][0]["state"] in ("lost", "failed"))

    assert repo.git("rev-parse", "feature/20") == tip
    assert cli("retry", "20", "--sandbox", "--", *agent("echo 2 >> a.py; git commit -qam two")).status == 0
    assert repo.git("log", "--format=%s", "main..feature/20") == "two\none"


@needs_namespaces
def test_a_branch_that_somebody_moved_stays_where_it_is(repo: Repo, agent: Agent, beside: Beside) -> None:
    repo.spec("20", "a.py")
    flag = repo.path.parent / "go"
    script = f"echo ready; {waits_for(flag)}; {EDITS_ITS_FILE} git add . && git commit -qm one && git rev-parse HEAD"
    run = beside("run", "--sandbox", "--", *agent(script))
    log = repo.path / ".git/parallel/logs/20/1.log"
    until(lambda: log.exists() and "ready" in log.read_text())
    mine = repo.commit("mine")
    repo.git("update-ref", "refs/heads/feature/20", mine)
    flag.touch()
    assert run.end()[0] == 1

    theirs = log.read_text().split()[-1]
    assert (
        record(repo, "20")["reason"]
        == f"its branch was moved by somebody else; what it committed is {theirs}"
    )
    assert repo.git("rev-parse", "feature/20") == mine
    assert theirs in repo.git("rev-list", "refs/parallel/tasks/20"), "and is kept"


@needs_namespaces
@pytest.mark.parametrize(
    ("trick", "branch"),
    [
        ("rm {ref}; mkfifo {ref}", "main"),
        ("rm {ref}; ln -s /etc/hostname {ref}", "main"),
        ("echo ref: refs/heads/main > {ref}", "main"),
        ("git rev-parse HEAD^{tree} > {ref}", "main"),
        ("git commit -qm x --allow-empty; git pack-refs --all; test ! -e {ref}", "x"),
    ],
    ids=["fifo", "link", "symref", "tree", "packed"],
)
def test_what_an_agent_makes_of_its_branch(
    repo: Repo, cli: Cli, agent: Agent, trick: str, branch: str
) -> None:
    repo.spec("20", "a.py")
    ref = repo.path / ".git/refs/heads/feature/20"
    cli("run", "--sandbox", "--", *agent(trick.replace("{ref}", str(ref))))
    expected = {"main": ("failed", "spec 20"), "x": ("succeeded", "x")}[branch]

    assert (repo.state("20"), repo.git("log", "-1", "--format=%s", "feature/20")) == expected
    assert repo.is_sound()


@needs_namespaces
def test_submodules_can_be_worked_in(repo: Repo, cli: Cli, agent: Agent) -> None:
    library = Repo(repo.path.parent / "library")
    library.path.mkdir()
    library.git("init", "--quiet")
    library.commit("first", **{"lib.txt": "lib\n"})
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(library.path), "lib")
    repo.commit("library")
    repo.spec("20", "a.py", "lib")
    script = (
        "cat lib/lib.txt && echo 2 >> lib/lib.txt && git -C lib -c user.name=a -c user.email=b commit -qam two && "
        "git add lib && git commit -qm moved && git submodule status"
    )

    assert cli("run", "--sandbox", "--", *agent(script)).status == 0
    assert repo.git("log", "-1", "--format=%s", "feature/20") == "moved"


@needs_namespaces
def test_much_can_be_fetched_and_rebased_onto(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("20", "a.py")
    upstream = Repo(repo.path.parent / "upstream")
    repo.git("clone", "--quiet", ".", str(upstream.path))
    # More objects than git would fetch without making a pack of them.
    upstream.commit("much", **{f"many/{number}.txt": f"{number}\n" for number in range(150)})
    repo.git("remote", "add", "origin", str(upstream.path))
    script = (
        f"{EDITS_ITS_FILE} git add . && git commit -qm one; git fetch -q origin; git for-each-ref refs/remotes; "
        "git fetch -q --no-tags --refmap= origin main && git rebase -q FETCH_HEAD && cat many/149.txt"
    )
    cli("run", "--sandbox", "--", *agent(script))
    log = (repo.path / ".git/parallel/logs/20/1.log").read_text()

    assert "cannot lock ref 'refs/remotes/origin/main'" in log or "unable to create directory" in log
    assert log.splitlines()[-1] == "149"
    assert repo.git("log", "--format=%s", "-2", "feature/20") == "one\nmuch"
    assert not repo.refs("refs/remotes")


@needs_namespaces
@pytest.mark.parametrize("is_bare", [True, False])
def test_where_the_git_directory_lies_elsewhere(repo: Repo, cli: Cli, agent: Agent, is_bare: bool) -> None:
    repo.spec("20", "a.py")
    common = repo.path.parent / "real.git"
    if is_bare:
        repo.git("clone", "--quiet", "--bare", ".", str(common))
        repo.git("worktree", "add", "--quiet", str(repo.path.parent / "here"), "main", at=common)
    else:
        repo.git("init", "--quiet", "--separate-git-dir", str(common))
    here = repo.path.parent / "here" if is_bare else repo.path
    script = (
        f"touch {here}/x {common}/x; {EDITS_ITS_FILE} git add . && git commit -qm one && git rebase -qf main"
    )
    ran = cli("run", "--sandbox", "--", *agent(script), at=here)

    assert ran.status == 0, ran.stdout + ran.stderr
    assert repo.git("log", "-1", "--format=%s", "feature/20", at=common) == "one"
    assert not (here / "x").exists()
    assert not (common / "x").exists()


@needs_namespaces
@pytest.mark.parametrize("template", ["{id}", "release/{id}"])
def test_a_branch_needs_a_directory_of_its_own(repo: Repo, cli: Cli, agent: Agent, template: str) -> None:
    repo.spec("20", "a.py")
    repo.git("switch", "--quiet", "-c", "release/next")
    repo.config("parallel.branch", template)
    ran = cli("run", "--sandbox", "--", *agent())

    assert ran.status == 128
    assert "parallel.branch" in ran.stderr
    assert not repo.worktree("20").exists()
    assert not repo.refs("refs/parallel")


def without_namespaces(repo: Repo, agent: Agent, path: str) -> "subprocess.CompletedProcess[str]":
    """Run where the kernel makes no more user namespaces."""
    script = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"'
    return subprocess.run(
        ["unshare", "-Ur", "/bin/sh", "-c", script, "sh", sys.executable, "-m", "git_parallel", "run", "--sandbox",
         "--", *agent(EDITS_ITS_FILE + "git add . && git commit -qm work; ls -A ../; touch ../shop/x || :")],
        cwd=repo.path, env={**os.environ, "PATH": path}, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        check=False, timeout=60,
    )  # fmt: skip


@needs_namespaces
def test_where_there_can_be_none_nothing_is_made(repo: Repo, agent: Agent, tmp_path: Path) -> None:
    repo.spec("20", "a.py")
    (tmp_path / "bin").mkdir()
    for name in ("git", "sh"):
        (tmp_path / "bin" / name).symlink_to(str(shutil.which(name)))
    unshare = str(Path(str(shutil.which("unshare"))).parent)
    if shutil.which("bwrap", path=unshare):
        pytest.skip("bubblewrap lies beside unshare")
    ran = without_namespaces(repo, agent, f"{tmp_path / 'bin'}:{unshare}")

    assert ran.returncode == 128, ran.stdout + ran.stderr
    assert "cannot be put in a sandbox here: no user namespace: no space left on device" in ran.stderr
    assert "bubblewrap is not installed" in ran.stderr
    assert "hint: allow user namespaces" in ran.stderr
    assert not repo.worktree("20").exists()
    assert not repo.refs("refs/parallel")


@needs_namespaces
@pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not installed")
def test_bubblewrap_does_it_as_well(repo: Repo, agent: Agent) -> None:
    repo.spec("20", "a.py")
    ran = without_namespaces(repo, agent, os.environ["PATH"])

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert start_record(repo, "20")["sandbox"] == "bubblewrap"
    assert repo.git("log", "-1", "--format=%s", "feature/20") == "work"
    assert not (repo.path / "x").exists()
