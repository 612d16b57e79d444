"""What agents are told."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.conftest import Cli, Repo

Agent = Callable[..., Sequence[str]]


def test_it_is_shown_before_it_is_told_and_nothing_is_made(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "src/web/one.py", extra="Make {it} fast.")
    repo.spec("2", "src/web/two.py", "docs/")
    repo.config("parallel.verify", "make test")
    before = repo.refs()

    shown = cli("run", "--print-prompt", "1")

    assert (shown.status, shown.stderr) == (0, "")
    assert (repo.refs(), (repo.path / ".git/parallel/tasks").exists()) == (before, False)
    assert shown.stdout.startswith("# SPEC-1: Task 1\n\nMake {it} fast.\n**File**: `src/web/one.py`\n\n---\n")
    for told in (
        f"`{repo.worktree('1')}`, on the branch `feature/1`",
        "Yours to change:\n\n- `src/web/one.py`\n",
        "- `src/web/two.py`, `docs/`: task `2`\n",
        "- nothing new\n",
        "git parallel claim PATH...",
        'git parallel progress PERCENT "what you are doing"',
        "must pass `make test`",
    ):
        assert told in shown.stdout
    cli("run", "1", "--", *agent("cat > src-prompt; exit 1"))
    assert (repo.worktree("1") / "src-prompt").read_text() == shown.stdout


def test_verify_commands_of_scopes_are_told_with_their_paths(repo: Repo, cli: Cli) -> None:
    repo.spec("1", "one.py")
    repo.config("parallel.verify.docs/**.command", "make docs")
    repo.config("parallel.verify.big/.command", "")
    scoped = "- Where it changes `docs/**`, the merged tree must pass `make docs`."

    assert scoped in cli("run", "--print-prompt", "1").stdout
    repo.config("parallel.verify", "make test")
    told = cli("run", "--print-prompt", "1").stdout
    assert f"{scoped}\n- Where it changes anything else, the merged tree must pass `make test`." in told
    assert "big/" not in told


def test_what_has_landed_since_is_told_to_the_next_attempt(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "one.py")
    cli("run", "--", *agent("echo half > one.py; git add one.py; git commit -qm half; exit 1"))
    oid = repo.commit("the other thing", **{"other.py": "x\n"})

    told = cli("run", "--print-prompt", "1").stdout

    assert f"- {oid[:7]} the other thing\n\n`git merge main` takes that in" in told
    assert told.rstrip().endswith(
        "Attempt 1 of this task ended so: failed: exit status 1.\n"
        "What it did may be in this worktree already: look before you begin."
    )


def test_claims_and_the_bounds_of_an_agent_type(repo: Repo, cli: Cli) -> None:
    repo.spec("1")
    repo.config("agent.coder.owns", "src/**")
    repo.config("agent.coder.command", "sh -c 'exit 1'")

    assert (
        "- the task names no files; what nobody else owns becomes yours"
        in cli("run", "--print-prompt", "1").stdout
    )
    told = cli("run", "--print-prompt", "1", "--agent", "coder").stdout
    assert "- and nothing outside `src/**`, which is all that `coder` may change" in told
    cli("run", "1", "--agent", "coder")
    cli("claim", "src/new.py", at=repo.worktree("1"))
    assert (
        "Yours to change:\n\n- `src/new.py`\n- and nothing outside"
        in cli("run", "--print-prompt", "1").stdout
    )


def test_a_template_of_the_teams_own(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "one.py", extra="{spec} {{ {nonsense}")
    repo.commit(
        "template", **{"docs/prompt.md": "{{{id}}} on {target}, attempt {attempt}\n{spec}\n{owned}\n"}
    )
    repo.commit("team", **{".gitparallel": "[parallel]\n\tprompt = docs/prompt.md\n"})

    told = cli("run", "--print-prompt", "1").stdout

    assert told == (
        "{1} on main, attempt 1\n# SPEC-1: Task 1\n\n{spec} {{ {nonsense}\n**File**: `one.py`\n- `one.py`\n"
    )
    assert cli("run", "--", *agent("cat > one.py")).status == 0
    assert (repo.worktree("1") / "one.py").read_text() == told


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("a\nb {neighbors}\n{spec}", "prompt.md:2: nothing is called {neighbors} in a prompt"),
        ("{owned}", "prompt.md: without {spec} an agent is not told its task"),
        (None, "parallel.prompt: 'prompt.md' is not in the commits of 'main'"),
    ],
)
def test_a_template_that_cannot_be_is_told_before_anything_is_made(
    repo: Repo, cli: Cli, agent: Agent, text: str | None, error: str
) -> None:
    repo.spec("1", "one.py")
    repo.config("parallel.prompt", "prompt.md")
    if text is not None:
        repo.commit("template", **{"prompt.md": text})

    for ran in (cli("run", "--", *agent()), cli("run", "--print-prompt", "1")):
        assert (ran.status, ran.stdout) == (2, "")
        assert ran.stderr.startswith(f"error: {error}\nhint: " if text != "{owned}" else f"error: {error}\n")
    assert repo.refs("refs/parallel") == []
    assert not repo.worktree("1").exists()


def test_only_the_user_may_name_a_file_outside(repo: Repo, cli: Cli, tmp_path: Path) -> None:
    repo.spec("1", "one.py")
    outside = tmp_path / "mine.md"
    outside.write_text("mine: {spec}\n")
    repo.commit("team", **{".gitparallel": f"[parallel]\n\tprompt = {outside}\n"})

    ignored = cli("run", "--print-prompt", "1").stdout
    repo.config("parallel.prompt", str(outside))

    assert not ignored.startswith("mine")
    assert "parallel.prompt names a file outside the repository and is ignored" in cli("status").stderr
    assert cli("run", "--print-prompt", "1").stdout.startswith("mine: # SPEC-1")
