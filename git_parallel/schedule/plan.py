"""The plan: which tasks can run together, in what order, and which are held and why."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..names import TaskId
from ..overlap.meet import Overlap
from ..tasks.cycles import cycles
from ..tasks.task import Status, Task, normal
from .apart import runs_alone, why_apart
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
    overlaps: Iterable[Overlap],
    *,
    named: Collection[TaskId] = (),
    records: Mapping[TaskId, TaskRecord],
    everything: Mapping[TaskId, Task],
    singletons: Collection[str] = (),
    assume_independent: bool = False,
) -> Plan:
    """Put every task that can be launched into the earliest wave in which it meets nothing.

    A task comes after what it depends on, never beside what it overlaps, beside no other of a
    singleton agent type, and alone when what it touches is unknown. Greedy, in priority order.
    `everything` are all declared tasks, `named` those the user asked for by name.
    """
    reasons = {task.id: why_held(task, task.id in named, records) for task in tasks}
    open_tasks = {task.id: task for task in tasks if not reasons[task.id]}
    waits, blocked = dependencies(open_tasks, records=records, everything=everything)
    held = [Held(task.id, reasons[task.id]) for task in tasks if reasons[task.id]]
    held += [Held(task, reason) for task, reason in blocked.items()]
    meets = neighbours(overlaps)
    waves: list[list[TaskId]] = []
    wave_of: dict[TaskId, int] = {}
    for task in _in_order([t for t in open_tasks.values() if t.id not in blocked], waits):
        alone = runs_alone(task, assume_independent=assume_independent)
        at = len(waves) if alone else 1 + max((wave_of[before] for before in waits[task.id]), default=-1)
        while at < len(waves) and not _fits(
            task, waves[at], meets, open_tasks, singletons, assume_independent
        ):
            at += 1
        if at == len(waves):
            waves.append([])
        waves[at].append(task.id)
        wave_of[task.id] = at
    return Plan(tuple(map(tuple, waves)), tuple(held))


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
) -> tuple[dict[TaskId, tuple[TaskId, ...]], dict[TaskId, str]]:
    """What each open task waits for among the open ones, and which can never be launched as things stand."""
    waits: dict[TaskId, tuple[TaskId, ...]] = {}
    blocked: dict[TaskId, str] = {}
    for task in open_tasks.values():
        before = []
        for name in task.after:
            if name in open_tasks:
                before.append(TaskId(name))
            elif reason := _unmet(name, records, everything):
                blocked.setdefault(task.id, reason)
        waits[task.id] = tuple(before)
    for cycle in cycles(waits):
        for member in cycle:
            blocked.setdefault(member, "depends on itself: " + " after ".join((*cycle, cycle[0])))
    changed = True
    while changed:
        changed = False
        for member, names in waits.items():
            stuck = next((name for name in names if name in blocked), None)
            if stuck and member not in blocked:
                blocked[member] = f"after '{stuck}', which is held"
                changed = True
    return waits, blocked


def is_done(name: str, records: Mapping[TaskId, TaskRecord], everything: Mapping[TaskId, Task]) -> bool:
    """Whether what a task comes after is on the target: merged, or complete by its document."""
    record = records.get(name)  # type: ignore[call-overload]
    if record is not None:
        return bool(record.state is State.MERGED)
    task = everything.get(name)  # type: ignore[call-overload]
    return task is not None and task.status is Status.COMPLETE


def neighbours(overlaps: Iterable[Overlap]) -> dict[TaskId, dict[TaskId, Overlap]]:
    """For each task the tasks it overlaps."""
    found: dict[TaskId, dict[TaskId, Overlap]] = {}
    for overlap in overlaps:
        found.setdefault(overlap.left, {})[overlap.right] = overlap
        found.setdefault(overlap.right, {})[overlap.left] = overlap
    return found


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


def _fits(
    task: Task,
    wave: Sequence[TaskId],
    meets: Mapping[TaskId, Mapping[TaskId, Overlap]],
    tasks: Mapping[TaskId, Task],
    singletons: Collection[str],
    assume_independent: bool,
) -> bool:
    mine = meets.get(task.id, {})
    return not any(
        other in mine
        or why_apart(task, tasks[other], singletons=singletons, assume_independent=assume_independent)
        for other in wave
    )


def _in_order(tasks: Sequence[Task], waits: Mapping[TaskId, Sequence[TaskId]]) -> list[Task]:
    """Dependencies first, otherwise the order given (which is that of priority)."""
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
