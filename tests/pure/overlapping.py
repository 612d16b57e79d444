"""Overlaps made of pairs, for tests of what is decided on them."""

from git_parallel.names import TaskId
from git_parallel.overlap.footprint import Entry, Footprint, Origin
from git_parallel.overlap.meet import Overlaps
from git_parallel.tasks.task import Kind


def meeting(*pairs: str) -> Overlaps:
    """Overlaps from pairs as `a b`: each pair in a file of its own."""
    files: dict[str, list[Entry]] = {}
    for pair in pairs:
        for name in pair.split():
            path = f"{pair.replace(' ', '-')}.py"
            files.setdefault(name, []).append(Entry(path, Kind.MODIFY, Origin.DECLARED))
    return Overlaps(Footprint(TaskId(name), tuple(entries)) for name, entries in files.items())
