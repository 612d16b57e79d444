"""A command that goes on in the background, once it has told us that it is at work."""

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# By this variable the child knows where to say that it is at work.
_SAY = "GIT_PARALLEL_AT_WORK"


@dataclass(frozen=True, slots=True)
class Begun:
    """It is at work, as this process."""

    pid: int


@dataclass(frozen=True, slots=True)
class Ended:
    """It has ended before it came to work, with this exit status and these words."""

    status: int
    words: str


def begin(command: Sequence[str], *, cwd: Path, output: Path) -> Begun | Ended:
    """Start a command in a session of its own, with its output in a file, and wait until it is at work."""
    heard, said = os.pipe()
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    with open(heard, "rb") as line, open(os.open(output, flags, 0o600), "wb") as file:
        child = subprocess.Popen(
            command,
            cwd=cwd,
            env={**os.environ, _SAY: str(said)},
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            pass_fds=(said,),
            start_new_session=True,
        )
        os.close(said)
        if line.read(1):
            return Begun(child.pid)
    status = child.wait()
    return Ended(status if status >= 0 else 128 - status, output.read_text("utf-8", "replace"))


def say_at_work() -> None:
    """In the child: tell whoever began us that we are at work; nothing where nobody waits for it."""
    said = os.environ.pop(_SAY, "")
    if said.isdecimal():
        try:
            os.write(int(said), b"!")
            os.close(int(said))
        except OSError:
            # Whoever it was has gone.
            return
