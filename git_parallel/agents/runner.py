"""The keeper of one agent: a detached process that starts it, ends it in time, tidies up, writes the truth.

Started by `process.launch` as a script with nothing of git_parallel imported, because one of these stays
in memory for every running agent. The whole job comes as one JSON document on stdin, so that the agent's
environment is never on disk and its command line never that of the keeper.

Two locks, both `flock`:
  <id>.keeper  held by the keeper alone, looked at by keepers only: who cannot have it has lost the race;
  <id>.lock    held by the keeper *and the whole agent tree*, which inherits it. It is what "alive" means, so
               others test it by taking it shared for a moment, and a keeper has to be patient with them.
"""

# Every import here is paid by every agent, in time and memory: no pathlib, no contextlib.
# ruff: noqa: PTH104, PTH120, PTH208, SIM105

import fcntl
import json
import math
import os
import select
import signal
import stat
import sys
import time

LOST_THE_RACE = 3
PATIENCE = 1.0  # seconds for others to let go of <id>.lock; they hold it for microseconds
TIDY_GRACE = 2.0  # seconds between TERM and KILL for what the agent left behind
UNKILLABLE = 5.0  # seconds after KILL when a leftover is given up: another user's, or stuck in the kernel
LONGEST_WAIT = 86400.0  # select() refuses more than a time_t
PR_SET_CHILD_SUBREAPER = 36
STOP_REQUESTS = {signal.SIGINT, signal.SIGTERM, signal.SIGQUIT}


class Lost(Exception):
    """Another keeper has the task, or had this attempt; nothing of it may be touched."""


class NotStarted(Exception):
    """The agent cannot be started, and why."""


class Job:
    """What is to be run and where the records go; all paths absolute."""

    argv: list[str]
    env: dict[str, str]
    cwd: str
    prompt: str
    log: str
    lock: str
    keeper: str
    start: str
    exit: str
    attempt: int
    timeout: float | None
    grace: float

    def __init__(self, text: bytes) -> None:
        self.__dict__.update(json.loads(text))


class Ending:
    """How the agent came to its end."""

    def __init__(self) -> None:
        self.code: int | None = None  # as waitstatus_to_exitcode says: -n is signal n
        self.timed_out = self.stopped = self.killed = False


def main() -> int:
    # The process the launcher knows ends here: nobody has to wait for a keeper, none becomes a zombie.
    if os.fork():
        os._exit(0)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())  # the launcher's thread may have had any blocked
    job = Job(sys.stdin.buffer.read())
    door, lock = open_lock(job.keeper), open_lock(job.lock)
    try:
        take(job, door, lock)
    except Lost as reason:
        # Let go before the launcher hears of it: it may start another one at once.
        os.close(lock)
        os.close(door)
        report(str(reason))
        return LOST_THE_RACE
    keep(job, lock)
    # Before the lock, which goes with us: whoever has waited for that must not find us at the door.
    os.close(door)
    return 0


def keep(job: Job, lock: int) -> None:
    """Run the agent of this job to its end, and write the exit record before the lock is free."""
    started, ending, error = time.time(), Ending(), ""
    try:
        wake = listen()
        adopt_orphans()
        agent = launch(job, lock, started)
        report(f"started {agent} {os.getpid()}")
        watch(agent, job, wake, ending)
        tidy(agent, wake, 0.0 if ending.killed else min(job.grace, TIDY_GRACE))
    except NotStarted as reason:
        error = str(reason)
    except OSError as reason:  # no process, descriptor or space left
        error = f"cannot keep the agent: {lower(reason)}"
    code = ending.code
    record(
        job.exit,
        attempt=job.attempt,
        status=code if code is not None and code >= 0 else None,
        signal=-code if code is not None and code < 0 else None,
        timed_out=ending.timed_out,
        stopped=ending.stopped,
        started=started,
        ended=time.time(),
        error=error,
    )
    if error:
        report(f"failed {error}")


