"""Batches of priorities from a program, and which of them are independent: the user's documents as tests."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import pytest

from git_parallel import ParallelExecutionCoordinator, separate_tasks
from git_parallel.errors import BadInput, NotARepository, UnknownTask
from tests.cli.beside import Beside, waits_for
from tests.conftest import EDITS_ITS_FILE, Cli, Repo

Agent = Callable[[str], Sequence[str]]
KEYS = {
    "success",
    "priorities_executed",
    "worktrees_created",
    "monitoring_result",
    "merge_results",
    "duration_seconds",
    "start_time",
    "end_time",
}


@pytest.fixture
def recipes(repo: Repo) -> Repo:
    """The three priorities of SPEC-108."""
    for number, name in ((65, "recipes"), (66, "notifications"), (67, "cli")):
        repo.spec(str(number), f"coffee_maker/{name}.py")
    return repo


def test_full_parallel_execution(recipes: Repo, agent: Agent) -> None:
    coordinator = ParallelExecutionCoordinator(repo_root=recipes.path, command=agent(EDITS_ITS_FILE))

    result = coordinator.execute_parallel_batch([65, 66, 67])

    assert set(result) == KEYS
    assert result["success"] is True
    assert result["priorities_executed"] == [65, 66, 67]
    assert result["merge_results"] == dict.fromkeys((65, 66, 67), "merged successfully")
    assert result["worktrees_created"] == 3
    monitored = result["monitoring_result"]
    assert {key: monitored[key] for key in ("completed", "failed", "total")} == {
        "completed": 3, "failed": 0, "total": 3,
    }  # fmt: skip
    assert {n: seen["state"] for n, seen in monitored["tasks"].items()} == dict.fromkeys(
        (65, 66, 67), "merged"
    )
    assert [seen["worktree"] for seen in monitored["tasks"].values()] == [
        str(recipes.worktree(str(n))) for n in monitored["tasks"]
    ]
    began, ended = (datetime.fromisoformat(result[key]) for key in ("start_time", "end_time"))
    assert (ended - began).total_seconds() == pytest.approx(result["duration_seconds"], abs=0.01)
    for seen in monitored["tasks"].values():
        assert began <= datetime.fromisoformat(seen["start_time"]) <= ended
    assert recipes.git("show", "main:coffee_maker/cli.py") == "by 67"


def test_at_most_so_many_instances_run_at_once(recipes: Repo, agent: Agent, tmp_path: Path) -> None:
    # Each waits until two are there, and no third may come meanwhile.
    script = f"""\
