"""The tasks that the target declares, and who owns what because of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from os.path import normpath, relpath
from pathlib import Path

from ..errors import UnknownTask
from ..git.history import files_at
from ..git.refs import Snapshot, read_blobs, snapshot
from ..names import TaskId, printable
from ..overlap import patterns
from ..ownership.claims import live
from ..ownership.judge import Claimant, Ownership
from ..ownership.rules import Territory, territories
from ..schedule.record import TaskRecord
from ..tasks.files import Files
from ..tasks.memory import Memory
from ..tasks.read import join_all
from ..tasks.sources import Source
from ..tasks.task import Problem, Status, Task, TaskSet
from . import forms, memory, patches
from .choosing import chooser
from .collector import collector_paused
from .contested import founded
from .delegated import delegated
from .lapsing import held
from .open import Project


@dataclass(frozen=True, slots=True)
class Declared:
    """What a commit declares: its tasks, and every file of its tree with its blob."""

    tasks: TaskSet
    files: Mapping[str, str]


def read_tasks(project: Project) -> TaskSet:
    """The tasks of the target's commit, and those that were delegated."""
    return read(project).tasks


def read(project: Project) -> Declared:
    """What the documents declare (see `read_documents`), and what was delegated."""
    declared, world = read_documents(project), snapshot(project.git)
    known = {task.id for task in declared.tasks.tasks}
    more = delegated(project, world, but=known)
    tasks = replace(
        declared.tasks,
        tasks=(*declared.tasks.tasks, *more),
        problems=(*declared.tasks.problems, *_mistaken(declared.tasks.tasks, world)),
    )
    return replace(declared, tasks=tasks)


def _mistaken(tasks: Iterable[Task], world: Snapshot) -> Iterator[Problem]:
    """The tasks that are taken for delegated ones that have been done, because they are called the same."""
    for task in tasks:
        record = world.records.get(task.id)
        if record is not None and record.is_delegated and not record.is_unfinished:
            is_so = f"a delegated task called '{task.id}' is {record.state}, and counts for this one"
            yield Problem(task.source, task.line, f"{is_so}; call this one otherwise")


def read_documents(project: Project, only: Sequence[Source] = ()) -> Declared:
    """Read every task document of the target's commit through one `ls-tree` and one `cat-file --batch`.

    Of `only` these sources, where any are given, else of those that the settings say. What a document
    was understood as is remembered.
    """
    choose = chooser(only or sources(project))
    files = files_at(project.git, project.base)
    chosen = {path: asked for path in files if (asked := choose(path))}
    contents = read_blobs(project.git, (files[path] for path in chosen))
    with collector_paused():
        known = memory.recall(project, files) if chosen else Memory(files)
        declared = join_all(
            (
                (path, known.parsed(path, data, asked))
                for (path, asked), data in zip(chosen.items(), contents, strict=True)
            ),
            Files(files),
        )
        memory.keep(project, known)
    return Declared(patches.expanded(project.git, files, declared), files)


def sources(project: Project) -> tuple[Source, ...]:
    """The forms of task documents to look for, where the settings say that they lie."""
    return forms.sources(project.settings)


def uncommitted_documents(project: Project, only: Sequence[Source] = ()) -> tuple[str, ...]:
    """Task documents in the main worktree that no commit has yet, so that no task comes of them."""
    asked = only or sources(project)
    globs = {glob for source in asked for glob in source.globs}
    # git knows no braces; what it says of all files is sifted below.
    wanted = () if any("{" in glob for glob in globs) else sorted(f":(glob){glob}" for glob in globs)
    out = project.git.run(
        "-c", "status.showUntrackedFiles=all", "status", "--porcelain", "-z", "--no-renames", "--", *wanted,
        answers=(0, 128),
    )  # fmt: skip
    choose = chooser(asked)
    return tuple(entry[3:] for entry in out.fields if choose(entry[3:]))


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


def warn_of_uncommitted(project: Project, only: Sequence[Source] = ()) -> tuple[str, ...]:
    """The sentence to say when documents in the main worktree differ from those that tasks are read from."""
    unread = uncommitted_documents(project, only)
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
        # Its document may be gone from the target, or never was one; what it claimed is its own all the same.
        if record.is_unfinished:
            agent = record.agent or ""
            land = lands.get(agent, Territory(agent))
            claimants.setdefault(task_id, Claimant(task_id, territory=land))
    state = Ownership(
        claimants=claimants,
        claims=live(held(project, world), claimants.keys()),
        territories=lands,
        strict=project.settings.ownership == "strict",
        hooks=_hook_folders(project),
    )
    claims = founded(project, world, state) if state.claims else state.claims
    return state if claims == state.claims else replace(state, claims=claims)


def _hook_folders(project: Project) -> tuple[str, ...]:
    """The directory of the worktree from which the user has git run hooks, if it is one."""
    text = project.settings.hooks
    if not text:
        return ()
    given = Path(text).expanduser()
    # A relative one is that of every worktree, and may be a link there; an absolute one may lead here by any name.
    full = str(given.resolve()) if given.is_absolute() else normpath(project.main / given)
    below = relpath(full, project.main)
    return () if below == "." or below.split("/")[0] == ".." else (f"{below}/",)


def is_unfinished(task: Task, records: Mapping[TaskId, TaskRecord]) -> bool:
    """Whether a declared task still holds what it declares."""
    record = records.get(task.id)
    if record is not None:
        return record.is_unfinished
    return task.status is not Status.COMPLETE


def _territory(lands: Mapping[str, Territory], task: Task, record: TaskRecord | None) -> Territory:
    agent = task.agent or (record.agent if record else None) or ""
    return lands.get(agent, Territory(agent))
