"""The tasks that the target declares, and who owns what because of them."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ..errors import UnknownTask
from ..git.history import files_at
from ..git.refs import Snapshot, read_blobs
from ..names import TaskId, printable
from ..overlap import patterns
from ..ownership.claims import live
from ..ownership.judge import Claimant, Ownership
from ..ownership.rules import Territory, territories
from ..schedule.record import TaskRecord
from ..tasks.read import read_all
from ..tasks.sources import BUILT_IN, Source
from ..tasks.task import Status, Task, TaskSet
from .choosing import chooser
from .open import Project


def read_tasks(project: Project) -> TaskSet:
    """Read every task document of the target's commit through one `ls-tree` and one `cat-file --batch`."""
    choose = chooser(sources(project))
    files = files_at(project.git, project.base)
    chosen = {path: asked for path in files if (asked := choose(path))}
    contents = read_blobs(project.git, (files[path] for path in chosen))
    declared = read_all(
        (path, data or b"", asked) for (path, asked), data in zip(chosen.items(), contents, strict=True)
    )
    ordered = sorted(files)
    return replace(declared, tasks=tuple(_with_directories(task, ordered) for task in declared.tasks))


def sources(project: Project) -> tuple[Source, ...]:
    """The forms of task documents to look for, where the settings say that they lie."""
    given = {"spec": project.settings.specs, "roadmap": project.settings.roadmap}
    return tuple(source.at(given.get(source.name, source.globs)) for source in BUILT_IN)


def uncommitted_documents(project: Project) -> tuple[str, ...]:
    """Specs and roadmaps in the main worktree that no commit has yet, so that no task comes of them."""
    wanted = [f":(glob){pattern}" for pattern in (*project.settings.specs, *project.settings.roadmap)]
    out = project.git.run(
        "-c", "status.showUntrackedFiles=all", "status", "--porcelain", "-z", "--no-renames", "--", *wanted,
        answers=(0, 128),
    )  # fmt: skip
    return tuple(entry[3:] for entry in out.fields)


def find_recorded(spelling: str, tasks: TaskSet, world: Snapshot) -> TaskId:
    """The task that answers to a spelling, also one whose document is gone; raises UnknownTask."""
    if spelling in world.tasks:
        return TaskId(spelling)
    task = tasks.find(spelling)
    if task is None:
        raise UnknownTask(
            f"no task is called '{printable(spelling)}'",
            hint="'git parallel status' lists those that were run",
        )
    return task.id


def require_tasks(project: Project, tasks: TaskSet, spellings: Iterable[str]) -> tuple[Task, ...]:
    """The tasks that the user named, each once; raises UnknownTask, or AmbiguousTask."""
    try:
        return tuple(dict.fromkeys(tasks.require(text) for text in spellings))
    except UnknownTask as error:
        unread = uncommitted_documents(project)
        if not unread:
            raise
        hint = f"tasks are read from commits of '{project.target.short}', and {_named(unread)} not committed"
        raise UnknownTask(error.message, hint=hint) from error


def warn_of_uncommitted(project: Project) -> tuple[str, ...]:
    """The sentence to say when documents in the main worktree differ from those that tasks are read from."""
    unread = uncommitted_documents(project)
    return (
        (f"{_named(unread)} not committed; tasks are read from commits of '{project.target.short}'",)
        if unread
        else ()
    )


def _named(paths: Sequence[str]) -> str:
    first = f"'{printable(paths[0])}'"
    return f"{first} is" if len(paths) == 1 else f"{first} and {len(paths) - 1} more documents are"


def singletons(project: Project) -> frozenset[str]:
    """The agent types of which only one may run at a time."""
    return frozenset(name for name, agent in project.settings.agents.items() if agent.singleton)


def ownership(project: Project, tasks: TaskSet, world: Snapshot) -> Ownership:
    """Who owns what now: the declarations of unfinished tasks, live claims, and the agents' territories."""
    lands = territories({name: agent.owns for name, agent in project.settings.agents.items()})
    claimants = {
        task.id: Claimant(
            task.id,
            tuple(patterns.trusted(declared.path) for declared in task.touched),
            _territory(lands, task, world.records.get(task.id)),
        )
        for task in tasks.tasks
        if is_unfinished(task, world.records)
    }
    for task_id, record in world.records.items():
        # Its document may be gone from the target; what it claimed is still its own.
        if record.is_unfinished:
            claimants.setdefault(task_id, Claimant(task_id))
    return Ownership(
        claimants=claimants,
        claims=live(world.claims, claimants.keys()),
        territories=lands,
        strict=project.settings.ownership == "strict",
    )


def is_unfinished(task: Task, records: Mapping[TaskId, TaskRecord]) -> bool:
    """Whether a declared task still holds what it declares."""
    record = records.get(task.id)
    if record is not None:
        return record.is_unfinished
    return task.status is not Status.COMPLETE


def _with_directories(task: Task, files: Sequence[str]) -> Task:
    """The task with a declared `src` that is a directory in the tree written `src/`, all below it."""

    def is_directory(path: str) -> bool:
        at = bisect_left(files, f"{path}/")
        return at < len(files) and files[at].startswith(f"{path}/")

    return replace(
        task,
        declared=tuple(
            replace(d, path=f"{d.path}/") if not d.path.endswith("/") and is_directory(d.path) else d
            for d in task.declared
        ),
    )


def _territory(lands: Mapping[str, Territory], task: Task, record: TaskRecord | None) -> Territory:
    agent = task.agent or (record.agent if record else None) or ""
    return lands.get(agent, Territory(agent))
