"""What git says of work in flight: which pairs it cannot merge, and which of them not even with the target."""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import combinations

from ..errors import GitFailed
from ..git import flight
from ..git.flight import absent
from ..git.mergetree import Conflicted, Merged, merge_trees
from ..git.scratch import Scratch
from ..names import Oid, Work, printable
from ..overlap.candidates import Branch as Sides
from ..overlap.candidates import Side, candidates, folders_of, left_behind
from ..overlap.pair import Proofs
from ..tasks.task import Kind
from .inflight import Branch, Flight
from .open import Project

# More merges than these are not tried; those left over keep the risk that their lines tell.
MOST = 20_000
# Below this a second process is not worth its start.
_SPLIT = 64


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
    stuck = _stuck(project, branches, states, scratch, problems)
    canonical = _canonical(project, states, scratch)
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
    answers = _merged(scratch, [(branches[a].commit, branches[b].commit) for a, b in asked])
    conflicts, clean, because = {}, set(), {}
    for (a, b), answer in zip(asked, answers, strict=True):
        first, second = sorted((branches[a], branches[b]), key=lambda branch: position[branch.work])
        pair = (position[first.work], position[second.work])
        if isinstance(answer, Merged):
            clean.add(pair)
        elif isinstance(answer, Conflicted):
            paths = answer.paths or _unplaced(sides[a], sides[b])
            links = {t.path for branch in (first, second) for t in branch.touches if t.is_link}
            if links.issuperset(paths) and _is_clean_there(project, scratch, first, second):
                clean.add(pair)
                continue
            conflicts[pair] = paths
            if why := _drifted(project, branches, stuck, (a, b), answer.paths):
                because[pair] = why
            elif (a, b) in kin:
                more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
                because[pair] = f"git cannot merge them: conflict in {printable(min(paths))}{more}"
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


def _is_clean_there(project: Project, scratch: Scratch, left: Branch, right: Branch) -> bool:
    """Whether two merge in the repository itself: only its submodules know which of their commits leads to which."""
    (answer,) = merge_trees(scratch.beside(project.git), [(left.commit, right.commit)])
    return isinstance(answer, Merged)


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


def _canonical(project: Project, states: Sequence[Oid], scratch: Scratch) -> dict[Oid, Mapping[str, str]]:
    """For each state of the target what its files are called today, where they have been renamed since."""
    touched = flight.touches(
        scratch.git, ((project.base, state) for state in states if state != project.base)
    )
    renamed: dict[Oid, Mapping[str, str]] = {state: {} for state in states}
    for (_, state), touches in touched.items():
        renamed[state] = {touch.path: touch.source for touch in touches if touch.status == "R"}
    return renamed


def _stuck(
    project: Project,
    branches: Sequence[Branch],
    states: Sequence[Oid],
    scratch: Scratch,
    problems: list[str],
) -> dict[tuple[int, Oid], tuple[str, ...]]:
    """Into which other states of the target a branch does not merge, by its number, and the paths.

    Only states in which the target has another version of something that the branch touches are asked
    about, and of those with the same versions only one.
    """
    if len(states) == 1:
        return {}
    versions = Versions(scratch, project.base, states, branches)
    alike: dict[tuple[int, Oid], list[Oid]] = {}
    for number, branch in enumerate(branches):
        if not versions.matters(branch):
            continue
        mine = versions.of(branch.base, branch)
        groups: dict[object, Oid] = {}
        for into in states:
            version = versions.of(into, branch)
            if version != mine:
                alike.setdefault((number, groups.setdefault(version, into)), []).append(into)
    asked = list(alike)
    if len(asked) > MOST:
        problems.append(
            f"{len(asked) - MOST} of {len(asked)} merges with earlier states of the target are not tried"
        )
        asked = asked[:MOST]
    answers = _merged(scratch, [(branches[number].commit, into) for number, into in asked])
    found = {}
    for (number, into), answer in zip(asked, answers, strict=True):
        if isinstance(answer, Conflicted):
            where = answer.paths or tuple(sorted(touch.path for touch in branches[number].touches))[:1]
            found.update({(number, one): where for one in alike[number, into]})
        elif isinstance(answer, GitFailed):
            problems.append(f"'{branches[number].work}' cannot be merged to see: {answer.message}")
    return found


