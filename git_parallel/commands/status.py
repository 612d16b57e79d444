"""`git parallel status`: the truth at this moment."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..agents import process
from ..git.history import ahead
from ..git.refs import Snapshot, snapshot
from ..names import Oid, TaskId
from ..ownership.claims import of
from ..project import adrift, coordinator, lapsing, waiters
from ..project.coordinator import Queue
from ..project.health import by_itself
from ..project.open import Project, make_runtime, open_project
from ..schedule.load import Load
from ..schedule.record import State, TaskRecord
from ..schedule.strategy import Strategy

if TYPE_CHECKING:
    from ..project.drifting import Drifting
    from ..project.prospects import Prospects
    from ..schedule.progress import Progress
    from ..schedule.remaining import Outlook


@dataclass(frozen=True, slots=True)
class Row:
    """One task as `status` shows it; `ahead` are its commits that the target has not.

    `drift` is what it touches and did not declare, `collides` are the tasks that this meets. `claimed` is what it
    holds by claim, and until when that is limited; `awaited` what it waits for with `claim --wait`.
    While it runs, `progress` is how far it is and `left` the seconds that it will still take, where these are known.
    """

    record: TaskRecord
    pid: int | None
    ahead: int | None
    drift: tuple[str, ...]
    has_worktree: bool
    collides: tuple[str, ...] = ()
    claimed: Mapping[str, float | None] = field(default_factory=dict)
    awaited: tuple[str, ...] = ()
    progress: "Progress | None" = None
    left: float | None = None


@dataclass(frozen=True, slots=True)
class StatusAnswer:
    """All tasks that have a record, what the coordinator lets wait and why, and what was mended on the way.

    `waves` is the plan for the rest as it is now, where running tasks touch more than they declared.
    `outlook` is when all that runs and waits will have ended, `speedup` how many times faster than one by
    one it has been so far.
    """

    target: str
    rows: tuple[Row, ...]
    queue: Queue | None
    load: Load | None
    mended: tuple[str, ...]
    problems: tuple[str, ...]
    waves: tuple[tuple[TaskId, ...], ...] = ()
    outlook: "Outlook | None" = None
    speedup: float | None = None

    @property
    def running(self) -> tuple[TaskId, ...]:
        """The tasks whose agents are alive."""
        return tuple(row.record.id for row in self.rows if row.record.state is State.RUNNING)

    @property
    def queued(self) -> Mapping[str, str]:
        """The tasks that wait for their launch, and why."""
        return self.queue.waiting if self.queue else {}


def status(directory: Path, *, with_load: bool = False) -> StatusAnswer:
    """Read the state of all tasks, mending first what contradicts reality (ended unseen, interrupted)."""
    project = open_project(directory, hurried=True)
    healed = by_itself.heal(project)
    world = snapshot(project.git)
    mended: tuple[str, ...] = ()
    if adrift.is_any(project, world):
        # Only here are the documents read: the judgement of what an agent left needs them.
        from ..project import repair
        from ..project.declared import read_tasks

        make_runtime(project)
        mended = repair.repair(project, read_tasks(project))
        world = snapshot(project.git)
    queue = coordinator.read_queue(project)
    seen = _look(project, world)
    prospects = _foresee(project, world, seen, queue)
    return StatusAnswer(
        target=project.target.short,
        rows=_rows(project, world, seen, prospects),
        waves=seen.waves if seen else (),
        outlook=prospects.outlook if prospects else None,
        speedup=prospects.speedup if prospects else None,
        queue=queue,
        load=_load(project, queue) if with_load else queue.load if queue else None,
        mended=(*healed, *mended),
        problems=(*project.settings.warnings, *world.problems, *(seen.sight.warnings if seen else ())),
    )


def _ahead(record: TaskRecord, tip: Oid, counts: Mapping[Oid, int]) -> int:
    """How many commits of a branch the target has not, in whatever form it has them."""
    is_rewritten = record.state is State.MERGED and record.strategy in (Strategy.SQUASH, Strategy.REBASE)
    return 0 if is_rewritten and tip == record.tip else counts[tip]


def _rows(
    project: Project, world: Snapshot, seen: "Drifting | None", prospects: "Prospects | None"
) -> tuple[Row, ...]:
    tips = _tips(project, world)
    drifts = seen.drifts if seen else {}
    counts = ahead(project.git, tips.values(), of=project.base)
    held = lapsing.held(project, world)
    awaited: dict[TaskId, dict[str, None]] = {}
    for waiter in waiters.waiting(project):
        awaited.setdefault(waiter.task, {}).update(dict.fromkeys(waiter.paths))
    rows = []
    for task, stored in world.tasks.items():
        record = stored.record
        if record.state is State.PLANNED and not record.attempt and not record.is_delegated:
            # It was made ready once and had no turn: as if nothing had been.
            continue
        if record.state is State.READY and _is_being_set_up(project, task):
            record = replace(record, reason=f"being set up; 'git parallel log {task} --setup -f' follows it")
        if record.branch and task not in tips and record.is_unfinished and world.has_in_trash(task):
            record = replace(
                record, reason=f"in the trash; 'git parallel prune --undo {task}' brings it back"
            )
        start = None
        claimed = of(held, task) if record.is_unfinished else ()
        if record.state is State.RUNNING:
            start = process.read_start(project.tasks_runtime, task, record.attempt)
        rows.append(
            Row(
                record=record,
                pid=start.agent_pid if start else None,
                ahead=_ahead(record, tips[task], counts) if task in tips else None,
                drift=drifts[task].paths if task in drifts else claimed,
                has_worktree=bool(record.worktree) and Path(record.worktree).is_dir(),
                collides=drifts[task].others if task in drifts else (),
                claimed={
                    path: world.written.until.get(path) if path in world.claims else None for path in claimed
                },
                awaited=tuple(awaited.get(task, ())),
                progress=prospects.progress.get(task) if prospects else None,
                left=prospects.left.get(task) if prospects else None,
            )
        )
    return tuple(rows)


def _is_being_set_up(project: Project, task: TaskId) -> bool:
    # Only while something is made ready.
    from ..project import setting_up

    return setting_up.is_setting_up(project, task)


def _is_any_running(world: Snapshot) -> bool:
    return any(stored.record.state is State.RUNNING for stored in world.tasks.values())


def _foresee(
    project: Project, world: Snapshot, seen: "Drifting | None", queue: Queue | None
) -> "Prospects | None":
    """How far the running tasks are, and when all will have ended; None where none runs."""
    if not _is_any_running(world):
        return None
    from ..project.prospects import View, foresee

    known = {task.id: task for task in seen.declared.tasks.tasks} if seen else {}
    view = View(
        records=world.records,
        tasks=known,
        slots=(queue.slots if queue else None) or project.settings.max_parallel,
        waiting=[known[TaskId(name)] for name in (queue.waiting if queue else ()) if name in known],
        overlaps=seen.sight.overlaps if seen else None,
        prints=seen.sight.prints if seen else None,
        began=queue.started if queue else None,
        assume_independent=queue.assume_independent if queue else False,
    )
    return foresee(project, view, now=time.time())


def _look(project: Project, world: Snapshot) -> "Drifting | None":
    """What running tasks touch beyond what they declared, uncommitted work included; None where none runs."""
    if not _is_any_running(world):
        return None
    # Only here are documents and worktrees read.
    from ..errors import ParallelError
    from ..project import drifting

    try:
        return drifting.look(project, world)
    except (ParallelError, OSError):
        # The truth about every task is more than what one branch hides.
        return None


def _tips(project: Project, world: Snapshot) -> dict[TaskId, Oid]:
    """The tips of the tasks' branches, through one `for-each-ref`."""
    by_ref = {f"refs/heads/{s.record.branch}": task for task, s in world.tasks.items() if s.record.branch}
    if not by_ref:
        return {}
    out = project.git.run("for-each-ref", "--format=%(objectname) %(refname)", *by_ref)
    found = {}
    for line in out.stdout.splitlines():
        oid, _, ref = line.partition(" ")
        if ref in by_ref:
            found[by_ref[ref]] = Oid(oid)
    return found


def _load(project: Project, queue: Queue | None) -> Load:
    if queue and queue.load:
        return queue.load
    from ..agents.load import sample

    return sample(project.common, seconds=0.1)
