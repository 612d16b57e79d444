"""A git that checks out outlives its coordinator, and must not write over what the next agent does."""

import os
import signal
from collections.abc import Callable, Sequence

import pytest

from tests.cli.beside import Beside, until, waits_for
from tests.conftest import Cli, Repo

Agent = Callable[..., Sequence[str]]


@pytest.mark.sample(3)
@pytest.mark.parametrize("how", ["full", "sparse", "pool"])
def test_the_next_run_waits_for_the_checkout_of_a_dead_one(
    repo: Repo, cli: Cli, agent: Agent, beside: Beside, how: str
) -> None:
    """The checkout is stopped in its middle by a filter, its coordinator is killed, and another comes."""
    armed, begun, go, edited = (repo.path.parent / name for name in ("armed", "begun", "go", "edited"))
    repo.config("filter.slow.clean", "cat")
    repo.config(
        "filter.slow.smudge", f"if [ -e '{armed}' ] && mkdir '{begun}'; then {waits_for(go)}; fi; cat"
    )
    repo.commit(**{".gitattributes": "*.slow filter=slow\n", "src/a.slow": "a\n", "src/z.txt": "z\n"})
    if how == "pool":
        repo.spec("0", "other.txt")
        cli("run", "--merge", "--", *agent())
        cli("prune")
        repo.commit(**{"src/a.slow": "aa\n", "src/z.txt": "zz\n"})
    repo.spec("1", "src/z.txt")
    armed.touch()
    options = ("--sparse",) if how == "sparse" else ()
    first = beside("run", "1", *options, "--", *agent("echo never > src/z.txt"))
    until(begun.exists)
    os.kill(first.process.pid, signal.SIGKILL)
    first.end()

    second = beside("run", "1", *options, "--", *agent(f"echo mine > src/z.txt; touch '{edited}'"))
    with pytest.raises(AssertionError):
        until(edited.exists, patience=2)
    go.touch()
    status, said = second.end()

    assert status == 0, said
    assert edited.exists()
    assert repo.git("show", "feature/1:src/z.txt") == "mine"
    assert repo.git("diff", "--name-only", "main", "feature/1") == "src/z.txt"
    assert repo.git("status", "--porcelain", at=repo.worktree("1")) == ""
