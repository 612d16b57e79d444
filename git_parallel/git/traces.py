"""What lies in a directory, remembered, so that the traces of whatever is done there can be removed.

git would not do for it: it sees no pipes, no modes but one bit of them, and times often by the second.
"""

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

from .removal import remove

# By path below the directory; of directories the mode only, for what is in one is remembered by itself.
Memory: TypeAlias = dict[str, tuple[int, ...]]

_Enters: TypeAlias = Callable[[str, os.stat_result], bool]
_DOT_GIT = ".git"


def remember(top: Path) -> Memory:
    """All that lies in a directory but its `.git`."""
    return {name: _look(seen) for name, seen in _walk(top, lambda *_: True)}


def remove_traces(top: Path, memory: Memory) -> None:
    """Leave in a directory only what is as it was remembered, its `.git` aside; raises OSError where it cannot.

    What was changed is removed as well; directories have their modes again. Links are not followed.
    """

    def is_known(name: str, seen: os.stat_result) -> bool:
        path, known = top / name, memory.get(name)
        if not stat.S_ISDIR(seen.st_mode):
            if known != _look(seen):
                path.unlink()
            return False
        if known is None or not stat.S_ISDIR(known[0]):
            remove(path)
            return False
        if known != _look(seen):
            # Now, for who may not enter a directory cannot look for traces in it.
            path.chmod(stat.S_IMODE(known[0]))
        return True

    for _ in _walk(top, is_known):
        pass


def _walk(top: Path, enters: _Enters) -> Iterator[tuple[str, os.stat_result]]:
    """Everything below a directory; `enters` is asked for each before it is looked into."""
    waiting = [""]
    while waiting:
        above = waiting.pop()
        with os.scandir(top / above) as entries:
            # A directory in which something is removed must not be read meanwhile.
            found = [(f"{above}{entry.name}", entry.stat(follow_symlinks=False)) for entry in entries]
        for name, seen in found:
            if name == _DOT_GIT:
                continue
            if enters(name, seen) and stat.S_ISDIR(seen.st_mode):
                waiting.append(f"{name}/")
            yield name, seen


def _look(seen: os.stat_result) -> tuple[int, ...]:
    if stat.S_ISDIR(seen.st_mode):
        return (seen.st_mode,)
    times = (seen.st_mtime_ns, seen.st_ctime_ns)
    return (seen.st_mode, seen.st_ino, seen.st_nlink, seen.st_uid, seen.st_size, *times)
