"""git-parallel: run many coding agents on one Git repository at once.

The names of the public Python API (`git_parallel.api`) are handed on lazily, so that the import that
hooks and `git parallel --version` pay for stays as cheap as an empty module.
"""

__version__ = "0.1.0"
__all__ = [
    "After",
    "Declared",
    "Document",
    "Draft",
    "Kind",
    "Parsed",
    "PlanAnswer",
    "Problem",
    "Source",
    "Status",
    "StatusAnswer",
    "Workspace",
    "plan",
    "status",
    "workspaces",
]


def __getattr__(name: str) -> object:
    """Import the API when one of its names is first asked for."""
    if name not in __all__:
        raise AttributeError(f"module 'git_parallel' has no attribute '{name}'")
    from . import api

    return getattr(api, name)
