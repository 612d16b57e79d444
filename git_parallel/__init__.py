"""git-parallel: run many coding agents on one Git repository at once.

The names of the public Python API (`git_parallel.api`) are handed on lazily, so that the import that
hooks and `git parallel --version` pay for stays as cheap as an empty module.
"""

__version__ = "0.1.0"
__all__ = [
    "After",
    "AgentTask",
    "Closed",
    "Deadlock",
    "Declared",
    "DependencyFailed",
    "Document",
    "Draft",
    "Kind",
    "ParallelExecutionCoordinator",
    "Parsed",
    "PlanAnswer",
    "Problem",
    "Source",
    "Status",
    "StatusAnswer",
    "TaskQueue",
    "Workspace",
    "plan",
    "separate_tasks",
    "singleton",
    "status",
    "workspaces",
]

# Not from `typing`, whose import hooks and `--version` would pay for.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from .api import (
        After as After,
    )
    from .api import (
        AgentTask as AgentTask,
    )
    from .api import (
        Closed as Closed,
    )
    from .api import (
        Deadlock as Deadlock,
    )
    from .api import (
        Declared as Declared,
    )
    from .api import (
        DependencyFailed as DependencyFailed,
    )
    from .api import (
        Document as Document,
    )
    from .api import (
        Draft as Draft,
    )
    from .api import (
        Kind as Kind,
    )
    from .api import (
        ParallelExecutionCoordinator as ParallelExecutionCoordinator,
    )
    from .api import (
        Parsed as Parsed,
    )
    from .api import (
        PlanAnswer as PlanAnswer,
    )
    from .api import (
        Problem as Problem,
    )
    from .api import (
        Source as Source,
    )
    from .api import (
        Status as Status,
    )
    from .api import (
        StatusAnswer as StatusAnswer,
    )
    from .api import (
        TaskQueue as TaskQueue,
    )
    from .api import (
        Workspace as Workspace,
    )
    from .api import (
        plan as plan,
    )
    from .api import (
        separate_tasks as separate_tasks,
    )
    from .api import (
        singleton as singleton,
    )
    from .api import (
        status as status,
    )
    from .api import (
        workspaces as workspaces,
    )


def __getattr__(name: str) -> object:
    """Import the API when one of its names is first asked for."""
    if name not in __all__:
        raise AttributeError(f"module 'git_parallel' has no attribute '{name}'")
    from . import api

    return getattr(api, name)
