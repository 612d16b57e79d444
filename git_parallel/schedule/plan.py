"""The plan: which tasks can run together, in what order, and which are held and why."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ..names import TaskId
from ..overlap.meet import Overlaps
from ..tasks.cycles import cycles
from ..tasks.task import Status, Task, normal
from .apart import runs_alone
from .calendar import Calendar, first_free
from .order import launch_order
from .record import State, TaskRecord


@dataclass(frozen=True, slots=True)
class Held:
    """A task that is not planned, and why."""

    task: TaskId
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Waves of tasks that can run at the same time, each after the one before it."""

    waves: tuple[tuple[TaskId, ...], ...]
    held: tuple[Held, ...]


def make_plan(
    tasks: Sequence[Task],
    overlaps: Overlaps,
    *,
    named: Collection[TaskId] = (),
    records: Mapping[TaskId, TaskRecord],
    everything: Mapping[TaskId, Task],
    singletons: Collection[str] = (),
    assume_independent: bool = False,
) -> Plan:
    """Put every task that can be launched into the earliest wave in which it meets nothing.

    A task comes after what it depends on, never beside what it overlaps so that it excludes, beside no
    other of a singleton agent type, and alone when what it touches is unknown. What runs already takes
    part in the first wave. Greedy, in the order in which `run` launches: overlap is mutual exclusion, so
    whoever is first in that order goes first. `everything` are all declared tasks, `named` those the user
    asked for by name.
    """
    reasons = {task.id: why_held(task, task.id in named, records) for task in tasks}
    open_tasks = {task.id: task for task in tasks if not reasons[task.id]}
    waits, blocked = dependencies(open_tasks, records=records, everything=everything)
    held = [Held(task.id, reasons[task.id]) for task in tasks if reasons[task.id]]
    held += [Held(task, reason) for task, reason in blocked.items()]
    waves = _Waves(Calendar(overlaps), singletons, assume_independent)
    for task_id, record in records.items():
        if record.state is State.RUNNING:
            # Nothing is known of one whose document is gone.
            waves.put(everything.get(task_id) or Task(task_id, record.title, record.source, 1), 0)
    free = [task for task in open_tasks.values() if task.id not in blocked]
    for task in in_order(launch_order(free, waits), waits):
        waves.place(task, start=1 + max((waves.of[before] for before in waits[task.id]), default=-1))
    found: dict[int, list[TaskId]] = {}
    for task_id in open_tasks:
        if task_id in waves.of:
            found.setdefault(waves.of[task_id], [])
    for task_id in waves.placed:
        found[waves.of[task_id]].append(task_id)
    return Plan(tuple(tuple(found[wave]) for wave in sorted(found)), tuple(held))


class _Waves:
    """The waves as they fill; whatever tells two tasks apart is the bits of the waves that it takes."""

    def __init__(self, calendar: Calendar, singletons: Collection[str], assume_independent: bool) -> None:
        self.of: dict[TaskId, int] = {}
        self.placed: list[TaskId] = []
        self._calendar = calendar
        self._singletons = singletons
        self._assume_independent = assume_independent
        self._alone = 0
        self._agents: dict[str, int] = {}
        self._apart: dict[str, int] = {}
        self._count = 0

    def place(self, task: Task, *, start: int) -> None:
        """Put a task into the first wave from `start` on in which it may be."""
        if runs_alone(task, assume_independent=self._assume_independent):
            wave = max(self._count, start)
        else:
            taken = self._alone | self._calendar.taken(task.id) | self._apart.get(task.id, 0)
            if task.agent in self._singletons:
                taken |= self._agents.get(str(task.agent), 0)
            for name in task.conflicts:
                if name in self.of:
                    taken |= 1 << self.of[TaskId(name)]
            wave = first_free(taken, start=start)
        self.put(task, wave)
        self.placed.append(task.id)

    def put(self, task: Task, wave: int) -> None:
        """Put a task into this wave."""
        bit = 1 << wave
        self.of[task.id] = wave
        self._count = max(self._count, wave + 1)
        self._calendar.take(task.id, wave)
        if task.agent is not None:
            self._agents[task.agent] = self._agents.get(task.agent, 0) | bit
        for name in task.conflicts:
            self._apart[name] = self._apart.get(name, 0) | bit
        if runs_alone(task, assume_independent=self._assume_independent):
            self._alone |= bit


