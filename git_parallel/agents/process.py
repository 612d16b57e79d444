"""Starting, finding, waiting for and stopping the keepers of agents (see `keeper`).

Files of a task in the runtime directory: `<id>.lock` (taken = alive), `<id>.keeper` (which keeper may start),
`<id>.<attempt>.start` and `<id>.<attempt>.exit` (the records). Only `keeper` writes them.
"""

import fcntl
import json
import marshal
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any

from ..errors import Busy
from ..git.command import KEPT
from ..names import printable
from .keeper import proc
from .keeper.fence import Mount
from .nursery import Nursery, start_alone


@dataclass(frozen=True, slots=True)
class Job:
    """One attempt of one task: the agent command and what it may use. `task` is what its files are called by.

    `timeout`, `grace` and `stall` are seconds; `stall` is how long it may do nothing at all. `log_limit` is
    about the most bytes its log may have: of a longer one the middle is dropped. `locks` are files that the
    keeper and the agent's whole tree hold as well; where one of them is taken, nothing is started. `preset`
    only goes on record, for whoever reads the log, and so does `sandbox`. Where there are mounts for a `fence` the
    agent is started behind them (see `keeper.fence`).
    """

    task: str
    attempt: int
    argv: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str]
    log: Path
    prompt: Path
    timeout: float | None
    grace: float
    stall: float | None = None
    log_limit: int | None = None
    locks: tuple[Path, ...] = ()
    preset: str = ""
    fence: tuple[Mount, ...] = ()
    sandbox: str = ""


@dataclass(frozen=True, slots=True)
class Launched:
    """The agent runs, as `pid`; it may have ended since."""

    task: str
    attempt: int
    pid: int
    keeper_pid: int


@dataclass(frozen=True, slots=True)
class NotLaunched:
    """The agent could not be started; the exit record says the same."""

    task: str
    attempt: int
    reason: str


class Held(Busy):
    """Somebody has a lock that the agent was to hold; nothing was started."""

    def __init__(self, lock: str) -> None:
        super().__init__(f"somebody holds '{printable(lock)}'")


@dataclass(frozen=True, slots=True)
class StartRecord:
    """Who keeps and who works. Pids alone prove nothing, see `stop`; start times are null outside Linux.

    `sandbox` says by what means the agent is in one, empty where it is in none.
    """

    attempt: int
    pid: int
    start_time: int | None
    boot_id: str | None
    agent_pid: int
    agent_start_time: int | None
    started: float
    log_limit: int | None = None
    preset: str = ""
    sandbox: str = ""


@dataclass(frozen=True, slots=True)
class ExitRecord:
    """How an attempt ended: an exit status, a signal, or an `error` that kept it from starting.

    `stalled` and `timed_out` say by which limit it was ended, `dropped` how many bytes its log lacks.
    `started` is the time of day, `ended` that and the seconds since, whatever was done to the clock.
    """

    attempt: int
    status: int | None
    signal: int | None
    timed_out: bool
    stopped: bool
    started: float
    ended: float
    error: str
    stalled: bool = False
    dropped: int = 0


def agent_environment(base: Mapping[str, str], extra: Mapping[str, str]) -> dict[str, str]:
    """The environment for an agent: `base` without what git would mistake for orders, and `extra`."""
    # `git -c x=y parallel` exports GIT_CONFIG_PARAMETERS, a hook GIT_DIR: agents would act on our worktree.
    kept = {name: value for name, value in base.items() if not name.startswith("GIT_") or name in KEPT}
    return kept | dict(extra)


