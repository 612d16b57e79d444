"""What the gate costs on one branch, beside a `git diff-tree` process for each commit; `make bench-gate`.

    packed   the branch's objects in a pack, as after a gc
    loose    as an agent leaves them: a file each
    wide     1,000 files to a directory instead of 100
    merges   every tenth commit merges the target, which has moved on

The gate hashes every object anew, has git's fsck look at new trees, and judges links, submodules and names
that look alike; the processes beside it only list paths, and look at nothing but the paths of each diff.
"""

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from git_parallel.names import Oid, TaskId
from git_parallel.overlap.patterns import parse
from git_parallel.ownership.judge import Claimant, Ownership, judge
from git_parallel.project import gate
from git_parallel.project.open import open_project

sys.path.insert(0, str(Path(__file__).parent))
from importing import imported

COMMITS, FILES, EDITS = 500, 20_000, 4
ME, OTHER = TaskId("me"), TaskId("other")
# A hundred patterns of the task, and as many of each of twenty others.
OWNERSHIP = Ownership(
    {
        ME: Claimant(ME, tuple(parse(f"src/m{number}/") for number in range(100))),
        **{
            name: Claimant(name, tuple(parse(f"lib{at}/m{number}/") for number in range(100)))
            for at in range(20)
            for name in [TaskId(f"other-{at}")]
        },
    }
)


def stream(files: int, commits: int, width: int, *, merges: bool) -> Iterator[bytes]:
    """A target, and the branch `work` of so many commits; each edits three files and adds one."""
    yield b"commit refs/heads/main\n" + _who(0)
    for number in range(files):
        yield _file(f"src/m{number // width}/f{number}.py", f"file {number}\n" * 20)
    yield b"reset refs/heads/work\nfrom refs/heads/main\n\n"
    mine = min(files, 100 * width)
    for at in range(commits):
        if merges and at % 10 == 9:
            yield b"commit refs/heads/main\n" + _who(at + 1)
            yield _file("landed.txt", f"landed {at}\n")
            yield b"commit refs/heads/work\n" + _who(at + 1) + b"merge refs/heads/main\n"
            yield _file("landed.txt", f"landed {at}\n")
            continue
        yield b"commit refs/heads/work\n" + _who(at + 1)
        for edit in range(EDITS - 1):
            number = (at * 37 + edit * 1009) % mine
            yield _file(f"src/m{number // width}/f{number}.py", f"edit {at} of {number}\n" * 20)
        yield _file(f"src/m{at % (mine // width)}/new{at}.py", f"new {at}\n" * 20)


def _who(number: int) -> bytes:
    return f"committer Bench <bench@example.com> {1_700_000_000 + number} +0000\ndata 1\nx\n".encode()


def _file(path: str, text: str) -> bytes:
    return f"M 100644 inline {path}\ndata {len(text)}\n{text}\n".encode()


def by_gate(repo: Path) -> float:
    """Seconds of one judgement, in this process."""
    project = open_project(repo)
    tip, onto = _oid(repo, "work"), _oid(repo, "main")
    before = time.perf_counter()
    cleared = gate.clear(project, ME, tip=tip, onto=onto, ownership=OWNERSHIP)
    seconds = time.perf_counter() - before
    if not isinstance(cleared, gate.Cleared):
        sys.exit(f"the gate refuses the branch: {cleared.violations[:3]}")
    return seconds


def by_processes(repo: Path) -> float:
    """Seconds of a `git diff-tree` process for each commit, and the same judgement of its paths."""
    before = time.perf_counter()
    for commit in _out(repo, "rev-list", "--reverse", "work", "^main").split():
        paths = _out(repo, "diff-tree", "-r", "-z", "--no-commit-id", "--name-only", commit).split("\0")
        judge(ME, filter(None, paths), OWNERSHIP)
    return time.perf_counter() - before


def _out(repo: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=repo, capture_output=True, text=True, check=True)
    return done.stdout


def _oid(repo: Path, revision: str) -> Oid:
    return Oid(_out(repo, "rev-parse", revision).strip())


def _loosened(repo: Path) -> None:
    packs = repo / ".git" / "objects" / "pack"
    for pack in list(packs.glob("*.pack")):
        aside = repo / pack.name
        shutil.move(pack, aside)
        for left in packs.glob(f"{pack.stem}.*"):
            left.unlink()
        with aside.open("rb") as data:
            subprocess.run(["git", "unpack-objects", "-q"], cwd=repo, stdin=data, check=True)
        aside.unlink()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--commits", type=int, default=COMMITS)
    parser.add_argument("--files", type=int, default=FILES)
    parser.add_argument("--rounds", type=int, default=5, help="of the gate; the processes run once")
    options = parser.parse_args()
    kinds: dict[str, tuple[int, bool, Callable[[Path], None] | None]] = {
        "packed": (100, False, None),
        "loose": (100, False, _loosened),
        "wide": (1000, False, None),
        "merges": (100, True, None),
    }
    print(
        f"{options.commits} commits x {options.files} files; median (worst) of {options.rounds}, in seconds"
    )
    print(f"{'':8}{'gate':>16}{'processes':>12}{'times':>8}")
    for name, (width, merges, change) in kinds.items():
        with tempfile.TemporaryDirectory(prefix="gp-bench-") as folder:
            repo = Path(folder) / "repo"
            imported(repo, stream(options.files, options.commits, width, merges=merges))
            if change:
                change(repo)
            taken = [by_gate(repo) for _ in range(options.rounds)]
            beside = by_processes(repo)
        middle = statistics.median(taken)
        print(f"{name:8}{middle:9.3f} ({max(taken):.3f}){beside:11.2f}{beside / middle:8.1f}")


if __name__ == "__main__":
    main()
