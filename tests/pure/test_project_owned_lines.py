"""What the shell fast path may pass without asking is nothing that the judgement would refuse."""

from git_parallel.names import TaskId
from git_parallel.ownership.judge import Claimant, Ownership
from git_parallel.ownership.rules import Territory, territories
from git_parallel.project.attempt import owned_lines
from git_parallel.tasks.task import Declared, Kind, Task

ME = TaskId("me")
OWNS = territories({"manager": ["docs/", "a.py"], "architect": ["docs/architecture/"]})


def lines(*paths: str, agent: str = "", hooks: tuple[str, ...] = ()) -> set[str]:
    """What the fast path is told of a task that declares these paths."""
    task = Task(ME, "", "x.md", 1, declared=tuple(Declared(path, Kind.MODIFY, "x.md", 1) for path in paths))
    land = OWNS.get(agent, Territory(agent))
    state = Ownership({ME: Claimant(ME)}, {"claimed.py": ME, "other.py": TaskId("o")}, OWNS, hooks=hooks)
    return set(owned_lines(task, land, state))


def test_exact_paths_directories_and_claims() -> None:
    assert lines("a.py", "src/", "lib/*.py") == {"a.py", "src/", "claimed.py"}


def test_within_bounds_only_what_is_the_types_own_and_no_directory() -> None:
    declared = ("docs/plan.md", "docs/architecture/a.md", "docs/x/", "src/b.py")

    assert lines(*declared, agent="manager") == {"docs/plan.md", "claimed.py"}


def test_no_control_file_and_no_directory_of_such() -> None:
    declared = (".gitattributes", ".husky/", "web/.husky/", "tools/hooks/", "tools/hooks/x", "tools/", "lib/")

    assert lines(*declared, hooks=("tools/hooks/",)) == {"lib/", "claimed.py"}
