"""Giving tasks to the coordinator that is at work.

Whoever hands a task over records it and looks for a coordinator while holding one lock; a coordinator that has
nothing left to do looks for such tasks, and leaves its office, while holding the same one. So a task is either seen
by the one or kept by the other.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from ..git import locks
from ..git.refs import Snapshot, Stored, snapshot
from ..names import TaskId
from ..schedule.record import State
from . import coordinator
from .open import Project
from .recording import write
from .request import Request
from .saying import Told
from .watching import wake


@dataclass(frozen=True, slots=True)
class Handed:
    """The tasks were given to the coordinator that is at work."""

    tasks: tuple[TaskId, ...]
    pid: int | None


@contextmanager
def handing(project: Project) -> Iterator[None]:
    """While this lasts, nobody leaves the office, and nobody else hands anything over."""
    with locks.held(project.runtime / "handing.lock"):
        yield


def wait_for_leaving(project: Project) -> None:
    """Wait for a coordinator that is about to end and takes nothing on any more."""
    queue = coordinator.read_queue(project)
    if queue is not None and queue.is_ending:
        coordinator.wait_until_free(project)


def hand_over(
    project: Project,
    tasks: Sequence[TaskId],
    office: coordinator.Office | None,
    request: Request,
    tell: Callable[[Told], None],
) -> Handed:
    """Have the coordinator look at what was recorded for it; its own options are those that count."""
    wake(project)
    if request.limits_told:
        told = ", ".join(request.limits_told)
        tell(Told(f"the coordinator at work goes by its own options; not taken along: {told}", is_note=True))
    return Handed(tuple(tasks), office.pid if office else None)


def hand_over_again(
    project: Project, tasks: Sequence[TaskId], request: Request, tell: Callable[[Told], None]
) -> Handed:
    """The same for a coordinator that has begun since these were recorded, and took them for old stories."""
    with handing(project):
        world = snapshot(project.git)
        for task in tasks:
            stored = world.tasks.get(task)
            if stored is not None and stored.record.state is State.PLANNED:
                write(project, stored, stored.record.to(State.PLANNED))
        office = coordinator.find_office(project)
    return hand_over(project, tasks, office, request, tell)


def handed(world: Snapshot, known: Mapping[TaskId, Stored]) -> tuple[TaskId, ...]:
    """The tasks that somebody wants to be run, and that a run which knows of these records has not heard of."""
    return tuple(
        task
        for task, stored in world.tasks.items()
        if stored.record.state is State.PLANNED
        and (stored.record.is_delegated or stored.record.attempt)
        and stored != known.get(task)
    )
