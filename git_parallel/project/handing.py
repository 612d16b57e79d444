"""Giving tasks to the coordinator that is at work."""

from dataclasses import dataclass

from ..names import TaskId
from . import coordinator
from .open import Project


@dataclass(frozen=True, slots=True)
class Handed:
    """The tasks were given to the coordinator that is at work."""

    tasks: tuple[TaskId, ...]
    pid: int | None


def find_office(project: Project) -> coordinator.Office | None:
    """The coordinator that can take tasks on; one that is ending is waited for."""
    queue = coordinator.read_queue(project)
    if queue is not None and queue.is_ending:
        coordinator.wait_until_free(project)
    return coordinator.find_office(project)
