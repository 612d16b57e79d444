"""Putting an agent behind a fence: a mount namespace in which most of the repository cannot be written (Linux).

It costs a millisecond, for the child that will be the agent does it itself, and stays the same process. The
user namespace is what allows it, and what keeps the agent from undoing it: all capabilities are given up
before the agent begins, mounts that come from a namespace above are locked in any that it makes below, and
the kernel shows it nothing of what processes outside have open (/proc/<pid>/root, cwd, fd, ns, ptrace).
"""

import marshal
import os
import sys

from .job import NotStarted, lower
from .proc import start_time

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ctypes
    from collections.abc import Callable

# What a mount of a fence is: (kind, source, target). `EMPTY` needs no source.
WRITABLE, READ_ONLY, EMPTY = "rw", "ro", "empty"
Mount = tuple[str, str, str]
# An agent: its process, and when that began, in ticks since the boot.
Neighbour = tuple[int, int | None]

_NEW_NAMESPACES = 0x10000000 | 0x00020000  # CLONE_NEWUSER | CLONE_NEWNS
_RDONLY, _REMOUNT, _BIND, _REC, _SLAVE = 1, 32, 4096, 16384, 1 << 19
_NOSUID, _NODEV, _NOEXEC = 2, 4, 8  # the same as MS_ and as ST_; a remount has to repeat those that are set
_PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 24, 38, 47, 4
_CAPABILITY_VERSION_3 = 0x20080522
_MOST_CAPABILITIES = 64


def put_up(mounts: list[Mount]) -> None:
    """Have this process, which has one thread, and all that it starts see the mounts and none of its powers.

    They are made in their order, and each source is what its path meant before the first of them.
    Raises NotStarted or OSError, with this process in no state to go on.
    """
    if not sys.platform.startswith("linux"):
        raise NotStarted("there are no user namespaces but in Linux")
    import ctypes

    library = ctypes.CDLL(None, use_errno=True)
    user, group = os.getuid(), os.getgid()
    if library.unshare(_NEW_NAMESPACES):
        raise _failure("no user namespace")
    # The same user as before: to own what the agent makes, and for files in its home.
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{user} {user} 1")
    _write("/proc/self/gid_map", f"{group} {group} 1")
    # What is mounted outside later is to be seen here, and nothing the other way round.
    _mount(library, "", "/", _REC | _SLAVE)
    points = _mount_points()
    covered: set[str] = set()
    opened = {source: os.open(source, os.O_PATH | os.O_CLOEXEC) for _, source, _ in mounts if source}
    for kind, source, target in mounts:
        if kind == EMPTY:
            _mount(library, "tmpfs", target, _NOSUID | _NODEV | _RDONLY, kind="tmpfs")
            continue
        # What others have mounted below a source comes along; what we have put over it ourselves is not to.
        below = [] if source in covered else [point for point in points if point.startswith(f"{source}/")]
        _mount(library, f"/proc/self/fd/{opened[source]}", target, _BIND | (0 if source in covered else _REC))
        covered.add(target)
        if kind == READ_ONLY:
            # Each of them is read-only only by itself.
            for inner in (target, *(target + point[len(source) :] for point in below)):
                kept = os.statvfs(inner).f_flag & (_NOSUID | _NODEV | _NOEXEC)
                _mount(library, "", inner, _REMOUNT | _BIND | _RDONLY | kept)
    for descriptor in opened.values():
        os.close(descriptor)
    _give_up_powers(library)


def hide(folder: str, neighbours: list[Neighbour]) -> None:
    """Put an empty folder in its place for agents that are behind a fence already, by what began as these.

    Those that have ended see nothing any more. Raises NotStarted where one that lives would see it.
    """
    for pid, began in neighbours:
        if (child := os.fork()) == 0:
            _hide(folder, pid, began)
        if os.waitpid(child, 0)[1] and start_time(pid) == began:
            raise NotStarted(f"cannot hide '{folder}' from the agent that is process {pid}")


def _hide(folder: str, pid: int, began: int | None) -> None:
    """In a child, for there is no way back out of a namespace. Never returns."""
    import ctypes

    status = 1
    try:
        library = ctypes.CDLL(None, use_errno=True)
        spaces = [os.open(f"/proc/{pid}/ns/{name}", os.O_RDONLY) for name in ("user", "mnt")]
        # Whose they are is known only now: a number may be given to another process at any time.
        if start_time(pid) == began and not any(library.setns(space, 0) for space in spaces):
            if not os.path.ismount(folder):
                _mount(library, "tmpfs", folder, _NOSUID | _NODEV | _RDONLY, kind="tmpfs")
            status = 0
    finally:
        os._exit(status)


def _mount(library: "ctypes.CDLL", source: str, target: str, flags: int, *, kind: str = "") -> None:
    import ctypes

    words = [os.fsencode(word) if word else None for word in (source, target, kind)]
    if library.mount(words[0], words[1], words[2], ctypes.c_ulong(flags), None):
        raise _failure(f"cannot mount '{target}'")


def _mount_points() -> list[str]:
    """Where something is mounted; each place once."""
    with open("/proc/self/mountinfo", "rb") as file:
        return list(dict.fromkeys(_plain(line.split()[4]) for line in file))


def _plain(word: bytes) -> str:
    """A path of mountinfo, in which blanks, newlines and backslashes are octal numbers."""
    for letter in b" \t\n\\":
        word = word.replace(b"\\%03o" % letter, bytes([letter]))
    return os.fsdecode(word)


def _give_up_powers(library: "ctypes.CDLL") -> None:
    """Give up all capabilities, for good."""
    import ctypes

    none = [ctypes.c_ulong(0)] * 3
    for capability in range(_MOST_CAPABILITIES):
        # There are not as many; the kernel refuses the rest.
        library.prctl(_PR_CAPBSET_DROP, ctypes.c_ulong(capability), *none)
    library.prctl(_PR_CAP_AMBIENT, ctypes.c_ulong(_PR_CAP_AMBIENT_CLEAR_ALL), *none)
    # A program with its set-uid bit on would have them again.
    if library.prctl(_PR_SET_NO_NEW_PRIVS, ctypes.c_ulong(1), *none):
        raise _failure("cannot give up privileges")
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    if library.capset(header, (ctypes.c_uint32 * 6)()):
        raise _failure("cannot give up capabilities")


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def _failure(what: str) -> NotStarted:
    import ctypes

    return NotStarted(f"{what}: {os.strerror(ctypes.get_errno()).lower()}")


def try_it() -> int:
    """Try whether there can be a fence, and say on stdout why not."""
    return _tell(lambda: put_up([(READ_ONLY, "/usr", "/usr"), (EMPTY, "", "/usr")]))


def hide_it() -> int:
    """Hide what stdin says from whom it says, and say on stdout what is in the way."""
    with open(0, "rb", closefd=False) as file:
        folder, neighbours = marshal.loads(file.read())
    return _tell(lambda: hide(folder, neighbours))


def _tell(attempt: "Callable[[], None]") -> int:
    try:
        attempt()
    except NotStarted as reason:
        told = str(reason)
    except OSError as reason:
        told = lower(reason)
    else:
        return 0
    os.write(1, told.encode("utf-8", "surrogateescape"))
    return 1
