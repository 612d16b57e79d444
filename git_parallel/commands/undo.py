"""`git parallel prune --undo`: what was put into the trash is where it was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import ParallelError, UnknownTask
from ..git.refs import Snapshot, snapshot
from ..git.trash.entry import Entry, is_back, is_being_restored, read_all
from ..names import TaskId, natural
from ..project.aside import bring_back, set_aside
from ..project.declared import find_recorded, read_tasks
from ..project.open import Project, make_runtime, open_project
from ..project.persons import require_person
from ..project.places import place_of_record
from ..project.pruning.alone import alone
from ..project.pruning.interrupted import mend_alone
from ..tasks.task import TaskSet


@dataclass(frozen=True, slots=True)
class UndoAnswer:
    """What is back, what was put into the trash in its stead, and what could not be brought back and why."""

    restored: tuple[Entry, ...]
    removed: tuple[Entry, ...] = ()
    refused: Mapping[TaskId, ParallelError] = field(default_factory=dict)
    mended: tuple[str, ...] = ()


def undo(directory: Path, spellings: Sequence[str] = ()) -> UndoAnswer:
    """Bring the latest pruned state of tasks back, or all that the latest prune has put away.

    Where a task was begun anew since, what it has now takes the place in the trash. An undo that was killed is gone on
    with, and does nothing else. Raises UnknownTask where the trash has none of a task, and what keeps the only one
    from its place; Refused for an agent.
    """
    require_person(directory, "what comes back out of the trash")
    project = open_project(directory)
    make_runtime(project)
    with alone(project):
        world = snapshot(project.git)
        held = list(read_all(project.git, world.trash).values())
        try:
            wanted = _named(project, world, held, spellings) if spellings else _latest(project, held)
        except UnknownTask:
            # What somebody has left half way is brought to its end by whatever command comes next.
            mend_alone(project, world.trash)
            raise
        mended = mend_alone(project, world.trash, wanted)
        restored: list[Entry] = []
        removed: list[Entry] = []
        refused: dict[TaskId, ParallelError] = {}
        for entry in wanted:
            try:
                removed += _make_room(project, world, entry)
                bring_back(project, entry, is_armed=bool(restored))
                restored.append(entry)
            except ParallelError as error:
                if len(wanted) == 1:
                    raise
                refused[entry.task] = error
    return UndoAnswer(tuple(restored), tuple(removed), refused, mended)


def _named(project: Project, world: Snapshot, held: Sequence[Entry], spellings: Sequence[str]) -> list[Entry]:
    # The documents are read only for a name that is not the id of a record.
    tasks = TaskSet() if all(text in world.tasks for text in spellings) else read_tasks(project)
    found = []
    for task in dict.fromkeys(find_recorded(text, tasks, world) for text in spellings):
        mine = [entry for entry in held if entry.task == task]
        if not mine:
            raise UnknownTask(
                f"the trash holds nothing of '{task}'",
                hint="only what was pruned can be brought back; 'git parallel prune --list' shows it",
            )
        found.append(_first(project, mine))
    return found


def _latest(project: Project, held: Sequence[Entry]) -> list[Entry]:
    """What one prune, the latest, has put away; what is being brought back already comes first."""
    if not held:
        raise UnknownTask("the trash is empty", hint="only what was pruned can be brought back")
    time = _first(project, held).time
    return sorted((entry for entry in held if entry.time == time), key=lambda entry: natural(entry.task))


def _first(project: Project, some: Sequence[Entry]) -> Entry:
    begun = [entry for entry in some if is_being_restored(project.common, entry)]
    return max(begun or some, key=lambda entry: int(entry.time))


def _make_room(project: Project, world: Snapshot, entry: Entry) -> list[Entry]:
    """Put into the trash what a task has by now where an entry is to be."""
    present = world.tasks.get(entry.task)
    if present is None or not present.record.branch or is_back(project.common, entry):
        return []
    place = place_of_record(project, present.record)
    if not place.admin.exists() or place.branch != entry.branch:
        return []
    aside = set_aside(project, present.record, place)
    return [aside] if aside else []
