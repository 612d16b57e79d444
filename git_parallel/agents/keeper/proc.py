"""What /proc says about processes; None or nothing where there is no /proc."""

import os


def stat(pid: int | str) -> list[str]:
    """The fields of /proc/<pid>/stat from the third on (the second may hold blanks and brackets)."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rpartition(")")[2].split()
    except OSError:
        return []


def start_time(pid: int) -> int | None:
    """When a process began, in ticks since the boot; None if it has ended, or outside Linux."""
    fields = stat(pid)
    return int(fields[19]) if fields and fields[0] != "Z" else None


def boot_id() -> str | None:
    """What tells this boot of the machine from all others."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return None


def children() -> list[int]:
    """The pids of our children, with those that have ended and are not yet reaped."""
    me = os.getpid()
    try:
        with open(f"/proc/self/task/{me}/children", encoding="ascii") as file:
            found = [int(pid) for pid in file.read().split()]
    except OSError:
        found = []
    # A kernel may lack that file, or miss a child in it when another ends at the same time.
    return found or [int(pid) for pid in os.listdir("/proc") if pid.isdigit() and _parent(pid) == me]


def _parent(pid: str) -> int | None:
    fields = stat(pid)
    return int(fields[1]) if fields else None


def cpu_of_children() -> float:
    """Seconds of CPU time that all our descendants have used, with those that are reaped; 0 outside Linux."""
    me = os.getpid()
    try:
        found = {int(pid): fields for pid in os.listdir("/proc") if pid.isdigit() and (fields := stat(pid))}
    except OSError:
        return 0.0
    families: dict[int, list[int]] = {}
    for pid, fields in found.items():
        families.setdefault(int(fields[1]), []).append(pid)
    tree = families.get(me, [])
    for pid in tree:
        tree += families.get(pid, [])
    # Of themselves and of the children they have waited for: in user and in kernel mode each.
    ticks = sum(int(ticks) for pid in tree for ticks in found[pid][11:15])
    reaped = os.times()
    return ticks / os.sysconf("SC_CLK_TCK") + reaped.children_user + reaped.children_system
