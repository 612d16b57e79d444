"""`git parallel progress`: agents tell how far they are, the rest is estimated, and `status` shows both."""

import json
import os
import pty
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Cli, Repo

Agent = Callable[..., Sequence[str]]
PROGRESS = f'"{sys.executable}" -m git_parallel progress'


@pytest.fixture
def background(repo: Repo, tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """Start a run that goes on while the test looks at it; gives the file whose making lets agents go on."""
    go = tmp_path / "go"
    started: list[subprocess.Popen[bytes]] = []

    def start(script: str, *arguments: str, count: int = 1) -> Path:
        wait = f'n=0; while [ ! -e "{go}" ] && [ $n -lt 600 ]; do sleep 0.05; n=$((n+1)); done'
        told = tmp_path / "told"
        whole = f'{script}\necho x >> "{told}"; {wait}; echo x >> $GIT_PARALLEL_TASK.txt'
        command = (sys.executable, "-m", "git_parallel", "run", *arguments, "--", "/bin/sh", "-ec", whole)
        started.append(
            subprocess.Popen(command, cwd=repo.path, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        )
        until(lambda: told.exists() and len(told.read_text().split()) == count)
        until(lambda: running(repo) == count)
        return go

    yield start
    go.touch()
    for one in started:
        one.wait(60)


def until(condition: Callable[[], bool]) -> None:
    """Wait for what other processes are about to do."""
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)


def running(repo: Repo) -> int:
    """How many tasks are recorded as running: an agent may be faster than the word of its launch."""
    return [repo.state(ref.split("/")[-1]) for ref in repo.refs("refs/parallel/tasks")].count("running")


def the_task(cli: Cli) -> Any:
    """The only task that `status --json` knows."""
    (task,) = cli("status", "--json").json["tasks"]
    return task


def test_an_agent_tells_and_status_shows(repo: Repo, cli: Cli, background: Callable[..., Path]) -> None:
    repo.spec("1", "1.txt")
    go = background(f'mkdir sub && cd sub && {PROGRESS} 10 begun && {PROGRESS} 40% "half  of\nit"; cd ..')

    told = the_task(cli)["progress"]
    assert told == {"percent": 40.0, "estimated": False, "message": "half of it", "basis": ["report"]}
    text = cli("status").stdout
    assert "PROGRESS" in text
    assert " 40 % " in text
    assert "half of it" in text
    assert "~" not in text
    (file,) = (repo.path / ".git/parallel/tasks").glob("*.progress*")
    assert file.name == "1.1.progress"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

    go.touch()
    until(lambda: the_task(cli)["state"] != "running")
    ended = the_task(cli)
    assert (ended["state"], ended["progress"], ended["eta_seconds"]) == ("succeeded", None, None)
    assert "PROGRESS" not in cli("status").stdout
    refused = cli("progress", "50", at=repo.worktree("1"))
    assert refused.status == 1
    assert refused.stderr == "error: task '1' is not running: its latest attempt is recorded as succeeded\n"


@pytest.mark.parametrize("percent", ["101", "-1", "abc", "", "nan", "1e1", "40 50", "100.1", "٤٠"])
def test_what_is_no_percentage(repo: Repo, cli: Cli, percent: str) -> None:
    ran = cli("progress", percent, "words")
    assert ran.status == 2
    assert ran.stderr.splitlines()[0].startswith("error: not a percentage: '")
    assert ran.stdout == ""
    assert not (repo.path / ".git/parallel").exists()


def test_usage(cli: Cli) -> None:
    assert cli("progress").status == 2
    assert "PERCENT" in cli("progress", "-h").stdout


def test_outside_of_the_worktree_of_a_task(repo: Repo, cli: Cli, tmp_path: Path) -> None:
    repo.git("worktree", "add", "-q", "-b", "own", str(tmp_path / "own"))
    other = tmp_path / "other"
    other.mkdir()
    repo.git("init", "-q", at=other)
    for place in (repo.path, tmp_path / "own", other):
        ran = cli("progress", "40", at=place)
        assert ran.status == 2, place
        assert ran.stderr == (
            "error: this is not the worktree of a task\nhint: 'git parallel status' tells where they are\n"
        )
    nowhere = tmp_path / "nowhere"
    nowhere.mkdir()
    assert cli("progress", "40", at=nowhere).status == 128


def test_a_repository_inside_the_worktree_is_not_the_task(
    repo: Repo, cli: Cli, background: Callable[..., Path]
) -> None:
    repo.spec("1", "1.txt")
    background("git init -q inner")
    assert cli("progress", "40", at=repo.worktree("1") / "inner").status == 2
    before = repo.git("for-each-ref")
    ran = cli("progress", "40", at=repo.worktree("1"))
    assert (ran.status, ran.stdout, ran.stderr) == (0, "", "")
    assert repo.git("for-each-ref") == before, "no ref moves for it"


@pytest.mark.parametrize(
    ("state", "why"),
    [("failed", "its latest attempt is recorded as failed"), (None, "nothing is recorded of it")],
)
def test_a_task_that_does_not_run(repo: Repo, cli: Cli, agent: Agent, state: str | None, why: str) -> None:
    repo.spec("1", "1.txt")
    cli("run", "--", *agent("exit 3"))
    if state is None:
        repo.git("update-ref", "-d", "refs/parallel/tasks/1")
    ran = cli("progress", "40", at=repo.worktree("1"))
    assert (ran.status, ran.stderr) == (1, f"error: task '1' is not running: {why}\n")
    assert not list((repo.path / ".git/parallel/tasks").glob("*.progress"))


def test_what_an_earlier_attempt_told_does_not_count(
    repo: Repo, cli: Cli, background: Callable[..., Path], agent: Agent
) -> None:
    repo.spec("1", "1.txt")
    cli("run", "--", *agent(f"{PROGRESS} 90 nearly; exit 1"))
    background("true", "1")
    assert the_task(cli)["attempt"] == 2
    assert the_task(cli)["progress"]["estimated"]


def test_a_message_drives_no_terminal_and_fills_no_screen(
    repo: Repo, cli: Cli, background: Callable[..., Path]
) -> None:
    repo.spec("1", "1.txt")
    background("true")
    at = repo.worktree("1")
    assert cli("progress", "7.5", "\x1b[31mred\u202e", "and", "more", at=at).status == 0
    assert the_task(cli)["progress"]["message"] == "\x1b[31mred\u202e and more"
    assert "\\x1b[31mred\\u202e and more" in cli("status").stdout
    assert cli("progress", "8", "word " * 100, at=at).status == 0
    message = the_task(cli)["progress"]["message"]
    assert len(message) == 200
    assert message.endswith("…")
    assert cli("progress", "9", "--all", "is well", at=at).status == 0
    assert the_task(cli)["progress"]["message"] == "--all is well"


@pytest.mark.sample(3)
@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"percent": NaN, "message": "", "time": 0}', '{"percent": 140, "message": "", "time": 0}',
     '{"percent": 40, "message": 5, "time": 0}', '{"percent": 40, "message": "", "time": 1e999}'],
)  # fmt: skip
def test_a_damaged_report_is_none(repo: Repo, cli: Cli, background: Callable[..., Path], text: str) -> None:
    repo.spec("1", "1.txt")
    background("true")
    (repo.path / ".git/parallel/tasks/1.1.progress").write_text(text)
    assert the_task(cli)["progress"]["estimated"]
    (repo.path / ".git/parallel/tasks/1.1.progress").unlink()
    os.mkfifo(repo.path / ".git/parallel/tasks/1.1.progress")
    assert the_task(cli)["progress"]["estimated"], "nobody waits for a pipe"


