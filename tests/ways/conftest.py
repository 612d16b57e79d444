"""The prepared room: one for each process that runs tests, in memory where there is such a place."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from .oracle import Oracle
from .scene import Scene, prepare

MEMORY = Path("/dev/shm")


@pytest.fixture(scope="session")
def scene() -> Iterator[Scene]:
    """The room as it is before each way."""
    with tempfile.TemporaryDirectory(
        prefix="gp-ways", dir=MEMORY if os.access(MEMORY, os.W_OK) else None, ignore_cleanup_errors=True
    ) as place:
        yield prepare(Path(place).resolve())


@pytest.fixture(scope="session")
def oracle(scene: Scene) -> Oracle:
    """What tells foreign from own in it."""
    return Oracle.of(scene)
