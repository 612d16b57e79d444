"""Tasks whose record is gone while something of them is there: a worktree, a branch, an agent.

A new record says what is there, so that everything can be done with it again.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from ...agents import process
from ...errors import BadName
from ...git.history import merge_bases
from ...git.made_branches import made_by_us
from ...git.refs import TASKS, write_record
from ...names import Oid, RefName, TaskId, printable
from ...schedule.record import State, TaskRecord
from ..declared import read_tasks
from ..open import Project
from .finding import Finding
from .scene import Scene

REASON = "its record was gone; made anew by doctor"


@dataclass(frozen=True, slots=True)
class Trace:
    """What there is of a task: its branch and where that is, its latest attempt, and whether that lives.

    Its `worktree` is there or, unless it `has_worktree`, would be there.
    """

    task: TaskId
    branch: RefName | None = None
    tip: Oid | None = None
    worktree: Path | None = None
    has_worktree: bool = False
    attempt: int = 0
    is_alive: bool = False


def find_unrecorded(scene: Scene) -> Iterator[Finding]:
    """What is there of tasks that have no record, not even a damaged one."""
    for trace in traces(scene).values():
        if f"{TASKS}{trace.task}" in scene.refs:
            continue
        kind, what = told(trace)
        yield Finding(kind, trace.task, what, mend=partial(remake, scene, trace) if scene.project else None)


def told(trace: Trace) -> tuple[str, str]:
    """The word for what is there of a task without a record, and the sentence."""
    if trace.is_alive:
        return "unrecorded-process", f"an agent of '{trace.task}' is alive, and there is no record of it"
    if trace.has_worktree:
        where = printable(str(trace.worktree))
        return (
            "unrecorded-worktree",
            f"'{where}' is the worktree of '{trace.task}', of which there is no record",
        )
    name = trace.branch.short if trace.branch else ""
    return "unrecorded-branch", f"branch '{name}' was made for '{trace.task}', of which there is no record"


def traces(scene: Scene) -> Mapping[TaskId, Trace]:
    """What there is of tasks without a record that can be read."""
    branches = dict(_lost_branches(scene))
    alive = {task for task in dict.fromkeys(_in_runtime(scene)) if scene.is_alive(task)}
    lost = {*scene.by_task, *branches, *alive} - set(scene.world.tasks)
    return {task: _trace(scene, task, branches.get(task), is_alive=task in alive) for task in sorted(lost)}


def remake(scene: Scene, trace: Trace) -> str:
    """Write a record of what there is; the sentence. Raises Stale where somebody has written one meanwhile."""
    project = scene.project
    assert project is not None
    record = lost_record(trace, _base(project, trace), target=project.target.short)
    if trace.is_alive:
        begun = process.read_start(project.tasks_runtime, trace.task, trace.attempt)
        record = replace(record, state=State.RUNNING, started=begun.started if begun else None)
    task = next((task for task in read_tasks(project).tasks if task.id == trace.task), None)
    if task is not None:
        record = replace(record, title=task.title, source=task.source, agent=task.agent)
    ref = RefName(TASKS + trace.task)
    reason = f"{record.id} {record.state}: {REASON}"
    write_record(project.git, record, old=scene.refs.get(ref), reason=reason)
    return f"'{trace.task}' has a record again, which says {record.state}"


def lost_record(trace: Trace, base: Oid | None, *, target: str) -> TaskRecord:
    """The record that says what there is of a task; where it began is known at best by its merge base."""
    return TaskRecord(
        trace.task,
        State.LOST,
        attempt=max(1, trace.attempt),
        branch=trace.branch.short if trace.branch else "",
        worktree=str(trace.worktree or ""),
        target=target,
        base=base,
        tip=trace.tip,
        reason=REASON,
    )


def _trace(scene: Scene, task: TaskId, branch: RefName | None, *, is_alive: bool) -> Trace:
    admin = scene.by_task.get(task)
    usual = scene.project.place_of(task) if scene.project else None
    wanted = ((admin.branch if admin else None), branch, (usual.branch if usual else None))
    found = next((one for one in wanted if one and one in scene.branches), None)
    return Trace(
        task,
        found,
        scene.branches.get(found) if found else None,
        (admin.worktree if admin else None) or (usual.path if usual else None),
        has_worktree=admin is not None,
        attempt=_latest_attempt(scene, task),
        is_alive=is_alive,
    )


def _lost_branches(scene: Scene) -> Iterator[tuple[TaskId, RefName]]:
    """The branches that we made and no record has, by the task that each must be of."""
    known = {RefName.of_branch(s.record.branch) for s in scene.world.tasks.values() if s.record.branch}
    holders = {admin.branch: task for task, admin in scene.by_task.items()}
    for branch in made_by_us(scene.common, scene.branches.keys() - known):
        task = holders.get(branch) or (_named(scene.project, branch) if scene.project else None)
        if task is not None:
            yield task, branch


def _named(project: Project, branch: RefName) -> TaskId | None:
    """The task whose branch would be called so."""
    first, *rest = project.settings.branch.split("{id}")
    pattern = f"{re.escape(first)}(?P<id>[a-z0-9-]+){'(?P=id)'.join(map(re.escape, rest))}"
    match = re.fullmatch(pattern.replace(re.escape("{repo}"), ".+"), branch.short)
    try:
        return TaskId(match["id"]) if match else None
    except BadName:
        return None


def _in_runtime(scene: Scene) -> Iterator[TaskId]:
    for name in scene.runtime_names:
        with suppress(BadName):
            yield TaskId(name.partition(".")[0])


def _latest_attempt(scene: Scene, task: TaskId) -> int:
    """The number of the last attempt that has left something; 0 where none has."""
    pattern = re.compile(rf"{re.escape(task)}\.([0-9]+)\.(?:start|exit)")
    return max(
        (int(match[1]) for name in scene.runtime_names if (match := pattern.fullmatch(name))), default=0
    )


def _base(project: Project, trace: Trace) -> Oid | None:
    return next(iter(merge_bases(project.git, project.base, trace.tip)), None) if trace.tip else None
