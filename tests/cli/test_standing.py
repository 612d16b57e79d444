"""`git parallel start`, `stop`, `attach` and `run --detach`: runs that go on while nobody looks."""

import fcntl
import json
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.cli.beside import Beside, queued, until, waits_for
from tests.conftest import EDITS_ITS_FILE, Cli, Repo

Agent = Callable[..., Sequence[str]]


@pytest.fixture(autouse=True)
def stopped(repo: Repo, cli: Cli) -> Iterator[None]:
    """Whatever a test leaves at work is stopped."""
    repo.config("parallel.retryDelay", "0.1s")
    repo.config("parallel.grace", "1s")
    yield
    cli("stop", "--now")


def is_at_work(repo: Repo) -> bool:
    """Whether some process holds the coordinator's lock."""
    with (repo.path / ".git/parallel/coordinator.lock").open("r+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def coordinator(repo: Repo) -> int:
    """The process that coordinates."""
    return int(json.loads((repo.path / ".git/parallel/coordinator.lock").read_text())["pid"])


def kill_coordinator(repo: Repo) -> None:
    os.kill(coordinator(repo), signal.SIGKILL)
    until(lambda: not is_at_work(repo))


def processes_about(repo: Repo) -> list[str]:
    """The command lines of the living processes that work in the repository, or in a worktree of it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            where = str((process / "cwd").readlink())
            words = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if where.startswith(str(repo.path.parent)) and process.name != str(os.getpid()):
            found.append(words)
    return found


def state(repo: Repo, task: str) -> str:
    """The recorded state of a task; empty where it has no record."""
    found = repo.git("show", f"refs/parallel/tasks/{task}:record.json", check=False)
    return str(json.loads(found)["state"]) if found else ""


def reached(repo: Repo, **states: str) -> None:
    """Wait until the tasks named like these (`t1` is task 1) have come to these states."""
    until(lambda: all(state(repo, name[1:]) == wanted for name, wanted in states.items()))


def journal(repo: Repo) -> str:
    """All that the coordinator has said."""
    lines = (repo.path / ".git/parallel/logs/coordinator.log").read_text().splitlines()
    return "".join(json.loads(line)["what"] + "\n" for line in lines)


def nothing_is_left(repo: Repo, cli: Cli) -> bool:
    """No process, no lock, nothing made ahead, nothing in the queue."""
    assert not is_at_work(repo)
    # Whoever lets go of the lock has its last milliseconds before it.
    until(lambda: processes_about(repo) == [])
    assert queued(cli) == {}
    states = [task["state"] for task in cli("status", "--json").json["tasks"]]
    return not {"ready", "running", "merging"} & set(states) and repo.is_sound()


def test_a_task_committed_to_the_roadmap_while_it_stands_is_run_and_merged(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    begun = cli("start", "--merge", "--spec-backlog", "0", "--poll-interval", "10m", "--", *agent())
    assert (begun.status, begun.stderr) == (0, "")
    assert begun.stdout.startswith(f"at work in the background (process {coordinator(repo)}): ")
    assert state(repo, "1") == ""

    repo.commit("plan", **{"ROADMAP.md": "# Roadmap\n\n### PRIORITY 1: Greet\n\n**File**: `greet.py`\n"})
    reached(repo, t1="merged")

    assert repo.git("show", "main:greet.py") == "by 1"
    assert (repo.path / "greet.py").read_text() == "by 1\n", "the user's checkout came along"
    ended = cli("stop")
    assert (ended.status, ended.stderr) == (0, "")
    assert ended.stdout.splitlines()[-1] == "stopped; nothing runs"
    assert nothing_is_left(repo, cli)


def test_what_comes_after_a_task_is_launched_once_somebody_merges_that_by_hand(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    repo.spec("1", "one.py")
    repo.spec("2", "two.py", after="SPEC-1")
    cli("start", "--poll-interval", "10m", "--", *agent())
    reached(repo, t1="succeeded")
    assert queued(cli) == {"2": "after '1', not merged yet"}

    assert cli("merge", "1").status == 0

    reached(repo, t2="succeeded")
    assert repo.git("merge-base", "--is-ancestor", "main", "feature/2") == ""


def test_a_failing_task_is_tried_again_so_often_and_then_left(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.config("parallel.retryDelay", "1s")
    repo.spec("1", "one.py")
    cli(
        "start", "--max-retries", "2", "--poll-interval", "0.2s", "--", *agent("echo again >> one.py; exit 3")
    )

    until(lambda: queued(cli).get("1", "").startswith("tried again at "))
    until(lambda: journal(repo).count("1 failed after") == 3)
    repo.commit("something else happens")
    repo.spec("2", "two.py")
    until(lambda: journal(repo).count("2 failed after") == 3)

    said = [line for line in journal(repo).splitlines() if line.startswith("1 failed")]
    assert [line.partition("; ")[2].partition(" (")[2] for line in said] == [
        "retry 1 of 2)",
        "retry 2 of 2)",
        "",
    ]
    (task,) = [one for one in cli("status", "--json").json["tasks"] if one["id"] == "1"]
    assert (task["state"], task["attempt"], task["reason"]) == ("failed", 3, "exit status 3")
    assert queued(cli) == {}
    assert (repo.worktree("1") / "one.py").read_text() == "again\n" * 3
    cli("stop")
    cli("start", "--max-retries", "2", "--", *agent("echo again >> one.py; exit 3"))
    cli("stop")
    assert (repo.worktree("1") / "one.py").read_text() == "again\n" * 3, "it has had its tries"


def test_a_task_whose_keeper_dies_each_time_is_left_after_its_retries(
    repo: Repo, cli: Cli, agent: Agent, tmp_path: Path
) -> None:
    repo.spec("1", "one.py")
    script = f'echo x >> "{tmp_path}/count"; kill -9 $PPID'
    cli("start", "--max-retries", "1", "--poll-interval", "0.1s", "--", *agent(script))

    until(lambda: journal(repo).count("1 lost") >= 2)
    repo.spec("2", "two.py")
    until(lambda: journal(repo).count("2 lost") >= 2)
    cli("stop")

    assert (tmp_path / "count").read_text() == "x\n" * 4


def test_stop_lets_agents_finish_and_leaves_nothing(
    repo: Repo, cli: Cli, agent: Agent, beside: Beside, tmp_path: Path
) -> None:
    for number in range(1, 6):
        repo.spec(str(number), f"{number}.txt")
    go = tmp_path / "go"
    cli("start", "-j", "2", "--", *agent(f"{waits_for(go)}; echo done > $GIT_PARALLEL_TASK.txt"))
    reached(repo, t1="running", t2="running", t3="ready", t4="ready")

    stop = beside("stop")
    stop.read_until("asked to end: no new launches; agents finish")
    assert [state(repo, str(number)) for number in (1, 2)] == ["running", "running"]
    go.touch()
    status, out = stop.end()

    assert status == 0
    assert "2 of 2 succeeded" in out
    assert "3, 4, 5 were not launched: the run was interrupted" in out
    assert out.endswith("stopped; nothing runs\n")
    assert [state(repo, str(number)) for number in range(1, 6)] == ["succeeded"] * 2 + ["planned"] * 2 + [""]
    assert not repo.worktree("3").exists()
    assert nothing_is_left(repo, cli)


def test_stop_now_stops_the_agents(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "one.py")
    cli("start", "--", *agent("trap '' INT; echo half > one.py; sleep 60 & wait; sleep 60"))
    until(lambda: (repo.worktree("1") / "one.py").exists())

    stopped = cli("stop", "--now")

    assert (stopped.status, stopped.stdout.splitlines()[-1]) == (0, "stopped; nothing runs")
    assert state(repo, "1") == "cancelled"
    assert (repo.worktree("1") / "one.py").read_text() == "half\n"
    assert nothing_is_left(repo, cli)


def test_stop_where_nothing_is_at_work(repo: Repo, cli: Cli) -> None:
    assert cli("stop").stdout == "no coordinator is at work\n"
    assert not (repo.path / ".git/parallel").exists()
    assert cli("stop", "--now").status == 0


@pytest.mark.sample(2)
@pytest.mark.parametrize("now", [False, True])
def test_stop_sees_to_agents_whose_coordinator_was_killed(
    repo: Repo, cli: Cli, agent: Agent, tmp_path: Path, now: bool
) -> None:
    repo.spec("1", "1.txt")
    repo.spec("2", "2.txt")
    go = tmp_path / "go"
    cli("start", "--", *agent(f"echo half > $GIT_PARALLEL_TASK.txt; {waits_for(go)}"))
    reached(repo, t1="running", t2="running")
    kill_coordinator(repo)
    if not now:
        asked = cli("stop", "--no-wait")
        assert asked.stdout == "1, 2 ran without a coordinator; its agents finish\n"
        go.touch()

    stop = cli("stop", *(["--now"] if now else []))

    assert stop.status == 0
    end = "cancelled" if now else "succeeded"
    assert [task["state"] for task in cli("status", "--json").json["tasks"]] == [end, end]
    # Agents that were let go may have ended by now, one or both.
    assert stop.stdout in {
        "1, 2 ran without a coordinator; nothing runs any more\n",
        *(f"{task} ran without a coordinator; nothing runs any more\n" for task in "12" if not now),
        "no coordinator is at work\n",
    }
    assert nothing_is_left(repo, cli)


def test_attach_shows_a_run_from_its_beginning_and_ends_as_it_does(
    repo: Repo, cli: Cli, agent: Agent, beside: Beside, tmp_path: Path
) -> None:
    repo.spec("1", "1.txt")
    repo.spec("2", "2.txt")
    go = tmp_path / "go"
    begun = cli(
        "run", "--detach", "--", *agent(f"{waits_for(go)}; echo x > 1.txt; exit $((GIT_PARALLEL_TASK - 1))")
    )
    assert begun.status == 0
    reached(repo, t1="running", t2="running")

    attached = beside("attach")
    seen = attached.read_until("launched") + attached.read_until("launched")
    go.touch()
    status, out = attached.end()

    assert status == 1, "as the run itself, in which one failed"
    assert all(f"{task} launched in " in seen for task in "12")
    assert "1 succeeded after" in out
    assert "1 of 2 succeeded in" in out
    assert not is_at_work(repo)


def test_attach_tells_when_the_coordinator_is_killed(
    repo: Repo, cli: Cli, agent: Agent, beside: Beside
) -> None:
    repo.spec("1", "one.py")
    cli("start", "--", *agent("sleep 60"))
    attached = beside("attach")
    attached.read_until("1 launched")

    kill_coordinator(repo)

    assert attached.end() == (
        1,
        "note: the coordinator was killed; 'git parallel status' tells what is the case\n",
    )
    none = cli("attach")
    assert (none.status, none.stdout) == (128, "")
    assert none.stderr.startswith("error: no coordinator is at work in this repository\nhint: ")


@pytest.mark.sample(2)
@pytest.mark.parametrize("verb", ["start", "run"])
def test_there_is_one_coordinator_and_the_next_is_told_which(
    repo: Repo, cli: Cli, agent: Agent, verb: str
) -> None:
    repo.spec("1", "one.py")
    cli("start", "--", *agent("sleep 60"))
    pid = coordinator(repo)

    second = cli(verb, "--", *agent())

    assert (second.status, second.stdout) == (3, "")
    assert second.stderr.startswith(
        f"error: another git-parallel is at work in this repository (process {pid})\nhint: 'git parallel status'"
    )
    assert coordinator(repo) == pid
    assert is_at_work(repo)


def test_a_repository_without_any_task_is_stood_in_until_there_is_one(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    assert cli("start", "--", *agent()).status == 0
    until(lambda: "no tasks are ready to be run; the backlog is to be 3" in journal(repo))

    repo.spec("1", "one.py")

    reached(repo, t1="succeeded")
    assert journal(repo).count("the backlog is to be 3") == 1, "it is said once"


def test_specs_that_an_agent_writes_are_run_and_it_is_asked_once(
    repo: Repo, cli: Cli, agent: Agent, tmp_path: Path
) -> None:
    author = tmp_path / "author"
    author.write_text(
        "#!/bin/sh\ncat > ../asked; mkdir specs; "
        "printf '# SPEC-9: New\\n\\n**File**: `nine.py`\\n' > specs/SPEC-9.md\n"
    )
    author.chmod(0o755)
    repo.config("agent.author.command", str(author))
    slow = agent(f"{waits_for(tmp_path / 'go')}; {EDITS_ITS_FILE}")
    begun = cli("start", "--merge", "--spec-backlog", "1", "--spec-agent", "author", "--", *slow)
    assert begun.status == 0, begun
    reached(repo, t9="running")
    assert journal(repo).count("write-specs-1 launched") == 1
    assert "write-specs-2" not in journal(repo).partition("9 launched")[0], (
        "it was to wait for its own result"
    )
    (tmp_path / "go").touch()
    reached(repo, t9="merged")

    assert repo.git("show", "main:nine.py") == "by 9"
    assert state(repo, "write-specs-1") == "merged"
    asked = (repo.path.parent / "asked").read_text()
    assert "no tasks are ready to be run; there are to be 1." in asked
    cli("stop")
    assert nothing_is_left(repo, cli)


def test_a_writer_of_specs_without_a_command_is_told_in_the_foreground(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    ran = cli("start", "--spec-agent", "nobody", "--", *agent())

    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr.startswith(
        "error: no command is set for agent 'nobody', which is to write specs\nhint: "
    )
    assert not (repo.path / ".git/parallel/coordinator.lock").exists()


def test_a_start_that_was_killed_and_started_again_runs_nothing_twice(
    repo: Repo, cli: Cli, agent: Agent, tmp_path: Path
) -> None:
    for number in range(1, 6):
        repo.spec(str(number), f"{number}.txt")
    go = tmp_path / "go"
    script = (
        f'echo x >> "{tmp_path}/count-$GIT_PARALLEL_TASK"; {waits_for(go)}; echo x > $GIT_PARALLEL_TASK.txt'
    )
    cli("start", "-j", "2", "--merge", "--", *agent(script))
    reached(repo, t1="running", t2="running", t3="ready")
    kill_coordinator(repo)

    assert cli("start", "-j", "2", "--merge", "--", *agent(script)).status == 0
    go.touch()
    reached(repo, t1="merged", t2="merged", t3="merged", t4="merged", t5="merged")
    cli("stop")

    assert [(tmp_path / f"count-{number}").read_text() for number in range(1, 6)] == ["x\n"] * 5
    assert nothing_is_left(repo, cli)


def test_what_documents_say_meanwhile_is_heeded(repo: Repo, cli: Cli, agent: Agent, tmp_path: Path) -> None:
    for number in range(1, 5):
        repo.spec(str(number), "one.py" if number == 4 else f"{number}.txt")
    repo.spec("1", "one.py")
    go = tmp_path / "go"
    cli("start", "-j", "1", "--poll-interval", "10m", "--", *agent(f"{waits_for(go)}; {EDITS_ITS_FILE}"))
    reached(repo, t1="running", t2="ready", t3="ready")
    assert set(queued(cli)) == {"2", "3", "4"}

    repo.spec("2", "2.txt", extra="**Status**: complete\n")
    (repo.path / "specs/SPEC-3.md").unlink()
    repo.commit("3 is not wanted")
    until(lambda: set(queued(cli)) == {"4"})
    go.touch()
    reached(repo, t1="succeeded")
    cli("stop")

    said = journal(repo)
    assert "2 is left out: its document says it is complete" in said
    assert "3 is left out: its document is gone" in said
    assert not {"2 launched", "3 launched"} & {line[:10] for line in said.splitlines()}
    assert nothing_is_left(repo, cli)


def test_a_failed_task_whose_document_says_complete_meanwhile_is_not_tried_again(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    repo.config("parallel.retryDelay", "30s")
    repo.spec("1", "one.py")
    cli("start", "--poll-interval", "0.1s", "--", *agent("exit 1"))
    until(lambda: "1" in queued(cli))

    repo.spec("1", "one.py", extra="**Status**: complete\n")
    until(lambda: "1 is left out: its document says it is complete" in journal(repo))
    repo.spec("2", "two.py")
    until(lambda: "2 failed" in journal(repo))

    assert set(queued(cli)) == {"2"}
    assert journal(repo).count("1 is left out") == 1


def test_what_is_wrong_with_a_detached_run_is_told_in_the_foreground(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    repo.spec("1", "one.py")

    unknown = cli("run", "--detach", "99", "--", *agent())
    no_command = cli("run", "--detach")
    no_program = cli("run", "--detach", "--", "no-such-agent")

    assert [(ran.status, ran.stdout) for ran in (unknown, no_command, no_program)] == [(2, "")] * 3
    assert unknown.stderr.startswith("error: no task is called '99'")
    assert no_command.stderr.startswith("error: no agent command\nhint: ")
    assert no_program.stderr.startswith("error: agent command not found or not executable: 'no-such-agent'")
    assert repo.refs() == ["refs/heads/main"]


def test_a_second_stop_lets_agents_finish_as_well(
    repo: Repo, cli: Cli, agent: Agent, beside: Beside, tmp_path: Path
) -> None:
    repo.spec("1", "1.txt")
    go = tmp_path / "go"
    cli("start", "--", *agent(f"{waits_for(go)}; echo done > 1.txt"))
    reached(repo, t1="running")
    assert cli("stop", "--no-wait").stdout.endswith("to end; its agents finish\n")
    until(lambda: "asked to end" in journal(repo))

    again = cli("stop", "--no-wait")
    assert again.stdout.endswith("to end; its agents finish\n")
    third = beside("stop")
    go.touch()

    assert third.end()[0] == 0
    assert state(repo, "1") == "succeeded"


def test_what_ended_while_no_coordinator_lived_is_merged_by_the_next_one(
    repo: Repo, cli: Cli, agent: Agent, tmp_path: Path
) -> None:
    repo.spec("1", "one.py")
    repo.spec("2", "two.py", after="SPEC-1")
    go = tmp_path / "go"
    command = agent(f"{waits_for(go)}; {EDITS_ITS_FILE}")
    cli("start", "--merge", "--", *command)
    reached(repo, t1="running")
    kill_coordinator(repo)
    go.touch()
    until(lambda: cli("status", "--json").json["tasks"][0]["state"] == "succeeded")

    cli("start", "--merge", "--", *command)

    reached(repo, t1="merged", t2="merged")
    cli("stop")


def test_a_retry_from_the_start_is_handed_to_the_coordinator_which_alone_touches_worktrees(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    repo.spec("1", "one.py")
    script = "[ $GIT_PARALLEL_ATTEMPT = 2 ] || { echo mine > notes.txt; exit 3; }; ls > one.py"
    cli("start", "--max-retries", "0", "--", *agent(script))
    reached(repo, t1="failed")

    asked = cli("retry", "--fresh", "1")

    assert (asked.status, "handed to the coordinator" in asked.stdout) == (0, True)
    reached(repo, t1="succeeded")
    assert "notes.txt" not in (repo.worktree("1") / "one.py").read_text()
    cli("stop")
    assert cli("prune", "--undo", "1").status == 0
    assert (repo.worktree("1") / "notes.txt").read_text() == "mine\n"


def test_a_retry_while_the_coordinator_ends_waits_for_that_and_runs_here(
    repo: Repo, cli: Cli, agent: Agent, beside: Beside, tmp_path: Path
) -> None:
    repo.spec("1", "one.py")
    repo.spec("2", "two.py")
    go = tmp_path / "go"
    script = (
        f"[ $GIT_PARALLEL_TASK = 2 ] || {waits_for(go)}; [ $GIT_PARALLEL_TASK$GIT_PARALLEL_ATTEMPT != 21 ]; "
    )
    cli("start", "--max-retries", "0", "--", *agent(f"set -e; {script} {EDITS_ITS_FILE}"))
    reached(repo, t1="running", t2="failed")
    cli("stop", "--no-wait")
    until(lambda: "asked to end" in journal(repo))

    retried = beside("retry", "2")
    go.touch()
    status, out = retried.end()

    assert (status, "1 of 1 succeeded" in out) == (0, True), out
    assert (repo.state("1"), repo.state("2")) == ("succeeded", "succeeded")
