"""Bad input: a clear error with the way on, the right exit status, and nothing half-made left behind."""

import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.conftest import Cli, Repo

Agent = Callable[..., Sequence[str]]


def untouched(repo: Repo) -> tuple[object, ...]:
    """What a refused command must leave as it was."""
    return (
        repo.refs(),
        sorted(path.name for path in repo.path.parent.iterdir()),
        repo.git("status", "--porcelain"),
        repo.git("worktree", "list"),
    )


@pytest.mark.parametrize(
    "verb", [("tasks",), ("plan",), ("status",), ("run", "--", "true"), ("merge",), ("prune",), ("log", "1")]
)
def test_not_a_repository(cli: Cli, tmp_path: Path, verb: tuple[str, ...]) -> None:
    ran = cli(*verb, at=tmp_path)
    assert (ran.status, ran.stdout) == (128, "")
    assert ran.stderr.splitlines() == [
        "error: not a git repository",
        "hint: change into a repository, or make one with 'git init'",
    ]


def test_a_bare_repository(repo: Repo, cli: Cli) -> None:
    repo.git("clone", "--quiet", "--bare", ".", "../bare.git")
    for verb in (("plan",), ("run", "--", "true"), ("status",)):
        ran = cli(*verb, at=repo.path.parent / "bare.git")
        assert (ran.status, ran.stdout) == (128, "")
        assert ran.stderr.startswith("error: this is a bare repository, ")
        assert "hint: make one with 'git worktree add" in ran.stderr


def test_a_worktree_of_a_bare_repository_is_fine(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "one.py")
    repo.git("clone", "--quiet", "--bare", ".", "../bare.git")
    bare = repo.path.parent / "bare.git"
    repo.git("worktree", "add", "--quiet", "../trunk", "main", at=bare)
    trunk = repo.path.parent / "trunk"

    assert cli("run", "-j", "1", "--", *agent(), at=trunk).status == 0
    assert cli("merge", at=trunk).status == 0
    assert (trunk / "one.py").read_text() == "by 1\n"


def test_no_commits(cli: Cli, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    subprocess.run(["git", "init", "--quiet", str(empty)], check=True)
    for verb in (("plan",), ("run", "--", "true"), ("status",)):
        ran = cli(*verb, at=empty)
        assert (ran.status, ran.stdout) == (128, "")
        assert ran.stderr == "error: branch 'main' has no commits yet\nhint: make a first commit\n"


def test_a_detached_head_needs_a_target(repo: Repo, cli: Cli) -> None:
    repo.spec("1", "one.py")
    repo.git("checkout", "--quiet", "--detach")

    ran = cli("plan")
    assert ran.status == 128
    assert "detached HEAD" in ran.stderr
    assert "git config parallel.target main" in ran.stderr

    repo.config("parallel.target", "main")
    assert cli("plan").status == 0
    repo.config("parallel.target", "nowhere")
    assert cli("plan").status == 2


def test_an_unknown_id_names_the_nearest(repo: Repo, cli: Cli) -> None:
    repo.spec("auth", "auth.py")
    for verb in (("plan", "auht"), ("run", "auht", "--", "true")):
        ran = cli(*verb)
        assert (ran.status, ran.stdout) == (2, "")
        assert ran.stderr == "error: no task is called 'auht'\nhint: did you mean 'auth'?\n"


def test_two_specs_of_one_id(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("7-search", "search.py")
    repo.spec("7-index", "index.py")
    before = untouched(repo)

    for verb in (("plan", "7"), ("run", "7", "--", "true")):
        ran = cli(*verb)
        assert ran.status == 2
        assert "'7' is claimed by 2 tasks" in ran.stderr
        assert "'7-index' (specs/SPEC-7-index.md)" in ran.stderr
        assert "'7-search' (specs/SPEC-7-search.md)" in ran.stderr
    plan = cli("plan", "--json").json
    assert plan["waves"] == []
    assert [held["id"] for held in plan["held"]] == ["7-index", "7-search"]
    assert [problem["line"] for problem in plan["problems"]] == [1]
    assert cli("run", "--", *agent()).stdout == "nothing to run\n"
    assert untouched(repo) == before
    assert cli("run", "7-search", "--", *agent()).status == 0


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"# S\n\n**File**: `../../etc/passwd`\n", "leaves the repository"),
        (b"# S\n\n**File**: `/etc/passwd`\n", "absolute"),
        (b"# S\n\n**File**: `.git/hooks/x`\n", "inside .git"),
        (b"# S\n\n**File**: `.GIT/config`\n", "inside .git"),
        (b"x" * (10 * 1024 * 1024), "larger than 1 MiB"),
        (b"# S\n\0\n**File**: `a.py`\n", "NUL"),
        (b"# S\n\xff\xfe\n**File**: `a.py`\n", "UTF-8"),
    ],
)
def test_bad_specs_are_problems_with_file_and_line(
    repo: Repo, cli: Cli, content: bytes, complaint: str
) -> None:
    (repo.path / "SPEC-1.md").write_bytes(content)
    repo.commit("spec")

    ran = cli("plan", "--json")

    assert ran.status == 0
    (problem,) = ran.json["problems"]
    assert (problem["source"], complaint in problem["message"]) == ("SPEC-1.md", True), problem
    assert problem["line"] >= 1


