"""`git parallel tasks`: what was understood of the committed task documents, and what was not."""

import sys
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..git.refs import snapshot
from ..names import Oid, TaskId, natural, printable
from ..project import forms
from ..project.declared import read_documents, require_tasks, uncommitted_documents, warn_of_uncommitted
from ..project.open import open_project
from ..tasks.cycles import cycles
from ..tasks.sources import Source
from ..tasks.task import Problem, Status, Task, normal


@dataclass(frozen=True, slots=True)
class TasksAnswer:
    """The tasks as their documents declare them.

    `asked` are the sources that were `is_chosen` by name or else by the settings; `unread` are documents
    that no commit has yet. The `distant` problems stand in a document of these tasks, but where it
    speaks of others.
    """

    base: Oid
    target: str
    asked: tuple[Source, ...]
    tasks: tuple[Task, ...]
    problems: tuple[Problem, ...]
    distant: frozenset[Problem]
    warnings: tuple[str, ...]
    unread: tuple[str, ...]
    is_named: bool
    is_chosen: bool

    @property
    def is_valid(self) -> bool:
        """Whether everything in the documents was understood."""
        return not self.problems

    @property
    def documents(self) -> frozenset[str]:
        """The documents that these tasks come from."""
        return frozenset(path for task in self.tasks for path in documents_of(task))

    @property
    def complete(self) -> tuple[Task, ...]:
        """The tasks that their documents call complete."""
        return tuple(task for task in self.tasks if task.status is Status.COMPLETE)

    @property
    def unknown(self) -> tuple[Task, ...]:
        """The tasks of whose files no document says anything."""
        return tuple(task for task in self.tasks if task.is_unknown)


def tasks(directory: Path, spellings: Sequence[str] = (), *, sources: Sequence[str] = ()) -> TasksAnswer:
    """Read the named tasks, or all of them, from the `NAME` or `NAME=GLOB` sources, or from all.

    With names, the problems are those of their documents. Raises UnknownTask or AmbiguousTask for a
    name that is no task, BadInput for a source that is none.
    """
    wanted = tuple(map(forms.asked, sources))
    project = open_project(directory)
    asked = forms.sources(project.settings, wanted)
    declared = read_documents(project, asked).tasks
    chosen = require_tasks(project, declared, spellings) or declared.tasks
    documents = {path for task in chosen for path in documents_of(task)}
    every = (*declared.problems, *_of_dependencies(declared.tasks, snapshot(project.git).records))
    problems = [p for p in every if not spellings or p.source in documents]
    return TasksAnswer(
        base=project.base,
        target=project.target.short,
        asked=tuple(source for source in asked if source.name),
        tasks=chosen,
        problems=tuple(sorted(problems, key=lambda problem: (natural(problem.source), problem.line))),
        distant=_distant(problems, chosen, declared.tasks) if spellings else frozenset(),
        warnings=(
            *project.settings.warnings,
            *forms.remarks(project, wanted),
            *(warn_of_uncommitted(project, asked) if chosen else ()),
        ),
        unread=() if chosen else uncommitted_documents(project, asked),
        is_named=bool(spellings),
        is_chosen=bool(sources),
    )


def _of_dependencies(tasks: Sequence[Task], records: Collection[TaskId]) -> Iterator[Problem]:
    """What a plan would hold a task for: it waits for one that nobody knows of, or in the end for itself.

    A task that was run is known by its record, although its document may be gone.
    """
    recorded = {normal(task) for task in records}
    unfinished = [task for task in tasks if task.status is not Status.COMPLETE]
    for task in unfinished:
        for name in task.undeclared:
            if normal(name) not in recorded:
                message = f"'{task.id}' comes after '{printable(name)}', which no document declares"
                yield Problem(task.source, task.line, message)
    places = {task.id: task for task in unfinished}
    waits = {task.id: tuple(TaskId(n) for n in task.after if n in places) for task in unfinished}
    for cycle in cycles(waits):
        first = places[cycle[0]]
        yield Problem(first.source, first.line, "depends on itself: " + " after ".join((*cycle, cycle[0])))


def _distant(
    problems: Sequence[Problem], chosen: Sequence[Task], every: Sequence[Task]
) -> frozenset[Problem]:
    """The problems in documents of several tasks that lie outside the places where `chosen` are declared."""
    speakers = Counter(path for task in every for path in documents_of(task))
    begins: dict[str, list[int]] = defaultdict(list)
    for task in every:
        begins[task.source].append(task.line)
    places: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for task in chosen:
        ends = [line for line in begins[task.source] if line > task.line]
        places[task.source].append((task.line, min(ends) if ends else sys.maxsize))
        for one in task.declared:
            places[one.source].append((one.line, one.line + 1))
    return frozenset(
        problem
        for problem in problems
        if speakers[problem.source] > 1
        and not any(first <= problem.line < end for first, end in places[problem.source])
    )


def documents_of(task: Task) -> tuple[str, ...]:
    """The documents that say something of a task, the one that it is from first."""
    declared = (one.source for one in task.declared)
    return tuple(dict.fromkeys((task.source, *task.documents, *declared)))
