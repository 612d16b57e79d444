"""Ways to start the same agent many times, each in a home of its own that leaves no process behind.

The agent writes the time at its first and at its last instruction and a file between them. It is a script
of bash, which knows the time without asking another process; where bash is too old, one of Python.
"""

import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from importing import imported

ROOT = Path(__file__).resolve().parents[1]
_PATIENCE = 600.0  # seconds beyond their wait in which any number of agents must have ended
_SPEC = "# Task {n}\n\n**File**: `file{n}.txt`\n"
# $1 stamps, $2 seconds to wait, $3 the number of the task where nobody else tells it.
_BASH = """\
first=$EPOCHREALTIME
echo "$$ first $first" >> "$1"
task=${{GIT_PARALLEL_TASK:-$3}}
echo "$task" > "file$task.txt"
[ "$2" = 0 ] || sleep "$2"
{commit}echo "$$ last $EPOCHREALTIME" >> "$1"
"""
_PYTHON = """\
import time
first = time.time()
import os, sys
stamps, seconds, task = sys.argv[1], float(sys.argv[2]), os.environ.get("GIT_PARALLEL_TASK") or sys.argv[3]
open(stamps, "a").write(f"{{os.getpid()}} first {{first:.6f}}\\n")
open(f"file{{task}}.txt", "w").write(f"{{task}}\\n")
time.sleep(seconds)
{commit}open(stamps, "a").write(f"{{os.getpid()}} last {{time.time():.6f}}\\n")
"""
_COMMIT = "git add -A && git commit -qm work"
_BY_HAND = """\
#!/bin/sh
git worktree add -q -b "feature/$1" "../w$1" && cd "../w$1" && {agent} "$1"{commit}
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A repository with tasks 0, 1, 2 ... in a home of its own; `environment` has nothing of the user's."""

    home: Path
    repo: Path
    environment: dict[str, str]

    def agent(self, wait: float, *, commits: bool = False) -> list[str]:
        """The agent's command, which lacks only the number of the task."""
        is_bash = _has_bash()
        commit = "" if not commits else f"{_COMMIT}\n" if is_bash else f"os.system({_COMMIT!r})\n"
        script = self.home / f"agent{'-commits' if commits else ''}"
        script.write_text((_BASH if is_bash else _PYTHON).format(commit=commit))
        interpreter = [shutil.which("bash") or "bash"] if is_bash else [sys.executable, "-IS"]
        return [*interpreter, str(script), str(self.home / "stamps"), f"{wait:g}"]

    def by_hand(self, wait: float, *, commits: bool) -> list[str]:
        """What one writes without git-parallel: a worktree, the agent in it, and a commit of what it left."""
        script = self.home / "by-hand"
        commit = f" && {_COMMIT}" if commits else ""
        script.write_text(_BY_HAND.format(agent=shlex.join(self.agent(wait)), commit=commit))
        return ["sh", str(script)]

    def stamps(self, which: str) -> dict[int, float]:
        """By the agent's process id the seconds at which it came to its `first` or `last` instruction."""
        try:
            lines = (self.home / "stamps").read_text().splitlines()
        except FileNotFoundError:
            return {}
        fields = (line.replace(",", ".").split() for line in lines)
        return {int(pid): float(at) for pid, name, at in fields if name == which}

    def start(self, command: Sequence[str], stdin: str = "") -> "subprocess.Popen[bytes]":
        """Start a command in the repository; what it says goes to `said` in the home."""
        (self.home / "stdin").write_text(stdin)
        with (self.home / "stdin").open("rb") as given, (self.home / "said").open("ab") as said:
            return subprocess.Popen(
                command, cwd=self.repo, env=self.environment, stdin=given, stdout=said, stderr=said
            )

    def processes(self) -> list[psutil.Process]:
        """All that run and descend from something that was started here, detached or not."""
        mark = str(self.home)
        mine = os.getpid()
        found = []
        for process in psutil.process_iter():
            try:
                if process.pid != mine and process.environ().get("HOME") == mark:
                    found.append(process)
            except psutil.Error:
                continue
        return found


@contextmanager
def place(folder: Path, tasks: int, files: int) -> Iterator[Place]:
    """A fresh repository of so many files and specs; at the end nothing of its home is left, no process either."""
    home = Path(tempfile.mkdtemp(prefix="home-", dir=folder))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "XDG_", "TS_"))}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)  # nobody who uses git-parallel compiles it every time
    mine = {
        "HOME": str(home),
        "TMPDIR": str(home),
        "PYTHONPATH": str(ROOT),
        "GIT_CONFIG_NOSYSTEM": "1",
        "LC_ALL": "C",
        "TS_SOCKET": str(home / "tsp"),
    }
    made = Place(home, home / "repo", kept | mine)
    imported(made.repo, _first_commit(tasks, files))
    for key in ("parallel.admission", "commit.gpgSign"):
        subprocess.run(["git", "-C", str(made.repo), "config", key, "off"], check=True)
    try:
        yield made
    finally:
        while left := made.processes():
            for process in left:
                try:
                    process.kill()
                except psutil.NoSuchProcess:
                    continue
            psutil.wait_procs(left, timeout=1)
        # Now, since the worktrees of a large repository fill a disk long before the last of them is made.
        shutil.rmtree(home, ignore_errors=True)


def _first_commit(tasks: int, files: int) -> Iterator[bytes]:
    yield b"commit refs/heads/main\ncommitter Bench <bench@example.com> 1700000000 +0000\ndata 1\nx\n"
    named = {f"specs/SPEC-{n}.md": _SPEC.format(n=n) for n in range(tasks)}
    named |= {f"src/m{n // 50}/f{n}.py": f"line of {n}\n" * 60 for n in range(files)}
    for path, text in named.items():
        yield f"M 100644 inline {path}\ndata {len(text)}\n{text}\n".encode()


