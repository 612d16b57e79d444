"""Who owns what next door to a task: what its agent is told to keep away from."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..names import TaskId
from ..overlap.patterns import Pattern
from .claims import of
from .judge import Ownership

_WILD = frozenset("*?[{")


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another unfinished task and what it declared or claimed, as it is written."""

    task: TaskId
    paths: tuple[str, ...]


def owned(task: TaskId, ownership: Ownership) -> tuple[str, ...]:
    """What a task declared and claimed."""
    me = ownership.claimants.get(task)
    return tuple(dict.fromkeys((*_texts(me.declared if me else ()), *of(ownership.claims, task))))


def neighbours(task: TaskId, ownership: Ownership, *, most: int) -> tuple[Neighbour, ...]:
    """The unfinished tasks that own something, those nearest in the tree first, at most so many."""
    claimed: dict[TaskId, list[str]] = {}
    for path, holder in ownership.claims.items():
        claimed.setdefault(holder, []).append(path)
    mine = {folder for path in owned(task, ownership) for folder in _folders(path)}
    found = []
    for other in ownership.claimants.values():
        paths = (*_texts(other.declared), *claimed.get(other.task, ()))
        if other.task != task and paths:
            near = max(_shared(path, mine) for path in paths)
            found.append((near, Neighbour(other.task, tuple(dict.fromkeys(paths)))))
    # Python sorts stably: of those that are equally near the first declared come first.
    return tuple(neighbour for _, neighbour in sorted(found, key=lambda one: -one[0])[:most])


def _texts(declared: Iterable[Pattern]) -> Iterator[str]:
    return (pattern.text for pattern in declared)


def _folders(path: str) -> Iterator[str]:
    """The directories above a path, as far as no wildcard stands in them, the outermost first."""
    at = path.find("/")
    while at >= 0 and not _WILD & set(path[:at]):
        yield path[: at + 1]
        at = path.find("/", at + 1)


def _shared(path: str, mine: set[str]) -> int:
    """How many directories a path has in common with mine."""
    count = 0
    for folder in _folders(path):
        if folder not in mine:
            break
        count += 1
    return count
