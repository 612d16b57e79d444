"""What the hooks of agent worktrees cost, beside none and the same rule in pre-commit's framework; `make bench-hooks`.

    1. commit  an ordinary commit of 1 to 1,000 staged files, by a task that owns 1 to 5,000 paths
    2. rebase  of 100 commits, beside no hooks and beside a reference-transaction hook that does nothing

Each round does everything once, in turn, so that what else the machine does meets all alike. "no hooks" is the same
worktree with the same configuration but for core.hooksPath. The framework runs a check of our own that reads the same
list of owned paths, a script of the system's Python without any import but sys: nothing is faster with it. It sees
only what `git commit` stages; cherry-pick, rebase, reset and --no-verify pass it by, which ours do not.

Figures are medians of milliseconds; the difference to "no hooks" is the median of the differences of each round.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from run import table

SIZES = ((1, 1), (1, 100), (1, 5000), (100, 100), (1000, 100), (1000, 5000))
PICKS = 100
GIT_PARALLEL = (sys.executable, "-m", "git_parallel")
NO_HOOKS = ("-c", "core.hooksPath=/dev/null")
CHECK = """\
import sys
own = set(open(sys.argv[1]).read().split("\\n"))
sys.exit(any(path not in own for path in sys.argv[2:]))
"""
CONFIG = """\
repos:
  - repo: local
    hooks:
      - id: owned
        name: owned
        entry: {python} {check} {own}
        language: system
"""


def run(*command: str, at: Path) -> None:
    """Run a command that must succeed."""
    done = subprocess.run(command, cwd=at, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: {done.stdout}{done.stderr}")


def milliseconds(work: Callable[[], None]) -> float:
    """How long something takes."""
    before = time.perf_counter()
    work()
    return (time.perf_counter() - before) * 1000


def framework(folder: Path) -> Path | None:
    """The `pre-commit` program: the one on PATH, else one installed for this; None where neither can be had."""
    found = shutil.which("pre-commit")
    if found:
        return Path(found)
    for command in (
        [sys.executable, "-m", "venv", str(folder / "venv")],
        [str(folder / "venv/bin/pip"), "install", "--quiet", "--disable-pip-version-check", "pre-commit"],
    ):
        if subprocess.run(command, capture_output=True, check=False).returncode:
            return None
    return folder / "venv" / "bin" / "pre-commit"


class Shop:
    """A repository in which a task owns so many paths, its worktree, and one beside it with the framework's hook."""

    def __init__(self, folder: Path, owned: int, program: Path | None) -> None:
        self.repo = folder / "shop"
        (self.repo / "specs").mkdir(parents=True)
        self.paths = [f"src/part{number % 50}/file{number}.py" for number in range(owned)]
        declared = "".join(f"- `{path}`\n" for path in self.paths)
        (self.repo / "specs/SPEC-1.md").write_text(f"# SPEC-1: Task\n\n## Files\n\n{declared}")
        run("git", "init", "-q", "-b", "main", at=self.repo)
        for key, value in {
            "user.name": "Bench",
            "user.email": "b@example.com",
            "parallel.admission": "off",
        }.items():
            run("git", "config", key, value, at=self.repo)
        run("git", "add", ".", at=self.repo)
        run("git", "commit", "-qm", "first", at=self.repo)
        edit = f"mkdir -p $(dirname {self.paths[0]}); echo x > {self.paths[0]}"
        run(*GIT_PARALLEL, "run", "--", "sh", "-c", edit, at=self.repo)
        self.worktree = folder / "shop-wt1"
        self.other = folder / "other" if program else None
        if self.other and program:
            run("git", "clone", "-q", str(self.worktree), str(self.other), at=folder)
            own, check = folder / "own", folder / "check.py"
            own.write_text("\n".join(self.paths))
            check.write_text(CHECK)
            python = os.path.realpath(sys.executable)
            (self.other / ".pre-commit-config.yaml").write_text(
                CONFIG.format(python=python, check=check, own=own)
            )
            for key, value in {
                "user.name": "Bench",
                "user.email": "b@example.com",
                "core.fsync": "committed",
            }.items():
                run("git", "config", key, value, at=self.other)
            run("git", "add", ".", at=self.other)
            run("git", "commit", "-qm", "framework", at=self.other)
            run(str(program), "install", at=self.other)

    def commit(self, at: Path, number: int, files: int, *options: str) -> float:
        """The milliseconds of one commit of so many files."""
        for path in self.paths[:files]:
            (at / path).parent.mkdir(parents=True, exist_ok=True)
            (at / path).write_text(f"{number}\n")
        run("git", "add", "--all", at=at)
        return milliseconds(lambda: run("git", *options, "commit", "-qm", "x", at=at))


