"""Work given by word of mouth: a task like any other, from its launch to its merge."""

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Sequence

import pytest

from tests.cli.beside import Beside, queued, until, waits_for
from tests.conftest import Cli, Repo

Agent = Callable[..., Sequence[str]]
WORKS = """
    case $GIT_PARALLEL_TASK in architect*) f=docs/search.md;; *) f=src/login.py;; esac
    mkdir -p "${f%/*}"; cat > "$f"
"""


@pytest.fixture(autouse=True)
def team(repo: Repo, cli: Cli) -> Iterator[None]:
    repo.config("agent.architect.owns", "docs/**")
    repo.config("agent.coder.owns", "src/**")
    yield
    cli("stop", "--now")


def test_two_agents_are_given_work_and_it_is_merged(repo: Repo, cli: Cli, agent: Agent) -> None:
    ran = cli(
        "delegate",
        "architect: write down how search works",
        "coder: fix the login",
        "--json",
        "--",
        *agent(WORKS),
    )

    assert ran.status == 0, ran
    assert sorted((task["id"], task["state"]) for task in ran.json["tasks"]) == [
        ("architect-write-down-how-search", "succeeded"),
        ("coder-fix-the-login", "succeeded"),
    ]
    assert cli("plan", "--why", "architect-write-down-how-search", "coder-fix-the-login").status == 0
    assert cli("merge").status == 0
    assert repo.git("log", "-1", "--format=%(trailers)").splitlines() == [
        "Parallel-Task: coder-fix-the-login", "Parallel-Agent: coder",
    ]  # fmt: skip
    told = repo.git("show", "main:docs/search.md").splitlines()
    assert told[0] == "write down how search works"
    assert "- `docs/**`" in told
    assert "- `src/**`: task `coder-fix-the-login`" in told
    assert repo.git("log", "-1", "--format=%s", "feature/coder-fix-the-login") == "fix the login"
    assert cli("tasks").stdout == "'main' declares no tasks\n", "it lists documents"
    assert repo.is_sound()


def test_paths_bound_it_more_than_the_agent_type_does(repo: Repo, cli: Cli, agent: Agent) -> None:
    script = "mkdir -p src; echo x > src/a.py; echo x > docs.txt"
    ran = cli("delegate", "coder(src/a.py): fix a", "coder: fix b", "-j", "1", "--", *agent(script))

    assert ran.status == 1
    assert "coder-fix-a failed" in ran.stdout
    assert "docs.txt" in ran.stdout, "its agent type owns src/ only"
    record = repo.git("show", "refs/parallel/tasks/coder-fix-a:record.json")
    assert '"paths": [\n  "src/a.py"\n ]' in record
    again = cli("retry", "coder-fix-a", "--fresh", "--", *agent("mkdir -p src; echo x > src/a.py"))
    assert again.status == 0, again


def test_each_agent_type_has_its_own_command(repo: Repo, cli: Cli) -> None:
    repo.config("agent.architect.command", "sh -c 'mkdir docs; echo by architect > docs/x'")
    repo.config("agent.coder.command", "sh -c 'mkdir src; echo by coder > src/x'")

    ran = cli("delegate", "architect: a", "coder: b")

    assert ran.status == 0, ran
    assert repo.git("show", "feature/architect-a:docs/x") == "by architect"
    assert repo.git("show", "feature/coder-b:src/x") == "by coder"


def test_the_same_words_again_are_another_task(repo: Repo, cli: Cli, agent: Agent) -> None:
    for _ in range(2):
        assert (
            cli("delegate", "coder: fix", "--merge", "--", *agent("mkdir -p src; date +%N > src/x")).status
            == 0
        )
    assert repo.refs("refs/parallel/tasks") == [
        "refs/parallel/tasks/coder-fix",
        "refs/parallel/tasks/coder-fix-2",
    ]


def test_what_cannot_be_given_makes_nothing(repo: Repo, cli: Cli, agent: Agent) -> None:
    told = {
        said: cli("delegate", "coder: fine", said, "--", *agent())
        if said != "coder: x"
        else cli("delegate", said)
        for said in ("no agent", "coder(../x): y", "coder: x")
    }
    unknown = cli("delegate", "koder: x")
    unknown_to_us = cli("delegate", "coder: x", "--paths", "/etc/**", "--", *agent())

    assert {said: (ran.status, ran.stdout) for said, ran in told.items()} == dict.fromkeys(told, (2, ""))
    assert told["coder: x"].stderr.startswith("error: no command is set for agent 'coder'\nhint: git config ")
    assert unknown.stderr.startswith(
        "error: there is no agent type 'koder'; known are: architect, coder, claude, "
    )
    assert (unknown.status, unknown_to_us.status) == (2, 2)
    assert repo.refs("refs/parallel") == []


