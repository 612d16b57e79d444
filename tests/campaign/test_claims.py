"""Many agents that take one path from each other: one holder at every moment, and everybody gets on."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.cli.contest import contest
from tests.conftest import Cli, Repo

IS_CAMPAIGN = "GIT_PARALLEL_CAMPAIGN" in os.environ
SECONDS = 10 if IS_CAMPAIGN else 3
CONTESTS: list[tuple[int, tuple[str, ...]]] = [
    (2, ()), (2, ("--wait",)), (8, ("--wait",)), (20, ("--wait",)),
]  # fmt: skip


@pytest.mark.campaign
@pytest.mark.parametrize(("agents", "arguments"), CONTESTS if IS_CAMPAIGN else CONTESTS[:1])
def test_agents_that_claim_the_same_path_in_a_tight_loop(
    repo: Repo,
    cli: Cli,
    agent: Callable[..., Sequence[str]],
    tmp_path: Path,
    agents: int,
    arguments: tuple[str, ...],
) -> None:
    for task in range(agents):
        repo.spec(f"t{task}", f"{task}.txt")
    assert cli("run", "--", *agent()).status == 0

    tallies = contest(
        [repo.worktree(f"t{task}") for task in range(agents)],
        tmp_path / "witness",
        *arguments,
        seconds=SECONDS,
    )

    print(
        f"{agents} agents, {SECONDS} s: got {[t.got for t in tallies]}, refused {[t.refused for t in tallies]}"
    )
    assert [failed for tally in tallies for failed in tally.failed] == []
    # Who does not wait may be refused each time, where the machine has much to do.
    everybody = all if arguments else any
    assert everybody(tally.got for tally in tallies), tallies
    assert repo.is_sound()