@pytest.mark.parametrize("content", [b"\xef\xbb\xbf# S\r\n\r\n**File**: `a.py`\r\n", b"# S\n**File**: a.py"])
def test_bom_and_crlf_are_no_problem(repo: Repo, cli: Cli, content: bytes) -> None:
    (repo.path / "SPEC-1.md").write_bytes(content)
    repo.commit("spec")
    document = cli("plan", "--json").json
    assert (document["task_file_map"], document["problems"]) == ({"1": ["a.py"]}, [])


def test_a_branch_of_the_wanted_name(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "one.py")
    repo.spec("2", "two.py")
    repo.git("branch", "feature/1")
    before = repo.git("rev-parse", "feature/1")

    ran = cli("run", "--json", "--", *agent())

    assert ran.status == 1
    told = {task["id"]: (task["state"], task["reason"]) for task in ran.json["tasks"]}
    assert told["2"] == ("succeeded", "")
    assert told["1"][0] == "planned"
    assert told["1"][1].startswith(
        "a branch 'feature/1' exists already and is not git-parallel's (rename it with"
    )
    assert repo.git("rev-parse", "feature/1") == before
    assert not repo.worktree("1").exists()
    assert repo.refs("refs/parallel/tasks") == ["refs/parallel/tasks/2"]


def test_a_directory_of_the_wanted_name(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "one.py")
    repo.worktree("1").mkdir()
    (repo.worktree("1") / "mine").write_text("precious")
    before = untouched(repo)

    ran = cli("run", "--", *agent())

    assert ran.status == 1
    assert f"'{repo.worktree('1')}' exists already" in ran.stdout
    assert (repo.worktree("1") / "mine").read_text() == "precious"
    assert untouched(repo) == before


def test_a_branch_that_is_in_the_way_of_a_directory_of_branches(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "one.py")
    repo.git("branch", "feature")

    ran = cli("run", "--json", "--", *agent())

    assert ran.status == 1
    assert "feature" in ran.json["tasks"][0]["reason"]
    assert not repo.worktree("1").exists()
    assert repo.git("worktree", "list").count("\n") == 0


