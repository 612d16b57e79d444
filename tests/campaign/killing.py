"""Kill a command, or a git that it has started, before any system call that changes a file: by strace, from outside."""

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import Ran

# A question mark has strace pass over what this machine does not know.
_CALLS = (
    "open", "creat", "openat", "rename", "renameat", "renameat2", "link", "linkat", "unlink", "unlinkat",
    "mkdir", "mkdirat", "rmdir", "symlink", "symlinkat", "truncate", "ftruncate", "chmod", "fchmod", "fchmodat",
    "utimensat", "write", "pwrite64", "fsync", "fdatasync",
)  # fmt: skip
_TRACED = "trace=" + ",".join(f"?{call}" for call in _CALLS)
_OPENS = ("open", "openat", "creat")
_WRITES = ("write", "pwrite64", "fsync", "fdatasync", "ftruncate", "fchmod")
# Stands before git on PATH, counts who comes, and has strace look at all of them, or kill at one.
_WRAPPER = """\
#!/bin/sh
echo $$ >> '{folder}/came'
at=0 mine=0
while read -r pid; do at=$((at + 1)); [ "$pid" != $$ ] || mine=$at; done < '{folder}/came'
echo "$@" > '{folder}/said.'$mine
{then}
exec '{git}' "$@"
"""


@dataclass(frozen=True)
class Point:
    """Before the `nth` call of `call` of the git that is started as the `child`th (0: of the command itself).

    `said` is what that git was asked, and `line` the call as strace saw it.
    """

    child: int
    call: str
    nth: int
    said: str
    line: str

    def __str__(self) -> str:
        who = f"git no. {self.child} ({self.said})" if self.child else "the command itself"
        return f"{who}, {self.call} no. {self.nth}: {self.line}"


def is_possible() -> bool:
    """Whether strace is here, and may look at a process."""
    strace = shutil.which("strace")
    if sys.platform != "linux" or strace is None:
        return False
    done = subprocess.run([strace, "-o", os.devnull, "true"], capture_output=True, check=False)
    return done.returncode == 0


class Killer:
    """Runs `git parallel ...` at `at`, and knows the steps by which it changes anything in the folder `place`."""

    def __init__(self, folder: Path, at: Path, place: Path, arguments: Sequence[str]) -> None:
        self.folder, self.at, self.place = folder, at, place
        self.command = [sys.executable, "-m", "git_parallel", *arguments]
        self.git = shutil.which("git")
        self.strace = shutil.which("strace")
        folder.mkdir()

    def steps(self) -> tuple[list[Point], Ran]:
        """Go through it once to the end: every step there was to kill before, and how it ended."""
        trace = f"exec '{self.strace}' -qq -y -o '{self.folder}/trace.'$mine -e {_TRACED} '{self.git}' \"$@\""
        self._wrap(trace)
        own = [self.strace, "-qq", "-y", "-o", f"{self.folder}/trace.0", "-e", _TRACED]
        ran = self._run([*own, *self.command])
        traces = sorted(self.folder.glob("trace.*"), key=lambda path: int(path.suffix[1:]))
        return [point for trace in traces for point in self._points(trace)], ran

    def kill(self, point: Point, *, together: bool) -> tuple[bool, Ran]:
        """Kill before a step, and with `together` the command along with its git: whether it came, and how it ended."""
        inject = f"-e trace={point.call} -e inject={point.call}:signal=KILL:when={point.nth}"
        strace = f"'{self.strace}' -qq -o '{self.folder}/last' {inject} '{self.git}' \"$@\""
        also = (
            "[ $status != 137 ] || kill -KILL $PPID $$" if together else "[ $status != 137 ] || kill -KILL $$"
        )
        self._wrap(f"[ $mine != {point.child} ] || {{ {strace}; status=$?; {also}; exit $status; }}")
        (self.folder / "last").write_text("")
        own = [self.strace, "-qq", "-o", f"{self.folder}/last", *inject.split()] if not point.child else []
        ran = self._run([*own, *self.command])
        return "killed by SIGKILL" in (self.folder / "last").read_text(), ran

    def _wrap(self, then: str) -> None:
        (self.folder / "came").unlink(missing_ok=True)
        (self.folder / "bin").mkdir(exist_ok=True)
        wrapper = self.folder / "bin" / "git"
        wrapper.write_text(_WRAPPER.format(folder=self.folder, git=self.git, then=then))
        wrapper.chmod(0o755)

    def _run(self, command: Sequence[str | None]) -> Ran:
        path = os.pathsep.join([str(self.folder / "bin"), os.environ["PATH"]])
        done = subprocess.run(
            [str(word) for word in command], cwd=self.at, env={**os.environ, "PATH": path},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        return Ran(done.returncode, done.stdout, done.stderr)

    def _points(self, trace: Path) -> Iterator[Point]:
        child = int(trace.suffix[1:])
        said = (self.folder / f"said.{child}").read_text().strip() if child else ""
        seen: Counter[str] = Counter()
        for line in trace.read_text(errors="replace").splitlines():
            call = line.partition("(")[0]
            seen[call] += 1
            if call in _CALLS and self._changes(call, line):
                yield Point(child, call, seen[call], _short(said), line.replace(f"{self.place}/", "")[:160])

    def _changes(self, call: str, line: str) -> bool:
        if re.search(r"= -1 E\w+", line) or "/dev/null" in line:
            return False
        if call in _OPENS and not re.search("O_CREAT|O_TRUNC", line):
            return False
        # What has no name here goes to a pipe or a terminal.
        return call not in _WRITES or f"<{self.place}" in line


def spread(steps: Sequence[Point], count: int) -> list[Point]:
    """So many of the steps, from all over them."""
    return [steps[(2 * at + 1) * len(steps) // (2 * count)] for at in range(count)]


def _short(said: str) -> str:
    words = [word for word in said.split() if "=" not in word and word != "-c"]
    return " ".join(words)[:60]
