"""`git parallel run`: agents in worktrees of their own, as many at once as may be."""

import os
import shlex
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..config.settings import Settings
from ..errors import BadInput
from ..git import guard
from ..names import TaskId, printable
from ..project import coordinator, repair
from ..project.admitting import door
from ..project.attempt import Order
from ..project.declared import read_tasks, require_tasks, uncommitted_documents, warn_of_uncommitted
from ..project.landing import Landed, Landing
from ..project.limits import Limits
from ..project.open import Project, make_runtime, open_project
from ..project.saying import Told
from ..project.scheduler import Scheduler
from ..project.stock import Stock
from ..schedule.plan import Held
from ..schedule.record import State, TaskRecord


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked to be run; None stands for the setting."""

    spellings: Sequence[str] = ()
    command: Sequence[str] = ()
    agent: str | None = None
    max_parallel: int | None = None
    timeout: float | None = None
    assume_independent: bool = False
    merge: bool = False
    verify: str | None = None


@dataclass(frozen=True, slots=True)
class RunAnswer:
    """What became of a run: what it ran, what still waits and why, what was held back or refused."""

    ran: tuple[TaskRecord, ...]
    launched: tuple[TaskId, ...]
    waiting: Mapping[TaskId, str]
    held: tuple[Held, ...]
    records: Mapping[TaskId, TaskRecord]
    refused: Mapping[TaskId, str]
    landings: tuple[Landing, ...]
    started: float
    ended: float
    signal: int | None
    named: bool
    wants_merge: bool

    @property
    def is_success(self) -> bool:
        """Whether everything launched succeeded, landed where asked, and nothing named was left out."""
        ends = (State.MERGED,) if self.wants_merge else (State.SUCCEEDED, State.MERGED)
        good = all(record.state in ends for record in self.ran)
        landed = all(isinstance(result, Landed) for result in self.landings)
        left_out = self.named and (self.waiting or self.held)
        return good and landed and not self.refused and not left_out and self.signal is None

    @property
    def seconds_of_work(self) -> float:
        """The agents' seconds in sum, which one after the other would have taken."""
        return sum(record.seconds or 0.0 for record in self.ran)


def run(directory: Path, request: Request, tell: Callable[[Told], None]) -> RunAnswer:
    """Run the named tasks, or all that can be run, to their end.

    Raises Busy where another run is at work, BadInput where there is nothing to run or no command to
    run it with; in both cases nothing has been made.
    """
    project = open_project(directory)
    limits = _limits(project.settings, request)
    admits = door(project, limits.max_parallel)
    # Better told now than by the end of each agent's work.
    project.git.require_identity()
    tasks = read_tasks(project)
    chosen = require_tasks(project, tasks, request.spellings) or tasks.tasks
    order = order_of(project.settings, request, directory)
    if not chosen:
        raise _nothing_declared(project)
    make_runtime(project)
    office = coordinator.take_office(project)
    try:
        started = time.time()
        warnings = (*project.settings.warnings, *warn_of_uncommitted(project))
        for sentence in (*warnings, *repair.repair(project, tasks, in_office=True)):
            tell(Told(sentence, is_note=True))
        guard.install(project.git, project.common)
        stock = Stock(tasks, limits, named=bool(request.spellings))
        scheduler = Scheduler(project, stock, order, tell, admits)
        scheduler.to_the_end(chosen)
        return RunAnswer(
            ran=tuple(scheduler.ended.values()),
            launched=tuple(scheduler.launched),
            waiting=dict(scheduler.why),
            held=scheduler.held,
            records=stock.records,
            refused=scheduler.refused,
            landings=tuple(scheduler.landings),
            started=started,
            ended=time.time(),
            signal=scheduler.asking.first,
            named=bool(request.spellings),
            wants_merge=request.merge,
        )
    finally:
        coordinator.withdraw(project)
        os.close(office)


def order_of(settings: Settings, request: Request, directory: Path) -> Order:
    """The agent command of a run and its limits; raises BadInput where there is none that can be started."""
    name = request.agent or ("" if request.command else settings.agent)
    argv = tuple(request.command)
    if name:
        agent = settings.agents.get(name)
        if agent is None or not agent.command:
            raise BadInput(
                f"no command is set for agent '{printable(name)}'",
                hint=f"git config agent.{name}.command 'COMMAND ARGUMENTS'",
            )
        try:
            argv = (*shlex.split(agent.command), *argv)
        except ValueError as error:
            raise BadInput(
                f"agent.{name}.command: {str(error).lower()}: {printable(agent.command)}"
            ) from error
    if not argv:
        raise BadInput("no agent command", hint="git parallel run [ID...] -- COMMAND [ARGUMENT...]")
    found = shutil.which(str(directory / argv[0]) if "/" in argv[0] else argv[0])
    if found is None:
        raise BadInput(
            f"agent command not found or not executable: '{printable(argv[0])}'",
            hint="give its full path, or put it on PATH",
        )
    timeout = request.timeout if request.timeout is not None else settings.timeout
    return Order((str(Path(found).absolute()), *argv[1:]), name or None, timeout, settings.grace)


def _limits(settings: Settings, request: Request) -> Limits:
    return Limits(
        max_parallel=request.max_parallel or settings.max_parallel,
        assume_independent=request.assume_independent,
        merge=request.merge,
        verify=settings.verify if request.verify is None else request.verify,
    )


def _nothing_declared(project: Project) -> BadInput:
    unread = uncommitted_documents(project)
    branch = project.target.short
    if unread:
        first = printable(unread[0])
        return BadInput(
            f"'{first}' is not committed, and tasks are read from commits of '{branch}'",
            hint=f"git add {first} && git commit",
        )
    return BadInput(
        f"'{branch}' declares no tasks",
        hint="commit a SPEC-<name>.md with a line '**File**: `path`', or set parallel.specs",
    )