def launch(runtime: Path, job: Job, nursery: Nursery | None = None) -> Launched | NotLaunched:
    """Start an agent under a keeper that needs nobody; `Busy` if the task runs or this attempt ever ran,
    `Held` if somebody has one of the job's locks.

    With a nursery the keeper is forked there, or started alone if the nursery has died.
    """
    _make_private(runtime)
    _make_private(job.log.parent)
    said = _start_keeper(runtime, job, nursery)
    match said.split(" ", 1):
        case ["started", pids]:
            pid, keeper_pid = map(int, pids.split())
            return Launched(job.task, job.attempt, pid, keeper_pid)
        case ["busy"]:
            raise Busy(f"task '{job.task}' is running already", hint="see 'git parallel status'")
        case ["held", lock]:
            raise Held(lock)
        case ["done", _]:
            raise Busy(f"attempt {job.attempt} of task '{job.task}' has run already")
        case ["failed", reason]:
            wait(runtime, job.task)  # it is about to end
            return NotLaunched(job.task, job.attempt, reason)
    return _silent(runtime, job)


def run_to_end(command: str, *, cwd: Path, env: Mapping[str, str], log: Path) -> int:
    """Run a shell command of the user's own and wait for it; its output goes to the end of `log`.

    The exit status, or 128 and the signal's number.
    """
    _make_private(log.parent)
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(log, flags, 0o600), "wb") as output:
        # Ctrl-C on the terminal is for us to answer, and must not make a verification fail.
        child = subprocess.Popen(
            ("/bin/sh", "-c", command),
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            status = child.wait()
        except BaseException:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGTERM)
            child.wait()
            raise
    return status if status >= 0 else 128 - status


def is_alive(runtime: Path, task: str) -> bool:
    """Whether a keeper or anything of the agent's tree lives."""
    with _lock_file(runtime, task) as lock:
        return lock is not None and not _take_shared(lock, fcntl.LOCK_NB)


def wait(runtime: Path, task: str) -> None:
    """Block until nothing of the task is alive, whichever attempt it is."""
    with _lock_file(runtime, task) as lock:
        if lock is not None:
            _take_shared(lock, 0)


def read_start(runtime: Path, task: str, attempt: int) -> StartRecord | None:
    """The start record of an attempt, or None if it never came to one."""
    found = _read(runtime / f"{task}.{attempt}.start", StartRecord)
    return StartRecord(**found) if found else None


def read_exit(runtime: Path, task: str, attempt: int) -> ExitRecord | None:
    """The exit record of an attempt; None while it runs, and for ever if its keeper was killed."""
    found = _read(runtime / f"{task}.{attempt}.exit", ExitRecord)
    return ExitRecord(**found) if found else None


def attempt_under_way(runtime: Path, task: str) -> int | None:
    """The attempt that is alive; None where none is, or it has ended and only left something behind."""
    if not is_alive(runtime, task):
        return None
    names = (
        path.name.removeprefix(f"{task}.").removesuffix(".start") for path in runtime.glob(f"{task}.*.start")
    )
    latest = max((int(name) for name in names if name.isdecimal()), default=0)
    return latest if latest and read_exit(runtime, task, latest) is None else None


def stop(runtime: Path, task: str, attempt: int, *, now: bool = False) -> bool:
    """Ask for the end of an attempt, with the job's grace or `now`; whether there was somebody to ask.

    An agent whose keeper was killed is signalled itself.
    """
    record = read_start(runtime, task, attempt)
    if record is None or not is_alive(runtime, task) or record.boot_id != proc.boot_id():
        return False
    to_keeper, to_agent = (signal.SIGQUIT, signal.SIGKILL) if now else (signal.SIGTERM, signal.SIGTERM)
    return signal_exactly(record.pid, record.start_time, to_keeper) or signal_exactly(
        record.agent_pid, record.agent_start_time, to_agent, send=os.killpg
    )


# -- the keeper --------------------------------------------------------------------------------------------


