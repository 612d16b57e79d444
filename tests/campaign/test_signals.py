"""Ask the coordinator to end at random moments, in every way; nothing is lost, nothing runs twice."""

import random
import signal
import time
from pathlib import Path

import pytest

from tests.campaign.test_kill import ROUNDS
from tests.cli.fault_bench import LINUX, Bench, beside, nothing_left
from tests.conftest import Cli, Repo

SIGNALS = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGQUIT)
TASKS = [f"t{number}" for number in range(4)]


@LINUX
@pytest.mark.campaign
@pytest.mark.parametrize("seed", range(ROUNDS))
def test_signal_the_coordinator(repo: Repo, cli: Cli, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    number = SIGNALS[seed % len(SIGNALS)]
    for task in TASKS:
        repo.spec(task, f"{task}.txt")
    seen = tmp_path / "seen"
    script = (
        f'echo "$GIT_PARALLEL_TASK $GIT_PARALLEL_ATTEMPT" >> "{seen}"; sleep 0.{chance.randrange(4)}; '
        "echo x > $GIT_PARALLEL_TASK.txt"
    )
    command = ("--", "/bin/sh", "-c", script)
    merging = ("--merge",) if chance.random() < 0.5 else ()
    with nothing_left(Bench(repo, tmp_path / "home")):
        with beside(repo, "run", "-j", "2", *merging, *command) as run:
            time.sleep(chance.uniform(0.02, 1.2))
            run.tell(number)
            ran = run.ended()
        # Before it listens, the signal ends it as it ends any program.
        assert ran.status in (0, 128 + number, -number), ran
        first = cli("status", "--json").json["tasks"]
        assert {task["state"] for task in first} <= {"succeeded", "merged", "cancelled"}, first

        undone = [task for task in TASKS if task not in {t["id"] for t in first if t["state"] != "cancelled"}]
        if undone:
            assert cli("run", *undone, *command).status == 0

    attempts = seen.read_text().splitlines()
    assert len(attempts) == len(set(attempts)), "no attempt ran twice"
    assert cli("merge").status == 0
    assert [task for task in TASKS if repo.state(task) != "merged"] == []
    assert repo.is_sound()
