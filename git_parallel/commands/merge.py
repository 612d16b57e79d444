"""`git parallel merge`: judged, merged in memory, verified, and only then on the target."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from ..errors import BadInput, ParallelError
from ..git import control, guard
from ..git.left_markers import left_markers
from ..git.refs import Snapshot, snapshot
from ..names import RefName, TaskId, path_problem, printable
from ..project import landing, repair
from ..project.attempt import write
from ..project.conflicts import Clashing, find_clashing
from ..project.declared import find_recorded, read_tasks
from ..project.guarding import arm
from ..project.landing import Clash, Landing, Landings
from ..project.open import Project, make_runtime, open_project
from ..project.verifying import verify_command
from ..schedule.record import State, TaskRecord
from ..tasks.task import Task, TaskSet

if TYPE_CHECKING:
    from ..project.conducting import Voice

_Land: TypeAlias = Callable[[Sequence[TaskId]], Landings]
# States in which a branch waits for its merge.
_WAITING = (State.SUCCEEDED, State.CONFLICTED, State.REJECTED, State.MERGING)


@dataclass(frozen=True, slots=True)
class MergeAnswer:
    """What landed and what did not; `not_ready` are named tasks that have nothing to merge, and why.

    `notes` say what has changed since the tasks were launched of the files that can mislead git. `clashing` tells more
    of each conflict, and `unresolved` why one could not be handed to the resolver.
    """

    target: str
    landings: Landings
    not_ready: Mapping[TaskId, str]
    mended: tuple[str, ...]
    notes: tuple[str, ...]
    worktrees: Mapping[TaskId, str]
    branches: Mapping[TaskId, str] = field(default_factory=dict)
    clashing: Mapping[TaskId, Clashing] = field(default_factory=dict)
    unresolved: Mapping[TaskId, ParallelError] = field(default_factory=dict)

    @property
    def is_success(self) -> bool:
        """Whether every task asked for is on the target."""
        return self.landings.all_landed and not self.not_ready


def merge(
    directory: Path,
    spellings: Sequence[str] = (),
    *,
    verify: str | None = None,
    accept: Sequence[str] = (),
    accepts_target: bool = False,
    tell: Callable[[Landing], None] | None = None,
    verifying: Callable[[TaskId], None] | None = None,
    resolver: str = "",
    voice: "Voice | None" = None,
) -> MergeAnswer:
    """Merge the named tasks, or all that have ended well, dependencies first.

    `accept` are paths (directories end in `/`) that these tasks may change although they are not theirs, and
    `accepts_target` says that what agents' commits are on the target may stay there.

    Raises BadInput for what is no path, or where it is not said which task may change it, UnknownTask for a
    name that no record and no document has, Stale when others keep moving the target. With a `resolver` what is in
    conflict is handed to an agent of that type, `voice` hears of its attempts; raises Busy, with nothing changed,
    where a coordinator is at work.
    """
    accepted = tuple(map(_checked, accept))
    project = open_project(directory)
    project.git.require_identity()
    make_runtime(project)
    tasks = read_tasks(project)
    resolve = _resolver(project, tasks, resolver, directory, voice) if resolver and voice else None
    # What stands in the records is told apart from what somebody did to the hooks.
    mended = (*repair.repair(project, tasks), *_guarded(project))
    world = snapshot(project.git)
    chosen = [find_recorded(text, tasks, world) for text in spellings] or list(world.tasks)
    ready, not_ready = [], {}
    # A named task that has landed already is told as landed.
    waiting = (*_WAITING, State.MERGED) if spellings else _WAITING
    for task in dict.fromkeys(chosen):
        stored = world.tasks.get(task)
        if stored is None:
            not_ready[task] = "has not been run"
        elif not _is_candidate(stored.record, waiting):
            reason = f" ({stored.record.reason})" if stored.record.reason else ""
            if spellings:
                not_ready[task] = f"is in state '{stored.record.state}'{reason}"
        elif _is_for_another(project, stored.record):
            why = f"was launched for '{stored.record.target}', and the target is '{project.target.short}' now"
            not_ready[task] = f"{why} ('git switch {stored.record.target}', or set parallel.target)"
        else:
            ready.append(task)
    if accepted:
        _accept(project, world, ready, accepted, is_named=bool(spellings))
    for task in tuple(ready):
        if left := _left(project, world.require(task).record):
            write(project, world.require(task), world.require(task).record.to(State.CONFLICTED, reason=left))
            ready.remove(task)
            not_ready[task] = left
    command = verify_command(project.settings, verify) if ready else ""

    def land(these: Sequence[TaskId]) -> Landings:
        return landing.land(
            project, tasks, merge_order(these, tasks),
            verify=command, told=tell, verifying=verifying, accepts_target=accepts_target,
        )  # fmt: skip

    landings = land(ready)
    unresolved: Mapping[TaskId, ParallelError] = {}
    if resolve is not None:
        landings, unresolved = resolve(landings, land)
    notes = _notes(project, [world.tasks[task].record for task in ready])
    worktrees = {task: stored.record.worktree for task, stored in world.tasks.items()}
    branches = {task: stored.record.branch for task, stored in world.tasks.items()}
    clashing = _clashing(project, landings)
    return MergeAnswer(
        project.target.short, landings, not_ready, mended, notes, worktrees, branches, clashing, unresolved
    )


def _resolver(
    project: Project, tasks: TaskSet, agent: str, directory: Path, voice: "Voice"
) -> Callable[[Landings, _Land], tuple[Landings, Mapping[TaskId, ParallelError]]]:
    """What hands the conflicts of a merge to agents of this type; raises BadInput, or Busy."""
    # Most merges have no use for what runs agents.
    from ..project.commanding import orders_of
    from ..project.conducting import limits_of
    from ..project.reconciling import reconcile
    from ..project.request import Request
    from ..project.resolver import require_alone, resolve_with, take_back_unbegun

    orders, limits = orders_of(project, Request(agent=agent), directory), limits_of(project, Request())
    require_alone(project)
    take_back_unbegun(project)

    def resolve(landings: Landings, land: _Land) -> tuple[Landings, Mapping[TaskId, ParallelError]]:
        done = reconcile(
            landings, land, lambda these: resolve_with(project, tasks, these, orders, limits, voice)
        )
        return done.landings, done.refused

    return resolve


def _left(project: Project, record: TaskRecord) -> str:
    """That a task's branch holds markers of a conflict that nobody has taken out; empty where it does not."""
    tip, onto = (project.git.find_ref(ref) for ref in (RefName.of_branch(record.branch), project.target))
    if record.state is State.MERGED or tip is None or onto is None:
        return ""
    left = left_markers(project.git, tip=tip, without=[onto, *([record.base] if record.base else [])])
    return f"holds conflict markers: {', '.join(printable(one.where) for one in left)}" if left else ""


