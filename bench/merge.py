"""How fast finished branches land, beside what one would do with git alone; `make bench-merge`.

    1. disjoint   100 branches on a repository of 20,000 files, whose target is checked out in full
    2. one bad    64 good branches and a bad one, with a verify command of one second

    git parallel merge    the whole command, from the start of Python: every commit judged, every state recorded,
                          objects and refs on the disk before it goes on (core.fsync=committed)
    git merge             --no-ff, one branch after the other in the target's checkout
    octopus               git merge of all branches with one command, likewise
    a process a step      merge-tree, commit-tree and update-ref for each branch, and one fast-forward of the checkout
    one process           merge-tree --stdin once, commit objects written by hand, and that fast-forward; through
                          stdbuf, for git answers nobody before it has 4096 bytes to say

None but the first judges or records anything, nor waits for the disk, and an octopus leaves one commit for all of
its branches. Every way begins with the same repository, copied anew to the same place with its index refreshed: the
tasks have been run by `git parallel run` in sparse worktrees, which are there.
"""

import argparse
import hashlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from importing import imported
from run import table

FILES, TASKS, GOOD, WIDTH = 20_000, 100, 64, 100
GIT_PARALLEL = (sys.executable, "-m", "git_parallel")
# Each edits a file of its directory, and adds one.
AGENT = 'cd "src/m$GIT_PARALLEL_TASK"; echo "by $GIT_PARALLEL_TASK" >> "$(ls | head -n 1)"; echo new > new.py'


@dataclass(frozen=True, slots=True)
class Shop:
    """A repository at `repo` whose tasks have been run, with its worktrees beside it; a copy of all in `kept`.

    Its target is at the commit `begun`.
    """

    repo: Path
    kept: Path
    branches: tuple[str, ...]
    begun: str

    def renew(self) -> None:
        """Have everything as it was when the tasks had run."""
        shutil.rmtree(self.repo.parent, ignore_errors=True)
        subprocess.run(["cp", "-a", str(self.kept), str(self.repo.parent)], check=True)
        # A copy has other inodes, for which the first git to come would read all files once more.
        self.git("update-index", "-q", "--refresh")

    def git(self, *arguments: str, stdin: str | None = None) -> str:
        """What a git command prints that must succeed."""
        done = subprocess.run(
            ["git", *arguments], cwd=self.repo, input=stdin, capture_output=True, text=True, check=False
        )
        if done.returncode:
            sys.exit(f"git {' '.join(arguments)[:80]}: {done.stdout}{done.stderr}")
        return done.stdout.strip()


def prepare(folder: Path, *, files: int, tasks: int) -> Shop:
    """Make the repository in `folder`, and run its tasks."""
    repo = folder / "place" / "shop"
    repo.parent.mkdir(parents=True)
    imported(repo, stream(files, tasks))
    subprocess.run(["git", "config", "parallel.admission", "off"], cwd=repo, check=True)
    command = [*GIT_PARALLEL, "run", "-j", "4", "--sparse", "--", "/bin/sh", "-c", AGENT]
    done = subprocess.run(command, cwd=repo, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"run: {done.stdout[-500:]}{done.stderr}")
    repo.parent.rename(folder / "kept")
    return found(folder)


def found(folder: Path) -> Shop:
    """What was prepared in `folder`."""
    kept = folder / "kept"
    command = ["git", "for-each-ref", "--format=%(refname:short) %(objectname)", "refs/heads/"]
    listed = subprocess.run(command, cwd=kept / "shop", capture_output=True, text=True, check=True).stdout
    heads = dict(line.split() for line in listed.splitlines())
    begun = heads.pop("main")
    return Shop(folder / "place" / "shop", kept, tuple(heads), begun)


def stream(files: int, tasks: int) -> Iterator[bytes]:
    """One commit of so many files in directories of a hundred, and a spec for each of as many of these."""
    yield b"commit refs/heads/main\ncommitter Bench <bench@example.com> 1700000000 +0000\ndata 1\nx\n"
    for number in range(files):
        yield _file(f"src/m{number // WIDTH}/f{number}.py", f"line of file {number}\n" * 20)
    for number in range(tasks):
        yield _file(
            f"specs/SPEC-{number}.md", f"# SPEC-{number}: Task {number}\n\n## Files\n\n- `src/m{number}/`\n"
        )


