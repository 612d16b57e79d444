"""What a queue costs: `TaskQueue` beside what one would use instead; `make bench-queue`.

    1. one by one  submit a task that does nothing, go on to the next, wait for all in the end
    2. full        the first task holds the house until all are submitted, so that the queue is as long as it gets
    3. sleeping    four different agents that sleep 0.5 s

The ways do not give the same. ThreadPoolExecutor runs whatever it is given, at most so many at once. "Locks by
hand" is a ThreadPoolExecutor whose tasks take a lock for their agent type and each file, sorted so that they
cannot block each other for ever: who waits for a lock occupies a thread, globs and directories mean nothing, and
there is no priority. TaskQueue has none of these limits, which is what the difference pays for.

joblib and dask are measured where they are installed. Figures are milliseconds a task, medians of several runs.
"""

import argparse
import importlib.util
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from git_parallel import AgentTask, TaskQueue

SLOTS = 4
SLEEP = 0.5
Submit = Callable[["Piece", Callable[[], None]], "Future[Any]"]


@dataclass(frozen=True, slots=True)
class Piece:
    """One task: its agent type and the file that it would modify."""

    agent: str
    file: str


# What the tasks have in common decides what there is to decide.
SHAPES: dict[str, Callable[[int], Piece]] = {
    "every task its own agent and file": lambda n: Piece(f"agent{n}", f"src/{n}.py"),
    "four agents, own files": lambda n: Piece(f"agent{n % 4}", f"src/{n}.py"),
    "one agent": lambda n: Piece("agent", f"src/{n}.py"),
    "own agents, one file": lambda n: Piece(f"agent{n}", "README.md"),
}


@contextmanager
def ours() -> Iterator[Submit]:
    with TaskQueue(max_parallel=SLOTS) as queue:
        yield lambda piece, act: queue.submit_task(AgentTask(piece.agent, "nothing", [piece.file], act))


@contextmanager
def pool() -> Iterator[Submit]:
    with ThreadPoolExecutor(SLOTS) as threads:
        yield lambda _, act: threads.submit(act)


@contextmanager
def by_hand() -> Iterator[Submit]:
    locks: dict[str, threading.Lock] = {}

    def guarded(piece: Piece, act: Callable[[], None]) -> None:
        with ExitStack() as stack:
            for name in sorted((f"agent {piece.agent}", f"file {piece.file}")):
                stack.enter_context(locks[name])
            act()

    def submit(piece: Piece, act: Callable[[], None]) -> "Future[Any]":
        for name in (f"agent {piece.agent}", f"file {piece.file}"):
            locks.setdefault(name, threading.Lock())
        return threads.submit(guarded, piece, act)

    with ThreadPoolExecutor(SLOTS) as threads:
        yield submit


@contextmanager
def dask() -> Iterator[Submit]:
    from distributed import Client  # type: ignore[import-not-found]

    with Client(processes=False, n_workers=1, threads_per_worker=SLOTS, dashboard_address=None) as client:
        yield lambda _, act: client.submit(act, pure=False)


WAYS = {"ThreadPoolExecutor": pool, "locks by hand": by_hand, "TaskQueue": ours}
if importlib.util.find_spec("distributed"):
    WAYS["dask.distributed"] = dask


def nothing() -> None:
    """A task that is over at once, so that only what is around it counts."""


def one_by_one(way: Callable[[], Any], pieces: Sequence[Piece]) -> float:
    with way() as submit:
        began = time.perf_counter()
        futures = [submit(piece, nothing) for piece in pieces]
        for future in futures:
            future.result()
        return time.perf_counter() - began


def full(way: Callable[[], Any], pieces: Sequence[Piece]) -> float:
    """Four tasks that wait occupy all slots, and are let go when the others are submitted."""
    go = threading.Event()
    with way() as submit:
        holding = [submit(Piece(f"holder{n}", f"holder/{n}"), go.wait) for n in range(SLOTS)]
        began = time.perf_counter()
        futures = [submit(piece, nothing) for piece in pieces]
        go.set()
        for future in (*holding, *futures):
            future.result()
        return time.perf_counter() - began


def sleeping(way: Callable[[], Any]) -> float:
    with way() as submit:
        began = time.perf_counter()
        for future in [submit(Piece(f"agent{n}", f"{n}/"), lambda: time.sleep(SLEEP)) for n in range(SLOTS)]:
            future.result()
        return time.perf_counter() - began


def joblib_each(pieces: Sequence[Piece]) -> float:
    from joblib import Parallel, delayed  # type: ignore[import-not-found]

    began = time.perf_counter()
    Parallel(n_jobs=SLOTS, prefer="threads")(delayed(nothing)() for _ in pieces)
    return time.perf_counter() - began


def median(measure: Callable[[], float], runs: int) -> float:
    return statistics.median(measure() for _ in range(runs))


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--tasks", type=int, nargs="*", default=[200, 2000])
    options = parser.parse_args()
    width = max(map(len, WAYS)) + 2
    print(
        f"{SLOTS} slots, {options.runs} runs, Python {sys.version.split()[0]}; ms a task: one by one / full"
    )
    for count in options.tasks:
        print(f"\n{count} tasks that do nothing\n{'':38}" + "".join(f"{name:>{width}}" for name in WAYS))
        for shape, piece in SHAPES.items():
            pieces = [piece(n) for n in range(count)]
            cells = []
            for way in WAYS.values():
                figures = [
                    median(partial(measure, way, pieces), options.runs) / count * 1000
                    for measure in (one_by_one, full)
                ]
                cells.append(f"{figures[0]:.3f} / {figures[1]:.3f}")
            print(f"{shape:38}" + "".join(f"{cell:>{width}}" for cell in cells), flush=True)
        if importlib.util.find_spec("joblib"):
            pieces = [SHAPES["own agents, one file"](n) for n in range(count)]
            each = median(partial(joblib_each, pieces), options.runs) / count * 1000
            print(f"joblib (all at once, no rules): {each:.3f}")
    print(f"\n{SLOTS} different agents that sleep {SLEEP} s: s in all")
    for name, way in WAYS.items():
        print(f"  {name:{width}}{median(partial(sleeping, way), options.runs):.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
