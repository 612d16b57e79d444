"""How long it takes until a finished worktree is out of the way, beside git's own ways; `make bench-prune`.

    1. one      a clean worktree of 50,000 files whose branch has landed
    2. hundred  a hundred such worktrees of a small repository, with their branches

The ways do not give the same. "git worktree remove" looks for changes and untracked files only, and deletes all the
rest, ignored files among it, at once and for ever; with "--force", and by "rm -rf", so goes whatever is there. None of
them touches the branch, which "git branch -d" deletes in the second table.

"git parallel prune" is the whole command, from the start of Python to its end: it proves that the branch has landed,
looks for everything that could be lost and for processes that work there, pins what is pruned in a commit, moves
worktree and admin directory into the trash and deletes the branch. "the removal itself" is the part of it from the
first object that is written for the trash to the last file that is moved there (git_parallel.git.trash.away.put_away),
timed inside of the command. Nothing is freed by that: "prune --expire now" does it, at any time one likes, and
"prune --undo" brings everything back until then.

Each round takes all ways in turn, on one disk, in a throw-away repository: git's ways remove a worktree that
"git worktree add" has just made of the same commit, ours the one of a task that was brought back by "--undo".
"""

import argparse
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from importing import imported
from run import spread, table

from git_parallel.commands import prune
from git_parallel.git.trash.away import Away

ROOT = Path(__file__).resolve().parents[1]
SECTIONS = ("one", "hundred")
FILES, TASKS, PER_DIRECTORY = 50_000, 100, 1
AGENT = 'cd "src/m$GIT_PARALLEL_TASK"; echo "by $GIT_PARALLEL_TASK" >> "$(ls | head -n 1)"'


@dataclass(frozen=True, slots=True)
class Shop:
    """A repository at `repo` whose tasks have landed, with their worktrees beside it."""

    repo: Path

    @property
    def kept(self) -> Path:
        return self.repo.parent.with_name("kept")

    @property
    def worktrees(self) -> list[Path]:
        return sorted(self.repo.parent.glob("shop-wt*"))

    @property
    def spare(self) -> Path:
        return self.repo.parent / "by-git"

    def git(self, *arguments: str) -> str:
        return run("git", *arguments, at=self.repo).strip()

    def ours(self, *arguments: str) -> None:
        run(sys.executable, "-m", "git_parallel", *arguments, at=self.repo)


def run(*command: str, at: Path) -> str:
    done = subprocess.run(command, cwd=at, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)[:80]}: {done.stdout[-500:]}{done.stderr}")
    return done.stdout


def landed(folder: Path, *, files: int, tasks: int) -> Shop:
    """Make a repository in `folder` of so many files and tasks, run these and merge them."""
    shop = Shop(folder / "place" / "shop")
    shop.repo.parent.mkdir(parents=True)
    imported(shop.repo, stream(files, tasks))
    shop.git("config", "parallel.admission", "off")
    shop.ours("run", "-j", "4", "--", "/bin/sh", "-c", AGENT)
    shop.ours("merge")
    if len(shop.worktrees) != tasks:
        sys.exit(f"{len(shop.worktrees)} worktrees instead of {tasks}")
    return shop


def stream(files: int, tasks: int) -> Iterator[bytes]:
    """One commit of so many files in small directories, and a spec for each of as many of these."""
    yield b"commit refs/heads/main\ncommitter Bench <bench@example.com> 1700000000 +0000\ndata 1\nx\n"
    for number in range(files):
        text = f"line of file {number}\n" * (1 + number * 7919 % 100)
        yield f"M 100644 inline src/m{number // PER_DIRECTORY}/f{number}.py\ndata {len(text)}\n{text}\n".encode()
    for number in range(tasks):
        text = f"# SPEC-{number}: Task {number}\n\n## Files\n\n- `src/m{number}/`\n"
        yield f"M 100644 inline specs/SPEC-{number}.md\ndata {len(text)}\n{text}\n".encode()


# -- 1. one ----------------------------------------------------------------------------------------


def one(shop: Shop) -> Iterator[tuple[str, float]]:
    """One round: each way, and the seconds it took."""
    by_git: dict[str, Callable[[], object]] = {
        "git worktree remove": lambda: shop.git("worktree", "remove", str(shop.spare)),
        "git worktree remove --force": lambda: shop.git("worktree", "remove", "--force", str(shop.spare)),
        "rm -rf, git worktree prune": lambda: rm(shop),
    }
    for name, act in by_git.items():
        shop.git("worktree", "add", "-q", "--detach", str(shop.spare), "main")
        yield name, timed(act)
    yield "git parallel prune", timed(lambda: shop.ours("prune", "0"))
    shop.ours("prune", "--undo", "0")
    yield "git parallel prune, the removal itself", removal(shop)
    yield "git parallel prune --undo", timed(lambda: shop.ours("prune", "--undo", "0"))


def rm(shop: Shop) -> None:
    run("rm", "-rf", str(shop.spare), at=shop.repo)
    shop.git("worktree", "prune")


