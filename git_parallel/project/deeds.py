"""The slow deeds of a run, each with an outcome that is a value; workers do them."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from ..agents.nursery import Nursery
from ..errors import ParallelError
from ..git.refs import Stored, snapshot
from ..names import Oid, TaskId
from ..overlap.meet import Overlaps
from ..schedule.record import State
from ..tasks.task import Task, TaskSet
from .attempt import Order, Wish, catch_up, make_ready, start, take_back, unmake
from .declared import ownership
from .furnishing import Liaison
from .landing import queue
from .landing.outcomes import Landing
from .landing.terms import Terms, Voice
from .news import overlaps_of
from .open import Project
from .settling import settle


@dataclass(frozen=True, slots=True)
class Settled:
    """The record of an attempt that has ended, and where tasks meet as seen right after, by the number of the look."""

    stored: Stored
    overlaps: Overlaps | None = None
    look: int = 0


def prepare(
    project: Project,
    tasks: TaskSet,
    task: Task,
    known: Stored | None,
    order: Order,
    wish: Wish,
    liaison: Liaison,
) -> Stored:
    """Make everything ready for an attempt, from where the target is now."""
    base = project.git.find_ref(project.target) or project.base
    fresh = replace(project, base=base)
    state = ownership(fresh, tasks, snapshot(fresh.git))
    ready = make_ready(fresh, task, known, order, state, wish, liaison)
    now = snapshot(fresh.git).tasks.get(task.id)
    if now is not None and now.record.state is State.CANCELLED and ready.record.state is State.READY:
        # Who cancelled it could not take away what was being made.
        unmake(fresh, ready.record)
    return ready


def launch(
    project: Project, task: Task, ready: Stored, tip: Oid, order: Order, nursery: Nursery | None
) -> Stored:
    """Start the agent of a task that was made ready, perhaps a while ago; the target is at `tip` now."""
    current = catch_up(replace(project, base=tip), ready)
    return start(project, task, current, order, nursery)


def settle_and_look(
    project: Project, tasks: TaskSet, task: TaskId, concerned: Sequence[Task], look: int
) -> Settled:
    """Record how an attempt has ended, and look where those `concerned` meet by now."""
    stored = settle(project, tasks, task)
    overlaps = None
    if concerned:
        # Who is launched next must not meet what the others have come to touch in the meantime.
        with suppress(ParallelError, OSError):
            overlaps = overlaps_of(project, tasks, concerned, snapshot(project.git))
    return Settled(stored, overlaps, look)


def land(
    project: Project, tasks: TaskSet, asked: Sequence[TaskId], terms: Terms, voice: Voice
) -> list[tuple[Stored, Landing]]:
    """Merge tasks that have succeeded; the record of each then, and what became of it."""
    answer = queue.land(project, tasks, asked, terms, voice)
    world = snapshot(project.git)
    return [(world.require(result.task), result) for result in answer.results]


def put_back(project: Project, stored: Iterable[Stored]) -> Iterator[str]:
    """Unmake what was made ready and had no turn; a sentence for each that has to stay."""
    for one in stored:
        if one.record.state is not State.READY:
            continue
        try:
            if snapshot(project.git).require(one.record.id) == one:
                take_back(project, one)
        except ParallelError as error:
            yield f"{one.record.id} stays ready: {error.message}"
