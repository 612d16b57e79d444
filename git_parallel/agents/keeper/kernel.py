"""What the kernel can do for a keeper and Python does not offer (Linux); elsewhere the answers are no."""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ctypes

PR_SET_CHILD_SUBREAPER = 36
IN_MODIFY = 2


def warm_up() -> None:
    """Import now what the rest will need."""
    _library()


def adopt_orphans() -> None:
    """Have what the agent's tree leaves behind become our child, however it was detached.

    Without it the agent's process group is still in reach.
    """
    if (library := _library()) is not None:
        import ctypes

        library.prctl(PR_SET_CHILD_SUBREAPER, ctypes.c_ulong(1), *[ctypes.c_ulong(0)] * 3)


def growth_of(path: str) -> int | None:
    """A descriptor that can be read after the file was written to; None if the user has too many of them."""
    if (library := _library()) is None:
        return None
    # IN_CLOEXEC and IN_NONBLOCK are the flags of open().
    growth: int = library.inotify_init1(os.O_CLOEXEC | os.O_NONBLOCK)
    if growth < 0:
        return None
    if library.inotify_add_watch(growth, os.fsencode(path), IN_MODIFY) < 0:
        os.close(growth)
        return None
    return growth


def _library() -> "ctypes.CDLL | None":
    if not sys.platform.startswith("linux"):
        return None
    try:
        import ctypes

        return ctypes.CDLL(None)
    except (ImportError, OSError):
        return None
