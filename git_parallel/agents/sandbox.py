"""By what means agents can be put in a sandbox on this machine: user namespaces of our own, or bubblewrap."""

import marshal
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import Unusable
from ..names import printable
from .keeper.fence import EMPTY, READ_ONLY, Mount, Neighbour
from .nursery import KEEPER

NAMESPACES, BUBBLEWRAP = "namespaces", "bubblewrap"


@dataclass(frozen=True, slots=True)
class Way:
    """A means that was tried and works: its name, and the program that does it, empty where we do it ourselves."""

    name: str
    program: str = ""

    def fence(self, mounts: Sequence[Mount]) -> tuple[Mount, ...]:
        """What the keeper is to mount for an agent."""
        return () if self.program else tuple(mounts)

    def command(self, argv: Sequence[str], mounts: Sequence[Mount]) -> tuple[str, ...]:
        """The command by which an agent is started."""
        return (*_bubblewrap(self.program, mounts), *argv) if self.program else tuple(argv)


def find_way() -> Way:
    """The means to be used; raises Unusable, with the reasons and the way on, where there is none."""
    problem = _problem((*KEEPER, "--fence"))
    if not problem:
        return Way(NAMESPACES)
    bubblewrap = shutil.which("bwrap")
    if bubblewrap is None:
        also = "bubblewrap is not installed"
    elif also := _problem((*_bubblewrap(bubblewrap, ()), "/bin/sh", "-c", ":")):
        also = f"bubblewrap cannot make one either ({also})"
    else:
        return Way(BUBBLEWRAP, bubblewrap)
    raise Unusable(
        f"agents cannot be put in a sandbox here: {problem}, and {also}",
        hint="allow user namespaces (sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone or "
        "kernel.apparmor_restrict_unprivileged_userns; in a container its seccomp profile), install bubblewrap, "
        "or run without --sandbox and with parallel.sandbox off",
    )


def hide_from(folder: Path, neighbours: Sequence[Neighbour]) -> None:
    """Put an empty folder in its place for agents in a sandbox of ours; raises Unusable where one would see it."""
    # A process of its own, since it has to be one without threads.
    problem = _problem((*KEEPER, "--hide"), marshal.dumps((str(folder), list(neighbours))))
    if problem:
        raise Unusable(problem)


def _problem(command: Sequence[str], told: bytes = b"") -> str:
    """What a command that tries it says against it; empty where it works."""
    tried = subprocess.run(
        command,
        cwd="/",
        input=told,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if tried.returncode == 0:
        return ""
    said = os.fsdecode(tried.stdout).strip().splitlines()
    return printable(said[-1]) if said else f"exit status {tried.returncode}"


def _bubblewrap(program: str, mounts: Sequence[Mount]) -> tuple[str, ...]:
    # Set-uid it does without a user namespace, and then /proc/<pid>/root of any process outside leads around it.
    words = [program, "--unshare-user-try", "--unshare-pid", "--dev-bind", "/", "/", "--proc", "/proc"]
    for kind, source, target in mounts:
        if kind == EMPTY:
            words += ["--tmpfs", target, "--remount-ro", target]
        else:
            words += ["--ro-bind" if kind == READ_ONLY else "--bind", source, target]
    return (*words, "--")