# -- being the only one ------------------------------------------------------------------------------------


def take(job: Job, door: int, lock: int) -> None:
    """Take both locks, as the first ever to run this attempt."""
    try:
        fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Lost("busy") from None
    lock_patiently(lock)
    # The winner of an earlier race may have come and gone while we were starting.
    if os.path.lexists(job.start) or os.path.lexists(job.exit):
        raise Lost("done already")


def open_lock(path: str) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)


def lock_patiently(lock: int) -> None:
    """Take the lock, whoever looks at it meanwhile; an agent tree whose keeper was killed does not let go."""

    def give_up(*_: object) -> None:
        raise Lost("busy")

    signal.signal(signal.SIGALRM, give_up)
    # Repeated, because the one that arrives just before flock() waits would be missed.
    signal.setitimer(signal.ITIMER_REAL, PATIENCE, 0.1)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_IGN)


# -- starting the agent ------------------------------------------------------------------------------------


def launch(job: Job, lock: int, started: float) -> int:
    """Start the agent and give its pid. The start record is on disk before the agent's first instruction."""
    log = open_log(job.log)
    os.dup2(log, 2)  # should the keeper itself fail, that is where it can be read
    prompt = open_prompt(job.prompt)
    waiting, go = os.pipe()
    problem, problem_in = os.pipe()
    # A signal that came to the child before it has its own handlers would be written to our pipe.
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    agent = os.fork()
    if agent == 0:
        os.close(go)
        become(job, lock, log, prompt, waiting, problem_in)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    for fd in (log, prompt, waiting, problem_in):
        os.close(fd)
    write_start(job, agent, started)
    try:
        os.write(go, b"!")
    except BrokenPipeError:  # somebody killed it already; the watch will tell
        pass
    os.close(go)
    with open(problem, encoding="utf-8", errors="surrogateescape") as file:
        if reason := file.read():
            os.waitpid(agent, 0)
            raise NotStarted(reason)
    return agent


def become(job: Job, lock: int, log: int, prompt: int, waiting: int, problem: int) -> None:
    """In the child: turn into the agent. Never returns."""
    doing = "start the agent"
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
            signal.signal(number, signal.SIG_DFL)  # Python ignores SIGPIPE, nohup ignores SIGHUP
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        os.dup2(prompt, 0)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.set_inheritable(lock, True)
        if os.read(waiting, 1):  # end of file: the keeper died before it could write the start record
            doing = f"enter '{job.cwd}'"
            os.chdir(job.cwd)
            doing = f"run '{job.argv[0]}'" if job.argv else "run nothing"
            os.execvpe(job.argv[0], job.argv, job.env)
    except BaseException as reason:
        os.write(problem, f"cannot {doing}: {lower(reason)}".encode("utf-8", "surrogateescape"))
    finally:
        os._exit(127)


def open_log(path: str) -> int:
    """The log for appending, if it is a plain file of our own: an agent could have put anything there."""
    try:
        # O_NONBLOCK: a fifo that nobody reads must not stop us.
        log = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
    except OSError as reason:
        raise NotStarted(f"cannot open the log '{path}': {lower(reason)}") from None
    seen = os.fstat(log)
    if not stat.S_ISREG(seen.st_mode) or seen.st_nlink != 1 or seen.st_uid != os.geteuid():
        raise NotStarted(f"cannot open the log '{path}': not a plain file of this user with one name")
    os.set_blocking(log, True)
    return log


def open_prompt(path: str) -> int:
    try:
        prompt = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError as reason:
        raise NotStarted(f"cannot read the prompt '{path}': {lower(reason)}") from None
    os.set_blocking(prompt, True)
    return prompt


# -- until its end -----------------------------------------------------------------------------------------


def watch(agent: int, job: Job, wake: int, ending: Ending) -> None:
    """Wait for the agent's own end; from its time limit or a request to stop on, insist more and more."""
    ladder = [signal.SIGINT, signal.SIGTERM, signal.SIGKILL]
    due = math.inf if job.timeout is None else time.monotonic() + job.timeout
    while not reap(agent, ending):
        asked = STOP_REQUESTS & caught(wake, due)
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


