"""Ending what the agent left behind."""

import os
import sys
import time

from .proc import children
from .signals import STOP_REQUESTS, caught, signal, tell, tell_group

TIDY_GRACE = 2.0  # seconds between TERM and KILL for what the agent left behind
UNKILLABLE = 5.0  # seconds after KILL when a leftover is given up: another user's, or stuck in the kernel
PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """Have what the agent's tree leaves behind become our child, however it was detached (Linux)."""
    if not sys.platform.startswith("linux"):
        return
    try:
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, ctypes.c_ulong(1), *[ctypes.c_ulong(0)] * 3)
    except (ImportError, AttributeError, OSError):  # without it the agent's process group is still in reach
        pass


def tidy(agent: int, wake: int, grace: float) -> None:
    """End and reap what the agent left behind, also what has made itself a session of its own."""
    kill_at = time.monotonic() + min(grace, TIDY_GRACE)
    tell_group(agent, signal.SIGTERM)
    if not sys.platform.startswith(
        "linux"
    ):  # orphans are not our children here, so only the group is in reach
        return tidy_group(agent, wake, kill_at)
    told: set[int] = set()
    while has_children() and time.monotonic() < kill_at + UNKILLABLE:
        late = time.monotonic() >= kill_at
        # Only children are signalled: their pids are theirs until we reap them. Those they leave are next.
        for child in children():
            if late or child not in told:
                tell(child, signal.SIGKILL if late else signal.SIGTERM)
                told.add(child)
        due = kill_at + UNKILLABLE if late else kill_at
        if STOP_REQUESTS & caught(wake, due - time.monotonic()):
            kill_at = min(kill_at, time.monotonic())
    return None


def tidy_group(agent: int, wake: int, kill_at: float) -> None:
    """The same for the agent's process group alone."""
    while tell_group(agent, 0) and (left := kill_at - time.monotonic()) > 0:
        if STOP_REQUESTS & caught(wake, left):
            break
    tell_group(agent, signal.SIGKILL)


def has_children() -> bool:
    """Whether a child is alive, after all that have ended are reaped."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True
