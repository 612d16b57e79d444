"""A place for agents to work in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from git_parallel.agents import process
from tests.git.agent_bench import TASK, Bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    if process.stop(bench.runtime, TASK, 1, now=True):
        process.wait(bench.runtime, TASK)
