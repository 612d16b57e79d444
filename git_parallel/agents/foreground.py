"""A person's command in the terminal, in place of this process."""

import os
import signal
from collections.abc import Sequence
from typing import NoReturn


def become(argv: Sequence[str], *, keeping: int) -> NoReturn:
    """Turn into the command, which goes on holding the lock with this descriptor, and so does all that it starts.

    Terminal, signals and exit status are the command's own then. Raises OSError where it cannot be run.
    """
    os.set_inheritable(keeping, True)
    # Python ignores it, and a command would inherit that.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.execv(argv[0], list(argv))
