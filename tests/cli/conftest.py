"""What the tests of whole commands share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.beside import Background, Beside
from tests.cli.programs import Programs
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


@pytest.fixture
def programs(tmp_path: Path) -> Programs:
    """A directory for PATH, still empty of agents."""
    return Programs(tmp_path / "programs")
