"""Waiting for the agent's end, and seeing to it."""

import math
import os
import time

from .job import Ending, Job
from .signals import STOP_REQUESTS, caught, signal, tell_group


def watch(agent: int, job: Job, wake: int, ending: Ending) -> None:
    """Wait for the agent's own end; from its time limit or a request to stop on, insist more and more."""
    ladder = [signal.SIGINT, signal.SIGTERM, signal.SIGKILL]
    due = math.inf if job.timeout is None else time.monotonic() + job.timeout
    while not reap(agent, ending):
        asked = STOP_REQUESTS & caught(wake, due - time.monotonic())
        if asked:
            ending.killed = ending.stopped or signal.SIGQUIT in asked  # told twice, or told "now"
            if ending.killed:
                ladder = [signal.SIGKILL]
            if ending.killed or not ending.timed_out:
                due = -math.inf
            ending.stopped = True
        if time.monotonic() >= due:
            ending.timed_out = ending.timed_out or not ending.stopped
            tell_group(agent, ladder.pop(0))
            due = time.monotonic() + job.grace if ladder else math.inf


def reap(agent: int, ending: Ending) -> bool:
    """Collect every child that has ended, orphans too; whether the agent is among them."""
    while ending.code is None and (ended := os.waitpid(-1, os.WNOHANG))[0]:
        if ended[0] == agent:
            ending.code = os.waitstatus_to_exitcode(ended[1])
    return ending.code is not None
