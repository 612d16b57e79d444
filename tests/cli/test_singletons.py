"""Agent types of which only one may be at work, held by agents, people and scripts, across processes."""

import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from git_parallel.agents import process
from git_parallel.git import locks
from git_parallel.names import TaskId
from tests.cli.beside import Beside, queued, until, waits_for
from tests.conftest import EDITS_ITS_FILE, Cli, Repo

Agent = Callable[[str], Sequence[str]]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def architect(repo: Repo) -> Repo:
    """A repository with a singleton agent type and two tasks for it."""
    repo.config("agent.architect.singleton", "true")
    repo.spec("a", "a.py", extra="**Assigned To**: architect")
    repo.spec("b", "b.py", extra="**Assigned To**: architect")
    return repo


def is_taken(repo: Repo) -> bool:
    return locks.is_held(repo.path / ".git/parallel/singletons/architect.lock")


def begins_and_waits(go: Path) -> str:
    return f'touch "{go}.$GIT_PARALLEL_TASK"; {waits_for(go)}; {EDITS_ITS_FILE}'


@pytest.mark.usefixtures("architect")
def test_two_terminals_cannot_hold_one_type(cli: Cli, beside: Beside, tmp_path: Path) -> None:
    go = tmp_path / "go"
    holding = beside("hold", "architect", "--", "/bin/sh", "-c", f"echo begun; {waits_for(go)}; exit 7")
    holding.read_until("begun")

    refused = cli("hold", "architect", "--", "true")

    assert refused.status == 3
    assert refused.stderr.startswith("error: only one 'architect' runs at a time, and '/bin/sh -c ")
    assert f"(process {holding.process.pid}) has it\n" in refused.stderr
    go.touch()
    assert holding.end()[0] == 7
    assert cli("hold", "architect", "--", "/bin/sh", "-c", "exit 5").status == 5


@pytest.mark.usefixtures("architect")
def test_who_waits_has_it_next(beside: Beside, tmp_path: Path) -> None:
    go = tmp_path / "go"
    first = beside("hold", "architect", "--", "/bin/sh", "-c", f"echo begun; {waits_for(go)}; echo done")
    first.read_until("begun")
    second = beside("hold", "--wait", "architect", "--", "/bin/sh", "-c", f'test -e "{go}" && echo mine')
    second.read_until("note: waiting: only one 'architect' runs at a time")
    go.touch()

    assert second.end() == (0, "mine\n")
    assert first.end() == (0, "done\n")


@pytest.mark.usefixtures("architect")
def test_a_hold_that_was_killed_holds_nothing(cli: Cli, beside: Beside) -> None:
    holding = beside("hold", "architect", "--", "/bin/sh", "-c", "echo begun; exec sleep 60")
    holding.read_until("begun")
    holding.process.send_signal(signal.SIGKILL)
    holding.end()

    assert cli("hold", "architect", "--", "true").status == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("coder", "--", "true"), "agent type 'coder' is no singleton, so nobody would wait for it"),
        (("architect",), "no command"),
        (
            ("architect", "--", "no-such-program"),
            "command not found or not executable: 'no-such-program'",
        ),
    ],
)
def test_what_cannot_be_held(architect: Repo, cli: Cli, arguments: Sequence[str], said: str) -> None:
    told = cli("hold", *arguments)

    assert (told.status, told.stderr.splitlines()[0]) == (2, f"error: {said}")
    assert not is_taken(architect)


def test_a_run_waits_for_a_person_and_goes_on_by_itself(
    architect: Repo, cli: Cli, beside: Beside, agent: Agent, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    holding = beside("hold", "architect", "--", "/bin/sh", "-c", f"echo begun; {waits_for(go)}")
    holding.read_until("begun")
    run = beside("run", "--", *agent(EDITS_ITS_FILE))
    until(lambda: len(queued(cli)) == 2)
    run.read_until("note: a waits: only one 'architect' runs at a time, and ")

    why = "only one 'architect' runs at a time, and '/bin/sh -c "
    assert all(reason.startswith(why) for reason in queued(cli).values())
    assert all(f"(process {holding.process.pid}) has it" in reason for reason in queued(cli).values())
    go.touch()
    status, out = run.end()
    assert (status, architect.state("a"), architect.state("b")) == (0, "succeeded", "succeeded"), out


def test_others_are_launched_while_a_person_has_a_type(
    architect: Repo, beside: Beside, agent: Agent, tmp_path: Path
) -> None:
    architect.spec("c", "c.py")
    go = tmp_path / "go"
    holding = beside("hold", "architect", "--", "/bin/sh", "-c", f"echo begun; {waits_for(go)}")
    holding.read_until("begun")
    run = beside("run", "--", *agent(EDITS_ITS_FILE))

    run.read_until("c succeeded")
    go.touch()
    assert run.end()[0] == 0


def test_the_agent_holds_its_type_and_outlives_its_coordinator(
    architect: Repo, cli: Cli, beside: Beside, agent: Agent, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    run = beside("run", "a", "--", *agent(begins_and_waits(go)))
    run.read_until("a launched")
    run.process.send_signal(signal.SIGKILL)
    run.end()

    refused = cli("hold", "architect", "--", "true")
    assert refused.status == 3
    assert refused.stderr.startswith(
        "error: only one 'architect' runs at a time, and task 'a', attempt 1 (process "
    )
    go.touch()
    assert cli("hold", "--wait", "architect", "--", "true").status == 0
    cli("status")
    assert architect.state("a") == "succeeded"


def test_a_keeper_that_was_killed_leaves_the_type_to_its_agent(
    architect: Repo, cli: Cli, beside: Beside, agent: Agent, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    run = beside("run", "a", "--", *agent(begins_and_waits(go)))
    until(Path(f"{go}.a").exists)
    started = process.read_start(architect.path / ".git/parallel/tasks", TaskId("a"), 1)
    assert started
    os.kill(started.pid, signal.SIGKILL)

    assert cli("hold", "architect", "--", "true").status == 3
    os.killpg(started.agent_pid, signal.SIGKILL)
    run.end()
    assert architect.state("a") == "lost"
    assert cli("hold", "architect", "--", "true").status == 0


def test_a_type_given_to_the_whole_run_is_one_at_a_time_too(
    architect: Repo, cli: Cli, tmp_path: Path
) -> None:
    architect.spec("c", "c.py")
    architect.spec("d", "d.py")
    room = tmp_path / "room"
    script = f'mkdir "{room}" || exit 9\nsleep 0.1\n{EDITS_ITS_FILE}rmdir "{room}"'
    architect.config("agent.architect.command", f"/bin/sh {architect.write('../agent.sh', script)}")

    told = cli("run", "--agent", "architect", "c", "d")

    assert (told.status, architect.state("c"), architect.state("d")) == (0, "succeeded", "succeeded"), told


@pytest.mark.usefixtures("architect")
def test_ctrl_c_ends_a_run_that_waits_for_a_person(
    cli: Cli, beside: Beside, agent: Agent, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    holding = beside("hold", "architect", "--", "/bin/sh", "-c", f"echo begun; {waits_for(go)}")
    holding.read_until("begun")
    run = beside("run", "--", *agent(EDITS_ITS_FILE))
    until(lambda: len(queued(cli)) == 2)

    run.process.send_signal(signal.SIGINT)
    assert run.end()[0] == 130
    go.touch()
