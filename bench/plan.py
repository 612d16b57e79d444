"""Throughput and quality of the overlap analysis, beside what one would use instead; `make bench-plan`.

    1. tasks x 20 paths, a tenth of them globs and directories: the whole process, beside asking all pairs
    2. branches in flight: `git parallel plan --json`, beside one `git merge-tree` process per pair
    3. whether two tasks will share a file: by what they declare, and with what earlier tasks teach
    4. which pairs conflict: ranked by likelihood, and by the number of shared files

3 and 4 read files of the shapes of `corpus/taskplane/scope-vs-changed.json` and `corpus/pairs/*.json`;
`--scopes FILE` and `--pairs FILE` name others. In both time runs forward: only earlier ones teach.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

from git_parallel.git.command import Git
from git_parallel.git.flight import tips
from git_parallel.names import OtherWork, TaskId
from git_parallel.overlap import patterns
from git_parallel.overlap.footprint import Entry, Footprint, Origin, of_task
from git_parallel.overlap.likelihood import Traffic
from git_parallel.overlap.meet import Overlaps
from git_parallel.overlap.predict import Lessons, Past
from git_parallel.overlap.scoring import PRECISION, average_precision, recall_at, score
from git_parallel.project.collector import collector_paused
from git_parallel.schedule.plan import make_plan
from git_parallel.tasks.task import Declared, Kind, Task

sys.path.insert(0, str(Path(__file__).parent))
import branches

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"
GIT_PARALLEL = str(Path(sys.executable).parent / "git-parallel")
SIZES = (1_000, 10_000, 50_000)
BRANCHES = 300
START = time.perf_counter()
# What takes minutes is measured on a part, and the whole reckoned from it.
_ROWS, _MERGES = 4, 1_000


# -- 1. throughput -------------------------------------------------------------------------------


def world(count: int, seed: int = 1) -> list[Task]:
    """Tasks of 20 declared paths, a tenth of them globs and directories, in a tree of 20 files for each task."""
    chance = random.Random(seed)
    folders = [f"src/p{number % 50}/m{number}" for number in range(count * 2)]
    kinds = ("/", "/**", "/*.py", "/f[0-4].py", "/**/f1*.py", "/{f1,f2}.py")
    tasks = []
    for number in range(count):
        declared = []
        for line in range(20):
            folder = chance.choice(folders)
            rest = chance.choice(kinds) if chance.random() < 0.1 else f"/f{chance.randrange(10)}.py"
            declared.append(Declared(folder + rest, Kind.MODIFY, "SPEC.md", line))
        tasks.append(Task(TaskId(f"t{number}"), "a task", "SPEC.md", 1, tuple(declared)))
    return tasks


def whole(count: int) -> None:
    """What one process does: footprints, their table, waves, and how many overlap."""
    tasks = world(count)
    before = time.perf_counter()
    with collector_paused():
        overlaps = Overlaps(map(of_task, tasks))
        made = make_plan(tasks, overlaps, records={}, everything={task.id: task for task in tasks})
        counted = time.perf_counter()
        found = len(overlaps)
    seconds, counting = counted - before, time.perf_counter() - counted
    told = {"overlaps": found, "waves": len(made.waves), "seconds": seconds, "counting": counting}
    print(json.dumps({**told, "input": before - START}))


def naive(count: int) -> float:
    """Seconds that asking every pair of tasks for every pair of their paths takes, or would."""
    prints = [[entry.pattern for entry in of_task(task).entries] for task in world(count)]
    before = time.perf_counter()
    for mine in prints[:_ROWS]:
        for theirs in prints:
            any(
                a.text == b.text if a.is_exact and b.is_exact else patterns.meets(a, b)
                for a in mine
                for b in theirs
            )
    return (time.perf_counter() - before) / _ROWS * count / 2


def throughput() -> None:
    rows = []
    for count in SIZES:
        before = time.perf_counter()
        out = subprocess.run(
            [sys.executable, __file__, "--whole", str(count)], capture_output=True, check=True
        )
        process = time.perf_counter() - before
        told = json.loads(out.stdout)
        slow = naive(count)
        rows.append(
            [
                f"{count:,}", f"{told['overlaps']:,}", str(told["waves"]), f"{told['seconds']:.2f} s",
                f"{told['seconds'] / count * 1e6:.0f} us", f"{told['counting']:.2f} s",
                f"{process - told['input']:.2f} s", f"{process:.2f} s",
                f"{slow:,.0f} s", f"{slow / told['seconds']:,.0f}",
            ]
        )  # fmt: skip
    heading = [
        "tasks x 20 paths", "overlaps", "waves", "planning", "a task", "counting overlaps",
        "process but for its input", "whole process", f"all pairs (from {_ROWS} rows)", "times slower",
    ]  # fmt: skip
    table(heading, rows)


# -- 2. in flight ----------------------------------------------------------------------------------


def in_flight(home: Path, *, is_moving: bool) -> None:
    repo = home / f"flight-{is_moving}"
    branches.build(repo, BRANCHES, is_moving=is_moving)
    times = []
    for _ in range(5):
        before = time.perf_counter()
        out = subprocess.run([GIT_PARALLEL, "plan", "--json"], cwd=repo, capture_output=True, check=True)
        times.append(time.perf_counter() - before)
    ours = sorted(times)[len(times) // 2]
    told = json.loads(out.stdout)
    found = {frozenset(one["pair"]) for one in told["conflicts"] if one["risk"] == "conflict"}
    names = {f"heads/{tip.ref.short}": tip.oid for tip in tips(Git(repo), "refs/heads/work/")[0]}
    pairs = list(combinations(sorted(names), 2))
    before = time.perf_counter()
    for left, right in pairs[:_MERGES]:
        merge = ["git", "merge-tree", "--write-tree", names[left], names[right]]
        subprocess.run(merge, cwd=repo, capture_output=True, check=False)
    one_each = (time.perf_counter() - before) / _MERGES * len(pairs)
    before = time.perf_counter()
    out = subprocess.run(
        ["git", "merge-tree", "--write-tree", "--stdin", "-z", "--name-only", "--no-messages"],
        input="".join(f"{names[a]} {names[b]}\n" for a, b in pairs).encode(),
        cwd=repo, capture_output=True, check=True,
    )  # fmt: skip
    one_for_all = time.perf_counter() - before
    true = {
        frozenset(pair) for pair, is_clean in zip(pairs, _statuses(out.stdout), strict=True) if not is_clean
    }
    where = "from a target that moves on" if is_moving else "from one commit"
    print(
        f"{BRANCHES} branches {where}, {branches.FILES:,} files, {len(pairs):,} pairs: {len(true)} conflict; "
        f"found {len(found & true)}, missed {len(true - found)}, invented {len(found - true)}\n"
    )
    rows = [
        ["git parallel plan --json (median of 5)", f"{ours:.2f} s", ""],
        ["git merge-tree --stdin, all pairs", f"{one_for_all:.1f} s", f"{one_for_all / ours:.0f}"],
        [
            f"git merge-tree, a process per pair (from {_MERGES:,})",
            f"{one_each:.0f} s",
            f"{one_each / ours:.0f}",
        ],
    ]
    table(["in flight", "time", "times slower"], rows)


def _statuses(text: bytes) -> Iterator[bool]:
    """For each merge whether it is clean; see `git merge-tree --stdin -z`."""
    fields = iter(text.split(b"\0")[:-1])
    for status in fields:
        next(fields)
        while next(fields):
            pass
        yield status == b"1"


# -- 3. sharing a file -----------------------------------------------------------------------------


def sharing(source: Path) -> None:
    data: dict[str, Any] = json.loads(source.read_text())
    names = list(data)
    prints = [_declared(number, data[name]["declared"]) for number, name in enumerate(names)]
    past = [Past(frozenset(data[name]["changed"]), tuple(data[name]["declared"])) for name in names]
    expected = [Lessons(past[:number]).complete(one) for number, one in enumerate(prints)]
    rows = []
    for name, footprints in (("declared", prints), ("and expected", expected)):
        overlaps = Overlaps(footprints)
        pairs = []
        shown = []
        for left, right in combinations(range(len(names)), 2):
            works = (footprints[left].work, footprints[right].work)
            comes_true = not past[left].changed.isdisjoint(past[right].changed)
            pairs.append((overlaps.sharing(*works), comes_true))
            shown.append((overlaps.between(*works) is not None, comes_true))
        told = score(shown)
        recall, threshold = recall_at(pairs, PRECISION)
        rows.append(
            [
                name, _figure(told.precision), _figure(told.recall),
                _figure(recall), _figure(threshold), _figure(average_precision(pairs)),
            ]
        )  # fmt: skip
    print(
        f"{source.name}: {len(names)} tasks, {len(pairs):,} pairs, {sum(t for _, t in pairs)} share a file\n"
    )
    heading = [
        "sharing a file, by what is",
        "precision",
        "recall",
        f"recall at {PRECISION}",
        "from a chance of",
    ]
    table([*heading, "average precision"], rows)


def _declared(number: int, paths: Sequence[str]) -> Footprint:
    declared = tuple(Declared(path, Kind.MODIFY, "SPEC.md", 1) for path in paths)
    return of_task(Task(TaskId(f"t{number}"), "", "SPEC.md", 1, declared))


# -- 4. conflicts ----------------------------------------------------------------------------------

_KINDS = {"A": Kind.CREATE, "D": Kind.DELETE}


def conflicts(source: Path) -> None:
    sets = sorted(
        json.loads(source.read_text())["sets"], key=lambda one: min(c["date"] for c in one["changes"])
    )
    traffic: Counter[str] = Counter()
    by_likelihood, by_shared = [], []
    for one in sets:
        changes = one["changes"]
        prints = [
            Footprint(
                OtherWork(f"change/{number}"),
                tuple(
                    Entry(p, _KINDS.get(k, Kind.MODIFY), Origin.OBSERVED) for p, k in change["files"].items()
                ),
            )
            for number, change in enumerate(changes)
        ]
        overlaps = Overlaps(prints, traffic=Traffic(dict(traffic)))
        true = {(left, right) for left, right, _ in one["conflicting"]}
        # What could not be carried over to the common base is in no pair.
        known = [n for n, c in enumerate(changes) if c.get("applies_to_base", True) or c.get("needs")]
        for left, right in combinations((n for n in known if not changes[n].get("unresolved")), 2):
            overlap = overlaps.between(prints[left].work, prints[right].work)
            comes_true = (left, right) in true or (right, left) in true
            by_likelihood.append((overlap.likelihood if overlap else 0.0, comes_true))
            shared = changes[left]["files"].keys() & changes[right]["files"].keys()
            by_shared.append((float(len(shared)), comes_true))
        traffic.update(path for change in changes for path in change["files"])
    sharing = sum(value > 0 for value, _ in by_shared)
    print(
        f"{source.name}: {len(by_shared):,} pairs, {sharing} share a file, "
        f"{sum(true for _, true in by_shared)} conflict\n"
    )
    rows = [
        ["likelihood", _figure(average_precision(by_likelihood))],
        ["number of shared files", _figure(average_precision(by_shared))],
        ["by chance", _figure(sum(true for _, true in by_shared) / max(1, len(by_shared)))],
    ]
    table(["conflicts first, ranked by", "average precision"], rows)


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(heading, *rows, strict=True)]
    for row in (heading, *rows):
        _, *rest = (cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join((row[0].ljust(widths[0]), *rest)).rstrip())
    print()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--whole", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--scopes", type=Path, action="append", metavar="FILE")
    parser.add_argument("--pairs", type=Path, action="append", metavar="FILE")
    parser.add_argument("--only", choices=["throughput", "flight", "quality"])
    given = parser.parse_args()
    if given.whole:
        whole(given.whole)
        return
    if given.only in (None, "throughput"):
        throughput()
    if given.only in (None, "flight"):
        with tempfile.TemporaryDirectory(prefix="git-parallel-bench-") as home:
            for is_moving in (False, True):
                in_flight(Path(home), is_moving=is_moving)
    if given.only in (None, "quality"):
        for source in given.scopes or [CORPUS / "taskplane" / "scope-vs-changed.json"]:
            sharing(source) if source.exists() else print(f"{source} is not here\n")
        for source in given.pairs or [CORPUS / "pairs" / "scrapy.json"]:
            conflicts(source) if source.exists() else print(f"{source} is not here\n")


if __name__ == "__main__":
    main()