def _file(path: str, text: str) -> bytes:
    return f"M 100644 inline {path}\ndata {len(text)}\n{text}\n".encode()


# -- 1. disjoint -----------------------------------------------------------------------------------


def by_us(shop: Shop) -> None:
    done = subprocess.run(
        [*GIT_PARALLEL, "merge"], cwd=shop.repo, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"merge: {done.stdout[-500:]}{done.stderr}")


def by_merge(shop: Shop) -> None:
    for branch in shop.branches:
        shop.git("merge", "-q", "--no-ff", "--no-edit", branch)


def by_octopus(shop: Shop) -> None:
    shop.git("merge", "-q", "--no-edit", *shop.branches)


def by_steps(shop: Shop) -> None:
    at = shop.begun
    for branch in shop.branches:
        tree = shop.git("merge-tree", "--write-tree", at, branch)
        new = shop.git("commit-tree", "-p", at, "-p", branch, "-m", f"Merge branch '{branch}'", tree)
        shop.git("update-ref", "refs/parallel/queue", new, "" if at == shop.begun else at)
        at = new
    shop.git("merge", "-q", "--ff-only", at)


def by_one_process(shop: Shop) -> None:
    at, tips = shop.begun, shop.git("rev-parse", *shop.branches).split()
    command = ["stdbuf", "-o0", "git", "merge-tree", "--write-tree", "--stdin", "-z", "--no-messages"]
    with subprocess.Popen(command, cwd=shop.repo, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin
        assert child.stdout
        for tip in tips:
            child.stdin.write(f"{at} {tip}\n".encode())
            child.stdin.flush()
            answer = b""
            while answer.count(b"\0") < 3:
                answer += os.read(child.stdout.fileno(), 4096)
            at = _written(shop, answer.split(b"\0")[1].decode(), (at, tip))
    shop.git("merge", "-q", "--ff-only", at)


def _written(shop: Shop, tree: str, parents: tuple[str, str]) -> str:
    above = "".join(f"parent {parent}\n" for parent in parents)
    # A commit that is older than its parents misleads `git branch --no-merged`.
    who = f"Bench <bench@example.com> {int(time.time())} +0000"
    text = f"tree {tree}\n{above}author {who}\ncommitter {who}\n\nMerge {parents[1]}\n".encode()
    text = b"commit %d\0" % len(text) + text
    oid = hashlib.sha1(text, usedforsecurity=False).hexdigest()
    path = shop.repo / ".git" / "objects" / oid[:2] / oid[2:]
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(zlib.compress(text, 1))
    return oid


WAYS: dict[str, Callable[[Shop], None]] = {
    "git parallel merge": by_us,
    "git merge": by_merge,
    "octopus": by_octopus,
    "a process a step": by_steps,
    "one process": by_one_process,
}


def disjoint(shop: Shop, rounds: int, only: str | None) -> None:
    """Print what each way takes, and what it leaves."""
    ways = {name: way for name, way in WAYS.items() if only in (None, name)}
    if "one process" in ways and shutil.which("stdbuf") is None:
        del ways["one process"]
        print("left out: one process, which needs stdbuf")
    taken: dict[str, list[float]] = {name: [] for name in ways}
    left = {}
    for _ in range(rounds):
        for name, way in ways.items():
            shop.renew()
            before = time.perf_counter()
            way(shop)
            taken[name].append(time.perf_counter() - before)
            left[name] = _landed(shop)
    beside = statistics.median(taken.get("git merge", [0.0]))
    rows = []
    for name, seconds in taken.items():
        middle = statistics.median(seconds)
        rows.append(
            [
                name, f"{middle:.2f}", f"{max(seconds):.2f}", f"{len(shop.branches) / middle:.0f}",
                f"{beside / middle:.1f}", left[name],
            ]
        )  # fmt: skip
    table(["", "seconds", "worst", "branches/s", "times git merge", "commits on main"], rows)


def _landed(shop: Shop) -> str:
    """How many commits the target has got, after a look that everything is on it and in its checkout."""
    missing = shop.git("branch", "--no-merged", "main")
    changed = shop.git("status", "--porcelain", "--untracked-files=no")
    if missing or changed:
        sys.exit(f"not all landed: {missing}{changed}")
    return shop.git("rev-list", "--count", "--first-parent", f"{shop.begun}..main")


# -- 2. one bad ------------------------------------------------------------------------------------


def verify_by(counted: Path, bad: int) -> str:
    """A command that takes a second, keeps count of itself, and fails where the bad branch is."""
    return f"echo x >> '{counted}'; sleep 1; ! test -e src/m{bad}/new.py"


def one_bad(shop: Shop) -> None:
    """Print what each way takes, how often it verifies, and how many branches it lands."""
    bad, counted = len(shop.branches) // 2, shop.kept.parent / "counted"
    rows = []
    for name, way in {"git parallel merge": _verified_by_us, "git merge": _verified_by_merge}.items():
        shop.renew()
        counted.write_text("")
        before = time.perf_counter()
        way(shop, verify_by(counted, bad))
        seconds = time.perf_counter() - before
        landed = len(shop.branches) - len(shop.git("branch", "--no-merged", "main").splitlines())
        rows.append([name, f"{seconds:.1f}", str(counted.read_text().count("x")), str(landed)])
    table(["", "seconds", "verifications", "landed"], rows)


def _verified_by_us(shop: Shop, command: str) -> None:
    done = subprocess.run(
        [*GIT_PARALLEL, "merge", "--verify", command], cwd=shop.repo, capture_output=True, check=False
    )
    if done.returncode != 1:
        sys.exit(f"merge: {done.stdout.decode()[-500:]}{done.stderr.decode()}")


def _verified_by_merge(shop: Shop, command: str) -> None:
    for branch in shop.branches:
        shop.git("merge", "-q", "--no-ff", "--no-edit", branch)
        if subprocess.run(command, shell=True, cwd=shop.repo, check=False).returncode:
            shop.git("reset", "-q", "--hard", "HEAD~1")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5, help="of the first table; the second is made once")
    parser.add_argument("--files", type=int, default=FILES)
    parser.add_argument("--tasks", type=int, default=TASKS)
    parser.add_argument("--good", type=int, default=GOOD)
    parser.add_argument("--way", choices=WAYS, help="only this one of the first table")
    parser.add_argument("--only", choices=("disjoint", "bad"))
    parser.add_argument(
        "--prepare", type=Path, metavar="DIR", help="only make DIR/place/shop, to try it there"
    )
    parser.add_argument(
        "--at", type=Path, metavar="DIR", help="the first table, with what --prepare has made"
    )
    options = parser.parse_args()
    os.environ.update({"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull})
    if options.prepare:
        shop = prepare(options.prepare.resolve(), files=options.files, tasks=options.tasks)
        shop.renew()
        print(f"{shop.repo}; to begin again: rm -rf {shop.repo.parent}; cp -a {shop.kept} {shop.repo.parent}")
        return
    if options.at:
        disjoint(found(options.at.resolve()), options.rounds, options.way)
        return
    with tempfile.TemporaryDirectory(prefix="bench-merge-") as name:
        if options.only != "bad":
            shop = prepare(Path(name) / "disjoint", files=options.files, tasks=options.tasks)
            print(f"1. {options.tasks} branches, {options.files} files; median of {options.rounds}")
            disjoint(shop, options.rounds, options.way)
        if options.only != "disjoint":
            shop = prepare(Path(name) / "bad", files=WIDTH * (options.good + 1), tasks=options.good + 1)
            print(f"2. {options.good} good branches and 1 bad one, a verify command of 1 s")
            one_bad(shop)


if __name__ == "__main__":
    main()