class Versions:
    """What the target had of that which matters to branches, in several of its states.

    The blob of each path, told by how the states differ from one of them; whether the directories were
    there into which a branch puts files, since one that has gone was perhaps renamed; and what lay in those
    that a branch has emptied, or put a file in the place of.
    """

    def __init__(
        self, scratch: Scratch, origin: Oid, states: Sequence[Oid], branches: Sequence[Branch]
    ) -> None:
        touches = flight.touches(scratch.git, ((origin, state) for state in states), renames=False)
        # A path that does not differ is there as it is in the first of them.
        self._at = {state: {touch.path: touch.new for touch in some} for (_, state), some in touches.items()}
        self._paths = frozenset().union(*self._at.values())
        self._below: dict[tuple[Oid, str], set[tuple[str, str]]] = {}
        for (_, state), some in touches.items():
            for touch in some:
                for folder in folders_of(touch.path) if touch.status in "AD" else ():
                    self._below.setdefault((state, folder), set()).add((touch.path, touch.status))
        moved = {folder for _, folder in self._below}
        filled = {number: _filled(branch) & moved for number, branch in enumerate(branches)}
        left = [
            (number, folder) for number, branch in enumerate(branches) for folder in _left(branch) & moved
        ]
        gone = absent(scratch.git, [(branches[number].commit, folder) for number, folder in left])
        asked = [(state, folder) for folder in sorted(set().union(*filled.values())) for state in states]
        self._absent = dict(zip(asked, absent(scratch.git, asked), strict=True))
        self._filled = {branches[number].commit: tuple(sorted(some)) for number, some in filled.items()}
        self._emptied: dict[Oid, set[str]] = {}
        for (number, folder), is_gone in zip(left, gone, strict=True):
            if is_gone:
                self._emptied.setdefault(branches[number].commit, set()).add(folder)
        for branch in branches:
            taken = {touch.path for touch in branch.touches if touch.status in "ACRT"} & moved
            self._emptied.setdefault(branch.commit, set()).update(taken)

    def of(self, state: Oid, branch: Branch) -> tuple[object, ...]:
        """All that matters to a branch in one state; equal in two of them where a merge would come out the same."""
        at = self._at.get(state, {})
        return (
            *(at.get(path) for path in sorted(_paths(branch) & self._paths)),
            *(self._absent[state, folder] for folder in self._filled[branch.commit]),
            *(
                frozenset(self._below.get((state, folder), ()))
                for folder in sorted(self._emptied[branch.commit])
            ),
        )

    def matters(self, branch: Branch) -> bool:
        """Whether the states differ at all in what matters to a branch."""
        here = branch.commit
        return bool(_paths(branch) & self._paths or self._filled[here] or self._emptied[here])


def _paths(branch: Branch) -> set[str]:
    """The paths that a branch touches, and those that must not be files for it."""
    return {path for touch in branch.touches for path in (touch.path, touch.source) if path} | _filled(branch)


def _filled(branch: Branch) -> set[str]:
    """The directories into which a branch puts files."""
    return {folder for touch in branch.touches if touch.status in "ACR" for folder in folders_of(touch.path)}


def _left(branch: Branch) -> set[str]:
    """The directories out of which a branch takes files."""
    return {
        folder
        for touch in branch.touches
        if touch.status in "DR"
        for folder in folders_of(touch.source or touch.path)
    }


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
            is_now = (mine, project.base) in stuck
            state = "already" if is_now else f"as it was when {branches[other].work} began"
            return (
                f"{branches[mine].work} conflicts with '{project.target.short}' {state}, "
                f"in {printable(min(against))}{more}"
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


def _merged(scratch: Scratch, pairs: Sequence[tuple[Oid, Oid]]) -> list[Merged | Conflicted | GitFailed]:
    if not pairs:
        return []
    workers = min(os.cpu_count() or 1, max(1, len(pairs) // _SPLIT))
    size = -(-len(pairs) // workers)
    parts = [pairs[start : start + size] for start in range(0, len(pairs), size)]
    with ThreadPoolExecutor(workers) as pool:
        return [one for part in pool.map(lambda some: _all_of(scratch, some), parts) for one in part]


def _all_of(scratch: Scratch, pairs: Sequence[tuple[Oid, Oid]]) -> list[Merged | Conflicted | GitFailed]:
    """The answers for all pairs; once too many have failed, the rest is as failed."""
    try:
        return merge_trees(scratch.git, pairs)
    except GitFailed as error:
        return [error for _ in pairs]


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