def document(runtime: Path, job: Job) -> bytes:
    """The job as its keeper reads it."""
    record = runtime / f"{job.task}.{job.attempt}"
    places = {
        "cwd": job.cwd.absolute(),
        "log": job.log.absolute(),
        "prompt": job.prompt.absolute(),
        "lock": runtime / f"{job.task}.lock",
        "keeper": runtime / f"{job.task}.keeper",
        "start": f"{record}.start",
        "exit": f"{record}.exit",
    }
    told = {
        "argv": [str(word) for word in job.argv],
        # Some agents believe PWD rather than their directory, and ours is the user's own checkout.
        "env": {str(name): str(value) for name, value in {**job.env, "PWD": job.cwd.absolute()}.items()},
        "attempt": job.attempt,
        "timeout": job.timeout,
        "grace": job.grace,
        "stall": job.stall,
        "log_limit": job.log_limit,
        "locks": [str(lock.absolute()) for lock in job.locks],
        "holder": f"task '{job.task}', attempt {job.attempt}",
        "preset": job.preset,
        "fence": list(job.fence),
        "sandbox": job.sandbox,
    }
    # Not JSON, which is dear to import. The reader is the same interpreter, and undecodable names survive.
    return marshal.dumps(told | {name: str(place) for name, place in places.items()})


def _start_keeper(runtime: Path, job: Job, nursery: Nursery | None) -> str:
    """Start a keeper for this job and give its one line, "" if it died before it could say it."""
    told = document(runtime.absolute(), job)
    if nursery is None:
        return start_alone(told)
    said = nursery.start(told)
    # Without a start record there was no agent, whoever has died; then nothing is started twice.
    return said if said or read_start(runtime, job.task, job.attempt) else start_alone(told)


def _silent(runtime: Path, job: Job) -> Launched | NotLaunched:
    """What became of a keeper that was killed in the act: the start record comes before the agent."""
    record = read_start(runtime, job.task, job.attempt)
    if record is None:
        return NotLaunched(job.task, job.attempt, "the keeper of the agent died at once")
    return Launched(job.task, job.attempt, record.agent_pid, record.pid)


def _make_private(folder: Path) -> None:
    if not folder.is_dir():
        _make_private(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


# -- the lock and the records ------------------------------------------------------------------------------


@contextmanager
def _lock_file(runtime: Path, task: str) -> Iterator[int | None]:
    """The lock file, open; None if it does not exist, for looking must not make one."""
    try:
        lock = os.open(runtime / f"{task}.lock", os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        yield None
        return
    try:
        yield lock
    finally:
        os.close(lock)


def _take_shared(lock: int, flags: int) -> bool:
    """Take the lock for a moment; keepers that are starting know that this happens."""
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | flags)
    except BlockingIOError:
        return False
    # By hand and not by closing: a process another thread just forked would hold it until it execs.
    fcntl.flock(lock, fcntl.LOCK_UN)
    return True


def _read(path: Path, kind: type) -> dict[str, Any] | None:
    """The fields of a record, None for a missing, torn or foreign file."""
    try:
        found = json.loads(path.read_bytes())
        # A field that came later is missing in older records, and has a default.
        wanted = [field.name for field in fields(kind) if field.name in found or field.default is MISSING]
        return {name: found[name] for name in wanted}
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def signal_exactly(
    pid: int, start_time: int | None, number: int, *, send: Callable[[int, int], None] | None = None
) -> bool:
    """Signal exactly the process that began then (with `send`, through it its group); whether it was still there.

    The start time is in ticks since the boot, None outside Linux, where the pid alone has to do.
    """
    # What stands in a file may be anything, and to the kernel a pid below 1 is a group, or everybody.
    if pid < 1 or (start_time is None and sys.platform == "linux"):
        return False
    try:
        # The handle is opened first: what is compared after it is the process that will be signalled.
        handle = os.pidfd_open(pid) if sys.platform == "linux" else None
    except ProcessLookupError:
        return False
    except OSError:  # a kernel or sandbox without it
        handle = None
    try:
        if start_time != proc.start_time(pid):
            return False
        if handle is None or send is not None:
            (send or os.kill)(pid, number)
        else:
            signal.pidfd_send_signal(handle, number)
    except ProcessLookupError:
        return False
    finally:
        if handle is not None:
            os.close(handle)
    return True
