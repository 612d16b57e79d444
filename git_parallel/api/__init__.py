"""The public Python API; each name is imported from where it lives when it is first asked for."""

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..commands.plan import PlanAnswer as PlanAnswer
    from ..commands.plan import plan as plan
    from ..commands.status import StatusAnswer as StatusAnswer
    from ..commands.status import status as status
    from ..tasks.document import Document as Document
    from ..tasks.draft import Draft as Draft
    from ..tasks.draft import Parsed as Parsed
    from ..tasks.prose.dependencies import After as After
    from ..tasks.sources import Source as Source
    from ..tasks.task import Declared as Declared
    from ..tasks.task import Kind as Kind
    from ..tasks.task import Problem as Problem
    from ..tasks.task import Status as Status
    from .agent_task import AgentTask as AgentTask
    from .coordinating import ParallelExecutionCoordinator as ParallelExecutionCoordinator
    from .failures import Closed as Closed
    from .failures import Deadlock as Deadlock
    from .failures import DependencyFailed as DependencyFailed
    from .holding import singleton as singleton
    from .separating import separate_tasks as separate_tasks
    from .task_queue import TaskQueue as TaskQueue
    from .workspace import Workspace as Workspace
    from .workspace import workspaces as workspaces

# Below one of these names lives what is public here.
_HOMES = {
    "After": "..tasks.prose.dependencies",
    "AgentTask": ".agent_task",
    "Closed": ".failures",
    "Deadlock": ".failures",
    "Declared": "..tasks.task",
    "DependencyFailed": ".failures",
    "Document": "..tasks.document",
    "Draft": "..tasks.draft",
    "Kind": "..tasks.task",
    "Parsed": "..tasks.draft",
    "ParallelExecutionCoordinator": ".coordinating",
    "PlanAnswer": "..commands.plan",
    "Problem": "..tasks.task",
    "Source": "..tasks.sources",
    "Status": "..tasks.task",
    "StatusAnswer": "..commands.status",
    "TaskQueue": ".task_queue",
    "Workspace": ".workspace",
    "plan": "..commands.plan",
    "separate_tasks": ".separating",
    "singleton": ".holding",
    "status": "..commands.status",
    "workspaces": ".workspace",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> object:
    """Import what is asked for: a queue has no use for what reads documents, and the other way round."""
    if name not in _HOMES:
        raise AttributeError(f"module 'git_parallel.api' has no attribute '{name}'")
    found: object = getattr(import_module(_HOMES[name], __name__), name)
    globals()[name] = found
    return found
