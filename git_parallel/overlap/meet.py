"""Where tasks meet: every pair of tasks that touch something in common, without asking every pair."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..names import TaskId
from .footprint import Footprint
from .places import Places, is_file, meeting_path
from .risk import Meeting, Risk, judge, sentence


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two tasks that touch something in common, the earlier one of the input on the left.

    `paths` are the files where they meet, sorted; where two patterns meet, both as `a ~ b` (or once,
    when they are the same). `risk` is that of the worst of these, and `why` names it.
    """

    left: TaskId
    right: TaskId
    paths: tuple[str, ...]
    risk: Risk
    why: str


def find_overlaps(footprints: Sequence[Footprint]) -> tuple[Overlap, ...]:
    """The pairs of tasks that overlap, in the order of the input.

    A table from places to tasks: a file finds its tasks by its name, and the patterns that cover it by
    their literal parts (`index`). The cost is that of the entries and of what is found, not of the
    pairs. An unknown footprint overlaps nobody here: who cannot be placed must be held by the plan.
    """
    places = Places()
    for footprint in footprints:
        places.add(footprint.entries)
    places.join()
    ids = [footprint.task for footprint in footprints]
    return tuple(
        _overlap(ids[position], ids[other], meetings)
        for position in range(len(ids))
        for other, meetings in sorted(_later(position, places).items())
    )


def _later(position: int, places: Places) -> dict[int, list[Meeting]]:
    """Where a task meets each of those that come after it in the input."""
    found: dict[int, list[Meeting]] = {}
    for place, entry in places.of_task[position].items():
        for other in (place, *places.near.get(place, ())):
            tasks = places.later(other, position)
            if not tasks:
                continue
            path, same_file = meeting_path(place, other), place == other and is_file(place)
            for at in tasks:
                there = places.of_task[at][other]
                risk = judge(entry, there, same_file=same_file)
                found.setdefault(at, []).append(Meeting(entry, there, path, risk))
    return found


def _overlap(left: TaskId, right: TaskId, meetings: list[Meeting]) -> Overlap:
    """The overlap of two tasks that meet there; a file that several entries lead to counts once."""
    if len(meetings) == 1:
        worst = meetings[0]
        return Overlap(left, right, (worst.path,), worst.risk, sentence(worst, left=left, right=right))
    # To the last tie: sets decided the order in which the meetings were found.
    worst = min(meetings, key=lambda m: (-m.risk.severity, m.path, m.left.path, m.right.path))
    paths = tuple(sorted({meeting.path for meeting in meetings}))
    return Overlap(
        left, right, paths, worst.risk, sentence(worst, left=left, right=right, more=len(paths) - 1)
    )
