"""A singleton agent type for a script."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import Busy
from ..project.open import make_runtime, open_project
from ..project.singletons import Registry, release, require_singleton


@contextmanager
def singleton(
    agent_type: str, *, repo_root: str | Path = ".", wait: bool = True, holder: str = "a script"
) -> Iterator[None]:
    """Be the only one of an agent type in a repository as long as this lasts.

    Runs, queues, terminals and other scripts wait for it meanwhile. `holder` is what they are told, beside
    the process. Without `wait`, raises Busy where somebody has the type; BadInput for one that is no singleton.
    """
    project = open_project(Path(repo_root), hurried=True)
    require_singleton(project.settings, agent_type)
    make_runtime(project)
    registry, told = Registry.of(project), f"{' '.join(holder.split())} (process {os.getpid()})"
    lock = registry.try_take(agent_type, holder=told)
    if lock is None and not wait:
        raise Busy(registry.why_not(agent_type), hint="wait=True waits for it")
    if lock is None:
        lock = registry.take(agent_type, holder=told)
    try:
        yield
    finally:
        release(lock)
