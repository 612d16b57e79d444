"""One prune, undo or expiry at a time."""

from collections.abc import Iterator
from contextlib import contextmanager

from ...git import locks
from ..open import Project

LOCK = "prune.lock"


@contextmanager
def alone(project: Project) -> Iterator[None]:
    """Wait for whoever changes what is in the trash, and keep the next one waiting."""
    with locks.held(project.runtime / LOCK):
        yield
