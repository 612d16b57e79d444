"""Work in flight as it really is: the branches of tasks, and other branches, that are ahead of the target.

What is committed and what lies uncommitted in their worktrees is one diff against the merge base.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import GitFailed, ParallelError
from ..git import flight
from ..git.command import Git
from ..git.flight import Tip, Touch
from ..git.refs import Snapshot
from ..git.scratch import Scratch
from ..git.unsaved import Unsaved, find_unsaved
from ..names import Oid, OtherWork, RefName, TaskId, Work, printable
from ..overlap.patch import TOP, WHOLE, Change, Ranges
from ..schedule.record import State
from ..tasks.task import Kind
from .open import Project
from .sandboxing import take_over_running

_WITH_BRANCH = (
    State.RUNNING, State.SUCCEEDED, State.FAILED, State.LOST, State.MERGING, State.CONFLICTED, State.REJECTED,
)  # fmt: skip
# Of other branches only the latest take part; nobody merges hundreds.
MOST_OTHERS = 500
_READERS = 8


@dataclass(frozen=True, slots=True)
class Branch:
    """One branch in flight: where it left the target, and its commit, which may be one of unsaved work."""

    work: Work
    ref: RefName
    base: Oid
    tip: Oid
    commit: Oid
    touches: tuple[Touch, ...] = ()
    changes: tuple[Change, ...] = ()
    lines: Mapping[str, Ranges] | None = None


@dataclass(frozen=True, slots=True)
class Flight:
    """All that is in flight, who of it shares commits, and what could not be looked at, as sentences."""

    branches: tuple[Branch, ...] = ()
    problems: tuple[str, ...] = ()
    kin: frozenset[frozenset[Oid]] = frozenset()

    def of(self, work: Work) -> tuple[Change, ...]:
        """What one of them changes."""
        return next((branch.changes for branch in self.branches if branch.work == work), ())


@dataclass(frozen=True, slots=True)
class _Found:
    """A branch as it was found, before anything is known of it."""

    work: Work
    tip: Tip
    worktree: Path | None


def observe(
    project: Project,
    world: Snapshot,
    scratch: Scratch,
    *,
    others: str = "none",
    only: Collection[TaskId] | None = None,
    lined: Collection[str] = (),
) -> Flight:
    """Look at the branches of the tasks (or `only` of these) and at `others`: none, local or remote ones.

    Lines are found out for the files that several of them change, and for those of `lined`.
    """
    take_over_running(project, world)
    prefixes = {"none": ["refs/heads/"], "local": ["refs/heads/"]}.get(
        others, ["refs/heads/", "refs/remotes/"]
    )
    mine = _branches_of(world, only)
    if others == "none":
        if not mine:
            return Flight()
        prefixes = list(mine)
    tips, told = flight.tips(project.git, *prefixes)
    problems = [f"branches cannot all be read: {printable(line)}" for line in told]
    found = list(_found(project, world, tips, mine, others))
    found, lost = _readable(project, found)
    problems += lost
    found, bases, kin, lost = _with_bases(project, found)
    problems += lost
    found = [one for one in found if one.worktree is not None or bases[one.tip.oid] != one.tip.oid]
    found, left_out = _latest(project, found)
    if left_out:
        problems.append(f"{left_out} older branches are left out; the latest {MOST_OTHERS} are looked at")
    branches = list(_looked_at(project, scratch, found, bases, problems))
    branches = [branch for branch in branches if branch.commit != branch.base]
    return Flight(tuple(_diffed(scratch, branches, lined, problems)), tuple(problems), kin)


def _branches_of(world: Snapshot, only: Collection[TaskId] | None) -> dict[RefName, TaskId]:
    return {
        RefName.of_branch(stored.record.branch): task
        for task, stored in world.tasks.items()
        if stored.record.branch and stored.record.state in _WITH_BRANCH and (only is None or task in only)
    }


def _found(
    project: Project,
    world: Snapshot,
    tips: Iterable[Tip],
    mine: Mapping[RefName, TaskId],
    others: str,
) -> Iterator[_Found]:
    # Branches of tasks that were cancelled or are merged are of no interest to anybody.
    ours = {RefName.of_branch(s.record.branch) for s in world.tasks.values() if s.record.branch}
    seen: set[Oid] = set()
    local = {tip.ref for tip in tips if tip.ref.startswith("refs/heads/")}
    for tip in tips:
        if tip.ref in mine:
            task = mine[tip.ref]
            # In the middle of a rebase git does not say that the worktree is on the branch.
            worktree = tip.worktree or Path(world.tasks[task].record.worktree or "/nowhere")
            yield _Found(task, tip, worktree)
            seen.add(tip.oid)
    if others == "none":
        return
    for tip in tips:
        is_local = tip.ref.startswith("refs/heads/")
        if tip.ref in ours or tip.ref == project.target:
            continue
        # Without a commit of its own a branch may still have work in its worktree.
        if tip.oid == project.base and tip.worktree is None:
            continue
        # A remote's copy of a branch that is here as well is the same work, though it may be behind.
        if not is_local and (tip.oid in seen or f"refs/heads/{_without_remote(tip.ref)}" in local):
            continue
        seen.add(tip.oid)
        yield _Found(OtherWork(tip.ref.removeprefix("refs/")), tip, tip.worktree)


def _without_remote(ref: RefName) -> str:
    return ref.removeprefix("refs/remotes/").partition("/")[2]


def _readable(project: Project, found: Sequence[_Found]) -> tuple[list[_Found], list[str]]:
    there = flight.present(project.git, (one.tip.oid for one in found))
    lost = [one for one in found if one.tip.oid not in there]
    return (
        [one for one in found if one.tip.oid in there],
        [
            f"'{printable(one.tip.ref.short)}' cannot be read: its commit is missing ('git fsck')"
            for one in lost
        ],
    )


def _with_bases(
    project: Project, found: Sequence[_Found]
) -> tuple[list[_Found], dict[Oid, Oid], frozenset[frozenset[Oid]], list[str]]:
    bases: dict[Oid, tuple[Oid, ...]] = {}
    kin: frozenset[frozenset[Oid]] = frozenset()
    problems = []
    try:
        forks = flight.forks(project.git, (one.tip.oid for one in found), target=project.base)
        bases.update(forks.bases)
        kin = forks.kin
    except GitFailed:
        # The history of one is damaged; which one, only each of them tells.
        for one in found:
            try:
                bases.update(flight.forks(project.git, [one.tip.oid], target=project.base).bases)
            except GitFailed as error:
                problems.append(f"'{printable(one.tip.ref.short)}' cannot be looked at: {error.message}")
    kept, first = [], {}
    for one in found:
        if one.tip.oid not in bases:
            continue
        if not bases[one.tip.oid]:
            target = project.target.short
            problems.append(f"'{printable(one.tip.ref.short)}' has no history in common with '{target}'")
            continue
        kept.append(one)
        first[one.tip.oid] = min(bases[one.tip.oid])
    return kept, first, kin, problems


def _latest(project: Project, found: Sequence[_Found]) -> tuple[list[_Found], int]:
    others = {one.tip.oid for one in found if isinstance(one.work, OtherWork)}
    kept = flight.youngest(project.git, others, MOST_OTHERS)
    latest = [one for one in found if not isinstance(one.work, OtherWork) or one.tip.oid in kept]
    return latest, len(found) - len(latest)


def _looked_at(
    project: Project, scratch: Scratch, found: Sequence[_Found], bases: Mapping[Oid, Oid], problems: list[str]
) -> Iterator[Branch]:
    """The branches with what lies uncommitted in their worktrees."""

    def look(one: _Found) -> Unsaved | str | None:
        if one.worktree is None:
            return None
        try:
            return find_unsaved(project.git, one.worktree, one.tip.oid, scratch)
        except (OSError, ParallelError) as error:
            what = error.message if isinstance(error, ParallelError) else str(error.strerror).lower()
            return f"what is uncommitted in '{printable(str(one.worktree))}' cannot be read: {what}"

    with ThreadPoolExecutor(_READERS) as pool:
        looks = list(pool.map(look, found))
    for one, unsaved in zip(found, looks, strict=True):
        if isinstance(unsaved, str):
            problems.append(unsaved)
        branch = Branch(one.work, one.tip.ref, bases[one.tip.oid], one.tip.oid, one.tip.oid)
        if isinstance(unsaved, Unsaved):
            apart = tuple(
                Change(path, Kind.CREATE, TOP) if is_new else Change(path, Kind.MODIFY, WHOLE)
                for path, is_new in unsaved.apart
            )
            branch = replace(branch, commit=unsaved.commit, changes=apart)
        yield branch


def _diffed(
    scratch: Scratch,
    branches: Sequence[Branch],
    lined: Collection[str],
    problems: list[str],
) -> Iterator[Branch]:
    # No attribute, filter or replacement of the repository has a say in what differs, as in the merges.
    git = scratch.git
    known = _touching(git, branches, problems)
    counted = Counter(path for branch in known for path in _edited(branch))
    shared = {path for path, count in counted.items() if count > 1 or path in lined}
    asked = [branch for branch in known if not shared.isdisjoint(_edited(branch))]
    lines = _lines(git, asked, shared, problems)
    for branch in known:
        mine = lines.get((branch.base, branch.commit), {})
        changes = (*branch.changes, *(change for touch in branch.touches for change in _changes(touch, mine)))
        yield replace(branch, changes=changes, lines=mine)


def _touching(git: Git, branches: Sequence[Branch], problems: list[str]) -> list[Branch]:
    """The branches with what they touch; one that is damaged is left out, and named."""
    try:
        touched = flight.touches(git, ((branch.base, branch.commit) for branch in branches))
        return [replace(branch, touches=touched[branch.base, branch.commit]) for branch in branches]
    except GitFailed as error:
        if len(branches) == 1:
            problems.append(f"'{printable(branches[0].ref.short)}' cannot be looked at: {error.message}")
            return []
    return [known for branch in branches for known in _touching(git, [branch], problems)]


def _edited(branch: Branch) -> Iterator[str]:
    """The paths of which it matters what lines a branch changes."""
    return (touch.path for touch in branch.touches if touch.is_plain)


def _lines(
    git: Git, asked: Sequence[Branch], shared: Collection[str], problems: list[str]
) -> dict[tuple[Oid, Oid], dict[str, Ranges]]:
    if not asked:
        return {}
    from ..overlap.patch import changes

    found: dict[tuple[Oid, Oid], dict[str, Ranges]] = {}
    names = {(branch.base, branch.commit): branch.ref.short for branch in asked}
    for pair, text in _patches(git, names, sorted(shared), problems):
        try:
            found[pair] = {
                change.path: change.ranges
                for change in changes(text)
                if change.kind is Kind.MODIFY and change.path in shared
            }
        except ParallelError as error:
            problems.append(
                f"the lines that '{printable(names[pair])}' changes are not known: {error.message}"
            )
    return found


def _patches(
    git: Git, names: Mapping[tuple[Oid, Oid], str], paths: Collection[str], problems: list[str]
) -> list[tuple[tuple[Oid, Oid], str]]:
    """The diffs of branches; without those of which a blob is missing, whose lines are then not known."""
    try:
        return list(flight.patches(git, names, paths))
    except GitFailed as error:
        if len(names) == 1:
            (name,) = names.values()
            problems.append(f"the lines that '{printable(name)}' changes are not known: {error.message}")
            return []
    return [one for pair, name in names.items() for one in _patches(git, {pair: name}, paths, problems)]


def _changes(touch: Touch, lines: Mapping[str, Ranges]) -> Iterator[Change]:
    if touch.status == "R":
        yield Change(touch.source, Kind.MOVE, blob=touch.old)
        yield Change(touch.path, Kind.CREATE, TOP)
    elif touch.status in "AC":
        yield Change(touch.path, Kind.CREATE, TOP)
    elif touch.status == "D":
        yield Change(touch.path, Kind.DELETE, WHOLE, touch.old)
    elif touch.is_plain:
        yield Change(touch.path, Kind.MODIFY, lines.get(touch.path, ()), touch.old)
    else:
        # Its kind or mode changes, or it is a submodule: there are no lines to tell.
        is_mode_only = touch.old == touch.new
        yield Change(touch.path, Kind.MODIFY, () if is_mode_only or touch.is_link else WHOLE, touch.old)
