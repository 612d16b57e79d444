"""The life of a keeper."""

import os

from . import records
from .clock import Clock, wall_and_elapsed
from .ears import Ears
from .idling import Idling
from .job import Ending, Job, Lost, NotStarted, lower
from .kernel import adopt_orphans
from .locks import open_lock, take
from .output import Output
from .signals import signal
from .starting import launch
from .tidying import tidy
from .watching import watch

LOST_THE_RACE = 3


def main() -> int:
    """Keep the agent of the job on stdin, and say on stdout in one line what became of its start."""
    # The process the launcher knows ends here: nobody has to wait for a keeper, none becomes a zombie.
    if os.fork():
        os._exit(0)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())  # the launcher's thread may have had any blocked
    with open(0, "rb", closefd=False) as file:
        job = Job(file.read())
    door, lock = open_lock(job.keeper), open_lock(job.lock)
    try:
        more = take(job, door, lock)
    except Lost as reason:
        # Let go before the launcher hears of it: it may start another one at once.
        os.close(lock)
        os.close(door)
        report(str(reason))
        return LOST_THE_RACE
    keep(job, [lock, *more])
    # Before the lock, which goes with us: whoever has waited for that must not find us at the door.
    os.close(door)
    return 0


def keep(job: Job, locks: list[int]) -> None:
    """Run the agent of this job to its end, and write the exit record before the locks are free."""
    (started, began), ending, error = wall_and_elapsed(), Ending(), ""
    try:
        records.reserve(job.exit)
        output = Output(job)
        ears = Ears(Clock(), output)
        adopt_orphans()
        agent = launch(job, locks, output.for_agent, started)
        report(f"started {agent} {os.getpid()}")
        output.attend(ears.clock.now())
        watch(agent, job, ears, Idling(job, ears.clock, output), ending)
        tidy(agent, ears, 0.0 if ending.killed else job.grace)
        output.keep_within()
        ending.dropped = output.dropped
    except NotStarted as reason:
        error = str(reason)
    except OSError as reason:  # no process, descriptor or space left
        error = f"cannot keep the agent: {lower(reason)}"
    # Not the time of day: it may have been set since, and how long the agent took is to be true.
    ended = started + wall_and_elapsed()[1] - began
    try:
        record(job, ending, started=started, ended=ended, error=error)
    finally:  # the disk may be full
        if error:
            report(f"failed {error}")


def record(job: Job, ending: Ending, *, started: float, ended: float, error: str) -> None:
    """Write how it ended."""
    code = ending.code
    records.write(
        job.exit,
        attempt=job.attempt,
        status=code if code is not None and code >= 0 else None,
        signal=-code if code is not None and code < 0 else None,
        timed_out=ending.timed_out,
        stalled=ending.stalled,
        stopped=ending.stopped,
        started=started,
        ended=ended,
        dropped=ending.dropped,
        error=error,
    )


def report(line: str) -> None:
    """Tell the launcher, if it still lives, and close the line to it."""
    try:
        os.write(1, line.encode("utf-8", "surrogateescape"))
    except OSError:  # it was killed; that is what we are here for
        pass
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    os.close(null)