def test_reports_go_to_the_trash_and_come_back(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "1.txt")
    cli("run", "--merge", "--", *agent(f"{PROGRESS} 90 nearly; echo x > 1.txt"))
    file = repo.path / ".git/parallel/tasks/1.1.progress"
    before = json.loads(file.read_text())
    assert (before["percent"], before["message"]) == (90.0, "nearly")
    assert cli("prune").status == 0
    assert not file.exists()
    assert len(list((repo.path / ".git/parallel/trash").glob("1.*/runtime/1.1.progress"))) == 1
    assert cli("prune", "--undo", "1").status == 0
    assert json.loads(file.read_text()) == before


BOXES = "- [ ] Write it\n- [ ] Test it\n- [x] Think\n- [ ] Ship it\n"


def finished(repo: Repo, cli: Cli, seconds: int) -> None:
    """A task `0` in the records that took so long."""
    repo.spec("0", "0.txt")
    cli("run", "0", "--", "/bin/sh", "-c", "echo x > 0.txt")
    record = json.loads(repo.git("show", "refs/parallel/tasks/0:record.json"))
    record["started"] = record["ended"] - seconds
    blob = repo.git("hash-object", "-w", "--stdin", stdin=json.dumps(record))
    tree = repo.git("mktree", stdin=f"100644 blob {blob}\trecord.json\n")
    before = repo.git("rev-parse", "refs/parallel/tasks/0")
    repo.git("update-ref", "refs/parallel/tasks/0", repo.git("commit-tree", "-m", "x", "-p", before, tree))


def test_what_no_agent_tells_is_estimated(repo: Repo, cli: Cli, background: Callable[..., Path]) -> None:
    repo.spec("1", "1.txt", "lib/*.py", "never.txt", extra=BOXES)
    tick = "sed -i 's/\\[ \\] Test it/[x] test it/' $GIT_PARALLEL_SPEC"
    background(f"mkdir lib; echo x > lib/a.py; echo y > lib/b.py; echo z > other.txt; {tick}")

    task = the_task(cli)

    # Nothing is known of how long tasks take. One box of three, counted twice; of three files the first is
    # begun, that is half of it.
    assert task["progress"] == {
        "percent": round((2 * 100 / 3 + 100 / 6) / 3, 1),
        "estimated": True,
        "message": "",
        "basis": ["boxes", "files"],
    }
    assert task["eta_seconds"] is None
    text = cli("status").stdout
    assert " ~28 % " in text
    assert "~ is estimated, from what is seen of files, boxes and time\n" in text