touch "{tmp_path}/here.$GIT_PARALLEL_TASK"
n=0; while [ $(ls "{tmp_path}" | grep -c here) -lt 2 ] && [ ! -e "{tmp_path}/met" ] && [ $n -lt 600 ]
do sleep 0.05; n=$((n+1)); done
touch "{tmp_path}/met"
[ $(ls "{tmp_path}" | grep -c here) -le 2 ] || exit 9
sleep 0.2
{EDITS_ITS_FILE}
rm "{tmp_path}/here.$GIT_PARALLEL_TASK"
"""
    coordinator = ParallelExecutionCoordinator(recipes.path, max_instances=2, command=agent(script))

    assert coordinator.execute_parallel_batch([65, 66, 67])["success"] is True


def test_an_instance_that_fails_leaves_the_others_alone(recipes: Repo, agent: Agent) -> None:
    script = f'[ "$GIT_PARALLEL_TASK" != 66 ] || exit 4\n{EDITS_ITS_FILE}'
    coordinator = ParallelExecutionCoordinator(recipes.path, command=agent(script))

    result = coordinator.execute_parallel_batch(["PRIORITY 65", "SPEC-66"])

    assert result["success"] is False
    assert result["priorities_executed"] == ["PRIORITY 65", "SPEC-66"]
    assert result["merge_results"] == {"PRIORITY 65": "merged successfully"}
    failed = result["monitoring_result"]["tasks"]["SPEC-66"]
    assert (failed["state"], failed["reason"], failed["exit_status"]) == ("failed", "exit status 4", 4)


def test_without_auto_merge_nothing_is_merged(recipes: Repo, agent: Agent, cli: Cli) -> None:
    before = recipes.git("rev-parse", "main")
    coordinator = ParallelExecutionCoordinator(recipes.path, auto_merge=False, command=agent(EDITS_ITS_FILE))

    result = coordinator.execute_parallel_batch([65])

    assert (result["success"], result["merge_results"]) == (True, {})
    assert recipes.git("rev-parse", "main") == before
    assert cli("merge", "65").status == 0


def test_those_that_overlap_run_one_after_the_other(repo: Repo, agent: Agent, tmp_path: Path) -> None:
    repo.spec("1", "app.py")
    repo.spec("2", "app.py")
    room = tmp_path / "room"
    script = f'mkdir "{room}" || exit 9\nsleep 0.1\n{EDITS_ITS_FILE}rmdir "{room}"'

    result = ParallelExecutionCoordinator(repo.path, command=agent(script)).execute_parallel_batch([1, 2])

    assert result["success"] is True, result
    assert repo.git("show", "main:app.py").splitlines()[-2:] == ["by 1", "by 2"]


def test_the_default_agent_is_that_of_the_settings_and_approving_adds_its_words(recipes: Repo) -> None:
    agent = recipes.write("../agent.sh", f'echo "told $*"\n{EDITS_ITS_FILE}')
    recipes.config("agent.code_developer.command", f"/bin/sh {agent}")
    recipes.config("parallel.agent", "code_developer")
    coordinator = ParallelExecutionCoordinator(recipes.path, approve_with=["--auto-approve"])

    assert coordinator.execute_parallel_batch([65])["success"] is True
    assert coordinator.execute_parallel_batch([66], auto_approve=False)["success"] is True
    logs = recipes.path / ".git/parallel/logs"
    assert (logs / "65/1.log").read_text() == "told --auto-approve\n"
    assert (logs / "66/1.log").read_text() == "told \n"


def test_a_run_that_cannot_begin_is_an_answer(
    recipes: Repo, agent: Agent, beside: Beside, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    run = beside("run", "65", "--", *agent(f"{waits_for(go)}\n{EDITS_ITS_FILE}"))
    run.read_until("65 launched")
    coordinator = ParallelExecutionCoordinator(recipes.path, command=agent(EDITS_ITS_FILE))

    result = coordinator.execute_parallel_batch([66])

    assert set(result) == {*KEYS, "error"}
    assert result["success"] is False
    assert result["error"].startswith("another git-parallel is at work in this repository")
    (active,) = coordinator.get_status()["active_worktrees"]
    assert (active["priority_id"], active["branch_name"], active["status"]) == (65, "feature/65", "running")
    assert active["worktree_path"] == str(recipes.worktree("65"))
    go.touch()
    assert run.end()[0] == 0
    status = coordinator.get_status()
    assert status["active_worktrees"] == []
    assert status["resources"].keys() == {"cpu_percent", "memory_percent", "disk_free_bytes", "max_instances"}


def test_what_cannot_be_meant_is_raised(recipes: Repo, agent: Agent, tmp_path: Path) -> None:
    coordinator = ParallelExecutionCoordinator(recipes.path, command=agent(EDITS_ITS_FILE))
    with pytest.raises(UnknownTask, match="no task is called '99'"):
        coordinator.execute_parallel_batch([65, 99])
    for wrong in ([], "65", [6.5], [True], None):
        with pytest.raises(BadInput):
            coordinator.execute_parallel_batch(wrong)  # type: ignore[arg-type]
    with pytest.raises(BadInput, match="no agent command"):
        ParallelExecutionCoordinator(recipes.path).execute_parallel_batch([65])
    with pytest.raises(BadInput, match="max_instances"):
        ParallelExecutionCoordinator(recipes.path, max_instances=0)
    with pytest.raises(NotARepository):
        ParallelExecutionCoordinator(tmp_path).execute_parallel_batch([65])
    assert not recipes.worktree("65").exists()


# -- separate_tasks ------------------------------------------------------------------------------------


def test_tasks_without_a_common_file_are_independent(recipes: Repo) -> None:
    assert separate_tasks({"priority_ids": [65, 66, 67]}, recipes.path) == {
        "valid": True,
        "reason": "no two of them touch the same path",
        "independent_pairs": [(65, 66), (65, 67), (66, 67)],
        "conflicts": {},
        "task_file_map": {
            65: ["coffee_maker/recipes.py"],
            66: ["coffee_maker/notifications.py"],
            67: ["coffee_maker/cli.py"],
        },
    }


def test_those_with_a_common_file_are_told_apart(recipes: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    recipes.spec("68", "coffee_maker/cli.py", "coffee_maker/bar.py")
    monkeypatch.chdir(recipes.path)

    told = separate_tasks({"priority_ids": [66, "PRIORITY 67", 68]})

    assert told["valid"] is False
    assert told["reason"].startswith("'67' and '68' overlap: ")
    assert told["conflicts"] == {("PRIORITY 67", 68): ["coffee_maker/cli.py"]}
    assert told["independent_pairs"] == [(66, "PRIORITY 67"), (66, 68)]


def test_a_task_whose_files_nobody_knows_is_independent_of_nobody(recipes: Repo) -> None:
    recipes.spec("70")

    told = separate_tasks({"priority_ids": [65, 66, 70]}, recipes.path)

    assert (told["valid"], told["reason"]) == (False, "what '70' touches is unknown")
    assert told["independent_pairs"] == [(65, 66)]
    assert told["task_file_map"][70] == []


def test_what_cannot_be_separated_is_raised(recipes: Repo) -> None:
    for wrong in ({}, {"priority_ids": []}, {"priority_ids": 65}, [65]):
        with pytest.raises(BadInput):
            separate_tasks(wrong, recipes.path)  # type: ignore[arg-type]
    with pytest.raises(UnknownTask):
        separate_tasks({"priority_ids": [99]}, recipes.path)
