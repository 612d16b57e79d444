"""The prepared room: one for each process that runs tests."""

from collections.abc import Iterator

import pytest

from tests.forks import Forks

from .oracle import Oracle
from .scene import Scene, prepared


@pytest.fixture(scope="session")
def scene(forks: Forks) -> Iterator[Scene]:
    """The room as it is before each way."""
    with prepared(forks) as scene:
        yield scene


@pytest.fixture(scope="session")
def oracle(scene: Scene) -> Oracle:
    """What tells foreign from own in it."""
    return Oracle.of(scene)
