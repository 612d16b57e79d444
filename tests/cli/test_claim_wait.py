"""`git parallel claim --wait`: all at once as soon as it is free, first come first served, and no circles."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.cli.beside import until
from tests.cli.test_claim import write_limit
from tests.conftest import Cli, Repo

Agent = Callable[..., Sequence[str]]
LONG = 60.0


class Waiting:
    """A `claim --wait` that goes on beside the test."""

    def __init__(self, worktree: Path, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "git_parallel", "claim", "--wait", *arguments],
            cwd=worktree,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.said = ""

    def waits(self) -> "Waiting":
        """Come to the point where it has said what it waits for."""
        assert self.process.stderr
        self.said = self.process.stderr.readline()
        assert self.said.startswith("note: waiting for"), self.said + self.process.stderr.read()
        return self

    def ended(self) -> tuple[int, str, str]:
        """How it has ended, and what it said."""
        status = self.process.wait(LONG)
        assert self.process.stdout
        assert self.process.stderr
        out, err = self.process.stdout.read(), self.process.stderr.read()
        assert "Traceback" not in err, err
        return status, out, self.said + err


@pytest.fixture
def three(repo: Repo, cli: Cli, agent: Agent) -> tuple[Path, Path, Path]:
    """The worktrees of three tasks that have run."""
    for task in ("1", "2", "3"):
        repo.spec(task, f"{task}.txt")
    assert cli("run", "--", *agent()).status == 0
    return repo.worktree("1"), repo.worktree("2"), repo.worktree("3")


@pytest.fixture
def wait() -> Iterator[Callable[..., Waiting]]:
    """Start a `claim --wait` in a worktree; what still waits at the end is ended."""
    started = []

    def start(worktree: Path, *arguments: str) -> Waiting:
        started.append(Waiting(worktree, *arguments))
        return started[-1]

    yield start
    for one in started:
        one.process.kill()
        one.process.communicate()


Wait = Callable[..., Waiting]
Three = tuple[Path, Path, Path]


def holders(repo: Repo) -> dict[str, str]:
    found: dict[str, str] = json.loads(repo.git("show", "refs/parallel/claims:claims.json"))["claims"]
    return found


def waiters(repo: Repo) -> list[str]:
    return sorted(file.name.split(".")[0] for file in (repo.path / ".git/parallel/waiting").iterdir())


def test_what_is_free_is_taken_at_once_and_what_never_will_be_is_refused_at_once(
    repo: Repo, cli: Cli, three: Three
) -> None:
    one, two, _ = three
    assert cli("claim", "--wait", "x", at=one).stdout == "claimed x for task '1'\n"
    refused = cli("claim", "--wait", "x", ".gitattributes", at=two)
    assert (refused.status, holders(repo)) == (1, {"x": "1"})
    assert "'.gitattributes' cannot be claimed: a control file" in refused.stderr
    assert cli("claim", "--timeout", "1s", "y", at=two).stderr.startswith(
        "error: --timeout is how long to --wait"
    )
    assert cli("claim", "--wait", "--timeout", "soon", "y", at=two).status == 2


def test_it_gets_all_of_them_once_the_last_is_free_and_none_before(
    repo: Repo, cli: Cli, three: Three, wait: Wait
) -> None:
    one, two, three_ = three
    cli("claim", "a", at=one)
    cli("claim", "b", at=two)
    waiting = wait(three_, "a", "b", "free", "--until", "2h").waits()
    assert cli("status", "--json").json["tasks"][2]["waits_for"] == ["a", "b", "free"]
    assert "waits for a, b, free" in cli("status").stdout

    cli("release", "a", at=one)
    assert cli("claim", "free", at=one).status == 0, "nothing is kept for who cannot go on"
    cli("release", "free", at=one)
    assert "3" not in holders(repo).values()
    cli("release", "b", at=two)

    status, out, err = waiting.ended()
    assert status == 0
    assert [line.split(" until ")[0] for line in out.splitlines()] == [
        f"claimed {path} for task '3'" for path in ("a", "b", "free")
    ]
    assert "waiting for 'a': claimed by task '1'" in err
    assert "waiting for 'b': claimed by task '2'" in err
    assert holders(repo) == {"a": "3", "b": "3", "free": "3"}
    assert waiters(repo) == []
    assert cli("status", "--json").json["tasks"][2]["waits_for"] == []


@pytest.mark.sample(2)
@pytest.mark.parametrize("how", ["merge", "merge packed", "release", "delete", "pack"])
def test_what_sets_a_path_free_is_told_by_whatever_file_changes(
    repo: Repo, cli: Cli, three: Three, wait: Wait, how: str
) -> None:
    one, two, _ = three
    cli("claim", "x", at=one)
    if how in ("pack", "merge packed"):
        # git takes the folders away that it has emptied.
        repo.git("pack-refs", "--all", "--prune")
        assert not (repo.path / ".git/refs/parallel/tasks").exists()
    waiting = wait(two, "x", "1.txt" if "merge" in how else "x").waits()

    if "merge" in how:
        assert cli("merge", "1").status == 0
    elif how == "release":
        cli("release", "x", at=one)
    elif how == "delete":
        repo.git("pack-refs", "--all", "--prune")
        repo.git("update-ref", "-d", "refs/parallel/claims")
    else:
        repo.git("pack-refs", "--all", "--prune")
        cli("claim", "other", at=one)
        repo.git("pack-refs", "--all", "--prune")
        cli("release", "x", at=one)

    assert waiting.ended()[0] == 0
    assert holders(repo)["x"] == "2"


def test_a_declared_path_is_free_when_its_document_is_gone(repo: Repo, wait: Wait, three: Three) -> None:
    repo.spec("4", "later.txt")
    waiting = wait(three[0], "later.txt").waits()
    assert waiting.said == "note: waiting for 'later.txt': declared by task '4'\n"

    repo.git("rm", "--quiet", "specs/SPEC-4.md")
    repo.commit("no more")

    assert waiting.ended()[:2] == (0, "claimed later.txt for task '1'\n")


def test_a_claim_that_ends_by_the_clock_is_waited_for(repo: Repo, cli: Cli, three: Three, wait: Wait) -> None:
    cli("claim", "x", at=three[0])
    waiting = wait(three[1], "x").waits()
    soon = time.time() + 1.5

    write_limit(repo, x=soon)

    assert waiting.ended()[0] == 0
    assert time.time() >= soon
    assert holders(repo) == {"x": "2"}


def test_the_time_to_wait_can_be_over(repo: Repo, cli: Cli, three: Three) -> None:
    cli("claim", "x", at=three[0])

    late = cli("claim", "--wait", "--timeout", "0.3s", "x", "y", at=three[1])

    assert (late.status, late.stdout) == (1, "")
    assert (
        "error: 'x' cannot be claimed: claimed by task '1'\nerror: the time to wait is over\n" in late.stderr
    )
    assert (holders(repo), waiters(repo)) == ({"x": "1"}, [])


def test_two_that_wait_for_each_other_are_found_out_and_one_goes_on(
    repo: Repo, cli: Cli, three: Three, wait: Wait
) -> None:
    one, two, _ = three
    cli("claim", "a", at=one)
    cli("claim", "b", at=two)
    first = wait(one, "b").waits()

    refused = cli("claim", "--wait", "a", at=two)

    assert refused.status == 1
    assert (
        "error: to wait for it would never end: "
        "task '2' waits for 'a' of task '1', and task '1' waits for 'b' of task '2'\n"
    ) in refused.stderr
    assert "let go of what the others wait for" in refused.stderr
    assert first.process.poll() is None
    assert waiters(repo) == ["1"]
    cli("release", "b", at=two)
    assert first.ended()[0] == 0


def test_a_circle_of_three(repo: Repo, cli: Cli, three: Three, wait: Wait) -> None:
    for task, worktree in enumerate(three, 1):
        cli("claim", f"p{task}", at=worktree)
    wait(three[0], "p2").waits()
    wait(three[1], "p3").waits()

    refused = cli("claim", "--wait", "p1", at=three[2])

    assert refused.status == 1
    assert "task '1' waits for 'p2' of task '2', and task '2' waits for 'p3' of task '3'" in refused.stderr
    assert waiters(repo) == ["1", "2"]


def test_a_task_that_comes_after_this_one_is_not_waited_for(repo: Repo, cli: Cli, three: Three) -> None:
    repo.spec("4", "later.txt", after="SPEC-1")

    refused = cli("claim", "--wait", "later.txt", at=three[0])

    assert refused.status == 1
    assert "task '1' waits for 'later.txt' of task '4', and task '4' comes after task '1'" in refused.stderr
    assert "task '4' has not been started" in refused.stderr


def test_two_waits_at_the_same_moment_are_no_two_refusals(cli: Cli, three: Three, wait: Wait) -> None:
    one, two, _ = three
    cli("claim", "a", at=one)
    cli("claim", "b", at=two)

    both = [wait(one, "b"), wait(two, "a")]

    until(lambda: any(each.process.poll() is not None for each in both))
    (refused,) = (each for each in both if each.process.poll() is not None)
    (other,) = (each for each in both if each is not refused)
    assert refused.ended()[0] == 1
    cli("release", "--all", at=two if refused is both[1] else one)
    assert other.ended()[0] == 0


def test_who_came_first_is_first_and_nobody_gets_in_between(
    repo: Repo, cli: Cli, three: Three, wait: Wait
) -> None:
    one, two, three_ = three
    cli("claim", "x", at=one)
    first = wait(two, "x").waits()
    # It can be stopped in no better place than where it waits: the path is free, and it does not take it yet.
    os.kill(first.process.pid, signal.SIGSTOP)
    second = wait(three_, "x").waits()
    cli("release", "x", at=one)

    refused = cli("claim", "x", at=one)
    assert (refused.status, refused.stderr.splitlines()[0]) == (
        1,
        "error: 'x' cannot be claimed: task '2' has waited for it and is next",
    )
    os.kill(first.process.pid, signal.SIGCONT)
    assert first.ended()[0] == 0
    assert second.process.poll() is None
    assert holders(repo) == {"x": "2"}
    cli("release", "x", at=two)
    assert second.ended()[0] == 0


@pytest.mark.sample(3)
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_waiter_that_is_gone_is_no_waiter(
    repo: Repo, cli: Cli, three: Three, wait: Wait, number: signal.Signals
) -> None:
    one, two, three_ = three
    cli("claim", "x", at=one)
    first = wait(two, "x").waits()
    second = wait(three_, "x").waits()

    first.process.send_signal(number)
    assert first.ended()[0] == (130 if number is signal.SIGINT else -number)

    assert cli("status", "--json").json["tasks"][1]["waits_for"] == []
    cli("release", "x", at=one)
    assert second.ended()[0] == 0
    assert holders(repo) == {"x": "3"}
    assert waiters(repo) == [], "what the dead one has left is swept by who goes on waiting"


def test_a_waiter_that_dies_while_it_is_next_holds_nobody_up(
    repo: Repo, cli: Cli, three: Three, wait: Wait
) -> None:
    one, two, three_ = three
    cli("claim", "x", at=one)
    first = wait(two, "x").waits()
    os.kill(first.process.pid, signal.SIGSTOP)
    second = wait(three_, "x").waits()
    cli("release", "x", at=one)
    assert second.process.stderr
    assert (
        second.process.stderr.readline() == "note: waiting for 'x': task '2' has waited for it and is next\n"
    )

    first.process.kill()

    assert second.ended()[0] == 0
    assert holders(repo) == {"x": "3"}


def test_a_wait_ends_with_its_task(cli: Cli, three: Three, wait: Wait) -> None:
    one, two, _ = three
    cli("claim", "x", at=one)
    waiting = wait(two, "x").waits()
    assert cli("merge", "2").status == 0

    status, _, said = waiting.ended()

    assert status == 1
    assert said.splitlines()[-2] == "error: task '2' is merged, and can hold nothing any more"


# In a user namespace of its own a process can be left without any inotify instance, and nobody else is.
NO_WATCHES = (
    "unshare",
    "-Ur",
    "sh",
    "-c",
    'echo 0 > /proc/sys/user/max_inotify_instances && exec "$@"',
    "sh",
)


def test_where_no_watches_are_left_it_says_so_and_looks_by_itself(
    repo: Repo, cli: Cli, three: Three, tmp_path: Path
) -> None:
    if not shutil.which("unshare") or subprocess.run([*NO_WATCHES, "true"], check=False).returncode:
        pytest.skip("no user namespaces")
    cli("claim", "x", at=three[0])
    said = tmp_path / "said"
    with said.open("wb") as file:
        command = [*NO_WATCHES, sys.executable, "-m", "git_parallel", "claim", "--wait", "x"]
        process = subprocess.Popen(command, cwd=three[1], stderr=file)
    until(lambda: b"waiting for 'x'" in said.read_bytes())
    cli("release", "x", at=three[0])

    assert process.wait(LONG) == 0
    assert said.read_text().splitlines() == [
        "note: the system has no file watches left; looking once a second instead",
        "note: waiting for 'x': claimed by task '1'",
    ]
    assert holders(repo) == {"x": "2"}
