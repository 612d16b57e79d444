"""How far a task and its neighbours reach: which directories hold something of theirs, which are a task's own."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..names import TaskId
from ..overlap.patterns import Pattern, Shape
from ..overlap.segment import ANY_NAME
from .judge import Claimant, Foreign, Ownership


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a task's own things lie, and others'.

    `exact` are the paths it declares one by one, `folders` the directories it declares whole, `grounds` those
    that its agent type owns whole, `inside` all directories that it declares, or declares something below.
    `declared` are the directories below which another unfinished task declares or claims something, `theirs`
    these and those of other agent types' territories, `files` the paths that another task declares or claims
    one by one; each with whose it is.
    """

    task: TaskId
    exact: frozenset[str]
    folders: frozenset[str]
    grounds: frozenset[str]
    inside: frozenset[str]
    declared: Mapping[str, Foreign]
    theirs: Mapping[str, Foreign]
    files: Mapping[str, Foreign]


def reach_of(task: TaskId, ownership: Ownership) -> Reach:
    """How far a task and its neighbours reach."""
    me = ownership.claimants.get(task, Claimant(task))
    mine = [shape for pattern in me.declared for shape in pattern.shapes]
    declared, files = _of_others(task, ownership)
    return Reach(
        task,
        frozenset("/".join(map(str, shape)) for pattern in me.declared if pattern.is_exact for shape in pattern.shapes),
        _whole(mine),
        _whole(shape for pattern in me.territory.patterns for shape in pattern.shapes),
        frozenset(folder for shape in mine for folder in _folders(shape)),
        declared,
        {**_of_territories(me, ownership), **declared},
        files,
    )  # fmt: skip


def _of_others(task: TaskId, ownership: Ownership) -> tuple[dict[str, Foreign], dict[str, Foreign]]:
    declared: dict[str, Foreign] = {}
    files: dict[str, Foreign] = {}
    for other in ownership.claimants.values():
        if other.task == task:
            continue
        why = f"declared by task '{other.task}'"
        for pattern in other.declared:
            _note(pattern, str(other.task), why, declared, files)
    for path, holder in ownership.claims.items():
        if holder != task and holder in ownership.claimants:
            _note(
                Pattern(path, (tuple(path.split("/")),)),
                str(holder),
                f"claimed by task '{holder}'",
                declared,
                files,
            )
    return declared, files  # fmt: skip


def _note(
    pattern: Pattern, owner: str, why: str, declared: dict[str, Foreign], files: dict[str, Foreign]
) -> None:
    for shape in pattern.shapes:
        for folder in _folders(shape):
            declared.setdefault(folder, Foreign(folder, owner, why))
    if pattern.is_exact:
        files.setdefault(pattern.text, Foreign(pattern.text, owner, why))


def _of_territories(me: Claimant, ownership: Ownership) -> dict[str, Foreign]:
    own = {shape for pattern in me.territory.patterns for shape in pattern.shapes}
    found: dict[str, Foreign] = {}
    for name, territory in ownership.territories.items():
        if name == me.territory.agent:
            continue
        for pattern in territory.patterns:
            for shape in pattern.shapes:
                for folder in _folders(shape) if shape not in own else ():
                    found.setdefault(folder, Foreign(folder, name, f"owned by agent type '{name}'"))
    return found


def _folders(shape: Shape) -> Iterator[str]:
    """The directories that certainly hold whatever a shape stands for, the root (an empty name) first."""
    lead = _names(shape)
    if len(lead) == len(shape):
        lead.pop()
    yield from ("/".join(lead[:count]) for count in range(len(lead) + 1))


def _names(shape: Shape) -> list[str]:
    found: list[str] = []
    for part in shape:
        if not isinstance(part, str):
            break
        found.append(part)
    return found


def _whole(shapes: Iterable[Shape]) -> frozenset[str]:
    return frozenset("/".join(_names(shape)) for shape in shapes if _is_folder(shape))


def _is_folder(shape: Shape) -> bool:
    """Whether a shape is everything below one directory."""
    return shape[-2:] == (None, ANY_NAME) and len(_names(shape)) == len(shape) - 2
