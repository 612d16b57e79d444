"""A warm place from which keepers are forked: none of them pays for the start of an interpreter.

It does as little as can be. On its stdin, a socket, come two descriptors per keeper: the job can be read
from one, the answer is written to the other; its keeper finds them as stdin and stdout, as if started alone.
Forked keepers share their memory with it until they change it. It ends with the one who started it.
"""

import gc
import os
import socket
import sys

from . import keeping, kernel


def main() -> int:
    """Fork a keeper for every pair of descriptors, until nobody can send any more."""
    kernel.warm_up()
    line = socket.socket(fileno=os.dup(0))
    gc.freeze()  # a collection in a keeper would write to all it shares with us
    while True:
        descriptors = socket.recv_fds(line, 1, 2)[1]
        if len(descriptors) != 2:
            return 0
        if (child := os.fork()) == 0:
            line.close()
            _be_keeper(*descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        os.waitpid(child, 0)  # it forks once more and ends


def _be_keeper(job: int, answer: int) -> None:
    """In the child: what a keeper would find that was started alone. Never returns."""
    try:
        os.setsid()
        os.dup2(job, 0)
        os.dup2(answer, 1)
        os.close(job)
        os.close(answer)
        os._exit(keeping.main())
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(1)
