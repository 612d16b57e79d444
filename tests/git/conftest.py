"""A place for agents to work in."""

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from git_parallel.agents import process
from git_parallel.agents.nursery import Nursery
from tests.git.agent_bench import TASK, Bench


@pytest.fixture
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    """With keepers that are started alone; or from a nursery, in tests that have it as a parameter."""
    with Nursery() if getattr(request, "param", "alone") == "nursery" else nullcontext() as nursery:
        bench = Bench(tmp_path, nursery)
        yield bench
        if process.stop(bench.runtime, TASK, 1, now=True):
            process.wait(bench.runtime, TASK)
