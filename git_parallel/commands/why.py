"""`git parallel plan --why A B`: how two works stand to each other, with all that it rests on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import BadInput, BadName, UnknownTask
from ..git.refs import Snapshot, snapshot
from ..names import Oid, RefName, TaskId, Work, printable
from ..overlap.pair import Overlap
from ..overlap.policy import Policy
from ..overlap.risk import Meeting
from ..project import patches
from ..project.declared import is_unfinished, read, require_tasks, singletons
from ..project.open import Project, open_project
from ..project.sight import Sight, see
from ..project.wanted import Wanted
from ..schedule.apart import why_apart
from ..schedule.plan import is_done
from ..tasks.task import Task, TaskSet


@dataclass(frozen=True, slots=True)
class WhyAnswer:
    """How two works stand to each other.

    `reasons` are all that keeps the two from running at the same time; without any they may. `meetings`
    are the places where they meet, with what each has there, and `policies` those of hot files among them;
    `level` is from what on an overlap keeps two apart, and `finished` what of them is over.
    """

    left: Work
    right: Work
    overlap: Overlap | None
    meetings: tuple[Meeting, ...]
    reasons: tuple[str, ...]
    sharing: float
    level: str
    policies: tuple[Policy | None, ...] = ()
    finished: tuple[Work, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def may_run_together(self) -> bool:
        """Whether nothing keeps the two from running at the same time."""
        return not self.reasons


def why(directory: Path, left: str, right: str, wanted: Wanted) -> WhyAnswer:
    """How two tasks, or a task and other work, stand to each other; raises UnknownTask for a name of neither."""
    project = open_project(directory)
    declared = read(project)
    world = snapshot(project.git)
    seen = see(
        project,
        declared,
        world,
        [task for task in declared.tasks.tasks if is_unfinished(task, world.records)],
        others=wanted.other_work or project.settings.other_work,
        extra=patches.footprints(wanted.patches),
        level=wanted.level,
    )
    one = _named(project, declared.tasks, seen, left)
    other = _named(project, declared.tasks, seen, right)
    if one == other:
        raise BadInput(f"--why: '{printable(left)}' and '{printable(right)}' are the same")
    tasks = {task.id: task for task in declared.tasks.tasks}
    overlap = seen.overlaps.between(one, other)
    told = list(_reasons(project, tasks, world, one, other, wanted))
    if overlap and overlap.excludes:
        told.insert(0, f"they overlap: {overlap.why}")
    meetings = seen.overlaps.meetings(one, other)
    exclusion = seen.overlaps.exclusion
    return WhyAnswer(
        left=one,
        right=other,
        overlap=overlap,
        meetings=meetings,
        reasons=tuple(told),
        sharing=seen.overlaps.sharing(one, other),
        level=exclusion.level,
        policies=tuple(
            exclusion.policy_of(meeting.path) if meeting.is_file else None for meeting in meetings
        ),
        finished=tuple(
            work
            for work in (one, other)
            if work in tasks and not is_unfinished(tasks[TaskId(work)], world.records)
        ),
        warnings=seen.warnings,
    )


def _named(project: Project, tasks: TaskSet, seen: Sight, name: str) -> Work:
    """The task, or the other work, that is called so: a branch by its short name as well."""
    for work in (name, f"heads/{name}", f"remotes/{name}", f"patch:{name}"):
        for known in seen.prints:
            if known == work and not isinstance(known, TaskId):
                return known
    try:
        return require_tasks(project, tasks, [name])[0].id
    except UnknownTask as error:
        tip = _find_branch(project, name)
        if tip is None:
            raise
        if project.git.is_ancestor(old=tip, new=project.base):
            message = f"branch '{printable(name)}' has nothing that '{project.target.short}' has not"
            raise UnknownTask(message, hint="other work is what is ahead of the target") from error
        message = f"branch '{printable(name)}' is not looked at: " + (
            "; ".join(warning for warning in seen.warnings if f"'{name}'" in warning) or "it takes no part"
        )
        raise UnknownTask(message, hint="see parallel.otherWork, and --other-work") from error


def _find_branch(project: Project, name: str) -> Oid | None:
    try:
        return project.git.find_ref(RefName.of_branch(name))
    except BadName:
        return None


def _reasons(
    project: Project,
    tasks: dict[TaskId, Task],
    world: Snapshot,
    left: Work,
    right: Work,
    wanted: Wanted,
) -> Iterator[str]:
    """What keeps two tasks apart besides what they touch."""
    for mine, other in ((left, right), (right, left)):
        task = tasks.get(TaskId(mine)) if isinstance(mine, TaskId) else None
        if task is None or not isinstance(other, TaskId):
            continue
        if (
            is_unfinished(task, world.records)
            and (path := _way(tasks, task.id, other))
            and not is_done(other, world.records, tasks)
        ):
            yield " comes after ".join(f"'{name}'" for name in path)
    if isinstance(left, TaskId) and isinstance(right, TaskId) and left in tasks and right in tasks:
        why = why_apart(
            tasks[left],
            tasks[right],
            singletons=singletons(project),
            assume_independent=wanted.assume_independent,
        )
        if why:
            yield why


def _way(tasks: dict[TaskId, Task], start: TaskId, end: TaskId) -> Sequence[str]:
    """The dependencies that lead from one task to another, the shortest way; empty where none does."""
    came: dict[str, str] = {start: ""}
    todo: list[str] = [start]
    for name in todo:
        for before in tasks[TaskId(name)].after if name in tasks else ():
            if before not in came:
                came[before] = name
                todo.append(before)
    path: list[str] = []
    name = str(end)
    while name in came and name:
        path.append(name)
        name = came[name]
    return path[::-1]
