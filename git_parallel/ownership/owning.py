"""Whose a path is, and on what ground; for people who ask, by the rules of the judgement."""

from enum import StrEnum
from typing import NamedTuple

from ..names import TaskId
from .control import control_of
from .judge import Ownership
from .survey import Spot


class Ground(StrEnum):
    """On what it rests that a path is somebody's."""

    CLAIMED = "claimed"  # a task has taken it
    DECLARED = "declared"  # the specs of tasks cover it
    TERRITORY = "territory"  # agent types own it, and no task has it
    CONTROL = "control"  # a control file, of those tasks whose specs name it
    NOBODY = "nobody"


class Owned(NamedTuple):
    """A path and its owners: tasks, or agent types where it is a territory; each with the pattern that fits.

    A tuple, since all files of a repository may be asked about. `control` says whose control
    file it is: that of git, or of git hooks.
    """

    path: str
    ground: Ground
    owners: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    control: str = ""


def owned(path: str, ownership: Ownership) -> Owned:
    """Whose one path is; a task is among its owners exactly if it may change it without taking it first."""
    spot = ownership.survey.at(path)
    control = control_of(path, ownership.hooks)
    holder = ownership.claims.get(path)
    if holder not in ownership.claimants:
        holder = None
    if control:
        tasks = _named(spot) if holder is None else [holder] if holder in spot.exactly else []
        return Owned(path, Ground.CONTROL, tuple(tasks), (path,) * len(tasks), control)
    if holder is not None:
        return Owned(path, Ground.CLAIMED, (holder,), (path,))
    if spot.declared:
        return Owned(path, Ground.DECLARED, tuple(spot.declared), tuple(spot.declared.values()))
    if spot.types:
        return Owned(path, Ground.TERRITORY, tuple(spot.types), tuple(spot.types.values()))
    return Owned(path, Ground.NOBODY)


def _named(spot: Spot) -> list[TaskId]:
    return [task for task in spot.declared if task in spot.exactly]