def tidy(agent: int, wake: int, grace: float) -> None:
    """End and reap what the agent left behind, also what has made itself a session of its own."""
    kill_at = time.monotonic() + grace
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
        if STOP_REQUESTS & caught(wake, kill_at + UNKILLABLE if late else kill_at):
            kill_at = min(kill_at, time.monotonic())
    return None


def tidy_group(agent: int, wake: int, kill_at: float) -> None:
    while tell_group(agent, 0) and time.monotonic() < kill_at and not STOP_REQUESTS & caught(wake, kill_at):
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


def children() -> list[int]:
    me = os.getpid()
    try:
        with open(f"/proc/self/task/{me}/children", encoding="ascii") as file:
            found = [int(pid) for pid in file.read().split()]
    except OSError:
        found = []
    # A kernel may lack that file, or miss a child in it when another ends at the same time.
    return found or [int(pid) for pid in os.listdir("/proc") if pid.isdigit() and parent(pid) == me]


def tell(pid: int, number: int) -> bool:
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def tell_group(agent: int, number: int) -> bool:
    """Signal the agent's process group, whose number is the agent's: a session leader cannot leave it."""
    return tell(-agent, number)


# -- the keeper itself -------------------------------------------------------------------------------------


def listen() -> int:
    """A pipe from which every signal that concerns us can be read, one byte each."""
    wake, wake_in = os.pipe()
    os.set_blocking(wake_in, False)
    signal.set_wakeup_fd(wake_in, warn_on_full_buffer=False)
    for number in (*STOP_REQUESTS, signal.SIGCHLD):
        signal.signal(number, lambda *_: None)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    return wake


def caught(wake: int, due: float) -> set[int]:
    """The signals that came, as soon as one comes or it is `due` on the monotonic clock."""
    left = min(max(due - time.monotonic(), 0.0), LONGEST_WAIT)
    return set(os.read(wake, 512)) if select.select([wake], [], [], left)[0] else set()


def adopt_orphans() -> None:
    """Have what the agent's tree leaves behind become our child, however it was detached (Linux)."""
    if not sys.platform.startswith("linux"):
        return
    try:
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, ctypes.c_ulong(1), *[ctypes.c_ulong(0)] * 3)
    except (ImportError, AttributeError, OSError):  # without it the agent's process group is still in reach
        pass


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


def write_start(job: Job, agent: int, started: float) -> None:
    record(
        job.start,
        attempt=job.attempt,
        pid=os.getpid(),
        start_time=start_time(os.getpid()),
        boot_id=boot_id(),
        agent_pid=agent,
        agent_start_time=start_time(agent),
        started=started,
    )


def record(path: str, **fields: object) -> None:
    """Write a record: whole or not at all, and still there after a power cut."""
    new = f"{path}.new"
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600), "wb") as file:
        file.write(json.dumps(fields).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    os.rename(new, path)
    folder = os.open(os.path.dirname(path), os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def proc_stat(pid: int | str) -> list[str]:
    """The fields of /proc/<pid>/stat from the third on (the second may hold blanks and brackets)."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rpartition(")")[2].split()
    except OSError:
        return []


def parent(pid: str) -> int | None:
    fields = proc_stat(pid)
    return int(fields[1]) if fields else None


def start_time(pid: int) -> int | None:
    """When a process began, in ticks since the boot; None if it has ended, or outside Linux."""
    fields = proc_stat(pid)
    return int(fields[19]) if fields and fields[0] != "Z" else None


def boot_id() -> str | None:
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return None


def lower(reason: BaseException) -> str:
    """What went wrong, in git's style."""
    return str(getattr(reason, "strerror", None) or reason).lower()


if __name__ == "__main__":
    sys.exit(main())
