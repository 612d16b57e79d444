"""The guard as a thing that is installed: kept in order, told when somebody changed it, taken out without a trace."""

import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.conftest import Cli, Repo

Agent = Callable[..., Sequence[str]]


def one_task(repo: Repo, cli: Cli, agent: Agent) -> Path:
    """Task 1 has run and has its worktree."""
    repo.spec("1", "one.py")
    repo.spec("2", "other.py")
    assert cli("run", "1", "--", *agent()).status == 0
    return repo.worktree("1")


def foreign_commit(worktree: Path) -> int:
    """Try to commit a foreign file there; the exit status."""
    (worktree / "other.py").write_text("foreign\n")
    subprocess.run(["git", "add", "--all"], cwd=worktree, check=True)
    done = subprocess.run(["git", "commit", "-qm", "x"], cwd=worktree, capture_output=True, check=False)
    return done.returncode


def test_where_nothing_is_installed_there_is_nothing_wrong(cli: Cli) -> None:
    ran = cli("hooks")

    assert (ran.status, ran.stderr) == (0, "")
    assert ran.stdout == "no hooks are installed; 'git parallel run' installs them for its worktrees\n"
    assert cli("hooks", "uninstall").stdout == "there were no hooks\n"


def test_what_is_installed_is_told(repo: Repo, cli: Cli, agent: Agent) -> None:
    hook = repo.write(".git/hooks/commit-msg", "#!/bin/sh\n")
    hook.chmod(0o755)
    one_task(repo, cli, agent)

    ran = cli("hooks", "status")

    assert (ran.status, ran.stderr) == (0, "")
    assert ran.stdout.splitlines() == [
        "worktrees   1",
        "ours        pre-commit, pre-applypatch, pre-push, reference-transaction",
        "yours       commit-msg (run there as well)",
        "pushes      refused",
        "all in order",
    ]


TAMPERING = {
    "a hook removed": ("rm .git/parallel/hooks/pre-commit", "parallel/hooks/pre-commit is missing"),
    "a hook emptied": (
        "echo 'exit 0' > .git/parallel/hooks/reference-transaction",
        "parallel/hooks/reference-transaction is altered",
    ),
    "a hook not executable": (
        "chmod -x .git/parallel/hooks/pre-commit",
        "parallel/hooks/pre-commit is not executable",
    ),
    "a hook replaced by a link": (
        "ln -sf /bin/true .git/parallel/hooks/pre-commit",
        "parallel/hooks/pre-commit is altered",
    ),
    "a hook of its own": (
        "cp /bin/true .git/parallel/hooks/post-commit",
        "parallel/hooks/post-commit is no hook of ours",
    ),
    "the judge replaced": ("echo > .git/parallel/guard/judge.py", "parallel/guard/judge.py is altered"),
    "the configuration emptied": (
        ": > .git/parallel/agent.gitconfig",
        "parallel/agent.gitconfig is altered",
    ),
    "the stanza removed": (
        "git config --remove-section 'includeIf.gitdir:./worktrees/gp-*'",
        "the stanza of git-parallel is not in .git/config",
    ),
    "hooks from elsewhere, said later": (
        "printf '[core]\\n\\thooksPath = /elsewhere\\n' >> .git/config",
        "worktree gp-1 runs its hooks from '/elsewhere'",
    ),
    "hooks from elsewhere, said in the worktree": (
        "git config extensions.worktreeConfig true; git -C ../shop-wt1 config --worktree core.hooksPath /tmp",
        "worktree gp-1 runs its hooks from '/tmp'",
    ),
}


@pytest.mark.sample(2)
@pytest.mark.parametrize("how", TAMPERING)
def test_tampering_is_noticed_and_put_right(repo: Repo, cli: Cli, agent: Agent, how: str) -> None:
    worktree = one_task(repo, cli, agent)
    script, problem = TAMPERING[how]
    subprocess.run(["/bin/sh", "-c", script], cwd=repo.path, check=True)

    ran = cli("hooks")
    assert ran.status == 1
    assert f"wrong       {problem}\n" in ran.stdout
    assert ran.stderr == "hint: 'git parallel hooks repair' puts them in order\n"

    mended = cli("hooks", "repair")
    assert (mended.status, mended.stdout) == (0, "put in order\n")
    assert f"note: {problem}\n" in mended.stderr
    assert cli("hooks").status == 0
    assert foreign_commit(worktree) == 1


