"""Launch overhead and latency of `git parallel run`, beside what one would use instead; `make bench-run`.

    1. latency    from one agent's last instruction to the next one's first, with one slot
    2. throughput many agents that only wait, all at once: what a run takes beyond that wait
    3. speed-up   the agents' seconds in sum against those of the run
    4. idle       CPU and memory while agents sleep
    5. trace      the git processes between one agent's end and the next one's start (only when asked for)

The ways do not give the same. xargs, GNU parallel and task-spooler start commands, all of them in one
directory; "git worktree add" gives each command a worktree and a branch, "git commit" commits what it left.
git parallel does both, and also chooses who may run beside whom, keeps each agent in a process that survives
the coordinator, records every step so that a crash loses nothing, and proves each result: a commit, a clean
tree, no file of somebody else's. "git parallel run, agent commits itself" is without that one commit.

All is done in throw-away repositories with a home of their own. Figures are medians, with the range from the
10th to the 90th percentile where there are many, from the least to the greatest where there are few.
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
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import tracing
from idling import Group, Idle, idle
from launchers import (
    OURS,
    OURS_COMMITTED,
    PARALLEL,
    PARALLEL_COMMIT,
    TSP,
    XARGS,
    XARGS_COMMIT,
    XARGS_WORKTREE,
    Launcher,
    Place,
    place,
    run_to_end,
)

# Seconds that an agent works where only what is between agents counts: so long that its launch is through.
WORK = 0.1
SECTIONS = ("latency", "throughput", "speedup", "idle")
LATENCY = (XARGS, PARALLEL, TSP, XARGS_WORKTREE, XARGS_COMMIT, PARALLEL_COMMIT, OURS, OURS_COMMITTED)
WHOLE = (XARGS, PARALLEL, TSP, XARGS_WORKTREE, XARGS_COMMIT, PARALLEL_COMMIT, OURS)
SPEEDUP = (XARGS, XARGS_COMMIT, OURS)
IDLE = (XARGS, PARALLEL, TSP, OURS)


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything; `wait` and `long_wait` in seconds an agent, `watch` in seconds."""

    tasks: int
    files: int
    runs: int
    crowd: int = 32
    wait: float = 3.0
    few: int = 8
    long_wait: float = 2.0
    sleepers: int = 50
    watch: float = 20.0


# -- 1. latency ------------------------------------------------------------------------------------


def latency(folder: Path, size: Size) -> None:
    ways = here(LATENCY)
    gaps: dict[str, list[float]] = {way.name: [] for way in ways}
    ran: dict[str, int] = dict.fromkeys(gaps, 0)
    alone: list[float] = []
    adding: list[float] = []
    for _ in range(size.runs):
        with place(folder, size.tasks, size.files) as at:
            alone += one_after_the_other(at, size.tasks)
        with place(folder, size.tasks, size.files) as at:
            adding += worktrees(at, size.tasks)
        for way in ways:
            with place(folder, size.tasks, size.files) as at:
                run_to_end(way, at, size.tasks, 1, WORK)
                gaps[way.name] += between(at)
                ran[way.name] += len(at.stamps("last"))
    floor, worktree = statistics.median(alone), statistics.median(adding)
    rows = [
        ["the agent alone: fork, exec, wait", *spread(alone, 1000, many=True), "", ""],
        ["git worktree add, alone", *spread(adding, 1000, many=True), "", ""],
    ]
    for way in ways:
        name, found = way.name, gaps[way.name]
        middle = statistics.median(found)
        own, beyond = (middle - floor) * 1000, (middle - floor - worktree) * 1000
        note = few(ran[name], size.tasks * size.runs)
        rows.append(
            [
                name + note,
                *spread(found, 1000, many=True),
                f"{own:.1f}",
                f"{beyond:.1f}" if way.makes_worktrees else "",
            ]
        )
    print(
        f"1. from one agent's end to the next one's start, one slot: {size.runs} x {size.tasks} tasks, "
        f"{size.files:,} files and {size.tasks} specs; milliseconds\n"
    )
    table(["one slot", "median", "10 % to 90 %", "beyond the agent", "and the worktree"], rows)


