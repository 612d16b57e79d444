"""Other states of the target than the one a branch left it at, and into which of them it does not merge any more."""

from collections.abc import Mapping, Sequence

from ..errors import GitFailed
from ..git import flight
from ..git.flight import absent
from ..git.mergetree import Conflicted
from ..git.scratch import Scratch
from ..names import Oid
from ..overlap.candidates import folders_of
from .inflight import Branch
from .merging import merged
from .open import Project

# More merges than these are not tried.
MOST = 20_000


def names_today(project: Project, states: Sequence[Oid], scratch: Scratch) -> dict[Oid, Mapping[str, str]]:
    """For each state of the target what its files are called today, where they have been renamed since."""
    touched = flight.touches(
        scratch.git, ((project.base, state) for state in states if state != project.base)
    )
    renamed: dict[Oid, Mapping[str, str]] = {state: {} for state in states}
    for (_, state), touches in touched.items():
        renamed[state] = {touch.path: touch.source for touch in touches if touch.status == "R"}
    return renamed


def find_stuck(
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
    versions = _Versions(scratch, project.base, states, branches)
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
    answers = merged(scratch, [(branches[number].commit, into) for number, into in asked])
    found = {}
    for (number, into), answer in zip(asked, answers, strict=True):
        if isinstance(answer, Conflicted):
            where = answer.paths or tuple(sorted(touch.path for touch in branches[number].touches))[:1]
            found.update({(number, one): where for one in alike[number, into]})
        elif isinstance(answer, GitFailed):
            problems.append(f"'{branches[number].work}' cannot be merged to see: {answer.message}")
    return found


class _Versions:
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
        paths = frozenset().union(*self._at.values())
        self._touched = {branch.commit: tuple(sorted(_paths(branch) & paths)) for branch in branches}
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
            *(at.get(path) for path in self._touched[branch.commit]),
            *(self._absent[state, folder] for folder in self._filled[branch.commit]),
            *(
                frozenset(self._below.get((state, folder), ()))
                for folder in sorted(self._emptied[branch.commit])
            ),
        )

    def matters(self, branch: Branch) -> bool:
        """Whether the states differ at all in what matters to a branch."""
        here = branch.commit
        return bool(self._touched[here] or self._filled[here] or self._emptied[here])


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