def test_the_next_launch_and_the_merge_put_the_hooks_in_order_and_say_so(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    one_task(repo, cli, agent)
    hook = repo.path / ".git/parallel/hooks/pre-commit"

    hook.unlink()
    merged = cli("merge", "1")
    assert "hooks put in order: parallel/hooks/pre-commit is missing" in merged.stdout + merged.stderr
    assert os.access(hook, os.X_OK)

    hook.write_text("#!/bin/sh\n")
    ran = cli("run", "2", "--", *agent())
    assert "hooks put in order: parallel/hooks/pre-commit is altered" in ran.stdout + ran.stderr


def test_tampering_while_a_run_goes_on_is_put_right_at_once(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "one.py")
    hook = repo.path / ".git/parallel/hooks/reference-transaction"
    # The agent ends when its doing was undone, or never.
    script = f"""
        sleep 1.2; rm '{hook}'; echo x > one.py
        while [ ! -x '{hook}' ]; do sleep 0.05; done
    """

    ran = cli("run", "--timeout", "30s", "--", *agent(script))

    assert ran.status == 0
    assert "hooks put in order: parallel/hooks/reference-transaction is missing" in ran.stdout + ran.stderr


def test_a_new_hook_of_the_users_is_taken_in(repo: Repo, cli: Cli, agent: Agent) -> None:
    worktree = one_task(repo, cli, agent)
    hook = repo.write(".git/hooks/commit-msg", "#!/bin/sh\nexit 7\n")
    hook.chmod(0o755)
    (worktree / "one.py").write_text("again\n")

    ran = cli("hooks")
    assert ran.status == 1
    assert "wrong       your own commit-msg hook would not run in agent worktrees yet\n" in ran.stdout
    assert cli("hooks", "repair").status == 0

    assert repo.git("commit", "-qam", "vetoed", at=worktree, check=False) == ""
    assert repo.git("log", "-1", "--format=%s", at=worktree) != "vetoed"
    hook.unlink()
    assert cli("run", "1", "--", *agent()).stderr.count("hooks put in order") == 0
    repo.git("commit", "-qam", "passed", at=worktree)


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    "end", ["", "\n", "[user]\n\tname = X", "; the end", "\r\n[a]\r\n\tb = c\r\n", "\n\n[core]\n"]
)
def test_not_a_byte_is_left_in_the_configuration(repo: Repo, cli: Cli, agent: Agent, end: str) -> None:
    repo.spec("1", "one.py")
    config = repo.path / ".git" / "config"
    config.write_bytes(config.read_bytes() + end.encode())
    config.chmod(0o640)
    before, mode = config.read_bytes(), config.stat().st_mode

    assert cli("run", "--merge", "--", *agent()).status == 0
    assert b"gitdir:./worktrees/gp-*" in config.read_bytes()
    assert cli("prune").status == 0
    assert (config.read_bytes(), config.stat().st_mode) == (before, mode)

    assert cli("hooks", "repair").status == 0
    assert config.read_bytes() != before
    assert cli("hooks", "uninstall").stdout == "the hooks are out, and so is the stanza in .git/config\n"
    assert (config.read_bytes(), config.stat().st_mode) == (before, mode)


def test_hooks_stay_as_long_as_they_have_something_to_guard(repo: Repo, cli: Cli, agent: Agent) -> None:
    worktree = one_task(repo, cli, agent)

    ran = cli("hooks", "uninstall")

    assert (ran.status, ran.stdout) == (1, "")
    assert ran.stderr.splitlines() == [
        "error: there are worktrees of agents, which would be without a guard: 1",
        "hint: put away what is merged with 'git parallel prune'",
    ]
    assert cli("hooks", "uninstall", at=worktree).status == 1, "and an agent has no say in it"
    assert foreign_commit(worktree) == 1


def test_a_configuration_that_is_being_written_is_waited_for_and_then_named(repo: Repo, cli: Cli) -> None:
    lock = repo.write(".git/config.lock", "")

    ran = cli("hooks", "repair")

    assert ran.status == 128
    assert f"error: '{lock}' is there" in ran.stderr
    lock.unlink()
    assert cli("hooks", "repair").status == 0