def commits(folder: Path, rounds: int) -> list[Mapping[str, float]]:
    """For each size the medians of every way."""
    program = framework(folder)
    if program is None:
        print("pre-commit cannot be installed here: not measured")
    rows = []
    for files, owned in SIZES:
        with tempfile.TemporaryDirectory(dir=folder) as name:
            # So many files need as many owned paths; those beyond are declared too.
            shop = Shop(Path(name), max(files, owned), program)
            times: dict[str, list[float]] = {}
            for number in range(rounds):
                times.setdefault("no hooks", []).append(
                    shop.commit(shop.worktree, 3 * number, files, *NO_HOOKS)
                )
                times.setdefault("ours", []).append(shop.commit(shop.worktree, 3 * number + 1, files))
                if shop.other:
                    times.setdefault("framework", []).append(shop.commit(shop.other, 3 * number + 2, files))
            rows.append(_row(files, max(files, owned), times))
    return rows


def _row(files: int, owned: int, times: Mapping[str, list[float]]) -> Mapping[str, float]:
    added = {
        way: statistics.median(mine - bare for mine, bare in zip(found, times["no hooks"], strict=True))
        for way, found in times.items()
    }
    row = {"files": files, "owned": owned, **{way: statistics.median(found) for way, found in times.items()}}
    row["ours adds"] = added["ours"]
    if "framework" in added:
        row["framework adds"] = added["framework"]
        row["times"] = added["framework"] / added["ours"]
    return row


def rebases(folder: Path, rounds: int) -> dict[str, float]:
    """The median seconds of a rebase of 100 commits: without hooks, with one that does nothing, and with ours."""
    with tempfile.TemporaryDirectory(dir=folder) as name:
        shop = Shop(Path(name), 1, None)
        at, path = shop.worktree, shop.paths[0]
        idle = Path(name) / "idle"
        idle.mkdir()
        (idle / "reference-transaction").write_text("#!/bin/sh\nexit 0\n")
        (idle / "reference-transaction").chmod(0o755)
        for number in range(PICKS):
            (at / path).write_text(f"{number}\n")
            run("git", *NO_HOOKS, "commit", "-qam", f"{number}", at=at)
        (shop.repo / "moved.txt").write_text("moved\n")
        run("git", "add", ".", at=shop.repo)
        run("git", "commit", "-qm", "moved", at=shop.repo)
        run("git", "tag", "start", "feature/1", at=shop.repo)
        ways = {"no hooks": NO_HOOKS, "an idle hook": ("-c", f"core.hooksPath={idle}"), "ours": ()}
        times: dict[str, list[float]] = {way: [] for way in ways}
        for _ in range(rounds):
            for way, options in ways.items():
                run("git", *NO_HOOKS, "reset", "-q", "--hard", "start", at=at)
                times[way].append(milliseconds(lambda: run("git", *options, "rebase", "-q", "main", at=at)))  # noqa: B023
    return {way: statistics.median(found) for way, found in times.items()}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--only", choices=("commit", "rebase"))
    options = parser.parse_args()
    os.environ.update({"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull})
    with tempfile.TemporaryDirectory(prefix="bench-hooks-") as name:
        if options.only != "rebase":
            rows = commits(Path(name), options.rounds)
            heads = list(rows[0])
            print("1. commit, milliseconds")
            table(heads, [[_shown(row[head]) for head in heads] for row in rows])
        if options.only != "commit":
            found = rebases(Path(name), max(3, options.rounds // 3))
            print(f"2. rebase of {PICKS} commits, milliseconds")
            rows = [
                [way, f"{took:.0f}", f"{took / found['no hooks']:.2f}", f"{took / found['an idle hook']:.2f}"]
                for way, took in found.items()
            ]
            table(["", "median", "to no hooks", "to an idle hook"], rows)


def _shown(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.1f}"


if __name__ == "__main__":
    main()