def one_after_the_other(at: Place, tasks: int) -> list[float]:
    """Seconds between agents of which each is started as soon as the one before has been waited for."""
    agent = at.agent(WORK)
    for number in range(tasks):
        subprocess.run([*agent, str(number)], cwd=at.repo, env=at.environment, check=True)
    return between(at)


def worktrees(at: Place, tasks: int) -> list[float]:
    """Seconds that `git worktree add -b` takes, again and again in one repository."""
    seconds = []
    for number in range(tasks):
        command = ["git", "worktree", "add", "-q", "-b", f"feature/{number}", f"../w{number}"]
        before = time.perf_counter()
        subprocess.run(command, cwd=at.repo, env=at.environment, check=True)
        seconds.append(time.perf_counter() - before)
    return seconds


def between(at: Place) -> list[float]:
    """Seconds from each agent's last instruction to the first one of the agent that came next."""
    starts, ends = sorted(at.stamps("first").values()), sorted(at.stamps("last").values())
    return [start - end for end, start in zip(ends, starts[1:], strict=False)]


# -- 2. and 3. the whole of a run ------------------------------------------------------------------


def throughput(folder: Path, size: Size) -> None:
    rows = []
    for way in here(WHOLE):
        walls, _, ran = whole(folder, size, way, size.crowd, size.wait)
        name = way.name + few(ran, size.crowd * size.runs)
        rows.append([name, *spread([wall - size.wait for wall in walls], 1)])
    print(
        f"2. {size.crowd} agents that wait {size.wait:g} s, {size.crowd} slots, {size.files:,} files, "
        f"{size.runs} runs; seconds beyond the wait\n"
    )
    table(["all at once", "median", "least to greatest"], rows)


def speedup(folder: Path, size: Size) -> None:
    rows = []
    for way in here(SPEEDUP):
        walls, works, ran = whole(folder, size, way, size.few, size.long_wait)
        gains = [work / wall for work, wall in zip(works, walls, strict=True)]
        share = statistics.median(gains) / size.few
        rows.append([way.name + few(ran, size.few * size.runs), *spread(gains, 1), f"{share:.2f} N"])
    print(
        f"3. {size.few} agents that wait {size.long_wait:g} s, {size.few} slots, {size.runs} runs; "
        "their seconds in sum against those of the run\n"
    )
    table(["speed-up", "median", "least to greatest", f"N = {size.few}"], rows)


def whole(
    folder: Path, size: Size, way: Launcher, tasks: int, wait: float
) -> tuple[list[float], list[float], int]:
    """Of each run its seconds and its agents' seconds in sum; and how many agents came to their end."""
    walls, works, ran = [], [], 0
    for _ in range(size.runs):
        with place(folder, tasks, size.files) as at:
            before = time.perf_counter()
            run_to_end(way, at, tasks, tasks, wait)
            walls.append(time.perf_counter() - before)
            starts, ends = at.stamps("first"), at.stamps("last")
            works.append(sum(end - starts[pid] for pid, end in ends.items()))
            ran += len(ends)
    return walls, works, ran


# -- 4. idle ---------------------------------------------------------------------------------------


def idling(folder: Path, size: Size) -> None:
    found: list[tuple[str, Idle]] = []
    for way in here(IDLE):
        with place(folder, size.sleepers, size.files) as at:
            found.append((way.name, idle(way, at, size.sleepers, size.watch)))
    print(
        f"4. {size.sleepers} sleeping agents, watched for {size.watch:g} s; CPU in % of a core, memory in MB\n"
    )
    heading = ["and their", "agents", "processes", "CPU", "worst quarter", "RSS", "PSS", "USS"]
    table(
        ["launcher " + heading[0] + " helpers", *heading[1:]],
        [[name, str(one.running), *launching(one.launcher)] for name, one in found],
    )
    table(
        [
            "keepers, one an agent",
            "processes",
            "CPU of all",
            "RSS of one",
            "PSS of one",
            "USS of one",
            "PSS of all",
        ],
        [[name, *keeping(one.keepers)] for name, one in found],
    )


def launching(group: Group) -> list[str]:
    memory = [f"{sum(part) / 2**20:.1f}" for part in (group.rss, group.pss, group.uss)]
    return [str(group.count), f"{group.cpu:.3f}", f"{group.worst:.3f}", *memory]


