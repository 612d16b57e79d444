"""What the tests of whole commands share."""

from collections.abc import Iterator

import pytest

from tests.cli.beside import Background, Beside
from tests.conftest import Repo


@pytest.fixture
def beside(repo: Repo) -> Iterator[Beside]:
    """Begins a command that goes on beside the test, and ends whatever is left of it."""
    started: list[Background] = []

    def begin(*arguments: str) -> Background:
        started.append(Background(repo, *arguments))
        return started[-1]

    yield begin
    for one in started:
        one.give_up()
