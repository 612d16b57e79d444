"""What processes cost that wait for others: CPU and memory of the launcher and of what keeps each agent."""

import statistics
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
from launchers import Launcher, Place, stop

_CALM = 3.0  # seconds after the last start until it is idle that is measured
_WINDOWS = 4
_PATIENCE = 120.0


@dataclass(frozen=True, slots=True)
class Group:
    """Some processes: how many, CPU in per cent of a core (all the time, worst window), bytes of memory."""

    count: int
    cpu: float
    worst: float
    rss: Sequence[int]
    pss: Sequence[int]
    uss: Sequence[int]


@dataclass(frozen=True, slots=True)
class Idle:
    """A launcher with its own processes, and the processes that keep one agent each."""

    running: int
    launcher: Group
    keepers: Group


def idle(launcher: Launcher, at: Place, agents: int, seconds: float) -> Idle:
    """Start sleeping agents and watch for so many seconds who uses what; at the end they are stopped."""
    main = launcher.start(at, agents, agents, 3600)
    try:
        _await_agents(at, agents)
        time.sleep(_CALM)
        running = [psutil.Process(pid) for pid in at.stamps("first") if psutil.pid_exists(pid)]
        works = {process.pid for agent in running for process in (agent, *agent.children(recursive=True))}
        keepers = {agent.ppid() for agent in running} - works - {main.pid}
        everyone = {process.pid for process in at.processes()} | {main.pid}
        everyone |= {process.pid for process in psutil.Process(main.pid).children(recursive=True)}
        own = _processes(everyone - works - keepers)
        kept = _processes(keepers)
        own_cpu, kept_cpu = [], []
        for _ in range(_WINDOWS):
            before = time.monotonic(), _cpu(own), _cpu(kept)
            time.sleep(seconds / _WINDOWS)
            passed = time.monotonic() - before[0]
            own_cpu.append((_cpu(own) - before[1]) / passed * 100)
            kept_cpu.append((_cpu(kept) - before[2]) / passed * 100)
        return Idle(len(running), _group(own, own_cpu), _group(kept, kept_cpu))
    finally:
        stop(launcher, main)


def _await_agents(at: Place, agents: int) -> None:
    end = time.monotonic() + _PATIENCE
    while len(at.stamps("first")) < agents and time.monotonic() < end:
        time.sleep(0.2)


def _processes(pids: Iterable[int]) -> list[psutil.Process]:
    found = []
    for pid in sorted(pids):
        try:
            found.append(psutil.Process(pid))
        except psutil.NoSuchProcess:
            continue
    return found


def _cpu(processes: Sequence[psutil.Process]) -> float:
    """Seconds of CPU that they have used, and the children that they have waited for."""
    total = 0.0
    for process in processes:
        try:
            times = process.cpu_times()
            total += _nanoseconds(process.pid) / 1e9 or times.user + times.system
            total += getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0)
        except psutil.NoSuchProcess:
            continue
    return total


def _nanoseconds(pid: int) -> int:
    """What all threads have used, where the kernel counts that; its other figures are ticks of 10 ms."""
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads)
    except (OSError, ValueError, IndexError):
        return 0


def _group(processes: Sequence[psutil.Process], cpu: Sequence[float]) -> Group:
    memory = []
    for process in processes:
        try:
            memory.append(process.memory_full_info())
        except psutil.Error:
            continue
    return Group(
        count=len(processes),
        cpu=statistics.mean(cpu),
        worst=max(cpu),
        rss=[one.rss for one in memory],
        # Only Linux divides what is shared among those who share it.
        pss=[getattr(one, "pss", one.uss) for one in memory],
        uss=[one.uss for one in memory],
    )
