"""Starting the agent."""

import os

from . import fence, proc, records
from .job import Job, NotStarted, lower
from .signals import signal


def launch(job: Job, locks: list[int], log: int, started: float) -> int:
    """Start the agent and give its pid. The start record is on disk before the agent's first instruction."""
    os.dup2(log, 2)  # should the keeper itself fail, that is where it can be read
    prompt = open_prompt(job.prompt)
    waiting, go = os.pipe()
    problem, problem_in = os.pipe()
    # A signal that came to the child before it has its own handlers would be written to our pipe.
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    agent = os.fork()
    if agent == 0:
        os.close(go)
        become(job, locks, log, prompt, waiting, problem_in)
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


def become(job: Job, locks: list[int], log: int, prompt: int, waiting: int, problem: int) -> None:
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
        for lock in locks:
            os.set_inheritable(lock, True)
        if os.read(waiting, 1):  # end of file: the keeper died before it could write the start record
            if job.fence:
                doing = "make the sandbox"
                fence.put_up(job.fence)
            doing = f"enter '{job.cwd}'"
            os.chdir(job.cwd)
            doing = f"run '{job.argv[0]}'" if job.argv else "run nothing"
            os.execvpe(job.argv[0], job.argv, job.env)
    except BaseException as reason:
        why = str(reason) if isinstance(reason, NotStarted) else lower(reason)
        if isinstance(reason, FileNotFoundError) and doing.startswith("run") and os.path.exists(job.argv[0]):
            why = "the interpreter that its first line names is missing"
        os.write(problem, f"cannot {doing}: {why}".encode("utf-8", "surrogateescape"))
    finally:
        os._exit(127)


def open_prompt(path: str) -> int:
    """What the agent will read on stdin."""
    try:
        prompt = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError as reason:
        raise NotStarted(f"cannot read the prompt '{path}': {lower(reason)}") from None
    os.set_blocking(prompt, True)
    return prompt


def write_start(job: Job, agent: int, started: float) -> None:
    """Write who keeps and who will work."""
    records.write(
        job.start,
        attempt=job.attempt,
        pid=os.getpid(),
        start_time=proc.start_time(os.getpid()),
        boot_id=proc.boot_id(),
        agent_pid=agent,
        agent_start_time=proc.start_time(agent),
        started=started,
        log_limit=job.log_limit,
        preset=job.preset,
        sandbox=job.sandbox,
    )
