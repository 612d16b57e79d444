"""Commands in the team's `.gitparallel` do not run before the user has trusted exactly that content."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.cli.test_schema import SCHEMAS
from tests.conftest import Cli, Repo

Agent = Callable[..., Sequence[str]]
CODER = """\
[agent "coder"]
	command = "sh -c 'echo {what} > one.py; touch {mark}'"
[parallel]
	agent = coder
	maxParallel = 3
"""
IGNORED = (
    "note: .gitparallel: its commands are ignored ({}); 'git parallel trust' shows them and has them count\n"
)


def team(repo: Repo, text: str) -> None:
    repo.commit("team", **{".gitparallel": text})


def test_commands_run_only_when_trusted_and_not_any_more_when_they_have_changed(
    repo: Repo, cli: Cli, tmp_path: Path
) -> None:
    mark = tmp_path / "mark"
    repo.spec("1", "one.py")
    team(repo, CODER.format(what="first", mark=mark))

    ran = cli("run", "1")

    assert ran.status == 2
    assert ran.stderr == (
        "error: no command is set for agent 'coder'\n"
        "hint: .gitparallel: its commands are ignored (agent.coder.command); "
        "'git parallel trust' shows them and has them count\n"
    )
    assert cli("trust", "--dry-run").stdout.splitlines() == [
        f"agent.coder.command = sh -c 'echo first > one.py; touch {mark}'",
        "the .gitparallel of 'main' is not trusted",
    ]
    assert cli("run", "1").status == 2
    assert not mark.exists()

    assert cli("trust").stdout.splitlines()[-1] == (
        "the .gitparallel of 'main' is trusted, until it changes; 'git parallel trust --revoke' takes that back"
    )
    assert cli("run", "1").status == 0
    assert mark.exists()
    assert (repo.path / ".git" / "parallel" / "trusted").stat().st_mode & 0o777 == 0o600

    mark.unlink()
    repo.spec("2", "one.py")
    team(repo, CODER.format(what="second", mark=mark))
    assert cli("run", "2").status == 2
    assert not mark.exists()
    # What was trusted before and is taken up again is not trusted either, once another content has been.
    assert cli("trust").status == 0
    team(repo, CODER.format(what="first", mark=mark))
    assert cli("run", "2").status == 2
    assert not mark.exists()


def test_what_is_not_committed_is_neither_shown_nor_trusted(repo: Repo, cli: Cli) -> None:
    team(repo, "[parallel]\n\tverify = make test\n")
    repo.write(".gitparallel", "[parallel]\n\tverify = evil\n")

    assert cli("trust").stdout.startswith("parallel.verify = make test\n")


def test_a_verify_command_of_the_team_is_not_run_by_merge(
    repo: Repo, cli: Cli, agent: Agent, tmp_path: Path
) -> None:
    repo.spec("1", "one.py")
    team(repo, f"[parallel]\n\tverify = touch {tmp_path}/verified\n")
    ran = cli("run", "1", "--", *agent())
    assert ran.stderr.count(IGNORED.format("parallel.verify")) == 1

    refused = [cli("merge"), cli("run", "1", "--merge", "--", *agent())]

    for told in refused:
        assert (told.status, told.stdout) == (2, "")
        assert told.stderr.splitlines()[0] == (
            "error: nothing is merged: the team's verify command is not trusted as it is now"
        )
    assert not (tmp_path / "verified").exists()
    assert repo.state("1") == "succeeded"
    assert cli("merge", "--verify", "true").stderr == ""


def test_a_file_that_it_includes_has_no_say(repo: Repo, cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "inner").write_text("[parallel]\n\tverify = evil\n")
    team(repo, f"[include]\n\tpath = {tmp_path}/inner\n[parallel]\n\tverify = make test\n")

    assert cli("trust").stdout.splitlines()[0] == "parallel.verify = make test"
    assert "evil" not in cli("trust", "--json").stdout


def test_an_agent_can_neither_trust_nor_change_what_is_read(
    repo: Repo, cli: Cli, agent: Agent, tmp_path: Path
) -> None:
    repo.spec("1", "one.py")
    team(repo, "[parallel]\n\tverify = make test\n")
    said = tmp_path / "said"
    script = (
        "printf '[parallel]\\n\\tverify = evil\\n' > .gitparallel\n"
        f"python -m git_parallel trust --dry-run > {said} 2>&1\n"
        f"python -m git_parallel trust >> {said} 2>&1\n"
        f"cd /; GIT_DIR={repo.path}/.git python -m git_parallel trust >> {said} 2>&1\n"
        f"cd {repo.path}; python -m git_parallel trust --revoke >> {said} 2>&1\n"
    )
    cli("run", "1", "--", *agent(script))

    refused = "error: what is to be trusted is for the user to say, not for an agent"
    lines = said.read_text().splitlines()
    assert lines[:2] == ["parallel.verify = make test", "the .gitparallel of 'main' is not trusted"]
    assert lines[2:].count(refused) == 3
    assert cli("trust", at=repo.worktree("1")).stderr.startswith(refused)
    assert not (repo.path / ".git" / "parallel" / "trusted").exists()


@pytest.mark.parametrize("forged", ["", "not a hash\n", "\xff\n"])
def test_a_trust_that_cannot_be_read_is_none(repo: Repo, cli: Cli, forged: str) -> None:
    team(repo, "[parallel]\n\tverify = make test\n")
    assert cli("trust").status == 0
    (repo.path / ".git" / "parallel" / "trusted").write_bytes(forged.encode("latin-1"))

    assert cli("trust", "--dry-run").stdout.splitlines()[1] == "the .gitparallel of 'main' is not trusted"


def test_trust_can_be_taken_back_and_is_told_in_json(repo: Repo, cli: Cli) -> None:
    assert cli("trust").stderr == (
        "error: 'main' has no .gitparallel\nhint: commit it first; only what is committed counts\n"
    )
    assert cli("trust", "--revoke").stdout == "nothing was trusted\n"
    team(repo, "[parallel]\n\tmaxParallel = 2\n")
    assert cli("trust", "--dry-run").stdout == "there are no commands in the .gitparallel of 'main'\n"
    team(repo, "[parallel]\n\tverify = make test\n")
    told = cli("trust", "--json").json
    Draft202012Validator(SCHEMAS["trust"]).validate(told)
    assert told == {
        "version": 1,
        "target": "main",
        "trusted": True,
        "commands": [{"key": "parallel.verify", "value": "make test"}],
    }
    assert cli("trust").stdout.splitlines()[1] == "the .gitparallel of 'main' was trusted already"
    assert cli("trust", "--revoke").stdout == "nothing is trusted any more\n"
    assert cli("trust", "--dry-run", "--json").json["trusted"] is False
    assert cli("trust", "--dry-run", "--revoke").status == 2


def test_verify_commands_of_scopes_are_commands_too(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "one.py")
    team(repo, '[parallel "verify.docs/**"]\n\tcommand = make docs\n[parallel]\n\tverifyJobs = 2\n')
    cli("run", "1", "--", *agent("echo x > one.py; git add one.py; git commit -qm one"))

    assert cli("trust", "--dry-run").stdout.splitlines()[0] == "parallel.verify.docs/**.command = make docs"
    assert cli("merge").status == 2
    assert repo.state("1") == "succeeded"
    assert cli("merge", "--verify", "").status == 0


def test_where_worktrees_are_made_is_not_the_teams_to_say(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("bin", "one.py")
    team(repo, "[parallel]\n\tworktree = ~/{id}\n")

    ran = cli("run", "--", *agent("echo x > one.py"))

    assert ran.status == 0
    assert ran.stderr.count(IGNORED.format("parallel.worktree")) == 1
    assert (repo.worktree("bin") / "one.py").exists()


def test_a_preset_brings_rights_with_it(repo: Repo, cli: Cli) -> None:
    repo.spec("1", "one.py")
    repo.config("parallel.agent", "mine")
    repo.config("agent.mine.owns", "src/**")
    team(repo, '[agent "mine"]\n\tpreset = gemini\n')

    ran = cli("run", "1")

    assert ran.status == 2
    assert ran.stderr.startswith(
        "error: no command is set for agent 'mine'\nhint: .gitparallel: its commands are ignored"
    )
    assert cli("trust", "--dry-run").stdout.splitlines()[0] == "agent.mine.preset = gemini"
