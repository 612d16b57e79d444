"""Waiting for the agent's end, and seeing to it."""

import math
import os

from .ears import Ears
from .idling import Idling
from .job import Ending, Job
from .signals import STOP_REQUESTS, signal, tell_group


def watch(agent: int, job: Job, ears: Ears, idling: Idling, ending: Ending) -> None:
    """Wait for the agent's own end; from a limit or a request to stop on, insist more and more."""
    now = ears.clock.now
    ladder = Ladder(agent, job.grace)
    limit = math.inf if job.timeout is None else now() + job.timeout
    while not reap(agent, ending):
        due = ladder.due if ladder.is_begun else min(limit, idling.due)
        asked = STOP_REQUESTS & ears.caught(due)
        if asked:
            ending.killed = ending.stopped or signal.SIGQUIT in asked  # told twice, or told "now"
            ending.stopped = True
            ladder.begin(now(), at_its_end=ending.killed)
        elif not ladder.is_begun and now() >= limit:
            ending.timed_out = True
            ladder.begin(now())
        elif not ladder.is_begun and now() >= idling.due and idling.is_stalled():
            ending.stalled = True
            ladder.begin(now())
        ladder.climb(now())


class Ladder:
    """What an agent that has to end is told, and when."""

    def __init__(self, agent: int, grace: float) -> None:
        self._agent, self._grace = agent, grace
        self._steps: list[int] = [signal.SIGINT, signal.SIGTERM, signal.SIGKILL]
        self.is_begun = False
        self.due = math.inf

    def begin(self, now: float, *, at_its_end: bool = False) -> None:
        """Begin now, if it has not begun; or go straight to the last step."""
        if at_its_end:
            self._steps = [signal.SIGKILL]
        if at_its_end or not self.is_begun:
            self.due = now
        self.is_begun = True

    def climb(self, now: float) -> None:
        """Take the step that is due."""
        if now >= self.due:
            tell_group(self._agent, self._steps.pop(0))
            tell_group(self._agent, signal.SIGCONT)  # who is stopped hears nothing else but KILL
            self.due = now + self._grace if self._steps else math.inf


def reap(agent: int, ending: Ending) -> bool:
    """Collect every child that has ended, orphans too; whether the agent is among them."""
    while ending.code is None and (ended := os.waitpid(-1, os.WNOHANG))[0]:
        if ended[0] == agent:
            ending.code = os.waitstatus_to_exitcode(ended[1])
    return ending.code is not None