def _clashing(project: Project, landings: Landings) -> dict[TaskId, Clashing]:
    """What is in conflict between the target as it is now and those that could not be merged into it."""
    world = snapshot(project.git)
    found: dict[TaskId, Clashing] = {}
    for result in landings.results:
        tip = project.git.find_ref(RefName.of_branch(world.require(result.task).record.branch))
        if isinstance(result, Clash) and tip:
            more = find_clashing(project, world.records, onto=landings.after, tip=tip)
            found |= {result.task: more} if more else {}
    return found


def _checked(path: str) -> str:
    """A path that the user accepts, as git writes it; raises BadInput."""
    text = path.removeprefix("./")
    problem = path_problem(text)
    if problem:
        raise BadInput(f"--accept: not a path in this repository: '{printable(path)}' ({problem})")
    return text


def _accept(
    project: Project, world: Snapshot, ready: Sequence[TaskId], accepted: Sequence[str], *, is_named: bool
) -> None:
    """Record that these tasks may change what is not theirs; raises BadInput where several could be meant."""
    if not is_named and len(ready) > 1:
        names = ", ".join(ready)
        raise BadInput(
            f"--accept: several tasks could be meant: {names}",
            hint="name the one: git parallel merge ID --accept PATH",
        )
    for task in ready:
        stored = world.require(task)
        known = tuple(dict.fromkeys((*stored.record.accepted, *accepted)))
        write(project, stored, replace(stored.record, accepted=known))


def _notes(project: Project, records: Sequence[TaskRecord]) -> tuple[str, ...]:
    """What has changed, of what can mislead git, since the first of these tasks was launched."""
    now = control.digests(project.common)
    names = {
        name
        for record in records
        if record.control is not None
        for name in control.changed(record.control, now)
    }
    return tuple(
        f"{name} has changed since the launch; what was merged does not go by it" for name in sorted(names)
    )


def _guarded(project: Project) -> tuple[str, ...]:
    """What was wrong with the hooks of worktrees whose work is to be merged; they are in order after this."""
    return (
        tuple(f"hooks put in order: {what}" for what in arm(project)) if guard.tasks(project.common) else ()
    )


def _is_candidate(record: TaskRecord, waiting: Sequence[State]) -> bool:
    """Whether there is a branch to judge; a failure for foreign commits is judged, to be refused by name."""
    return record.state in waiting or (record.state is State.FAILED and bool(record.foreign))


def _is_for_another(project: Project, record: TaskRecord) -> bool:
    """Whether a task's work was made for another branch than the one the user happens to stand on."""
    is_chosen = bool(project.settings.target)
    return not is_chosen and record.state is not State.MERGED and record.target != project.target.short


def merge_order(ready: Sequence[TaskId], tasks: TaskSet) -> list[TaskId]:
    """What a task comes after first, otherwise the order of the plan."""
    declared: dict[TaskId, Task] = {task.id: task for task in tasks.tasks}
    position = {task: at for at, task in enumerate(declared)}
    ordered: dict[TaskId, None] = {}

    def visit(task: TaskId, seen: frozenset[TaskId]) -> None:
        for before in declared[task].after if task in declared else ():
            if before in ready and before not in seen:
                visit(TaskId(before), seen | {task})
        ordered.setdefault(task)

    for task in sorted(ready, key=lambda task: position.get(task, len(position))):
        visit(task, frozenset({task}))
    return list(ordered)
