"""What git says of work in flight: which pairs it cannot merge, and which of them not even with the target."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from ..errors import GitFailed
from ..git.flight import absent
from ..git.mergetree import Conflicted, Merged, merge_trees
from ..git.scratch import Scratch
from ..names import Oid, Work, printable
from ..overlap.candidates import Branch as Sides
from ..overlap.candidates import Side, candidates, left_behind
from ..overlap.pair import Proofs
from ..tasks.task import Kind
from .inflight import Branch, Flight
from .merging import merged
from .open import Project
from .stuck import find_stuck, names_today

# More merges than these are not tried; those left over keep the risk that their lines tell.
MOST = 20_000


@dataclass(frozen=True, slots=True)
class Proven:
    """The proofs by the positions of the works, who conflicts with the target, and what could not be tried."""

    proofs: Proofs = field(default_factory=Proofs)
    stale: Mapping[Work, tuple[str, ...]] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def prove(project: Project, seen: Flight, scratch: Scratch, position: Mapping[Work, int]) -> Proven:
    """Merge in memory every two branches that may conflict, in one process for each core."""
    branches = [branch for branch in seen.branches if branch.work in position]
    if not branches:
        return Proven()
    problems: list[str] = []
    states = sorted({*(branch.base for branch in branches), project.base})
    stuck = find_stuck(project, branches, states, scratch, problems)
    canonical = names_today(project, states, scratch)
    kin = _kin(branches, seen)
    into: dict[int, set[Oid]] = {}
    for number, base in stuck:
        into.setdefault(number, set()).add(base)
    sides = [
        Sides(branch.base, _sides(branch, canonical[branch.base]), frozenset(into.get(number, ())))
        for number, branch in enumerate(branches)
    ]
    sides = _with_vacated(branches, sides, scratch)
    asked = tuple(sorted({*candidates(sides), *kin}))
    if len(asked) > MOST:
        problems.append(
            f"{len(asked) - MOST} of {len(asked)} merges are not tried; their risk is what their lines tell"
        )
        asked = asked[:MOST]
    answers = merged(scratch, [(branches[a].commit, branches[b].commit) for a, b in asked])
    answers = _with_links(project, scratch, [(branches[a], branches[b]) for a, b in asked], answers)
    conflicts, clean, because = {}, set(), {}
    for (a, b), answer in zip(asked, answers, strict=True):
        first, second = sorted((branches[a], branches[b]), key=lambda branch: position[branch.work])
        pair = (position[first.work], position[second.work])
        if isinstance(answer, Merged):
            clean.add(pair)
        elif isinstance(answer, Conflicted):
            conflicts[pair] = paths = answer.paths or _unplaced(sides[a], sides[b])
            if why := _drifted(project, branches, stuck, (a, b), answer.paths):
                because[pair] = why
            elif (a, b) in kin:
                because[pair] = f"git cannot merge them: conflict in {_some(paths)}"
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


def _with_links(
    project: Project,
    scratch: Scratch,
    pairs: Sequence[tuple[Branch, Branch]],
    answers: Sequence[Merged | Conflicted | GitFailed],
) -> list[Merged | Conflicted | GitFailed]:
    """The answers; where only submodules conflict, those of the repository itself.

    Only its submodules know which of their commits leads to which.
    """
    found = list(answers)
    doubtful = [
        at
        for at, (pair, answer) in enumerate(zip(pairs, answers, strict=True))
        if isinstance(answer, Conflicted) and answer.paths and _links(pair).issuperset(answer.paths)
    ]
    here = scratch.beside(project.git)
    asked = [(pairs[at][0].commit, pairs[at][1].commit) for at in doubtful]
    for at, answer in zip(doubtful, merge_trees(here, asked), strict=True):
        found[at] = answer
    return found


def _links(pair: Sequence[Branch]) -> set[str]:
    return {touch.path for branch in pair for touch in branch.touches if touch.is_link}


def _some(paths: Sequence[str]) -> str:
    more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    return f"{printable(min(paths))}{more}"


def _kin(branches: Sequence[Branch], seen: Flight) -> frozenset[tuple[int, int]]:
    """The pairs that share commits beyond the target: they are merged from there, which no diff here shows."""
    numbers: dict[Oid, list[int]] = {}
    for number, branch in enumerate(branches):
        numbers.setdefault(branch.tip, []).append(number)
    found: set[tuple[int, int]] = set()
    for tips in seen.kin:
        members = sorted(number for tip in tips for number in numbers.get(tip, ()))
        found.update(combinations(members, 2))
    return frozenset(found)


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
            is_now = (mine, project.base) in stuck
            state = "already" if is_now else f"as it was when {branches[other].work} began"
            return (
                f"{branches[mine].work} conflicts with '{project.target.short}' {state}, in {_some(against)}"
            )
    return ""


def _unplaced(left: Sides, right: Sides) -> tuple[str, ...]:
    """The directories that one has split up while the other added to them: git names no path then."""
    return (
        tuple(
            sorted(
                {
                    f"{folder}/"
                    for mine, other in ((left, right), (right, left))
                    for folder in mine.vacated
                    if any(path.startswith(f"{folder}/") for path in other.sides)
                }
            )
        )
        or tuple(sorted(left.sides.keys() | right.sides.keys()))[:1]
    )


def _sides(branch: Branch, canonical: Mapping[str, str]) -> dict[str, Side]:
    """What a branch does to each path; to a file that the target has renamed since, under both its names."""
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
    for path in found.keys() & canonical.keys():
        found.setdefault(canonical[path], replace(found[path], is_plain=False))
    return found
