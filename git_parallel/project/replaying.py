"""Past changes of the target as if they had been made at the same time, and which of them conflict then.

The first-parent history is cut into windows. Each change of a window is carried over to the commit before
the window by a merge in memory, as a branch begun there. A change that cannot be carried over for want of
one earlier change of its window is in conflict with that one: begun together, the two would have met.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from ..errors import BadInput
from ..git import flight
from ..git.command import Git
from ..git.flight import Touch
from ..git.history import trees
from ..git.mergetree import Conflicted, Merged, merge_trees
from ..git.scratch import Scratch
from ..names import Oid, printable

WINDOW = 8
MOST = 5_000


@dataclass(frozen=True, slots=True)
class Replayed:
    """One change: what it touched, and whether it could be carried over."""

    commit: Oid
    touches: tuple[Touch, ...]
    is_usable: bool

    @property
    def paths(self) -> frozenset[str]:
        """The paths it touched, old names included."""
        return frozenset(path for touch in self.touches for path in (touch.path, touch.source) if path)


@dataclass(frozen=True, slots=True)
class Window:
    """Changes as if begun at one commit, and the pairs that conflict, by position and the earlier one first."""

    base: Oid
    changes: tuple[Replayed, ...]
    conflicts: frozenset[tuple[int, int]]

    def pairs(self) -> Iterator[tuple[int, int]]:
        """The pairs of which it is known whether they conflict."""
        usable = [at for at, change in enumerate(self.changes) if change.is_usable]
        return combinations(usable, 2)


def replay(git: Git, scratch: Scratch, revisions: str) -> tuple[Window, ...]:
    """The windows of a range `REV..REV`; raises BadInput for one that is none, or holds nothing or too much."""
    commits = _commits(git, revisions)
    touched = flight.touches(git, ((parent, oid) for oid, parent in commits))
    tree = trees(git, {oid for pair in commits for oid in pair})
    windows = []
    for start in range(0, len(commits), WINDOW):
        part = commits[start : start + WINDOW]
        window = _Window(part, [touched[parent, oid] for oid, parent in part], tree, scratch)
        windows.append(window.replayed())
    return tuple(windows)


def earlier(git: Git, revisions: str, most: int) -> tuple[frozenset[str], ...]:
    """The paths of the changes before a range, oldest first."""
    start = revisions.partition("..")[0] or "HEAD"
    commits = _listed(git, "--first-parent", f"--max-count={most}", start)
    touched = flight.touches(git, ((parent, oid) for oid, parent in commits), renames=False)
    return tuple(frozenset(touch.path for touch in touched[parent, oid]) for oid, parent in commits)


def _commits(git: Git, revisions: str) -> list[tuple[Oid, Oid]]:
    if ".." not in revisions or "..." in revisions or revisions.startswith("-"):
        raise BadInput(
            f"--replay: '{printable(revisions)}' is no range", hint="write REV..REV, for example v1.0..main"
        )
    found = _listed(git, "--first-parent", revisions)
    if len(found) < 2:
        raise BadInput(f"--replay: '{printable(revisions)}' holds {len(found)} changes, and it takes two")
    if len(found) > MOST:
        raise BadInput(
            f"--replay: '{printable(revisions)}' holds {len(found)} changes", hint=f"take {MOST} at most"
        )
    return found


def _listed(git: Git, *arguments: str) -> list[tuple[Oid, Oid]]:
    """Commits and their first parents, oldest first; one without a parent changes nothing there was."""
    out = git.run("rev-list", "--reverse", "--parents", *arguments, "--", answers=(0, 128))
    if out.status:
        words = out.stderr.strip().removeprefix("fatal: ").splitlines()
        raise BadInput(f"--replay: {printable(words[0] if words else 'git cannot list that range')}")
    lines = (line.split() for line in out.stdout.splitlines())
    return [(Oid(line[0]), Oid(line[1])) for line in lines if len(line) > 1]


class _Window:
    """Carries the changes of one window over to its base."""

    def __init__(
        self,
        commits: Sequence[tuple[Oid, Oid]],
        touches: Sequence[tuple[Touch, ...]],
        tree: Mapping[Oid, Oid],
        scratch: Scratch,
    ) -> None:
        self._commits = commits
        self._touches = touches
        self._tree = tree
        self._scratch = scratch
        self._base = commits[0][1]

    def replayed(self) -> Window:
        """The window with its conflicts."""
        alone = self._carried([(self._tree[self._base], number) for number in range(len(self._commits))])
        on_base = {n: merged.tree for n, merged in enumerate(alone) if isinstance(merged, Merged)}
        needs = self._needs(alone, on_base)
        usable = on_base.keys() | needs.keys()
        conflicts = {(earlier, later) for later, earlier in needs.items()}
        conflicts |= self._meeting(on_base)
        changes = tuple(
            Replayed(oid, self._touches[number], number in usable and bool(self._touches[number]))
            for number, (oid, _) in enumerate(self._commits)
        )
        return Window(self._base, changes, frozenset(conflicts))

    def _carried(self, asked: Sequence[tuple[Oid, int]]) -> list[Merged | Conflicted]:
        """Each change carried over to a tree: a merge whose base is what the change was made on."""
        pairs = []
        for onto, number in asked:
            oid, parent = self._commits[number]
            origin = self._scratch.commit(self._tree[parent])
            pairs.append(
                (self._scratch.commit(onto, [origin]), self._scratch.commit(self._tree[oid], [origin]))
            )
        answers = merge_trees(self._scratch.git, pairs)
        return [answer if isinstance(answer, Merged | Conflicted) else Conflicted(()) for answer in answers]

    def _needs(self, alone: Sequence[Merged | Conflicted], on_base: Mapping[int, Oid]) -> dict[int, int]:
        """For each change that cannot be carried over the one earlier change that it cannot do without."""
        paths = [
            {path for touch in touches for path in (touch.path, touch.source)} for touches in self._touches
        ]
        asked = [
            (later, earlier)
            for later, answer in enumerate(alone)
            if isinstance(answer, Conflicted)
            for earlier in range(later)
            if earlier in on_base and not paths[earlier].isdisjoint(answer.paths)
        ]
        answers = self._carried([(on_base[earlier], later) for later, earlier in asked])
        found: dict[int, int] = {}
        for (later, earlier), answer in zip(asked, answers, strict=True):
            if isinstance(answer, Merged):
                found.setdefault(later, earlier)
        return found

    def _meeting(self, on_base: Mapping[int, Oid]) -> set[tuple[int, int]]:
        """Which of those that stand on the base conflict with each other."""
        base = self._scratch.commit(self._tree[self._base])
        tips = {number: self._scratch.commit(tree, [base]) for number, tree in on_base.items()}
        asked = list(combinations(sorted(tips), 2))
        answers = merge_trees(self._scratch.git, [(tips[a], tips[b]) for a, b in asked])
        return {pair for pair, answer in zip(asked, answers, strict=True) if isinstance(answer, Conflicted)}
