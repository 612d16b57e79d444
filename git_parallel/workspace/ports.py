"""A TCP port for each workspace, reserved among all repositories of this user on this machine.

`<state>/ports/<port>` names the git directory and the task that have it, and `tasks/<id>.port` there names the
port. Only where both agree is it reserved. So a workspace that is put away, removed or moved gives its port back
with its own file, whoever is killed in between, and one that comes back finds out whether it still has it.
"""

import errno
import json
import os
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

from ..errors import Unusable
from ..git import locks
from ..names import TaskId
from .private import private, state_root

# Below what any system gives out by itself to whoever connects.
FIRST, LAST = 20000, 31999


def hold(common: Path, task: TaskId) -> int:
    """The port of a task's workspace, reserved now unless it is already; raises Unusable where none is free."""
    shelf = _shelf()
    port = find(common, task)
    if port is not None and _holder(shelf, port) == (str(common), task):
        return port
    with locks.held(shelf / "lock"):
        for port in _candidates(common, task):
            if not _is_taken(shelf, port) and _is_free(port):
                _reserve(shelf, port, common, task)
                return port
    raise Unusable(f"no TCP port from {FIRST} to {LAST} is free", hint="end what listens on them")


def find(common: Path, task: str) -> int | None:
    """The port that a workspace has according to itself; None where it has none."""
    try:
        return int(_link(common, task).read_text("ascii"))
    except (OSError, ValueError):
        return None


def forget(common: Path, task: TaskId) -> None:
    """Take a workspace's word for its port back: the workspace is gone."""
    _link(common, task).unlink(missing_ok=True)


def drop_stale(common: Path) -> None:
    """Give back the ports of this repository whose workspaces are gone."""
    with locks.held(_shelf() / "lock"):
        for entry in stale(common):
            entry.unlink()


def stale(common: Path) -> list[Path]:
    """The files of ports that workspaces of this repository had which are gone."""
    shelf = _shelf()
    ports = [entry for entry in shelf.iterdir() if entry.name.isdecimal()]
    return [
        entry
        for entry in ports
        if (holder := _holder(shelf, int(entry.name)))
        and holder[0] == str(common)
        and not _is_taken(shelf, int(entry.name))
    ]


def _shelf() -> Path:
    return private(state_root() / "ports")


def _link(common: Path, task: str) -> Path:
    return common / "parallel" / "tasks" / f"{task}.port"


def _candidates(common: Path, task: str) -> Iterator[int]:
    # Each begins somewhere else, so that hundreds of workspaces are not tried one after the other.
    count = LAST - FIRST + 1
    start = crc32(f"{common}\0{task}".encode("utf-8", "surrogateescape"))
    yield from (FIRST + (start + step) % count for step in range(count))


def _holder(shelf: Path, port: int) -> tuple[str, str] | None:
    try:
        found = json.loads((shelf / str(port)).read_bytes())
        return str(found["git"]), str(found["task"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _is_taken(shelf: Path, port: int) -> bool:
    """Whether a workspace that is there has reserved it."""
    holder = _holder(shelf, port)
    if holder is None:
        return False
    common, task = holder
    return find(Path(common), task) == port


def _reserve(shelf: Path, port: int, common: Path, task: TaskId) -> None:
    (shelf / str(port)).unlink(missing_ok=True)
    _write(shelf / str(port), json.dumps({"git": str(common), "task": task}))
    _link(common, task).unlink(missing_ok=True)
    _write(_link(common, task), f"{port}\n")


def _write(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def _is_free(port: int) -> bool:
    """Whether nobody listens on it, under any address of this machine."""
    # Only `run` comes here, and only once for each workspace.
    import socket

    for family, address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
        try:
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                if family == socket.AF_INET6:
                    probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                probe.bind((address, port))
        except OSError as error:
            # A machine without this family has nobody listening by it.
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
    return True
