"""Singleton agent types that somebody outside this run has: a person, a script, an agent nobody told us of."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import partial

from ..names import TaskId
from ..tasks.task import Task
from .events import Events
from .singletons import Registry


@dataclass(slots=True)
class Elsewhere:
    """Who waits for whom outside. That a type has come free again is an event."""

    registry: Registry
    events: Events
    _why: dict[str, str] = field(default_factory=dict)

    def delayed(
        self, waiting: Iterable[Task], *, singletons: Collection[str], ours: Collection[str | None]
    ) -> dict[TaskId, str]:
        """Why some of those that wait may not begin yet; of the types that are `ours`, our tasks are the reason."""
        found: dict[TaskId, str] = {}
        free: set[str] = set()
        for task in waiting if singletons else ():
            agent = task.agent
            if agent is None or agent not in singletons or agent in ours or agent in free:
                continue
            if agent not in self._why and not self._look(agent):
                free.add(agent)
                continue
            found[task.id] = self._why[agent]
        return found

    def _look(self, agent: str) -> bool:
        """Whether somebody has it; if so we shall hear when it is free."""
        if not self.registry.is_taken(agent):
            return False
        self._why[agent] = self.registry.why_not(agent)
        freed = partial(self._why.pop, agent, None)
        self.registry.when_free(agent, partial(self.events.put, freed))
        return True
