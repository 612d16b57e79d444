"""Starting keepers, each alone or forked from a warm nursery (see `keeper.nursery`)."""

import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from . import keeper

KEEPER = (sys.executable, "-ISE", str(Path(keeper.__file__).with_name("__main__.py")))


def start_alone(document: bytes) -> str:
    """Start a keeper with this job and give its one line, "" if it died before it could say it."""
    # It must not keep a worktree or the terminal's directory busy.
    started = subprocess.Popen(
        KEEPER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,
    )
    said, _ = started.communicate(document)
    return said.decode("utf-8", "surrogateescape")


class Nursery:
    """Starts keepers in a fifth of the time and with a quarter of the memory. They outlive it and us.

    Several threads may use it at the same time.
    """

    def __init__(self) -> None:
        """Start it; it ends when this object is closed, or we end in whatever way."""
        import socket

        self._line, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                (*KEEPER, "--nursery"),
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def start(self, document: bytes) -> str:
        """Like `start_alone`; "" also if the nursery is dead."""
        import socket

        job, job_in = os.pipe()
        answer, answer_in = os.pipe()
        with open(job_in, "wb", buffering=0) as told, open(answer, "rb") as said:
            try:
                try:
                    socket.send_fds(self._line, [b"!"], [job, answer_in])
                finally:
                    os.close(job)
                    os.close(answer_in)
                told.write(document)
                told.close()
            except OSError:
                return ""
            return said.read().decode("utf-8", "surrogateescape")

    def close(self) -> None:
        """End it; what it has started goes on."""
        self._line.close()
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
