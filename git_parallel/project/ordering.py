"""How the agent of each task is started."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..agents import presets
from ..errors import BadInput
from ..names import TaskId, printable
from ..schedule.record import TaskRecord
from ..tasks.task import Task
from .agent_types import preset_of, startable
from .attempt import Order, recall_command
from .open import Project


@dataclass(frozen=True, slots=True)
class Orders:
    """The orders of a run: `usual` is None where every task is to bring its own.

    In this order count: what was told for one task (`by_task`), the command that a delegated task came
    with, that of its agent type (`by_agent`), the usual one.
    """

    project: Project
    usual: Order | None
    limits: Order
    by_agent: Mapping[str, Order] = field(default_factory=dict)
    by_task: Mapping[TaskId, Order] = field(default_factory=dict)

    def of(self, task: Task, record: TaskRecord | None) -> Order:
        """The order for a task; raises BadInput where nobody has said how its agent is started."""
        found = self.by_task.get(task.id)
        if found is None and record is not None and record.is_delegated:
            found = self._recalled(task.id)
        return found or self.of_agent(task.agent)

    def told_for(self, tasks: Iterable[Task]) -> "Orders":
        """The same, where the user has given the usual order for these tasks in particular."""
        usual = self.usual
        return replace(self, by_task={task.id: usual for task in tasks}) if usual else self

    def of_agent(self, agent: str | None) -> Order:
        """The order for whatever is given to an agent type; raises BadInput where none is known."""
        found = self.by_agent.get(agent or "") or self.usual
        if found is not None:
            return found
        if not agent:
            raise BadInput("no agent command", hint="give one: -- COMMAND [ARGUMENT...]")
        name = printable(agent)
        raise BadInput(
            f"no command is set for agent '{name}'",
            hint=f"git config agent.{name}.command 'COMMAND ARGUMENTS', or give one: -- COMMAND",
        )

    def agent_of(self, task: Task) -> str | None:
        """The agent type that a task without one of its own is done by, where the order for it names one."""
        order = self.by_task.get(task.id) or self.usual
        return order.agent if order else None

    def all(self) -> tuple[Order, ...]:
        """Every order that is known now, each once."""
        known = (self.usual, *self.by_agent.values(), *self.by_task.values())
        return tuple(dict.fromkeys(order for order in known if order))

    def require(self, records: Iterable[TaskRecord], tasks: Iterable[Task], verb: str) -> None:
        """Raise BadInput where none of the tasks can be started by the command line and the settings."""
        given = self.usual or self.by_task or any(task.agent in self.by_agent for task in tasks)
        if not given and not any(record.is_delegated and record.is_unfinished for record in records):
            raise BadInput(
                "no agent command",
                hint=f"git parallel {verb} -- COMMAND [ARGUMENT...], or --agent {', '.join(presets.names())}",
            )

    def _recalled(self, task: TaskId) -> Order | None:
        command = recall_command(self.project, task)
        if command is None:
            return None
        argv, agent = command
        return replace(self.limits, argv=argv, agent=agent, preset=_preset(self.project, agent or ""))


def ordered(project: Project, limits: Order, name: str, words: Sequence[str], directory: Path) -> Order:
    """The order for agents of this type, by a command as it was given; raises BadInput where it cannot be started."""
    program = startable(words[0], directory, preset_of(project.settings, name))
    return replace(limits, argv=(program, *words[1:]), agent=name or None, preset=_preset(project, name))


def _preset(project: Project, name: str) -> str:
    preset = preset_of(project.settings, name)
    return preset.name if preset else ""
