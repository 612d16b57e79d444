"""The version of an agent's program, as it tells it itself, and how that stands to the one a preset was tried with."""

import os
import re
import signal
import subprocess
import threading
from collections.abc import Sequence
from contextlib import suppress

from .presets import Preset
from .process import agent_environment

_PATIENCE = 20.0  # seconds; some load half a language runtime first
_NUMBERS = re.compile(r"\d{1,9}(?:\.\d{1,9})+")
# A later last number mends things, an earlier one has the same options.
_MATTERS = 2


class Asker:
    """Asks programs for their versions, one after the other, until it is told to give up."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._is_over = False

    def ask(self, program: str, arguments: Sequence[str]) -> str | None:
        """The version that a program tells; empty where it tells none, or not in time, None where we gave up."""
        try:
            with self._lock:
                if self._is_over:
                    return None
                child = self._child = _started(program, arguments)
            told, _ = child.communicate(timeout=_PATIENCE)
        except OSError:
            return ""
        except subprocess.TimeoutExpired:
            _kill(child)
            return ""
        if self._is_over:
            return None
        found = _NUMBERS.search(told.decode("utf-8", "replace"))
        return found[0] if found and child.returncode == 0 else ""

    def give_up(self) -> None:
        """Ask no more, and leave no program behind that was asked."""
        with self._lock:
            self._is_over = True
            if self._child and self._child.poll() is None:
                _kill(self._child)


def _started(program: str, arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        (program, *arguments),
        cwd="/",
        env=agent_environment(os.environ, {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _kill(child: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def remark(preset: Preset, version: str) -> str:
    """What is to be said of a version, empty where nothing is: it is not told, or older than matters."""
    tried = f"its preset was tried with {preset.seen}"
    if not version:
        return f"'{preset.program} {' '.join(preset.version)}' tells no version; {tried}"
    if _numbers(version) < _numbers(preset.seen):
        return f"{preset.program} is version {version}, {tried}: should it refuse an option, upgrade it"
    return ""


def _numbers(version: str) -> list[int]:
    return [int(number) for number in _NUMBERS.search(version)[0].split(".")][:_MATTERS]  # type: ignore[index]
