"""The journal of the coordinator: what it says, line by line, for whoever wants to follow it from elsewhere."""

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from . import coordinator
from .open import Premises, Project
from .watching import watching_files

_NAME = "coordinator.log"
# Seconds, where the system has no watches left.
_LOOK_AGAIN = 1.0


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a run: when it was said, in seconds since the epoch, and what; `is_note` is said by the way.

    The last entry of a run that came to its end says nothing and has its exit status.
    """

    time: float
    what: str
    is_note: bool = False
    status: int | None = None


class Journal:
    """Written by the coordinator; the one of the run before is kept beside it."""

    def __init__(self, project: Project) -> None:
        path = project.runtime / "logs" / _NAME
        if path.exists():
            path.replace(path.with_name(f"{_NAME}.1"))
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        self._file = os.open(path, flags, 0o600)

    def say(self, what: str, *, is_note: bool = False, status: int | None = None) -> None:
        """Write one entry; a disk that is full takes nothing from the run."""
        try:
            os.write(
                self._file, json.dumps(asdict(Entry(time.time(), what, is_note, status))).encode() + b"\n"
            )
        except OSError:
            return

    def close(self) -> None:
        """Write no more."""
        os.close(self._file)


def follow(project: Premises, *, since: float = 0.0) -> Iterator[Entry]:
    """The entries of the run that is going on, as they come, until it has ended.

    From its beginning, or those said `since` a time in seconds since the epoch. Nothing where no coordinator is
    at work.
    """
    path = project.runtime / "logs" / _NAME
    over, something = threading.Event(), threading.Event()

    def wait() -> None:
        coordinator.wait_until_free(project)
        over.set()
        something.set()

    try:
        file = path.open("rb")
    except FileNotFoundError:
        coordinator.wait_until_free(project)
        return
    with file, _told_of(path, something.set) as pause:
        threading.Thread(target=wait, name="wait", daemon=True).start()
        rest = b""
        while True:
            # Asked before reading: what came before the end is then read after it.
            is_over = over.is_set()
            something.clear()
            *lines, rest = (rest + file.read()).split(b"\n")
            yield from (entry for line in lines if (entry := _entry(line)) and entry.time >= since)
            if is_over:
                return
            something.wait(pause)


@contextmanager
def _told_of(path: Path, changed: Callable[[], None]) -> Iterator[float | None]:
    """How long to wait at most before looking again by oneself: for ever, where the system tells of changes."""
    with ExitStack() as stack:
        try:
            stack.enter_context(watching_files({str(path)}, changed))
            pause = None
        except OSError:
            pause = _LOOK_AGAIN
        yield pause


def _entry(line: bytes) -> Entry | None:
    """An entry; None for a line that was torn."""
    try:
        return Entry(**json.loads(line))
    except (ValueError, TypeError):
        return None
