"""`git parallel merge`: judged, merged in memory, verified, and only then on the target."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from ..errors import BadInput, ParallelError
from ..git import control, guard
from ..git.refs import Snapshot, branches, snapshot
from ..names import RefName, TaskId, path_problem, printable
from ..overlap.verify_scopes import Commands
from ..project.adrift import is_any
from ..project.declared import find_recorded, read_tasks
from ..project.guarding import arm
from ..project.landing import queue
from ..project.landing.outcomes import Clash, Landings
from ..project.landing.terms import Terms, Voice
from ..project.open import Project, make_runtime, open_project
from ..project.recording import write
from ..project.verifying import verification_of
from ..schedule.record import State, TaskRecord
from ..schedule.strategy import Strategy
from ..tasks.task import TaskSet

if TYPE_CHECKING:
    from ..project.conducting import Voice as Agents
    from ..project.conflicts import Clashing

_Land: TypeAlias = Callable[[Sequence[TaskId]], Landings]
# States in which a branch waits for its merge.
_WAITING = (State.SUCCEEDED, State.CONFLICTED, State.REJECTED, State.MERGING)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user asks of a merge; None stands for the setting.

    `accept` are paths (directories end in `/`) that these tasks may change although they are not theirs, and
    `accepts_target` says that what agents' commits are on the target may stay there. A rehearsal only tells what
    would happen. What is in conflict is handed to the `resolver`, an agent type or preset, if one is named.
    """

    spellings: Sequence[str] = ()
    verify: str | None = None
    strategy: Strategy | None = None
    accept: Sequence[str] = ()
    accepts_target: bool = False
    is_rehearsal: bool = False
    resolver: str = ""


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
    is_rehearsal: bool = False
    branches: Mapping[TaskId, str] = field(default_factory=dict)
    clashing: "Mapping[TaskId, Clashing]" = field(default_factory=dict)
    unresolved: Mapping[TaskId, ParallelError] = field(default_factory=dict)

    @property
    def is_success(self) -> bool:
        """Whether every task asked for is on the target."""
        return self.landings.all_landed and not self.not_ready


def merge(directory: Path, asked: Asked, voice: Voice, agents: "Agents | None" = None) -> MergeAnswer:
    """Merge the named tasks, or all that have ended well, in the order in which the most land.

    Raises BadInput for what is no path, or where it is not said which task may change it, UnknownTask for a
    name that no record and no document has, Stale when others keep moving the target. With a `resolver` what is in
    conflict is handed to an agent of that type, `voice` hears of its attempts; raises Busy, with nothing changed,
    where a coordinator is at work.
    """
    accepted = tuple(map(_checked, asked.accept))
    project = open_project(directory)
    project.git.require_identity()
    tasks = read_tasks(project)
    resolve = (
        _resolver(project, tasks, asked.resolver, directory, agents) if asked.resolver and agents else None
    )
    mended: tuple[str, ...] = ()
    if not asked.is_rehearsal:
        make_runtime(project)
        # What stands in the records is told apart from what somebody did to the hooks.
        mended = (*_mended(project, tasks), *_guarded(project))
    world = snapshot(project.git)
    ready, not_ready = _candidates(project, tasks, world, asked.spellings)
    if accepted and not asked.is_rehearsal:
        _accept(project, world, ready, accepted, is_named=bool(asked.spellings))
    terms = Terms(
        strategy=asked.strategy or project.settings.strategy,
        verify=verification_of(project.settings, asked.verify) if ready else Commands(),
        accepts_target=asked.accepts_target,
        is_rehearsal=asked.is_rehearsal,
    )

    def land(these: Sequence[TaskId]) -> Landings:
        return queue.land(project, tasks, these, terms, voice)

    landings = land(ready)
    unresolved: Mapping[TaskId, ParallelError] = {}
    if resolve is not None:
        landings, unresolved = resolve(landings, land)
    notes = _notes(project, [world.tasks[task].record for task in ready])
    worktrees = {task: stored.record.worktree for task, stored in world.tasks.items()}
    by_task = {task: stored.record.branch for task, stored in world.tasks.items()}
    return MergeAnswer(
        project.target.short, landings, not_ready, mended, notes, worktrees, asked.is_rehearsal, by_task,
        {} if asked.is_rehearsal else _clashing(project, landings), unresolved,
    )  # fmt: skip


def _candidates(
    project: Project, tasks: TaskSet, world: Snapshot, spellings: Sequence[str]
) -> tuple[list[TaskId], dict[TaskId, str]]:
    """The tasks that have something to merge, in the order of the plan, and why named ones have not."""
    chosen = [find_recorded(text, tasks, world) for text in spellings] or list(world.tasks)
    ready, not_ready = [], {}
    # A named task that has landed already is told as landed.
    waiting = (*_WAITING, State.MERGED) if spellings else _WAITING
    away = _put_away(project, world)
    for task in dict.fromkeys(chosen):
        stored = world.tasks.get(task)
        if stored is None:
            not_ready[task] = "has not been run"
        elif task in away and stored.record.state is not State.MERGED:
            # Who has put it there wants nothing of it, unless it is asked for by name.
            if spellings:
                not_ready[task] = f"is in the trash ('git parallel prune --undo {task}' brings it back)"
        elif not _is_candidate(stored.record, waiting):
            reason = f" ({stored.record.reason})" if stored.record.reason else ""
            if spellings:
                not_ready[task] = f"is in state '{stored.record.state}'{reason}"
        elif _is_for_another(project, stored.record):
            why = f"was launched for '{stored.record.target}', and the target is '{project.target.short}' now"
            not_ready[task] = f"{why} ('git switch {stored.record.target}', or set parallel.target)"
        else:
            ready.append(task)
    position = {task.id: at for at, task in enumerate(tasks.tasks)}
    return sorted(ready, key=lambda task: position.get(task, len(position))), not_ready


def _put_away(project: Project, world: Snapshot) -> set[TaskId]:
    """The tasks whose branches are in the trash and nowhere else."""
    pruned = {
        task: RefName.of_branch(stored.record.branch)
        for task, stored in world.tasks.items()
        if stored.record.branch and world.has_in_trash(task)
    }
    there = branches(project.git, pruned.values())
    return {task for task, branch in pruned.items() if branch not in there}


def _resolver(
    project: Project, tasks: TaskSet, agent: str, directory: Path, voice: "Agents"
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


def _clashing(project: Project, landings: Landings) -> "dict[TaskId, Clashing]":
    """What is in conflict between the target as it is now and those that could not be merged into it."""
    clashes = [result for result in landings.results if isinstance(result, Clash)]
    if not clashes:
        return {}
    # Most merges have none.
    from ..project.conflicts import find_clashing

    world = snapshot(project.git)
    found: dict[TaskId, Clashing] = {}
    for result in clashes:
        tip = project.git.find_ref(RefName.of_branch(world.require(result.task).record.branch))
        if tip:
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


def _mended(project: Project, tasks: TaskSet) -> tuple[str, ...]:
    """What of the records was not as things are; it is after this."""
    # What verified for one that was killed has left its files there.
    left = (project.runtime / "verify").glob("*.lock")
    if not (is_any(project, snapshot(project.git)) or any(left)):
        return ()
    # It can do much that is seldom needed.
    from ..project import repair

    return repair.repair(project, tasks)


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
