"""What tasks declare and agent types own, compiled once for questions about many paths."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ..names import TaskId
from ..overlap.patterns import Pattern
from .atlas import Atlas, Entry
from .rules import Territory


class Spot(NamedTuple):
    """One path: the agent types whose territory it is, and the tasks whose declaration of it counts.

    Both come with the pattern that fits; the types are those with the most specific one. `exactly` are the
    tasks that name this very path, wherever their agent types have their territory.
    """

    types: Mapping[str, str]
    declared: Mapping[TaskId, str]
    exactly: frozenset[TaskId]


class Survey:
    """The declarations and territories of one moment."""

    def __init__(
        self, tasks: Mapping[TaskId, tuple[Iterable[Pattern], Territory]], territories: Iterable[Territory]
    ) -> None:
        self._tasks = [(task, land) for task, (_, land) in tasks.items()]
        lands = {land.agent: land for land in territories}
        for _, land in self._tasks:
            # A task is held to its own territory, whether or not it is among those that are known to all.
            lands.setdefault(land.agent, land)
        self._types = [land for land in lands.values() if land.patterns]
        self._atlas = Atlas(
            [*(land.patterns for land in self._types), *(declared for declared, _ in tasks.values())]
        )
        self._folders: dict[str, tuple[list[Entry], Spot]] = {}

    def at(self, path: str) -> Spot:
        """What is known of one path."""
        folder = path[: path.rfind("/") + 1]
        known = self._folders.get(folder)
        if known is None:
            throughout = self._atlas.throughout(folder)
            known = self._folders[folder] = (throughout, self._spot(throughout, path))
        besides = self._atlas.besides(folder, path)
        return self._spot([*known[0], *besides], path) if besides else known[1]

    def _spot(self, found: list[Entry], path: str) -> Spot:
        first = len(self._types)
        best = max((entry.rank for entry in found if entry.owner < first), default=None)
        types, declared = dict[str, str](), dict[TaskId, str]()
        exactly = []
        # The types come first, then the tasks in their order, each with its most specific pattern first.
        for _, owner, rank, text in sorted(found):
            if owner < first:
                if rank == best:
                    types.setdefault(self._types[owner].agent, text)
                continue
            task, land = self._tasks[owner - first]
            if text == path:
                exactly.append(task)
            if not land.patterns or land.agent in types:
                declared.setdefault(task, text)
        return Spot(types, declared, frozenset(exactly))
