"""Agents that take one path from each other in a tight loop, and a witness that would tell of a second holder."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

PATH = "hot.py"


@dataclass(frozen=True)
class Tally:
    """How often somebody got the path and was refused, and whatever else was answered."""

    got: int
    refused: int
    failed: tuple[str, ...]


def contest(worktrees: list[Path], witness: Path, *arguments: str, seconds: float) -> list[Tally]:
    """Have each worktree claim and release the path over and over for some time.

    Who has the path makes a file that must not be there; a second holder would find it.
    """
    end = time.monotonic() + seconds
    with ThreadPoolExecutor(len(worktrees)) as pool:
        return list(pool.map(lambda worktree: _contend(worktree, witness, arguments, end), worktrees))


def _contend(worktree: Path, witness: Path, arguments: tuple[str, ...], end: float) -> Tally:
    got = refused = 0
    failed = []
    while time.monotonic() < end:
        claimed = _run(worktree, "claim", *arguments, PATH)
        if claimed.returncode == 0:
            os.close(os.open(witness, os.O_CREAT | os.O_EXCL))
            witness.unlink()
            let_go = _run(worktree, "release", PATH)
            if let_go.returncode:
                failed.append(let_go.stderr)
            got += 1
        elif claimed.returncode == 1:
            refused += 1
        else:
            failed.append(claimed.stderr)
    return Tally(got, refused, tuple(failed))


def _run(worktree: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "git_parallel", *arguments]
    return subprocess.run(command, cwd=worktree, capture_output=True, text=True, check=False)