def keeping(group: Group) -> list[str]:
    if not group.count:
        return ["0", *[""] * 5]
    memory = [
        f"{statistics.median(part) / 2**20:.1f} ({min(part) / 2**20:.1f} to {max(part) / 2**20:.1f})"
        for part in (group.rss, group.pss, group.uss)
    ]
    return [str(group.count), f"{group.cpu:.3f}", *memory, f"{sum(group.pss) / 2**20:.0f}"]


# -- 5. trace --------------------------------------------------------------------------------------


def trace(folder: Path, size: Size) -> None:
    for way in (OURS, OURS_COMMITTED):
        with place(folder, size.tasks, size.files) as at:
            tracing.tell_git(at.home)
            run_to_end(way, at, size.tasks, 1, WORK)
            ends, starts = sorted(at.stamps("last").values()), sorted(at.stamps("first").values())
            gaps = sorted(zip(ends, starts[1:], strict=False), key=lambda gap: gap[1] - gap[0])
            ended, started = gaps[len(gaps) // 2]
            print(f"5. {way.name}, one slot: the median one of {len(gaps)} gaps\n")
            print("\n".join(tracing.table(tracing.traced(at.home), ended, started)), end="\n\n")


# -- what is printed -------------------------------------------------------------------------------


def here(ways: Sequence[Launcher]) -> list[Launcher]:
    """Those that can be measured on this machine."""
    return [way for way in ways if not way.missing]


def few(ran: int, wanted: int) -> str:
    """A note where agents never came to their end, such as those whose worktree could not be made."""
    return "" if ran == wanted else f" ({wanted - ran} of {wanted} failed)"


def spread(values: Sequence[float], scale: float, *, many: bool = False) -> list[str]:
    """The median, and the range."""
    ordered = sorted(value * scale for value in values)
    cut = len(ordered) // 10 if many else 0
    digits = 1 if many else 2
    return [
        f"{statistics.median(ordered):.{digits}f}",
        f"{ordered[cut]:.{digits}f} to {ordered[-1 - cut]:.{digits}f}",
    ]


def table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(heading, *rows, strict=True)]
    for row in (heading, *rows):
        _, *rest = (cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join((row[0].ljust(widths[0]), *rest)).rstrip())
    print(flush=True)


def preface() -> None:
    print(__doc__.partition("\n\n")[2])
    missing = {way.missing for way in (*LATENCY, *WHOLE, *IDLE)} - {""}
    for sentence in sorted(missing):
        print(f"left out: {sentence}")
    git = subprocess.run(["git", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    load = os.getloadavg()[0]
    print(
        f"{git}, Python {sys.version.split()[0]}, {os.cpu_count()} cores, load {load:.1f} before the start\n"
    )


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a little of everything, to see that it works")
    parser.add_argument("--files", type=int, default=30, metavar="N", help="files of the repository (30)")
    parser.add_argument("--tasks", type=int, metavar="N", help="tasks of the latency (30)")
    parser.add_argument("--runs", type=int, metavar="N", help="how often each way runs (3)")
    parser.add_argument("--wait", type=float, default=2.0, metavar="S", help="wait of the speed-up, in s (2)")
    parser.add_argument("--only", choices=SECTIONS, action="append", help="this section alone")
    parser.add_argument("--trace", action="store_true", help="only list the git processes of one launch")
    given = parser.parse_args()
    tasks, runs = given.tasks or (5 if given.quick else 30), given.runs or (1 if given.quick else 3)
    size = Size(tasks, given.files, runs, long_wait=given.wait)
    if given.quick:
        size = Size(tasks, given.files, runs, 4, 1.0, 3, 1.0, 5, 2.0)
    # Ended politely it tidies up, as it does after Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    preface()
    whatever = dict(zip(SECTIONS, (latency, throughput, speedup, idling), strict=True))
    folder = Path(tempfile.mkdtemp(prefix="git-parallel-bench-")).resolve()
    try:
        for measure in [trace] if given.trace else [whatever[name] for name in given.only or SECTIONS]:
            measure(folder, size)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
