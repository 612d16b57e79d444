"""Singleton agent types that somebody outside this run has: a person, a script, an agent nobody told us of."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from ..names import TaskId
from ..schedule.ready import Scene
from ..schedule.record import TaskRecord
from ..tasks.task import Task
from .events import Events
from .ordering import Orders
from .singletons import Registry


@dataclass(slots=True)
class Elsewhere:
    """Who waits for whom outside. That a type has come free again is an event.

    `is_awaited` is whether somebody waits for that and for nothing else.
    """

    registry: Registry
    events: Events
    orders: Orders
    is_awaited: bool = False
    _why: dict[str, str] = field(default_factory=dict)

    def mind(self, scene: Scene, records: Mapping[TaskId, TaskRecord]) -> Scene:
        """The scene with each task as the agent type that it runs as, and those delayed whose type somebody has."""
        self.is_awaited = False
        if not scene.singletons:
            return scene
        typed = replace(
            scene,
            running=[self._typed(task, records.get(task.id)) for task in scene.running],
            waiting=[self._typed(task, None) for task in scene.waiting],
        )
        held = self._delayed(typed)
        # Those that wait for nothing else are worth waiting for.
        self.is_awaited = any(not scene.waits.get(task) for task in held)
        return replace(typed, delayed={**held, **scene.delayed}) if held else typed

    def _typed(self, task: Task, record: TaskRecord | None) -> Task:
        """The task; one without an agent type of its own with that it runs as, or would in this run."""
        agent = task.agent or (record.agent if record else None) or self.orders.agent_of(task)
        return task if agent == task.agent else replace(task, agent=agent)

    def _delayed(self, scene: Scene) -> dict[TaskId, str]:
        """Why some of those that wait may not begin yet; of the types that run here, our tasks are the reason."""
        ours = {task.agent for task in scene.running}
        found: dict[TaskId, str] = {}
        free: set[str] = set()
        for task in scene.waiting:
            agent = task.agent
            if agent is None or agent not in scene.singletons or agent in ours or agent in free:
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
