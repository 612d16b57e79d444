"""Worktrees are made atomically: beside any other git command, and again after any crash."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from git_parallel.git import worktree
from git_parallel.git.command import Git
from git_parallel.git.place import Place, admin_of
from git_parallel.names import Oid, RefName
from tests.conftest import Cli, Repo

Agent = Callable[..., Sequence[str]]


def place(repo: Repo, task: str) -> Place:
    common = repo.path / ".git"
    return Place(repo.worktree(task), RefName.of_branch(f"feature/{task}"), admin_of(common, task))


def make_runtime(repo: Repo) -> Path:
    for name in ("", "tmp"):
        (repo.path / ".git" / "parallel" / name).mkdir()
    return repo.path / ".git"


def test_it_is_what_git_worktree_add_makes(repo: Repo) -> None:
    repo.commit("more", **{"dir with space/ünï.txt": "x\n", "run.sh": "#!/bin/sh\n"})
    common = make_runtime(repo)
    repo.git("worktree", "add", "--quiet", "-b", "theirs", "../theirs")
    ours = place(repo, "1")

    worktree.ensure(Git(repo.path), common, ours, base=Oid(repo.git("rev-parse", "HEAD")), is_fresh=True)

    def picture(at: Path) -> tuple[str, ...]:
        return (
            repo.git("ls-files", "--stage", "-v", at=at),
            repo.git("status", "--porcelain=v2", at=at),
            repo.git("rev-parse", "HEAD", "--show-toplevel", at=at).replace(str(at), ""),
        )

    assert picture(ours.path) == picture(repo.path.parent / "theirs")
    assert repo.git("symbolic-ref", "HEAD", at=ours.path) == "refs/heads/feature/1"
    assert f"worktree {ours.path}" in repo.git("worktree", "list", "--porcelain").splitlines()
    repo.git("worktree", "remove", str(ours.path))
    assert repo.is_sound()


def test_sixteen_at_once_while_other_git_commands_run(repo: Repo, tmp_path: Path) -> None:
    common = make_runtime(repo)
    base = Oid(repo.git("rev-parse", "HEAD"))
    stop = tmp_path / "stop"
    others = "git fetch -q . && git branch -a && git log --all -1 && git worktree list"
    loop = f'while [ ! -e "{stop}" ]; do {others} || exit 1; done'
    with subprocess.Popen(
        ["sh", "-c", loop], cwd=repo.path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as other:
        try:
            with ThreadPoolExecutor(16) as pool:
                for wave in range(3):
                    tasks = [f"{wave}-{number}" for number in range(16)]
                    list(
                        pool.map(
                            lambda t: worktree.ensure(
                                Git(repo.path), common, place(repo, t), base=base, is_fresh=True
                            ),
                            tasks,
                        )
                    )
        finally:
            stop.touch()
        assert other.stderr
        said = other.stderr.read()
    assert (other.returncode, said) == (0, b"")
    assert repo.git("worktree", "list").count("\n") == 48
    assert repo.is_sound()


def test_sixteen_agents_at_once(repo: Repo, cli: Cli, agent: Agent, tmp_path: Path) -> None:
    for number in range(16):
        repo.spec(f"t{number}", f"{number}.txt")
    stop = tmp_path / "stop"
    loop = f'while [ ! -e "{stop}" ]; do git fetch -q . && git branch -a && git log --all -1 || exit 1; done'
    with subprocess.Popen(
        ["sh", "-c", loop], cwd=repo.path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as other:
        ran = cli("run", "-j", "16", "--json", "--", *agent())
        stop.touch()
        assert other.stderr
        said = other.stderr.read()
    assert (other.returncode, said) == (0, b"")
    assert {task["state"] for task in ran.json["tasks"]} == {"succeeded"}
    assert len(ran.json["tasks"]) == 16


def test_killed_at_any_moment_it_is_completed_by_the_same_call(repo: Repo) -> None:
    """SIGKILL after each of many short delays; git works in between, and the next call completes it."""
    repo.commit("files", **{f"dir/{number}.txt": "x\n" * 50 for number in range(200)})
    common = make_runtime(repo)
    base = Oid(repo.git("rev-parse", "HEAD"))
    script = (
        "import sys; from pathlib import Path; from git_parallel.git import worktree as w;"
        "from git_parallel.names import Oid, RefName;"
        "from git_parallel.git.command import Git; repo, path, task, base = sys.argv[1:];"
        "c = Path(repo) / '.git';"
        "p = w.Place(Path(path), RefName('refs/heads/feature/' + task), w.admin_of(c, task));"
        "print('go', flush=True);"
        "w.ensure(Git(Path(repo)), c, p, base=Oid(base), is_fresh=True)"
    )
    for attempt in range(12):
        task = f"t{attempt}"
        arguments = [sys.executable, "-c", script, str(repo.path), str(repo.worktree(task)), task, base]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, start_new_session=True) as child:
            assert child.stdout
            child.stdout.readline()
            try:
                child.wait(timeout=0.003 * attempt)
            except subprocess.TimeoutExpired:
                # The process alone: a git child that is in the middle of a checkout lives a little longer.
                child.kill()
        repo.git("worktree", "list")
        repo.git("branch", "--all")
        until_no_git_is_at_work(repo.worktree(task))
        worktree.ensure(Git(repo.path), common, place(repo, task), base=base, is_fresh=True)
        assert repo.git("status", "--porcelain", at=repo.worktree(task)) == ""
    assert repo.is_sound()


def until_no_git_is_at_work(path: Path) -> None:
    """In the product the keeper's lock tells that nothing runs; here the orphaned child is waited for."""
    import time

    import psutil

    deadline = time.monotonic() + 30
    while any(p.info["cwd"] == str(path) for p in psutil.process_iter(["cwd"])):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_what_an_agent_left_is_not_written_over(repo: Repo) -> None:
    common = make_runtime(repo)
    base = Oid(repo.git("rev-parse", "HEAD"))
    ours = place(repo, "1")
    worktree.ensure(Git(repo.path), common, ours, base=base, is_fresh=True)
    (ours.path / "app.py").write_text("by the agent")
    (ours.path / "new.py").write_text("by the agent")
    for path in sorted(ours.admin.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    ours.admin.rmdir()

    worktree.ensure(Git(repo.path), common, ours, base=base, is_fresh=False)

    assert repo.git("status", "--porcelain", at=ours.path) == " M app.py\n?? new.py"
    assert (ours.path / "app.py").read_text() == "by the agent"
