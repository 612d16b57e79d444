"""`git parallel` as a process of its own that need not import the program first.

More than half of the time of a short command are its imports, and the suite has thousands of commands. So a
process that has imported everything, and has done nothing else, is forked for each: see `forked.py`. What a fork
cannot show (a name that is there only because another command has imported its module) is for the many commands
that tests start by themselves, and for the campaign, which forks none.
"""

import json
import os
import re
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

IS_CAMPAIGN = "GIT_PARALLEL_CAMPAIGN" in os.environ
# What Python heeds before any program begins: a fork comes too late for it.
_EARLY = re.compile("PYTHON.|LC_|LANG")


@dataclass(frozen=True, slots=True)
class Forks:
    """Starts `git parallel ...`, where that makes no difference as a fork of the process behind `wire`."""

    wire: socket.socket | None
    early: Mapping[str, str]

    def run(
        self, arguments: Sequence[str], at: Path, *, env: Mapping[str, str], timeout: float
    ) -> tuple[int, bytes, bytes]:
        """The exit status of a command and what it wrote; it is killed after so many seconds."""
        if self.wire is None or self.early != _early(env):
            done = subprocess.run(
                [sys.executable, "-m", "git_parallel", *arguments],
                cwd=at, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout, check=False,
            )  # fmt: skip
            return done.returncode, done.stdout, done.stderr
        return _forked(self.wire, [list(arguments), str(at), dict(env)], timeout)


# Starts each command from nothing.
NO_FORKS = Forks(None, {})


@contextmanager
def forking() -> Iterator[Forks]:
    """The process that is forked is there until the end of this; none is where the system cannot watch it."""
    if IS_CAMPAIGN or not hasattr(os, "pidfd_open"):
        yield NO_FORKS
        return
    wire, theirs = socket.socketpair()
    with wire:
        # Its streams are pipes, as those of each command: so Python has prepared them alike.
        forked = subprocess.Popen(
            [sys.executable, "-P", Path(__file__).with_name("forked.py"), str(theirs.fileno())],
            cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            pass_fds=[theirs.fileno()],
        )  # fmt: skip
        theirs.close()
        yield Forks(wire, _early(os.environ))
    _, said = forked.communicate(timeout=60)
    assert forked.returncode == 0, said.decode()


def _early(env: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in env.items() if _EARLY.match(name)}


def _forked(wire: socket.socket, wanted: Sequence[object], timeout: float) -> tuple[int, bytes, bytes]:
    call, theirs = socket.socketpair()
    (out, their_out), (err, their_err) = os.pipe(), os.pipe()
    try:
        socket.send_fds(wire, [b"."], [theirs.fileno(), their_out, their_err])
    finally:
        theirs.close()
        os.close(their_out)
        os.close(their_err)
    with call, open(out, "rb", 0) as stdout, open(err, "rb", 0) as stderr:
        call.sendall(json.dumps(wanted).encode())
        call.shutdown(socket.SHUT_WR)
        said: dict[int, bytes] = {call.fileno(): b"", stdout.fileno(): b"", stderr.fileno(): b""}
        if not _read(said, time.monotonic() + timeout):
            with suppress(ProcessLookupError):
                os.kill(int(said[call.fileno()].split()[0]), signal.SIGKILL)
            raise subprocess.TimeoutExpired(str(wanted[0]), timeout)
        return int(said[call.fileno()].split()[1]), said[out], said[err]


def _read(said: dict[int, bytes], deadline: float) -> bool:
    """Read from each of these until it is closed; whether that came before the deadline."""
    with selectors.DefaultSelector() as events:
        for source in said:
            events.register(source, selectors.EVENT_READ)
        while events.get_map():
            if not (ready := events.select(max(0, deadline - time.monotonic()))):
                return False
            for key, _ in ready:
                more = os.read(key.fd, 1 << 16)
                said[key.fd] += more
                if not more:
                    events.unregister(key.fd)
    return True