@pytest.mark.parametrize(
    ("command", "complaint"),
    [
        (("run",), "no agent command"),
        (("run", "--"), "no agent command"),
        (("run", "--", "no-such-agent"), "agent command not found or not executable: 'no-such-agent'"),
        (("run", "--", "./app.py"), "agent command not found or not executable: './app.py'"),
        (("run", "--agent", "nobody"), "no command is set for agent 'nobody'"),
        (("run", "-j", "0", "--", "true"), "invalid value for '-j'"),
        (("run", "--timeout", "soon", "--", "true"), "--timeout: not a duration: 'soon'"),
        (("run", "--no-such-option"), "no such option"),
        (("nonsense",), "no such command 'nonsense'"),
        (("merge", "--verify"), "option '--verify' requires an argument"),
    ],
)
def test_wrong_usage(repo: Repo, cli: Cli, command: tuple[str, ...], complaint: str) -> None:
    repo.spec("1", "one.py")
    before = untouched(repo)

    ran = cli(*command)

    assert (ran.status, ran.stdout) == (2, "")
    assert complaint in ran.stderr.splitlines()[0]
    assert ran.stderr.startswith("error: ")
    assert untouched(repo) == before


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ("parallel.maxParallel", "many", "parallel.maxParallel: 'many' is no number above 0"),
        ("parallel.maxParallel", "9" * 5000, "is no number above 0"),
        ("parallel.timeout", "0s", "parallel.timeout: '0s' is no time at all"),
        ("parallel.ownership", "lax", "'lax' is none of claim, strict"),
        ("parallel.branch", "work", "'work' has no {id}"),
        ("parallel.branch", "a..{id}", "makes no branch name"),
        ("parallel.worktree", "../{name}/{id}", "unknown placeholder '{name}'"),
        ("agent.x.singleton", "maybe", "'maybe' is neither true nor false"),
        ("parallel.specs", "**", "parallel.specs"),
        ("agent.x.command", "unclosed 'quote", "agent.x.command"),
    ],
)
def test_bad_settings(repo: Repo, cli: Cli, key: str, value: str, complaint: str) -> None:
    repo.spec("1", "one.py")
    repo.config(key, value)

    ran = cli("run", "--agent", "x") if key.endswith("command") else cli("plan")

    assert (ran.status, ran.stdout) == (2, "")
    assert complaint in ran.stderr


def test_a_broken_team_file_names_its_line(repo: Repo, cli: Cli) -> None:
    repo.commit("team", **{".gitparallel": "[parallel]\n\tmaxParallel = 2\n[broken\n"})
    ran = cli("plan")
    assert ran.status == 2
    assert ran.stderr.startswith("error: .gitparallel:3: not in the syntax of a git config file\n")


def test_a_command_in_the_team_file_is_not_run(repo: Repo, cli: Cli) -> None:
    repo.commit(
        "team",
        **{".gitparallel": '[agent "x"]\n\tcommand = touch /tmp/owned\n[parallel]\n\tverify = touch y\n'},
    )
    repo.spec("1", "one.py")
    ran = cli("run", "--agent", "x")
    assert ran.status == 2
    assert "no command is set for agent 'x'" in ran.stderr
    ignored = ".gitparallel: its commands are ignored (agent.x.command, parallel.verify)"
    assert ignored in ran.stderr
    assert ignored in cli("plan").stderr


def test_too_old_a_git(cli: Cli, tmp_path: Path) -> None:
    old = tmp_path / "old" / "git"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\necho git version 2.30.2\n")
    old.chmod(0o755)
    ran = cli("plan", env={"PATH": f"{old.parent}:{os.environ['PATH']}"})
    assert ran.status == 128
    assert ran.stderr == "error: git 2.30 is too old, git-parallel needs 2.38\nhint: upgrade git\n"


def test_no_identity_is_told_before_anything_is_made(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "one.py")
    before = untouched(repo)
    nobody = {"GIT_CONFIG_GLOBAL": "/dev/null", "EMAIL": ""}
    repo.config("user.useConfigOnly", "true")

    ran = cli("run", "--", *agent(), env=nobody)

    assert ran.status == 128
    assert ran.stderr == (
        "error: git does not know who commits here\n"
        "hint: git config user.name 'NAME'; git config user.email 'ADDRESS'\n"
    )
    assert untouched(repo) == before


