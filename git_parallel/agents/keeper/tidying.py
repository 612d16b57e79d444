"""Ending what the agent left behind."""

import os
import sys

from .ears import Ears
from .proc import children
from .signals import STOP_REQUESTS, signal, tell, tell_group

TIDY_GRACE = 2.0  # seconds between TERM and KILL for what the agent left behind
UNKILLABLE = 5.0  # seconds after KILL when a leftover is given up: another user's, or stuck in the kernel


def tidy(agent: int, ears: Ears, grace: float) -> None:
    """End and reap what the agent left behind, also what has made itself a session of its own."""
    now = ears.clock.now
    kill_at = now() + min(grace, TIDY_GRACE)
    tell_group(agent, signal.SIGTERM)
    if not sys.platform.startswith(
        "linux"
    ):  # orphans are not our children here, so only the group is in reach
        return tidy_group(agent, ears, kill_at)
    told: set[int] = set()
    while has_children() and now() < kill_at + UNKILLABLE:
        late = now() >= kill_at
        # Only children are signalled: their pids are theirs until we reap them. Those they leave are next.
        for child in children():
            if late or child not in told:
                tell(child, signal.SIGKILL if late else signal.SIGTERM)
                tell(child, signal.SIGCONT)
                told.add(child)
        due = kill_at + UNKILLABLE if late else kill_at
        if STOP_REQUESTS & ears.caught(due):
            kill_at = min(kill_at, now())
    return None


def tidy_group(agent: int, ears: Ears, kill_at: float) -> None:
    """The same for the agent's process group alone."""
    while tell_group(agent, 0) and ears.clock.now() < kill_at and not STOP_REQUESTS & ears.caught(kill_at):
        pass
    tell_group(agent, signal.SIGKILL)


def has_children() -> bool:
    """Whether a child is alive, after all that have ended are reaped."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True
