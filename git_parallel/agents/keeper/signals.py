"""Hearing signals, and sending them."""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal as signal
else:
    # What `signal` adds to this are enums, which cost a keeper 6 ms and half a megabyte.
    import _signal as signal

STOP_REQUESTS: set[int] = {signal.SIGINT, signal.SIGTERM, signal.SIGQUIT}


def listen() -> int:
    """A pipe from which every signal that concerns us can be read, one byte each."""
    wake, wake_in = os.pipe()
    os.set_blocking(wake_in, False)
    signal.set_wakeup_fd(wake_in, warn_on_full_buffer=False)
    for number in (*STOP_REQUESTS, signal.SIGCHLD):
        signal.signal(number, lambda *_: None)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    return wake


def tell(pid: int, number: int) -> bool:
    """Signal a process that cannot be anybody else by now; whether there was one."""
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def tell_group(agent: int, number: int) -> bool:
    """Signal the agent's process group, whose number is the agent's: a session leader cannot leave it."""
    return tell(-agent, number)
