"""The commands that agents are started by: given, set, or those of the attempt before."""

import math
from collections.abc import Iterable, Sequence
from pathlib import Path

from ..errors import BadInput
from ..names import TaskId
from .agent_types import command_of, has_command
from .attempt import Order, recall_command
from .open import Project
from .ordering import Orders, ordered
from .request import Request
from .sandboxing import require_way


def orders_of(
    project: Project, request: Request, directory: Path, agents: Iterable[str | None] = ()
) -> Orders:
    """How the agents of a request are started; `agents` are the agent types that its tasks name.

    A command that the user gives is everybody's. Otherwise each agent type has its own, where one is set,
    and the others have that of `parallel.agent`. Raises BadInput for a command that cannot be started,
    Unusable where agents are to be put in a sandbox and cannot be.
    """
    settings = project.settings
    limits = Order(
        (),
        None,
        timeout=_limit(request.timeout, settings.timeout),
        grace=settings.grace,
        stall=_limit(request.stall, settings.stall_timeout),
        log_limit=settings.log_bytes,
        is_fresh=request.is_fresh,
        is_sparse=request.is_sparse or settings.sparse,
        sandbox=require_way(project) if request.is_sandboxed or settings.sandbox == "on" else None,
    )

    def of_agent(name: str) -> Order:
        return ordered(project, limits, name, (*command_of(settings, name), *request.command), directory)

    if request.agent:
        return Orders(project, of_agent(request.agent), limits)
    if request.command:
        return Orders(project, ordered(project, limits, "", request.command, directory), limits)
    recalled = {
        task: ordered(project, limits, name, argv, directory)
        for task, (argv, name) in _recalled(project, request.again).items()
    }
    usual = of_agent(settings.agent) if settings.agent and not recalled else None
    own = {name: of_agent(name) for name in dict.fromkeys(agents) if name and has_command(settings, name)}
    return Orders(project, usual, limits, by_agent=own, by_task=recalled)


def _recalled(project: Project, tasks: Sequence[TaskId]) -> dict[TaskId, tuple[tuple[str, ...], str]]:
    """The commands that these tasks were run by and their agent types; raises BadInput where one is not known."""
    found = {}
    for task in tasks:
        command = recall_command(project, task)
        if command is None:
            raise BadInput(
                f"it is not known any more by which command '{task}' was run",
                hint=f"git parallel retry {task} -- COMMAND [ARGUMENT...]",
            )
        found[task] = (command[0], command[1] or "")
    return found


def _limit(asked: float | None, usual: float | None) -> float | None:
    """A time limit in seconds: as asked for, or as is usual; None where there is none."""
    return usual if asked is None else None if math.isinf(asked) else asked
