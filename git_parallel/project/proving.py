"""What git says of work in flight: which pairs it cannot merge, and which of them not even with the target."""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from ..errors import GitFailed
from ..git.flight import absent
from ..git.mergetree import Conflicted, Merged, merge_trees
from ..git.scratch import Scratch
from ..names import Oid, Work, printable
from ..overlap.candidates import Branch as Sides
from ..overlap.candidates import Side, candidates, left_behind
from ..overlap.meet import Proofs
from ..tasks.task import Kind
from .inflight import Branch, Flight
from .open import Project

# More merges than these are not tried; those left over keep the risk that their lines tell.
MOST = 20_000
# Below this a second process is not worth its start.
_SPLIT = 64
_MOST_STUCK = 2_000


@dataclass(frozen=True, slots=True)
class Proven:
    """The proofs by the positions of the works, who conflicts with the target, and what could not be tried."""

    proofs: Proofs = field(default_factory=Proofs)
    stale: Mapping[Work, tuple[str, ...]] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def prove(project: Project, flight: Flight, scratch: Scratch, position: Mapping[Work, int]) -> Proven:
    """Merge in memory every two branches that may conflict, in one process for each core."""
    branches = [branch for branch in flight.branches if branch.work in position]
    if not branches:
        return Proven()
    problems: list[str] = []
    stuck = _stuck(project, branches, scratch, problems)
    into: dict[int, set[Oid]] = {}
    for number, base in stuck:
        into.setdefault(number, set()).add(base)
    sides = [
        Sides(branch.base, _sides(branch), frozenset(into.get(number, ())))
        for number, branch in enumerate(branches)
    ]
    asked = candidates(_with_vacated(branches, sides, scratch))
    if len(asked) > MOST:
        problems.append(
            f"{len(asked) - MOST} of {len(asked)} merges are not tried; their risk is what their lines tell"
        )
        asked = asked[:MOST]
    answers = _merged(scratch, [(branches[a].commit, branches[b].commit) for a, b in asked])
    conflicts, clean, because = {}, set(), {}
    for (a, b), answer in zip(asked, answers, strict=True):
        first, second = sorted((branches[a], branches[b]), key=lambda branch: position[branch.work])
        pair = (position[first.work], position[second.work])
        if isinstance(answer, Merged):
            clean.add(pair)
        elif isinstance(answer, Conflicted):
            conflicts[pair] = answer.paths
            if why := _drifted(project, branches, stuck, (a, b), answer.paths):
                because[pair] = why
        else:
            problems.append(f"'{first.work}' and '{second.work}' cannot be merged to see: {answer.message}")
    stale = {branches[at].work: paths for (at, into), paths in stuck.items() if into == project.base}
    return Proven(Proofs(conflicts, frozenset(clean), because), stale, tuple(problems))


def _with_vacated(branches: Sequence[Branch], sides: Sequence[Sides], scratch: Scratch) -> list[Sides]:
    asked = left_behind(sides)
    gone = absent(scratch.git, [(branches[number].commit, folder) for number, folder in asked])
    vacated: dict[int, set[str]] = {}
    for (number, folder), is_gone in zip(asked, gone, strict=True):
        if is_gone:
            vacated.setdefault(number, set()).add(folder)
    return [replace(side, vacated=frozenset(vacated.get(number, ()))) for number, side in enumerate(sides)]


def _stuck(
    project: Project, branches: Sequence[Branch], scratch: Scratch, problems: list[str]
) -> dict[tuple[int, Oid], tuple[str, ...]]:
    """Into which later states of the target a branch does not merge, by its number, and the paths."""
    bases = {branch.base for branch in branches}
    wanted = {project.base} if len(bases) * len(branches) > _MOST_STUCK else {*bases, project.base}
    asked = [
        (number, into)
        for number, branch in enumerate(branches)
        for into in sorted(wanted)
        if into != branch.base
    ]
    answers = _merged(scratch, [(branches[number].commit, into) for number, into in asked])
    found = {}
    for (number, into), answer in zip(asked, answers, strict=True):
        if isinstance(answer, Conflicted):
            found[number, into] = answer.paths
        elif isinstance(answer, GitFailed):
            problems.append(f"'{branches[number].work}' cannot be merged to see: {answer.message}")
    return found


def _drifted(
    project: Project,
    branches: Sequence[Branch],
    stuck: Mapping[tuple[int, Oid], tuple[str, ...]],
    pair: tuple[int, int],
    paths: Sequence[str],
) -> str:
    """Why two conflict though neither touches what the other does: one of them left the target too early."""
    for mine, other in (pair, pair[::-1]):
        against = stuck.get((mine, branches[other].base), ())
        if against and set(paths) <= set(against):
            more = f" and {len(against) - 1} more" if len(against) > 1 else ""
            return (
                f"{branches[mine].work} conflicts with '{project.target.short}' already, "
                f"in {printable(min(against))}{more}"
            )
    return ""


def _merged(scratch: Scratch, pairs: Sequence[tuple[Oid, Oid]]) -> list[Merged | Conflicted | GitFailed]:
    if not pairs:
        return []
    workers = min(os.cpu_count() or 1, max(1, len(pairs) // _SPLIT))
    size = -(-len(pairs) // workers)
    parts = [pairs[start : start + size] for start in range(0, len(pairs), size)]
    with ThreadPoolExecutor(workers) as pool:
        return [
            one for part in pool.map(lambda some: list(merge_trees(scratch.git, some)), parts) for one in part
        ]


def _sides(branch: Branch) -> dict[str, Side]:
    found: dict[str, Side] = {}
    lines = branch.lines or {}
    for touch in branch.touches:
        if touch.source:
            if touch.status == "R":
                found[touch.source] = Side(Kind.MOVE, touch.old)
            found[touch.path] = Side(Kind.CREATE)
        elif touch.status == "A":
            found[touch.path] = Side(Kind.CREATE)
        elif touch.status == "D":
            found[touch.path] = Side(Kind.DELETE, touch.old)
        else:
            found[touch.path] = Side(Kind.MODIFY, touch.old, touch.is_plain, lines.get(touch.path))
    return found