def test_a_coordinator_at_work_takes_it_on_by_the_command_that_it_came_with(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    repo.config("agent.coder.command", "sh -c 'mkdir src; echo own > src/x'")
    cli("start", "--merge", "--", *agent("exit 7"))

    handed = cli(
        "delegate", "coder: fix", "architect: tell", "--", *agent("mkdir docs src; echo given > docs/x")
    )
    own = cli("delegate", "coder: more")

    assert (handed.status, own.status) == (0, 0)
    assert handed.stdout.startswith(
        "coder-fix, architect-tell: handed to the coordinator that is at work (process "
    )
    until(lambda: repo.git("show", "main:docs/x", check=False) == "given")
    until(lambda: repo.git("show", "main:src/x", check=False) == "own")


def test_it_outlives_the_command_that_gave_it(repo: Repo, cli: Cli, agent: Agent, beside: Beside) -> None:
    go = repo.path.parent / "go"
    given = beside(
        "delegate",
        "-j",
        "1",
        "coder: a",
        "coder: b",
        "--",
        *agent(f"{waits_for(go)}; mkdir src; echo $GIT_PARALLEL_TASK > src/x"),
    )
    given.read_until("launched")
    given.process.kill()
    given.process.wait()
    waiting = {task["id"]: task["state"] for task in cli("status", "--json").json["tasks"]}
    go.touch()

    ran = cli("run")

    assert set(waiting.values()) <= {"running", "planned", "ready"}
    assert ran.status == 0, ran
    assert {repo.state(f"coder-{name}") for name in "ab"} == {"succeeded"}
    assert queued(cli) == {}


def test_a_document_may_take_it_over(repo: Repo, cli: Cli, agent: Agent) -> None:
    cli("delegate", "coder: fix", "--", *agent("exit 1"))
    repo.spec("coder-fix", "src/y.py", extra="Now written down.")

    assert "Now written down." in cli("run", "--print-prompt", "coder-fix").stdout
    assert cli("retry", "coder-fix", "--", *agent("mkdir src; echo x > src/y.py")).status == 0


def test_in_the_background(repo: Repo, cli: Cli, agent: Agent) -> None:
    begun = cli("delegate", "coder: fix", "--detach", "--", *agent("mkdir src; echo x > src/x"))
    wrong = cli("delegate", "nobody", "--detach", "--", *agent())

    assert begun.status == 0, begun
    assert begun.stdout.startswith("at work in the background (process ")
    assert (wrong.status, wrong.stderr.splitlines()[0]) == (
        2,
        "error: this names no agent and no work: 'nobody'",
    )
    until(lambda: repo.refs("refs/parallel/tasks") and repo.state("coder-fix") == "succeeded")


def test_what_is_handed_over_in_the_last_moment_is_run(repo: Repo, agent: Agent, beside: Beside) -> None:
    # The lock that who hands over holds: the coordinator can only leave when it has looked once more.
    (repo.path / ".git/parallel").mkdir()
    lock = os.open(repo.path / ".git/parallel/handing.lock", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    repo.spec("1", "one.py")
    run = beside(
        "run",
        "--",
        *agent("mkdir -p src; [ $GIT_PARALLEL_TASK = 1 ] && echo x > one.py || echo x > src/late"),
    )
    until(lambda: repo.refs("refs/parallel/tasks") and repo.state("1") == "succeeded")
    record = json.loads(repo.git("show", "refs/parallel/tasks/1:record.json"))
    planned = {
        **record,
        "id": "late",
        "state": "planned",
        "attempt": 0,
        "is_delegated": True,
        "paths": ["src/"],
    }
    blob = repo.git(
        "hash-object", "-w", "--stdin", stdin=json.dumps({**planned, "branch": "", "worktree": ""})
    )
    tree = repo.git("mktree", stdin=f"100644 blob {blob}\trecord.json\n")
    repo.git("update-ref", "refs/parallel/tasks/late", repo.git("commit-tree", tree, "-m", "late"))
    os.close(lock)

    assert run.process.wait(30) == 0
    assert repo.state("late") == "succeeded"


def test_options_that_a_coordinator_does_not_take_along_are_named(
    repo: Repo, cli: Cli, agent: Agent, beside: Beside
) -> None:
    go = repo.path.parent / "go"
    run = beside("delegate", "coder: a", "--", *agent(f"{waits_for(go)}; mkdir src; echo x > src/x"))
    run.read_until("launched")

    handed = cli(
        "delegate", "coder(src/y): b", "--merge", "--timeout", "5s", "--", *agent("mkdir src; echo y > src/y")
    )
    go.touch()

    assert handed.status == 0
    assert (
        handed.stderr
        == "note: the coordinator at work goes by its own options; not taken along: --timeout, --merge\n"
    )
    assert run.process.wait(30) == 0
    assert repo.state("coder-b") == "succeeded"


def test_a_run_of_everything_leaves_delegated_tasks_their_own_command(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    own = agent("mkdir src; echo own > src/x")
    late = cli("delegate", "coder: later", "--budget", "0", "--", *own)
    assert late.stderr.splitlines() == [
        "note: coder-later was not launched: the budget of $0.00 is spent ($0.00)",
        "note: coder-later: still planned; 'git parallel run ID' runs it, 'git parallel cancel ID' calls it off",
    ], "nothing waits any more in a run that is over"
    repo.spec("1", "one.py")

    ran = cli("run", "--", *agent("echo given > one.py"))

    assert repo.git("show", "feature/coder-later:src/x") == "own", ran
    assert repo.git("show", "feature/1:one.py") == "given"


def test_a_document_of_the_same_name_as_one_that_is_done_is_a_problem(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    cli("delegate", "coder: fix", "--merge", "--", *agent("mkdir src; echo x > src/x"))
    repo.spec("coder-fix", "src/y.py")

    assert [problem["message"] for problem in cli("plan", "--json").json["problems"]] == [
        "a delegated task called 'coder-fix' is merged, and counts for this one; call this one otherwise"
    ]