@dataclass(frozen=True, slots=True)
class Launcher:
    """A program that keeps so many commands going, and the command for an agent that waits some seconds."""

    name: str
    needs: str
    begin: Callable[[Place, int, int, list[str]], "subprocess.Popen[bytes]"]
    command: Callable[[Place, float], list[str]]

    def start(self, at: Place, tasks: int, slots: int, wait: float) -> "subprocess.Popen[bytes]":
        """Start all tasks; the process ends when the last of them has ended."""
        return self.begin(at, tasks, slots, self.command(at, wait))

    @property
    def is_ours(self) -> bool:
        """Whether this is what is measured, and not what it is measured by."""
        return self.begin is _ours

    @property
    def makes_worktrees(self) -> bool:
        """Whether each agent gets a worktree of its own."""
        return self.is_ours or self.command is not _agent

    @property
    def missing(self) -> str:
        """Why it cannot be measured on this machine, or an empty string."""
        if not shutil.which(self.needs):
            return f"{self.needs} is not installed"
        if self.needs == "parallel":
            # The one of moreutils has the same name.
            out = subprocess.run(["parallel", "--version"], capture_output=True, text=True, check=False)
            return "" if out.stdout.startswith("GNU parallel") else "parallel is not GNU parallel"
        return ""


def run_to_end(launcher: Launcher, at: Place, tasks: int, slots: int, wait: float) -> None:
    """Start all tasks and wait for their end; a failure of git-parallel is not passed over."""
    try:
        status = launcher.start(at, tasks, slots, wait).wait(_PATIENCE + wait)
    except subprocess.TimeoutExpired:
        sys.exit(f"{launcher.name} has not come to an end:\n{(at.home / 'said').read_text()}")
    if status and launcher.is_ours:
        sys.exit(f"{launcher.name} ended with status {status}:\n{(at.home / 'said').read_text()}")


def _ours(at: Place, _tasks: int, slots: int, agent: list[str]) -> "subprocess.Popen[bytes]":
    return at.start([sys.executable, "-m", "git_parallel", "run", "-j", str(slots), "--", *agent])


def _xargs(at: Place, tasks: int, slots: int, command: list[str]) -> "subprocess.Popen[bytes]":
    return at.start(["xargs", "-P", str(slots), "-n", "1", *command], _numbers(tasks))


def _parallel(at: Place, tasks: int, slots: int, command: list[str]) -> "subprocess.Popen[bytes]":
    return at.start(["parallel", "--will-cite", "-j", str(slots), *command, "{}"], _numbers(tasks))


def _tsp(at: Place, tasks: int, slots: int, command: list[str]) -> "subprocess.Popen[bytes]":
    # All are in the queue before the first one starts, else the queue would be what is measured.
    gate = "mkfifo gate\ntsp -S 1\ntsp -n sh -c 'read line < gate'\n"
    enqueue = "".join(f"tsp -n {shlex.join(command)} {n}\n" for n in range(tasks))
    wait = "".join(f"tsp -w {n + 1}\n" for n in range(tasks))
    script = f"{gate}{enqueue}tsp -S {slots}\necho go > gate\n{wait}"
    return at.start(["sh", "-c", f"{{ {script}}} > /dev/null"])


def _numbers(tasks: int) -> str:
    return "".join(f"{n}\n" for n in range(tasks))


def _has_bash() -> bool:
    if not shutil.which("bash"):
        return False
    out = subprocess.run(["bash", "-c", "echo $EPOCHREALTIME"], capture_output=True, check=False)
    return bool(out.stdout.strip())


def _agent(at: Place, wait: float) -> list[str]:
    return at.agent(wait)


def _committing(at: Place, wait: float) -> list[str]:
    return at.agent(wait, commits=True)


def _in_worktree(at: Place, wait: float) -> list[str]:
    return at.by_hand(wait, commits=False)


def _committed(at: Place, wait: float) -> list[str]:
    return at.by_hand(wait, commits=True)


XARGS = Launcher("xargs -P", "xargs", _xargs, _agent)
PARALLEL = Launcher("GNU parallel", "parallel", _parallel, _agent)
TSP = Launcher("task-spooler", "tsp", _tsp, _agent)
XARGS_WORKTREE = Launcher("xargs -P, git worktree add", "xargs", _xargs, _in_worktree)
XARGS_COMMIT = Launcher("xargs -P, git worktree add, git commit", "xargs", _xargs, _committed)
PARALLEL_COMMIT = Launcher("GNU parallel, git worktree add, git commit", "parallel", _parallel, _committed)
OURS = Launcher("git parallel run", "git", _ours, _agent)
OURS_COMMITTED = Launcher("git parallel run, agent commits itself", "git", _ours, _committing)


def stop(launcher: Launcher, main: "subprocess.Popen[bytes]") -> None:
    """End a launcher before its agents have ended; what is left of them goes with their place."""
    # Ctrl-C twice, as on a terminal; others need not be asked, since they keep no record.
    for _ in range(2 if launcher.is_ours else 0):
        if main.poll() is None:
            main.send_signal(signal.SIGINT)
        try:
            main.wait(1)
        except subprocess.TimeoutExpired:
            continue
    try:
        main.wait(20 if launcher.is_ours else 0)
    except subprocess.TimeoutExpired:
        main.kill()
        main.wait()