def test_a_full_disk_leaves_nothing_half_made(repo: Repo, cli: Cli, agent: Agent) -> None:
    if os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root")
    repo.commit("big", **{"big.bin": "x" * 3_000_000})
    repo.spec("1", "one.py")
    small = repo.path.parent / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(small)], check=False)
    if mounted.returncode:
        pytest.skip("no tmpfs can be mounted here")
    try:
        repo.config("parallel.worktree", "../small/{id}")
        ran = cli("run", "--json", "--", *agent())
        assert ran.status == 1
        assert ran.json["tasks"][0]["state"] == "failed"
        assert (
            "big.bin" in ran.json["tasks"][0]["reason"] or "space" in ran.json["tasks"][0]["reason"].lower()
        )
        assert list(small.iterdir()) == []
        assert repo.refs("refs/heads") == ["refs/heads/main"]
        assert repo.git("worktree", "list").count("\n") == 0
        repo.git("config", "parallel.worktree", "../large/{id}")
        assert cli("run", "1", "--", *agent()).status == 0
    finally:
        subprocess.run(["umount", str(small)], check=True)
    assert repo.is_sound()


def test_a_reader_that_goes_away_is_no_error(repo: Repo) -> None:
    for number in range(30):
        repo.spec(f"task-{number}", f"dir{number}/")
    done = subprocess.run(
        "python -m git_parallel plan --json | head -n 1",
        shell=True,
        cwd=repo.path,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_repository_of_sha256_objects_is_like_any_other(cli: Cli, tmp_path: Path, agent: Agent) -> None:
    path = tmp_path / "sha256" / "shop"
    path.mkdir(parents=True)
    repo = Repo(path)
    repo.git("init", "--quiet", "--object-format=sha256")
    repo.spec("1", "one.py")

    assert cli("run", "--", *agent(), at=path).status == 0
    assert cli("merge", "--verify", "test -f one.py", at=path).status == 0
    assert cli("prune", at=path).status == 0
    assert cli("prune", "--undo", "1", at=path).status == 0
    assert (path / "one.py").read_text() == "by 1\n"
    assert repo.is_sound()


def test_documents_that_mean_harm_stop_nobody(repo: Repo, cli: Cli) -> None:
    harm = {
        "SPEC-2-stars.md": b"# S\n\n- `" + b"*" * 100_000 + b"`\n",
        "SPEC-3-line.md": b"x" * 10_000_000,
        "SPEC-4-nul.md": b"# S\n\0",
        "SPEC-5-bytes.md": b"# S\n\xff\xfe\n",
        "SPEC-6-lines.md": b"x\n" * 1_000_000,
        "specs/001-a/tasks.md": b"- [ ] T001 Create a/.git/x.py\n",
        "backlog/tasks/a.md": b"---\nstatus: open\nfiles: " + b"[" * 10_000 + b"\n---\n",
        "backlog/tasks/b.md": b"---\nstatus: open\nfiles: !!python/object/apply:os.system ['touch owned']\n---\n",
        ".taskmaster/tasks/tasks.json": b'{"tasks": [' + b"[" * 100_000,
        ".beads/issues.jsonl": b'{"id": "b", "title": "T", "status": "open"}\n{"id": \n',
    }
    for path, data in harm.items():
        (repo.path / path).parent.mkdir(parents=True, exist_ok=True)
        (repo.path / path).write_bytes(data)
    repo.spec("1", "one.py")

    ran = cli("tasks", "--json", timeout=10)

    assert (ran.status, ran.stderr) == (0, "")
    assert {problem["source"] for problem in ran.json["problems"]} == harm.keys()
    assert all(problem["line"] >= 1 and problem["message"] for problem in ran.json["problems"])
    good = next(task for task in ran.json["tasks"] if task["id"] == "1")
    assert [one["path"] for one in good["declared"]] == ["one.py"]
    assert cli("tasks", "--lint").status == 1
    assert not (repo.path / "owned").exists()


def test_a_run_in_the_background_has_no_answer_in_json(repo: Repo, cli: Cli) -> None:
    repo.spec("1", "one.py")
    before = untouched(repo)

    ran = cli("run", "--detach", "--json", "--", "true")

    assert (ran.status, ran.stdout, untouched(repo)) == (2, "", before)
    assert "--json tells how a run ended, which with --detach is not known yet" in ran.stderr