def removal(shop: Shop) -> float:
    """The seconds that a prune spends on putting away what it has judged."""
    taken: list[float] = []
    put_away = prune.put_away

    def watched(*given: Any, **named: Any) -> Away:
        before = time.perf_counter()
        made = put_away(*given, **named)
        taken.append(time.perf_counter() - before)
        return made

    with mock.patch.object(prune, "put_away", watched):
        prune.prune(shop.repo, ["0"])
    (seconds,) = taken
    return seconds


def expired(shop: Shop) -> float:
    """The seconds until what has been pruned is freed."""
    shop.ours("prune", "0")
    return timed(lambda: shop.ours("prune", "--expire", "now"))


# -- 2. a hundred ----------------------------------------------------------------------------------


def hundred(shop: Shop) -> Iterator[tuple[str, float]]:
    """One round of pruning all there is."""
    renew(shop)
    yield "git worktree remove, git branch -d, of each", timed(lambda: remove_all(shop))
    renew(shop)
    yield "git parallel prune", timed(lambda: shop.ours("prune"))
    if shop.worktrees:
        sys.exit(f"not pruned: {shop.worktrees}")
    yield "git parallel prune --undo", timed(lambda: shop.ours("prune", "--undo"))
    if len(shop.worktrees) != len(list((shop.kept).glob("shop-wt*"))):
        sys.exit("not everything is back")


def remove_all(shop: Shop) -> None:
    for path in shop.worktrees:
        shop.git("worktree", "remove", str(path))
        shop.git("branch", "-q", "-d", f"feature/{path.name.removeprefix('shop-wt')}")


def renew(shop: Shop) -> None:
    """Have everything as it was when the tasks had landed."""
    shutil.rmtree(shop.repo.parent)
    run("cp", "-a", str(shop.kept), str(shop.repo.parent), at=shop.kept)
    # A copy has other inodes, for which the first git to come would read all files once more.
    for at in (shop.repo, *shop.worktrees):
        run("git", "update-index", "-q", "--refresh", at=at)


# -- measuring -------------------------------------------------------------------------------------


def timed(act: Callable[[], object]) -> float:
    before = time.perf_counter()
    act()
    return time.perf_counter() - before


def measure(title: str, once: Callable[[], Iterator[tuple[str, float]]], rounds: int) -> None:
    """Print what each way takes, beside the first."""
    found: dict[str, list[float]] = {}
    for _ in range(rounds):
        for name, seconds in once():
            found.setdefault(name, []).append(seconds)
    first = statistics.median(next(iter(found.values())))
    rows = [
        [name, *spread(values, 1000), f"{first / statistics.median(values):.1f}"]
        for name, values in found.items()
    ]
    print(f"{title}; {rounds} rounds\n")
    table([title.split(". ")[1].split(":")[0], "ms", "least to greatest", "times the first"], rows)


@contextmanager
def workshop(where: str | None) -> Iterator[Path]:
    """A folder, and nothing of the user's configuration; at the end nothing of it is left."""
    folder = Path(tempfile.mkdtemp(prefix="git-parallel-bench-", dir=where)).resolve()
    for name in [name for name in os.environ if name.startswith(("GIT_", "XDG_"))]:
        del os.environ[name]
    os.environ |= {"HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1", "PYTHONPATH": str(ROOT), "LC_ALL": "C"}
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a little of everything, to see that it works")
    parser.add_argument("--files", type=int, metavar="N", help=f"files of the first table ({FILES})")
    parser.add_argument("--tasks", type=int, metavar="N", help=f"tasks of the second table ({TASKS})")
    parser.add_argument("--rounds", type=int, metavar="N", help="how often each way is taken (5)")
    parser.add_argument("--only", choices=SECTIONS, action="append", help="this table alone")
    parser.add_argument(
        "--in", dest="where", metavar="DIR", help="where to work (the directory for temporary files)"
    )
    given = parser.parse_args()
    files, tasks, rounds = (
        given.files or (1000 if given.quick else FILES),
        given.tasks or (5 if given.quick else TASKS),
        given.rounds or (1 if given.quick else 5),
    )
    # Ended politely it tidies up, as it does after Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    print(__doc__.partition("\n\n")[2])
    git = subprocess.run(["git", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    load = os.getloadavg()[0]
    print(
        f"{git}, Python {sys.version.split()[0]}, {os.cpu_count()} cores, load {load:.1f} before the start\n"
    )
    with workshop(given.where) as folder:
        if "one" in (given.only or SECTIONS):
            shop = landed(folder / "one", files=files, tasks=1)
            measure(f"1. one: a worktree of {files:,} files", lambda: one(shop), rounds)
            print(f"git parallel prune --expire now, once: {expired(shop) * 1000:.0f} ms\n", flush=True)
        if "hundred" in (given.only or SECTIONS):
            files = PER_DIRECTORY * tasks
            shop = landed(folder / "hundred", files=files, tasks=tasks)
            shop.repo.parent.rename(shop.kept)
            shop.repo.parent.mkdir()
            measure(f"2. hundred: {tasks} worktrees of {files} files", lambda: hundred(shop), rounds)


if __name__ == "__main__":
    main()