def why_held(task: Task, named: bool, records: Mapping[TaskId, TaskRecord]) -> str:
    """Why a task is not to be launched, whatever the others do; empty when it may be."""
    record = records.get(task.id)
    if record is not None and record.state not in (State.PLANNED, State.READY, State.LOST):
        again = record.state in (State.FAILED, State.CANCELLED, State.CONFLICTED, State.REJECTED)
        if not (named and again):
            return _STANDING[record.state].format(id=task.id)
    if task.status is Status.COMPLETE:
        return "its document says it is complete"
    if task.status is Status.BLOCKED and not named:
        return "its document says it is blocked"
    if task.rivals and not named:
        others = ", ".join(f"'{rival}'" for rival in task.rivals)
        return f"its number is claimed by {others} as well; name it to run it"
    return ""


_STANDING = {
    State.RUNNING: "running",
    State.SUCCEEDED: "succeeded, not merged yet",
    State.FAILED: "failed; 'git parallel run {id} -- COMMAND' tries again",
    State.CANCELLED: "cancelled; 'git parallel run {id} -- COMMAND' tries again",
    State.MERGING: "being merged",
    State.MERGED: "merged",
    State.CONFLICTED: "in conflict with the target",
    State.REJECTED: "refused by the merge",
}


def dependencies(
    open_tasks: Mapping[TaskId, Task],
    *,
    records: Mapping[TaskId, TaskRecord],
    everything: Mapping[TaskId, Task],
    in_flight: Collection[TaskId] = (),
    is_stacking: bool = False,
) -> tuple[dict[TaskId, tuple[TaskId, ...]], dict[TaskId, str]]:
    """What each open task waits for among the open ones, and which can never be launched as things stand.

    What comes after one `in_flight`, which will be merged, waits; where tasks are stacked, success will do.
    """
    waits: dict[TaskId, tuple[TaskId, ...]] = {}
    blocked: dict[TaskId, str] = {}
    for task in open_tasks.values():
        before = []
        for name in task.after:
            if name in open_tasks:
                before.append(TaskId(name))
            elif name in in_flight or (is_stacking and _is_stackable(name, records)):
                continue
            elif reason := _unmet(name, records, everything):
                blocked.setdefault(task.id, reason)
        waits[task.id] = tuple(before)
    for cycle in cycles(waits):
        for member in cycle:
            blocked.setdefault(member, "depends on itself: " + " after ".join((*cycle, cycle[0])))
    behind: dict[TaskId, list[TaskId]] = {}
    for member, names in waits.items():
        for name in names:
            behind.setdefault(name, []).append(member)
    stuck = list(blocked)
    while stuck:
        name = stuck.pop()
        for member in behind.get(name, ()):
            if member not in blocked:
                blocked[member] = f"after '{name}', which is held"
                stuck.append(member)
    return waits, blocked


def is_stackable(record: TaskRecord | None) -> bool:
    """Whether another task can begin at the work of this one: proven, and not on the target yet."""
    return record is not None and record.state is State.SUCCEEDED and record.tip is not None


def _is_stackable(name: str, records: Mapping[TaskId, TaskRecord]) -> bool:
    return is_stackable(records.get(name))  # type: ignore[call-overload]


def is_done(name: str, records: Mapping[TaskId, TaskRecord], everything: Mapping[TaskId, Task]) -> bool:
    """Whether what a task comes after is on the target: merged, or complete by its document."""
    record = records.get(name)  # type: ignore[call-overload]
    if record is not None:
        return bool(record.state is State.MERGED)
    task = everything.get(name)  # type: ignore[call-overload]
    return task is not None and task.status is Status.COMPLETE


def _unmet(name: str, records: Mapping[TaskId, TaskRecord], everything: Mapping[TaskId, Task]) -> str:
    if is_done(name, records, everything):
        return ""
    if name not in everything and name not in records:
        claimants = [task.id for task in everything.values() if normal(name) in map(normal, task.aliases)]
        if len(claimants) > 1:
            return f"after '{name}', which may be any of " + ", ".join(f"'{task}'" for task in claimants)
        return f"after '{name}', which no document declares"
    record = records.get(name)  # type: ignore[call-overload]
    return f"after '{name}', which is {record.state if record else 'not part of this plan'}"


def in_order(tasks: Sequence[Task], waits: Mapping[TaskId, Sequence[TaskId]]) -> list[Task]:
    """Dependencies first, otherwise the order given."""
    by_id = {task.id: task for task in tasks}
    position = {task: at for at, task in enumerate(by_id)}
    ordered: dict[TaskId, Task] = {}
    for task in tasks:
        stack = [task.id]
        while stack:
            top = stack[-1]
            missing = [before for before in waits[top] if before in by_id and before not in ordered]
            if missing:
                # The last one pushed is taken first, so the first in order goes on top.
                stack.extend(sorted(missing, key=position.__getitem__, reverse=True))
            else:
                ordered.setdefault(stack.pop(), by_id[top])
    return list(ordered.values())
