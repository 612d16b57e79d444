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
    every = ownership.known(others)
    return Reach(
        task,
        frozenset("/".join(map(str, shape)) for pattern in me.declared if pattern.is_exact for shape in pattern.shapes),
        _whole(mine),
        _whole(shape for pattern in me.territory.patterns for shape in pattern.shapes),
        frozenset(folder for shape in mine for folder in _folders(shape)),
        _Foreign(every.declared, task, {}),
        _Foreign(every.declared, task, _of_territories(me, ownership)),
        _Foreign(every.files, task, {}),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Others:
    """What any task declares or claims: at each place the first two tasks, of which one at least is another's."""

    declared: Mapping[str, tuple[Foreign, ...]]
    files: Mapping[str, tuple[Foreign, ...]]


class _Foreign(Mapping[str, Foreign]):
    """The same as one task sees it, which is no neighbour of itself; `beside` is what counts where nobody is."""

    def __init__(
        self, every: Mapping[str, tuple[Foreign, ...]], task: TaskId, beside: Mapping[str, Foreign]
    ) -> None:
        self._every, self._task, self._beside = every, task, beside

    def __getitem__(self, path: str) -> Foreign:
        found = next((one for one in self._every.get(path, ()) if one.owner != self._task), None)
        return self._beside[path] if found is None else found

    def __iter__(self) -> Iterator[str]:
        every = dict.fromkeys((*self._every, *self._beside))
        return (path for path in every if self.get(path) is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def others(ownership: Ownership) -> Others:
    """What all tasks declare and claim, by place; it costs as much as there is of that."""
    declared: dict[str, tuple[Foreign, ...]] = {}
    files: dict[str, tuple[Foreign, ...]] = {}
    for one in ownership.claimants.values():
        why = f"declared by task '{one.task}'"
        for pattern in one.declared:
            _note(pattern, str(one.task), why, declared, files)
    for path, holder in ownership.claims.items():
        if holder in ownership.claimants:
            pattern = Pattern(path, (tuple(path.split("/")),))
            _note(pattern, str(holder), f"claimed by task '{holder}'", declared, files)
    return Others(declared, files)


def _note(
    pattern: Pattern,
    owner: str,
    why: str,
    declared: dict[str, tuple[Foreign, ...]],
    files: dict[str, tuple[Foreign, ...]],
) -> None:
    for shape in pattern.shapes:
        for folder in _folders(shape):
            _add(declared, folder, owner, why)
    if pattern.is_exact:
        _add(files, pattern.text, owner, why)


def _add(found: dict[str, tuple[Foreign, ...]], place: str, owner: str, why: str) -> None:
    known = found.get(place, ())
    if len(known) < _TWO and all(one.owner != owner for one in known):
        found[place] = (*known, Foreign(place, owner, why))


_TWO = 2


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