def test_boxes_are_read_from_the_worktree_and_nowhere_else(
    repo: Repo, cli: Cli, background: Callable[..., Path], tmp_path: Path
) -> None:
    repo.spec("1", "1.txt", extra=BOXES)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/SPEC-1.md").write_text(BOXES.replace("[ ]", "[x]"))
    background("true")
    spec = repo.worktree("1") / "specs/SPEC-1.md"
    assert the_task(cli)["progress"]["basis"] == ["files"]
    spec.write_text(BOXES.replace("[ ]", "[x]"))
    assert the_task(cli)["progress"]["basis"] == ["boxes", "files"]
    spec.write_text(BOXES.replace("[ ]", "[x]") + "x" * (1 << 20))
    assert the_task(cli)["progress"]["basis"] == ["files"], "too large"
    spec.unlink()
    spec.symlink_to(tmp_path / "elsewhere/SPEC-1.md")
    assert the_task(cli)["progress"]["basis"] == ["files"], "a link"
    spec.unlink()
    os.mkfifo(spec)
    assert the_task(cli)["progress"]["basis"] == ["files"], "nobody waits for a pipe"
    spec.unlink()
    spec.parent.rmdir()
    spec.parent.symlink_to(tmp_path / "elsewhere")
    assert the_task(cli)["progress"]["basis"] == ["files"], "a link above it"


def test_time_left_of_each_and_of_all(repo: Repo, cli: Cli, background: Callable[..., Path]) -> None:
    finished(repo, cli, 1000)
    for task in ("1", "2", "3"):
        repo.spec(task, f"{task}.txt")
    repo.spec("4", "1.txt")
    go = background("true", "-j", "2", "1", "2", "3", "4", count=2)
    until(lambda: len(cli("status", "--json").json["queued"]) == 2)

    told = cli("status", "--json").json

    by_task = {task["id"]: task for task in told["tasks"]}
    assert by_task["0"]["eta_seconds"] is None
    for task in ("1", "2"):
        assert by_task[task]["progress"]["basis"] == ["files", "time"]
        assert 800 < by_task[task]["eta_seconds"] < 1000
    # Two slots, four tasks: two rounds.
    assert 1800 < told["eta_seconds"] < 2000
    assert told["eta_is_least"] is False
    text = cli("status").stdout
    assert "about 17 m left" in text
    assert "2 running, 2 waiting: about 33 m left" in text

    # One of them is told to be faster.
    (repo.path / ".git/parallel/tasks/1.1.progress").write_text(
        json.dumps({"percent": 50, "message": "", "time": by_task_start(repo, "1") + 500})
    )
    at_once = cli("status", "--json").json["tasks"][1]
    assert at_once["progress"]["percent"] == 50
    assert 0 <= at_once["eta_seconds"] < 60
    go.touch()


def by_task_start(repo: Repo, task: str) -> float:
    """When the agent of a task was started."""
    return float(json.loads(repo.git("show", f"refs/parallel/tasks/{task}:record.json"))["started"])


def test_a_run_that_makes_itself_known_has_a_speedup(
    repo: Repo, cli: Cli, background: Callable[..., Path]
) -> None:
    for task in ("1", "2"):
        repo.spec(task, f"{task}.txt")
    background("true", "-j", "2", count=2)
    published = repo.path / ".git/parallel/coordinator.json"
    data = json.loads(published.read_text())
    began = max(by_task_start(repo, task) for task in ("1", "2"))
    published.write_text(json.dumps({**data, "started": began, "slots": 2}))

    told = cli("status", "--json").json

    assert told["speedup"] == pytest.approx(2.0, abs=0.01)
    assert told["eta_seconds"] is None, "nobody knows how long such tasks take"
    assert "2 running: 2.0 times as fast as one by one so far" in cli("status").stdout


def test_a_run_on_a_terminal_shows_what_agents_tell(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    repo.spec("1", "1.txt")
    go = tmp_path / "go"
    script = (
        f'{PROGRESS} 37 "sowing \x1b[5m seeds"; while [ ! -e "{go}" ]; do sleep 0.05; done; echo x > 1.txt'
    )
    master, slave = pty.openpty()
    command = (sys.executable, "-m", "git_parallel", "run", "--timeout", "30s", "--", "/bin/sh", "-c", script)
    run = subprocess.Popen(command, cwd=repo.path, stdin=slave, stdout=slave, stderr=slave)
    os.close(slave)

    seen = b""
    while b"37 %" not in seen and (piece := read_some(master)):
        seen += piece
    go.touch()
    while piece := read_some(master):
        seen += piece
    os.close(master)

    assert run.wait(60) == 0
    assert "sowing \\x1b[5m seeds" in seen.decode()


def read_some(terminal: int) -> bytes:
    """What comes next on a terminal; nothing once it is closed at the other end."""
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""
