"""The process that is forked for each `git parallel` of the tests, see `forks.py`; run as a script.

On its socket comes, for each command, a byte with three descriptors: what is wanted is read from the first, which
then tells the process id and the exit status; the others are stdout and stderr.
"""

import atexit
import gc
import importlib
import json
import os
import pkgutil
import runpy
import selectors
import socket
import sys
import threading
from typing import Any

import git_parallel


def import_everything() -> None:
    """Import each module of the program, and so whatever any command imports."""
    for module in pkgutil.walk_packages(git_parallel.__path__, "git_parallel."):
        if not module.name.endswith(".__main__"):
            importlib.import_module(module.name)
    # What is there by now is never looked at again, so that forks share its pages.
    gc.collect()
    gc.freeze()


def commands(wire: socket.socket) -> Any:
    """Fork for each command; in a fork, what is wanted of it. Nothing once the other end has closed the wire."""
    calls: dict[int, tuple[int, socket.socket]] = {}
    with wire, selectors.DefaultSelector() as events:
        events.register(wire, selectors.EVENT_READ)
        while True:
            for key, _ in events.select():
                if key.fd in calls:
                    events.unregister(key.fd)
                    tell_end(key.fd, *calls.pop(key.fd))
                    continue
                word, descriptors, _, _ = socket.recv_fds(wire, 1, 3)
                if not word:
                    return None
                call = socket.socket(fileno=descriptors[0])
                if (child := os.fork()) == 0:
                    for other in calls.items():
                        os.close(other[0])
                        other[1][1].close()
                    return wanted(call, *descriptors[1:])
                os.close(descriptors[1])
                os.close(descriptors[2])
                call.sendall(f"{child} ".encode())
                ended = os.pidfd_open(child)
                calls[ended] = (child, call)
                events.register(ended, selectors.EVENT_READ)


def tell_end(ended: int, child: int, call: socket.socket) -> None:
    """Send the exit status of a child that has ended."""
    os.close(ended)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    with call:
        try:
            call.sendall(str(status).encode())
        except BrokenPipeError:  # who asked did not wait any longer
            return


def wanted(call: socket.socket, out: int, err: int) -> Any:
    """Read what is wanted, and have the streams where they are wanted."""
    with call, call.makefile("rb") as asked:
        found = json.load(asked)
    for stream, number in ((out, 1), (err, 2)):
        os.dup2(stream, number)
        os.close(stream)
    return found


def ran() -> int:
    """Run the program as `python -m git_parallel` would; the exit status that Python would give it."""
    try:
        runpy.run_module("git_parallel", run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        if ended.code is None or isinstance(ended.code, int):
            return ended.code or 0
        print(ended.code, file=sys.stderr)
        return 1
    except BaseException:
        sys.excepthook(*sys.exc_info())
        return 1
    return 0


def end(status: int) -> None:
    """End as Python does, but do not take apart what was imported, which would take longer than most commands."""
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status & 0xFF)


def main() -> None:
    """Serve; a fork goes on as the command."""
    import_everything()
    if (found := commands(socket.socket(fileno=int(sys.argv[1])))) is None:
        return
    arguments, directory, env = found
    os.environ.clear()
    os.environ.update(env)
    os.chdir(directory)
    sys.path.insert(0, directory)
    sys.argv[1:] = arguments
    end(ran())


if __name__ == "__main__":
    main()
