"""The branch of another repository that a branch follows, fetched."""

import time
from dataclasses import dataclass
from pathlib import Path

from ..errors import GitFailed
from ..names import RefName
from . import locks
from .command import Git

_TRIES = 3
# Seconds before the second try, and twice that before the third.
_PAUSE = 0.5
# Nobody is there to press Ctrl-C at night: a server that sends less than this in bytes a second for so many seconds
# is given up.
_PATIENCE = ("-c", "http.lowSpeedLimit=1000", "-c", "http.lowSpeedTime=30")
_HERE = "."


@dataclass(frozen=True, slots=True)
class Upstream:
    """A branch of a remote, and the ref here that follows it; the remote is `.` for a branch of this repository."""

    remote: str
    branch: str
    tracking: RefName


def find_upstream(git: Git, branch: RefName) -> Upstream | None:
    """What a branch follows; None where nothing is set."""
    form = "--format=%(upstream:remotename)%00%(upstream:remoteref)%00%(upstream)"
    out = git.run("for-each-ref", form, branch).stdout.removesuffix("\n")
    remote, ref, tracking = out.split("\0") if out else ("", "", "")
    return Upstream(remote, ref, RefName(tracking)) if tracking else None


def fetch(git: Git, common: Path, upstream: Upstream) -> None:
    """Fetch one branch, in three tries; raises GitFailed."""
    if upstream.remote == _HERE:
        return
    options = ("--quiet", "--no-recurse-submodules", "--no-write-fetch-head", "--no-auto-maintenance")
    for number in range(_TRIES):
        time.sleep(_PAUSE * number)
        try:
            with locks.held(common / "parallel" / "lock"):
                git.run(*_PATIENCE, "fetch", *options, "--end-of-options", upstream.remote, upstream.branch)
            return
        except GitFailed:
            # The network comes and goes, and another command may hold a lock of git's own.
            if number == _TRIES - 1:
                raise
