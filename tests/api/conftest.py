"""A stage that lets everybody go in the end, so that a failing test does not hang."""

from collections.abc import Iterator

import pytest

from tests.api.stage import Stage
from tests.cli.conftest import beside as beside


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage()
    yield made
    made.let_all()
