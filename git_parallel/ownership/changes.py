"""What a task makes of entries of a tree: the judgement of paths, and of links, submodules and look-alikes.

A path that is a task's own may still hold what reaches further: a symbolic link leads elsewhere, a
submodule brings a whole repository, and a name may be another one's on some file system.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from ..names import TaskId
from .judge import Foreign, Ownership, Verdict, judge
from .reach import Reach, reach_of


class Kind(StrEnum):
    """What stands at a path."""

    FILE = "file"
    LINK = "symbolic link"
    GITLINK = "submodule"
    GONE = "nothing"

    @classmethod
    def of(cls, mode: str) -> "Kind":
        """The kind of an entry with this mode, as git writes it in six digits."""
        return _KINDS.get(mode, cls.FILE)


_KINDS = {"000000": Kind.GONE, "120000": Kind.LINK, "160000": Kind.GITLINK}


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one path: what it was and is, where a link leads, and what else its name passes for."""

    path: str
    kind: Kind
    was: Kind = Kind.FILE
    link: str = ""
    also: tuple[str, ...] = ()

    @property
    def is_new(self) -> bool:
        """Whether nothing stood there before."""
        return self.was is Kind.GONE


@dataclass(frozen=True, slots=True)
class Judgement:
    """What speaks against each change, where anything does, and the paths that have to be claimed first."""

    against: Mapping[Change, tuple[Foreign, ...]]
    unclaimed: tuple[str, ...]


def judge_changes(
    task: TaskId, changes: Iterable[Change], ownership: Ownership, *, accepted: Iterable[str] = ()
) -> Verdict:
    """Judge what one task changes: each path, and what it does beyond its path.

    What the user has `accepted` for this task (paths, and directories that end in `/`) is not judged.
    """
    judgement = judge_each(task, changes, ownership, accepted=accepted)
    foreign = (one for some in judgement.against.values() for one in some)
    return Verdict(tuple(dict.fromkeys(foreign)), judgement.unclaimed)


def judge_each(
    task: TaskId, changes: Iterable[Change], ownership: Ownership, *, accepted: Iterable[str] = ()
) -> Judgement:
    """Like `judge_changes`, and says of each change by itself what speaks against it."""
    allowed = tuple(accepted)
    known = [
        change for change in dict.fromkeys(changes) if not allowed or not _is_accepted(change.path, allowed)
    ]
    reach = reach_of(task, ownership)
    # A submodule of which something is declared is the task's, though no pattern matches the path of it.
    inside = {one.path for one in known if _is_submodule(one) and one.path in reach.inside}
    loosely = judge(task, (*inside, *_targets(known)), replace(ownership, strict=False))
    rest = (path for one in known for path in (one.path, *one.also) if path not in inside)
    paths = judge(task, rest, ownership)
    led = {one.path: one for one in loosely.foreign}
    foreign = {one.path: one for one in paths.foreign} | {path: led[path] for path in inside if path in led}
    scene = _Scene(ownership, reach, foreign, frozenset(paths.unclaimed), led)
    against: dict[Change, tuple[Foreign, ...]] = {}
    unclaimed: dict[str, None] = {}
    for change in known:
        found = tuple(_offences(change, scene))
        if found:
            against[change] = found
        elif change.path in scene.unclaimed or _is_to_be_claimed(change, scene):
            unclaimed[change.path] = None
    return Judgement(against, tuple(unclaimed))


def _is_accepted(path: str, accepted: Iterable[str]) -> bool:
    return any(path == one or (one.endswith("/") and path.startswith(one)) for one in accepted)


@dataclass(frozen=True, slots=True)
class _Scene:
    """What the judgement of paths has said, and what else is to be known of the task and its neighbours.

    `loosely` is what would be foreign as well if the policy were not strict, of what links lead to.
    """

    ownership: Ownership
    reach: Reach
    foreign: dict[str, Foreign]
    unclaimed: frozenset[str]
    loosely: dict[str, Foreign]


def _offences(change: Change, scene: _Scene) -> Iterator[Foreign]:
    path = change.path
    if path in scene.foreign:
        yield scene.foreign[path]
        return
    for other in change.also:
        if other in scene.foreign:
            one = scene.foreign[other]
            yield Foreign(path, one.owner, f"some file systems take it for '{other}', {one.why}")
    if _is_submodule(change):
        yield from _of_submodule(change, scene)
    if change.kind is Kind.LINK:
        yield from _of_link(change, scene)
    if change.is_new and path in scene.unclaimed:
        yield from _of_place(path, scene)


def _of_submodule(change: Change, scene: _Scene) -> Iterator[Foreign]:
    if change.path in scene.reach.exact:
        return
    if change.is_new:
        yield Foreign(change.path, "", "a new submodule, which only an exact declaration in the spec gives")
    elif scene.ownership.strict and not _holds_submodule(change, scene):
        yield Foreign(change.path, "", "a submodule, which no directory or wildcard of the spec gives")


def _holds_submodule(change: Change, scene: _Scene) -> bool:
    return change.path in scene.reach.inside or scene.ownership.claims.get(change.path) == scene.reach.task


def _is_to_be_claimed(change: Change, scene: _Scene) -> bool:
    """Whether a submodule is the task's by a directory or wildcard only, which give none."""
    if not _is_submodule(change) or change.path in scene.reach.exact:
        return False
    return not _holds_submodule(change, scene)


def _of_link(change: Change, scene: _Scene) -> Iterator[Foreign]:
    target = leads_to(change)
    if target is None:
        yield Foreign(change.path, "", f"a symbolic link out of the repository, to '{change.link}'")
        return
    if target in scene.reach.folders:
        return
    # A pattern for all that is below a directory does not match the directory.
    one = None if target in scene.reach.grounds else scene.loosely.get(target)
    if one is None or not one.owner:
        one = scene.reach.theirs.get(target, one)
    if one is not None:
        shown = target or "the whole repository"
        yield Foreign(change.path, one.owner, f"a symbolic link to '{shown}', {one.why}")


def _of_place(path: str, scene: _Scene) -> Iterator[Foreign]:
    """Whether a new path stands where another's directory is to be, or below where its file is to be."""
    below = scene.reach.declared.get(path)
    if below is not None:
        yield Foreign(path, below.owner, f"stands in the place of a directory with what is {below.why}")
        return
    for folder in _above(path):
        if folder in scene.reach.files:
            one = scene.reach.files[folder]
            yield Foreign(path, one.owner, f"stands in the place of '{folder}', {one.why}")
            return


def leads_to(change: Change) -> str | None:
    """The path in the repository that a symbolic link leads to, empty for its root; None out of the repository.

    A link that goes up again after it has gone down is told by its text alone, which is no proof where
    another link lies on the way, so it counts as one that leads out.
    """
    if change.link.startswith("/") or "\0" in change.link:
        return None
    at = change.path.split("/")[:-1]
    is_down = False
    for part in change.link.split("/"):
        if part in ("", "."):
            continue
        if part != "..":
            at.append(part)
            is_down = True
        elif is_down or not at:
            return None
        else:
            at.pop()
    return "/".join(at)


def _is_submodule(change: Change) -> bool:
    return Kind.GITLINK in (change.kind, change.was)


def _targets(changes: Iterable[Change]) -> Iterator[str]:
    """What links lead to; to what is nobody's they may lead however strict the policy is."""
    return (target for one in changes if one.kind is Kind.LINK and (target := leads_to(one)))


def _above(path: str) -> Iterator[str]:
    at = path.rfind("/")
    while at > 0:
        yield path[:at]
        at = path.rfind("/", 0, at)
