"""Finding out that an agent does nothing any more.

An agent has stalled when for its whole time limit there was no output, no CPU time to speak of in all its
tree and no file change where it works. Looked at a few times per limit, the files only when the rest has
been quiet for all of it.
"""

import math
import os
import time

from .clock import Clock
from .job import Job
from .output import Output
from .proc import cpu_of_children

LOOKS = 4  # per limit
LITTLE = 0.01  # of a core; an agent that waits for an answer uses less
MOST_ENTRIES = 100_000  # of the directory that are looked at: half a second


class Look:
    """What was seen at a moment."""

    def __init__(self, at: float, written: int, cpu: float) -> None:
        self.at, self.wall, self.written, self.cpu = at, time.time(), written, cpu


class Idling:
    """What an agent has done lately."""

    def __init__(self, job: Job, clock: Clock, output: Output) -> None:
        self._limit = math.inf if job.stall is None else job.stall
        self._cwd, self._clock, self._output = job.cwd, clock, output
        # Its tree is as good as new: to go through all of /proc for that would be dear.
        self._looks = [Look(clock.now(), output.written()[0], 0.0)]
        self._active_at = self._looks[0].at  # the latest output or file change that is known
        self.due = self._looks[0].at + self._limit / LOOKS

    def is_stalled(self) -> bool:
        """Look whether it has done nothing for its limit; if not, `due` says when to look again."""
        before, (look, written_at) = self._looks[-1], self._look()
        self._looks.append(look)
        if look.wall < before.wall:  # the clock was set back: what files say of before means nothing now
            self._looks, self._active_at = [look], look.at
        elif look.written != before.written:
            self._active_at = max(before.at, self._moment(written_at))
        begin = look.at - self._limit
        while len(self._looks) > 1 and self._looks[1].at <= begin:
            del self._looks[0]
        if self._active_at <= begin and self._is_cpu_quiet(begin):
            self._active_at = max(self._active_at, self._moment(newest_change(self._cwd, look.wall)))
            if self._active_at <= begin:
                return True
        soon = look.at + self._limit / LOOKS
        # Not later than its silence could be long enough.
        self.due = min(soon, self._active_at + self._limit) if self._active_at > begin else soon
        return False

    def _look(self) -> tuple[Look, float]:
        written, written_at = self._output.written()
        return Look(self._clock.now(), written, cpu_of_children()), written_at

    def _is_cpu_quiet(self, begin: float) -> bool:
        first, last = self._looks[0], self._looks[-1]
        # What a process used whose end nobody waited for is lost, and the sum falls: that is no quiet either.
        return first.at <= begin and abs(last.cpu - first.cpu) < LITTLE * (last.at - first.at)

    def _moment(self, stamp: float) -> float:
        """When that was by our clock, as the looks around it tell: the wall clock may have been set on."""
        later = self._looks[-1].at
        for look in reversed(self._looks):
            if look.wall <= stamp:
                return min(look.at + stamp - look.wall, later)
            later = look.at
        return -math.inf


def newest_change(folder: str, now: float) -> float:
    """When anything below the folder last changed, but `.git`; of what claims to be of the future, nothing.

    Nearest first, and of a huge tree not all: this runs while many agents want the disk.
    """
    newest, left, folders = -math.inf, MOST_ENTRIES, [folder]
    for here in folders:
        if not left:
            break
        for entry in _entries(here, left):
            left -= 1
            try:
                changed = entry.stat(follow_symlinks=False).st_ctime
                is_folder = entry.is_dir(follow_symlinks=False)
            except OSError:  # it has gone meanwhile
                continue
            if entry.name == ".git":
                continue
            if changed <= now:
                newest = max(newest, changed)
            if is_folder:
                folders.append(entry.path)
    return newest


def _entries(folder: str, most: int) -> "list[os.DirEntry[str]]":
    try:
        with os.scandir(folder) as entries:
            return [entry for entry, _ in zip(entries, range(most), strict=False)]
    except OSError:
        return []
