"""What can be seen of tasks at work, where their agents tell nothing: files, boxes and time."""

from collections.abc import Mapping, Sequence

from ..names import TaskId, Work
from ..overlap.footprint import Footprint, Origin
from ..overlap.patterns import matches
from ..schedule.progress import Signs
from ..schedule.record import TaskRecord
from .open import Project
from .ticking import boxes


def signs(
    project: Project,
    records: Sequence[TaskRecord],
    prints: Mapping[Work, Footprint] | None,
    typical: Mapping[TaskId, float],
    *,
    now: float,
) -> dict[TaskId, Signs]:
    """What can be seen of each of these at the time `now`; without `prints`, of nothing but time."""
    ticks = boxes(project, records) if prints is not None else {}
    found = {}
    for record in records:
        footprint = prints.get(record.id) if prints else None
        touched, named = touched_files(footprint) if footprint else (0, 0)
        ticked, total = ticks.get(record.id, (0, 0))
        elapsed = None if record.started is None else max(0.0, now - record.started)
        found[record.id] = Signs(touched, named, ticked, total, elapsed, typical.get(record.id))
    return found


def touched_files(footprint: Footprint) -> tuple[int, int]:
    """How many of the declared paths and patterns something was changed at, and how many there are."""
    wanted = {entry.path: entry.pattern for entry in footprint.entries if entry.origin is Origin.DECLARED}
    changed = {entry.path for entry in footprint.entries if entry.origin is Origin.OBSERVED}
    hit = (
        path in changed if pattern.is_exact else any(matches(pattern, one) for one in changed)
        for path, pattern in wanted.items()
    )
    return sum(hit), len(wanted)
