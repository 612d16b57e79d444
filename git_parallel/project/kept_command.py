"""A verify command under a keeper, like an agent: with all that it starts it is ended in time, and nothing outlives it.

Where this process is killed the command goes on, and the next one of ours ends it: the names of its files in
`.git/parallel/verify/` tell whose it was.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..agents import process
from ..agents.process import ExitRecord, Job
from ..config.settings import Settings
from ..git import locks
from ..git.scratch_worktree import drop_dead_scratches, is_process
from .open import Premises

# As `timeout` has it, whatever the command made of being ended.
TIMED_OUT = 124
_KILLED = 137
_ATTEMPT = 1
# Seconds; whoever cannot be killed is stuck in the kernel.
_PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Kept:
    """A command that runs, by the name of its files."""

    runtime: Path
    name: str

    def stop(self, *, now: bool) -> None:
        """Ask for its end, with the grace of an agent or `now`."""
        process.stop(self.runtime, self.name, _ATTEMPT, now=now)

    def wait(self) -> ExitRecord | None:
        """Wait until nothing of it is alive; how it ended, or None where its keeper was killed. Only once."""
        process.wait(self.runtime, self.name)
        ended = process.read_exit(self.runtime, self.name, _ATTEMPT)
        self.forget()
        return ended

    def forget(self) -> None:
        """Remove its files."""
        for end in (f"{_ATTEMPT}.start", f"{_ATTEMPT}.exit", "keeper", "lock"):
            (self.runtime / f"{self.name}.{end}").unlink(missing_ok=True)


def start(
    runtime: Path, command: str, settings: Settings, *, cwd: Path, env: Mapping[str, str], log: Path
) -> Kept:
    """Start a shell command of the user's; what it prints goes to the end of `log`."""
    kept = Kept(runtime, f"{os.getpid()}.{os.urandom(4).hex()}")
    job = Job(
        task=kept.name,
        attempt=_ATTEMPT,
        argv=("/bin/sh", "-c", command),
        cwd=cwd,
        env=env,
        log=log,
        prompt=Path(os.devnull),
        timeout=settings.verify_timeout,
        grace=settings.grace,
        log_limit=settings.log_bytes,
    )
    process.launch(runtime, job)
    return kept


def status_of(ended: ExitRecord | None) -> int:
    """The exit status that stands for an end, 128 and the signal's number for a signal."""
    if ended is None:
        return _KILLED
    if ended.timed_out:
        return TIMED_OUT
    return 128 + ended.signal if ended.signal else ended.status or 0


def why_not(ended: ExitRecord | None) -> str:
    """Why an end is a failure; empty where it is none."""
    if ended is None:
        return "was killed together with its keeper"
    if ended.timed_out:
        return f"timed out after {ended.ended - ended.started:.0f} s"
    if ended.signal:
        return f"killed by signal {ended.signal}"
    return f"exit status {ended.status}" if ended.status else ""


def runtime_of(premises: Premises) -> Path:
    """Where the files of commands that run are."""
    return premises.runtime / "verify"


def end_dead(premises: Premises) -> None:
    """End the commands whose process was killed, and remove their files and worktrees."""
    for kept in of_the_dead(premises):
        kept.stop(now=True)
        with locks.held_if_free(kept.runtime / f"{kept.name}.lock", within=_PATIENCE) as free:
            if free is not None:
                kept.forget()
    drop_dead_scratches(premises.common)


def of_the_dead(premises: Premises) -> list[Kept]:
    """The commands whose process was killed, whether they go on or have only left their files."""
    runtime = runtime_of(premises)
    found = [Kept(runtime, lock.name.removesuffix(".lock")) for lock in runtime.glob("*.lock")]
    return [kept for kept in found if not is_process(int(kept.name.partition(".")[0]))]
