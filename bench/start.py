"""What starting costs: the hot verbs beside Python itself, click and GitPython, and the hook per commit.

Run it with `make bench`. Figures are medians over many runs on this machine; believe the ratios.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 21
GIT_PARALLEL = str(Path(sys.executable).parent / "git-parallel")


def median(command: list[str], at: Path) -> float:
    """Milliseconds that a command takes."""
    times = []
    for _ in range(RUNS):
        before = time.perf_counter()
        subprocess.run(command, cwd=at, capture_output=True, check=True)
        times.append((time.perf_counter() - before) * 1000)
    return statistics.median(times)


def commits(at: Path, path: str) -> float:
    """Milliseconds of an ordinary `git commit` there."""
    times = []
    for number in range(RUNS):
        (at / path).write_text(f"{number}\n")
        subprocess.run(["git", "add", path], cwd=at, check=True)
        before = time.perf_counter()
        subprocess.run(["git", "commit", "-q", "-m", "x"], cwd=at, capture_output=True, check=True)
        times.append((time.perf_counter() - before) * 1000)
    return statistics.median(times)


def prepared(home: Path) -> Path:
    """A repository with 20 tasks that have been run."""
    repo = home / "repo"
    (repo / "specs").mkdir(parents=True)
    for number in range(20):
        (repo / f"specs/SPEC-{number}.md").write_text(f"# Task\n\n**File**: `file{number}.txt`\n")
    for command in (
        ["git", "init", "-q", "-b", "main"],
        ["git", "config", "user.name", "Bench"],
        ["git", "config", "user.email", "bench@example.com"],
        ["git", "add", "."],
        ["git", "commit", "-qm", "first"],
        [GIT_PARALLEL, "run", "-j", "8", "--", "sh", "-c", "echo x > file$GIT_PARALLEL_TASK.txt"],
    ):
        subprocess.run(command, cwd=repo, capture_output=True, check=True)
    return repo


def main() -> None:
    """Print the table."""
    os.environ.update({"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull})
    with tempfile.TemporaryDirectory(prefix="git-parallel-bench-") as home:
        repo = prepared(Path(home))
        python = sys.executable
        rows = [
            ("python -c pass", median([python, "-c", "pass"], repo)),
            ("python -c 'import click'", median([python, "-c", "import click"], repo)),
            ("python -c 'import git' (GitPython)", median([python, "-c", "import git"], repo)),
            ("git worktree list", median(["git", "worktree", "list"], repo)),
            ("git parallel --version", median([GIT_PARALLEL, "--version"], repo)),
            ("git parallel status, 20 tasks", median([GIT_PARALLEL, "status"], repo)),
            ("git parallel plan, 20 tasks", median([GIT_PARALLEL, "plan"], repo)),
            ("git commit, main worktree (no hook)", commits(repo, "own.txt")),
            ("git commit, agent worktree, own file", commits(repo.parent / "repo-wt1", "file1.txt")),
        ]
    for name, milliseconds in rows:
        print(f"{name:<40}{milliseconds:8.1f} ms")


if __name__ == "__main__":
    main()
