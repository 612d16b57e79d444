"""Verification: the commands that a change asks for, run on its merged tree in scratch worktrees that serve again."""

import os
import threading
import time
from collections.abc import Collection, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from ..agents.process import agent_environment
from ..errors import ParallelError, Unusable
from ..git.place import Place
from ..git.removal import remove
from ..git.scratch_pool import ScratchPool
from ..git.scratch_worktree import Scratch
from ..git.shield import shielded
from ..names import Oid, TaskId
from ..overlap.verify_scopes import Commands, Scoped, commands_for
from . import kept_command
from .furnishing import Liaison, complete
from .open import Project
from .plain import read_plain, write_anew
from .termination import in_order
from .verified import Begun, CalledOff, Ended, Failed, Verification, Verified, Voice
from .verify_round import Round

# Seconds after which a signal is heard that the kernel gave to another thread.
_HEARING = 0.5
_CHUNK = 1 << 20


class _Incomplete(ParallelError):
    """What belongs to a commit and is not among git's own objects cannot be had."""


class Verifier:
    """Verifies one merged tree after the other; to be entered, and at its end nothing of it is left.

    Several threads may use it at the same time. SIGTERM and SIGHUP end it in order and then the process, unless
    somebody listens to them; at KeyboardInterrupt its commands are ended before that goes on.
    """

    def __init__(
        self, project: Project, commands: Commands, *, jobs: int = 1, told: Voice = lambda _: None
    ) -> None:
        """`jobs` commands may run at once; `told` hears of each from any thread, one at a time."""
        self._project, self._commands, self._told = project, commands, told
        self._telling, self._change = threading.Lock(), threading.Lock()
        self._rounds: list[Round] = []
        self._is_off = False
        self._jobs = jobs
        self._pool = ScratchPool(project.git, project.common, self._complete)
        self._threads: ThreadPoolExecutor | None = None
        self._ends = ExitStack()

    def __enter__(self) -> Self:
        self._ends.enter_context(in_order())
        self._ends.callback(self._clear)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return self._ends.__exit__(kind, error, trace)

    def verify(
        self, candidate: Oid, changed: Collection[str], *, tasks: Sequence[TaskId], log: Path
    ) -> Verification:
        """Run the commands that these changed paths ask for on the commit, until one fails.

        What they print goes to `log`, anew, each headed by its command. Raises CalledOff, and what else keeps a
        command from being started: a full disk, say, is no failure of the commit.
        """
        wanted = commands_for(changed, self._commands.scopes, self._commands.general)
        if not wanted:
            return Verified()
        with self._change:
            # Its threads are needed by who verifies something.
            self._threads = self._threads or ThreadPoolExecutor(self._jobs, thread_name_prefix="verify")
            around = Round(candidate, tuple(tasks), is_off=self._is_off)
            self._rounds.append(around)
        log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        logs = [log.with_name(f"{log.name}.{n}") for n in range(len(wanted))] if wanted[1:] else [log]
        try:
            going = [
                self._threads.submit(self._run, around, scope, part, log)
                for scope, part in zip(wanted, logs, strict=True)
            ]
            found = _awaited(around, going)
        except BaseException:
            around.call_off()
            raise
        finally:
            with self._change:
                self._rounds.remove(around)
            if wanted[1:]:
                _join(log, logs)
        failed = next((one for one in found if isinstance(one, Failed)), None)
        if failed is None and around.is_off:
            raise CalledOff("the verification was called off", hint="it is safe to begin again")
        return failed or Verified(tuple(scope.command for scope in wanted))

    def call_off(self, *, now: bool = False) -> None:
        """End what runs, from any thread, with the grace of an agent or `now`, and let nothing more begin."""
        with self._change:
            self._is_off = True
            rounds = tuple(self._rounds)
        for around in rounds:
            around.call_off(now=now)

    def _run(self, around: Round, scope: Scoped, log: Path, whole: Path) -> Failed | None:
        """Run one command in a worktree; None where it has succeeded or was not to be run any more."""
        if around.is_off:
            return None
        try:
            with write_anew(log) as file:
                file.write(f"$ {scope.command}\n")
            try:
                with self._pool.lent(around.candidate) as scratch:
                    failed = self._run_in(scratch, around, scope, log, whole)
            except _Incomplete as error:
                with log.open("a", encoding="utf-8", errors="surrogateescape") as file:
                    file.write(f"{error.message}\n")
                failed = Failed(Scoped(scope.command, (), ()), error.status, error.message, whole)
        except BaseException:
            around.call_off()
            raise
        if failed:
            around.call_off()
        return failed

    def _run_in(
        self, scratch: Scratch, around: Round, scope: Scoped, log: Path, whole: Path
    ) -> Failed | None:
        extra = {
            "GIT_PARALLEL_TASK": " ".join(around.tasks),
            "GIT_PARALLEL_WORKTREE": str(scratch.path),
            "GIT_PARALLEL_TARGET": self._project.target.short,
            "TMPDIR": str(scratch.temporary),
        }
        scratch.temporary.mkdir(mode=0o700)
        self._tell(Begun(scope.command, around.tasks))
        began = time.monotonic()
        kept = kept_command.start(
            kept_command.runtime_of(self._project), scope.command, self._project.settings,
            cwd=scratch.path, env=agent_environment(os.environ, extra), log=log,
        )  # fmt: skip
        around.attend(kept)
        try:
            ended = kept.wait()
        finally:
            around.leave(kept)
            remove(scratch.temporary)
        if ended is not None and ended.error:
            raise Unusable(f"the verify command was not started: {ended.error}")
        if ended is not None and ended.stopped and around.is_off:
            return None
        why = kept_command.why_not(ended)
        self._tell(Ended(scope.command, around.tasks, time.monotonic() - began, why))
        return Failed(scope, kept_command.status_of(ended), why, whole) if why else None

    def _tell(self, what: Begun | Ended) -> None:
        with self._telling:
            self._told(what)

    def _complete(self, scratch: Scratch) -> None:
        place = Place(scratch.path, self._project.target, scratch.admin)
        try:
            complete(self._project, place, Liaison(), is_untouched=True)
        except ParallelError as error:
            raise _Incomplete(error.message) from error

    def _clear(self) -> None:
        with shielded():
            if self._threads is not None:
                self._threads.shutdown()
            self._pool.__exit__(None, None, None)


def _awaited(around: Round, going: Sequence["Future[Failed | None]"]) -> list[Failed | None]:
    try:
        _finish(going)
    except BaseException:
        around.call_off()
        try:
            _finish(going)
        except BaseException:
            # Who asks twice does not want to wait.
            around.call_off(now=True)
            _finish(going)
        raise
    return [one.result() for one in going]


def _finish(going: Sequence["Future[Failed | None]"]) -> None:
    """Wait for all of them, in such a way that signals are heard."""
    while wait(going, timeout=_HEARING).not_done:
        pass


def _join(log: Path, parts: Sequence[Path]) -> None:
    """Put the logs of several commands one after the other into one, and remove them."""
    with write_anew(log) as whole:
        for part in parts:
            if not part.exists():
                continue
            with read_plain(part) as file:
                while some := file.read(_CHUNK):
                    whole.buffer.write(some)
            part.unlink()
