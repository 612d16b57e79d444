"""`git parallel attach`: follow the coordinator that is at work, from any terminal."""

from collections.abc import Callable
from pathlib import Path

from ..errors import Unusable
from ..project import coordinator
from ..project.journal import Entry, follow
from ..project.open import find_premises


def attach(directory: Path, tell: Callable[[Entry], None]) -> int | None:
    """Tell all that the run says, from its beginning to its end; its exit status, None where it was killed.

    Raises Unusable where no coordinator is at work.
    """
    project = find_premises(directory)
    if not coordinator.is_in_office(project):
        raise Unusable(
            "no coordinator is at work in this repository",
            hint="'git parallel start' or 'git parallel run' begins one; 'git parallel status' tells what there is",
        )
    status = None
    for entry in follow(project):
        status = entry.status
        if status is None:
            tell(entry)
    return status
