"""Each preset against a program of its name on PATH, which notes how it was called and prints what was recorded."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from git_parallel.agents import presets
from tests.cli.programs import RECORDED, Programs
from tests.conftest import Cli, Repo

# What each program is to find in its arguments, where {prompt} stands for the text and {file} for its path; and
# what is to be known of the attempt's cost, tokens in, cached and out.
CASES: dict[str, tuple[list[str], tuple[Any, ...]]] = {
    "claude": (
        ["-p", "--output-format", "stream-json", "--verbose", "--permission-mode", "acceptEdits", "--allowedTools",
         "Bash"],
        (0.002708, 300, 40, 80),
    ),
    "codex": (["exec", "--json", "--sandbox", "workspace-write", "-"], (None, 200, 40, 80)),
    "gemini": (
        ["--output-format", "stream-json", "--approval-mode", "yolo", "--skip-trust"],
        (None, 200, 40, 80),
    ),
    "copilot": (
        ["--output-format", "json", "--allow-all-tools", "--no-ask-user", "--no-auto-update"],
        (None, None, None, None),
    ),
    "opencode": (["run", "--format", "json"], (0.001005, 200, 40, 80)),
    "aider": (
        ["--message-file", "{file}", "--yes-always", "--no-pretty", "--no-stream", "--no-gitignore",
         "--git-commit-verify", "--no-check-update", "--no-show-release-notes", "--no-show-model-warnings",
         "--no-detect-urls"],
        (0.03, 14400, 10000, 1216),
    ),
    "cursor-agent": (
        ["-p", "--force", "--trust", "--output-format", "stream-json", "{prompt}"],
        (None, 200, 40, 80),
    ),
}  # fmt: skip


def task_of(cli: Cli, name: str = "1") -> dict[str, Any]:
    found = [task for task in cli("status", "--json").json["tasks"] if task["id"] == name]
    return dict(found[0])


def test_each_preset_has_a_case() -> None:
    assert CASES.keys() == set(presets.names())


@pytest.mark.sample(2)
@pytest.mark.parametrize("name", sorted(CASES))
def test_a_preset_is_started_as_documented_and_its_cost_is_known(
    repo: Repo, cli: Cli, programs: Programs, name: str
) -> None:
    repo.spec("1", "1.py")
    programs.install(name)
    argv, (cost, tokens_in, cached, tokens_out) = CASES[name]

    ran = cli("run", "--agent", name, env={**programs.env, "FAKE_KEY": "kept", "GIT_DIR_OF_MINE": "x"})

    assert ran.status == 0, ran
    seen = programs.seen("1")
    prompt = seen["env"]["GIT_PARALLEL_PROMPT_FILE"]
    assert seen["stdin"] == Path(prompt).read_text()
    assert "# SPEC-1: Task 1" in seen["stdin"]
    filled = {"{prompt}": seen["stdin"], "{file}": prompt}
    assert seen["argv"] == [filled.get(word, word) for word in argv]
    assert seen["cwd"] == str(repo.worktree("1"))
    assert (seen["env"]["FAKE_KEY"], seen["env"]["GIT_PARALLEL_TASK"]) == ("kept", "1")
    assert "GIT_DIR_OF_MINE" not in seen["env"]
    task = task_of(cli)
    assert (task["state"], task["agent"]) == ("succeeded", name)
    keys = ("cost", "tokens_in", "tokens_cached", "tokens_out")
    assert tuple(task[key] for key in keys) == (cost, tokens_in, cached, tokens_out)
    assert task["spent"] == (cost or 0.0)
    assert repo.git("show", "--name-only", "--format=", "feature/1") == "1.py"


def test_an_agent_type_takes_a_preset_adds_arguments_and_has_a_price(
    repo: Repo, cli: Cli, programs: Programs
) -> None:
    repo.spec("1", "1.py")
    programs.install("codex")
    repo.config("agent.writer.preset", "codex")
    repo.config("agent.writer.args", "--model 'a model'")
    repo.config("agent.writer.price", "10 1 100")

    ran = cli("run", "--agent", "writer", "--json", "--", "--last", env=programs.env)

    assert programs.seen("1")["argv"] == [*CASES["codex"][0], "--model", "a model", "--last"]
    (task,) = ran.json["tasks"]
    # 160 fresh tokens at $10, 40 cached at $1, 80 out at $100, each for a million.
    assert (task["cost"], ran.json["cost"]) == (0.00964, 0.00964)


def test_a_command_of_ones_own_with_a_preset_is_read_as_that(repo: Repo, cli: Cli) -> None:
    repo.spec("1", "1.py")
    log = RECORDED / "claude.jsonl"
    repo.config("agent.mine.command", f"/bin/sh -c 'cat {log}; echo x > 1.py'")
    repo.config("agent.mine.preset", "claude")

    assert cli("run", "--agent", "mine").status == 0
    assert task_of(cli)["cost"] == 0.002708


def test_output_of_no_preset_is_not_read_for_costs(repo: Repo, cli: Cli) -> None:
    repo.spec("1", "1.py")

    cli("run", "--", "/bin/sh", "-c", f"cat {RECORDED / 'claude.jsonl'}; echo x > 1.py")

    assert (task_of(cli)["cost"], task_of(cli)["tokens_in"]) == (None, None)


@pytest.mark.parametrize(
    ("settings", "status", "told"),
    [
        ({}, 2, "error: agent command not found or not executable: 'claude'\nhint: npm install -g"),
        (
            {"agent.claude.preset": "nobody"},
            2,
            "error: agent.claude.preset: there is no preset 'nobody'\nhint: there",
        ),
        ({"agent.claude.args": "'"}, 2, "error: agent.claude.args: no closing quotation: '\n"),
        (
            {"agent.claude.price": "1 2"},
            2,
            "error: agent.claude.price: '1 2' is not three amounts\nhint: USD",
        ),
    ],
)
def test_what_cannot_be_started_is_said_before_anything_is_made(
    repo: Repo, cli: Cli, settings: dict[str, str], status: int, told: str
) -> None:
    repo.spec("1", "1.py")
    for key, value in settings.items():
        repo.config(key, value)

    ran = cli("run", "--agent", "claude", env={"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"})

    assert (ran.status, repo.refs("refs/parallel")) == (status, [])
    assert ran.stderr.startswith(told), ran.stderr


def test_the_team_may_add_no_arguments(repo: Repo, cli: Cli, programs: Programs) -> None:
    repo.spec("1", "1.py")
    repo.config("agent.writer.preset", "claude")
    repo.commit(**{".gitparallel": '[agent "writer"]\n\targs = --mcp-config evil.json\n'})
    programs.install("claude")

    ran = cli("run", "--agent", "writer", env=programs.env)

    assert programs.seen("1")["argv"] == CASES["claude"][0]
    assert "its commands are ignored (agent.writer.args)" in ran.stderr


def test_a_word_of_any_command_can_stand_for_the_prompt(repo: Repo, cli: Cli) -> None:
    repo.spec("1", "1.py")
    script = 'printf "%s|" "$@" > 1.py'

    ran = cli("run", "--", "/bin/sh", "-c", script, "sh", "{prompt_file}", "--message={prompt}", "a{prompt}b")

    assert ran.status == 0, ran
    words = (repo.worktree("1") / "1.py").read_text().split("|")
    prompt = Path(words[0])
    assert words == [str(prompt), f"--message={prompt.read_text()}", "a{prompt}b", ""]


def test_a_script_is_never_filled_with_the_prompt(repo: Repo, cli: Cli) -> None:
    repo.spec("1", "1.py", extra="$(touch ../caught)")

    cli("run", "--", "/bin/sh", "-c", "echo '{prompt}' > 1.py; echo {prompt} >> 1.py")

    assert (repo.worktree("1") / "1.py").read_text() == "{prompt}\n{prompt}\n"


def test_a_prompt_too_long_for_an_argument_is_named_instead(repo: Repo, cli: Cli) -> None:
    repo.spec("1", "1.py", extra="x" * 200_000)

    ran = cli("run", "--", "/bin/sh", "-c", 'printf %s "$1" > 1.py; wc -c >> 1.py', "sh", "{prompt}")

    assert ran.status == 0, ran
    first, count = (repo.worktree("1") / "1.py").read_text().rsplit(".", 1)
    assert first.startswith("Your task is in the file '/")
    assert int(count) > 200_000, "on its standard input it is whole"


def test_a_prompt_that_begins_with_dashes_is_no_option(repo: Repo, cli: Cli) -> None:
    repo.write("specs/SPEC-1.md", "---\npriority: 1\n---\n# SPEC-1: One\n\n**File**: `1.py`\n")
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "-m", "spec")

    ran = cli("run", "--", "/bin/sh", "-c", 'printf %s "$1" > 1.py', "sh", "{prompt}")

    assert ran.status == 0, ran
    assert (repo.worktree("1") / "1.py").read_text().startswith("\n---\npriority")


def test_what_an_agent_leaves_of_its_own_is_not_committed_for_it(
    repo: Repo, cli: Cli, programs: Programs
) -> None:
    repo.spec("1", "1.py")
    programs.install("aider", leaves=(".aider.chat.history.md",))

    ran = cli("run", "--agent", "aider", env=programs.env)

    assert ran.status == 0, ran
    assert repo.git("show", "--name-only", "--format=", "feature/1") == "1.py"
    left = repo.worktree("1") / ".aider.chat.history.md"
    assert left.read_text() == "its own\n"

    cli("merge", "1")
    assert cli("prune", "1").status == 0
    assert not left.exists(), "nor does it keep a worktree that is done with"
    cli("prune", "--undo", "1")
    assert left.read_text() == "its own\n"


def test_the_reason_of_a_failure_is_what_the_agent_said(repo: Repo, cli: Cli, programs: Programs) -> None:
    repo.spec("1", "1.py")
    repo.spec("2", "2.py")
    programs.install("gemini")

    failed = cli("run", "1", "--agent", "gemini", env={**programs.env, "FAKE_STATUS": "41"})
    plain = cli(
        "run", "2", "--", "/bin/sh", "-c", "echo going; printf '\\033[31mError: no \\a key\\033[0m'; exit 3"
    )

    assert "1 failed after" in failed.stdout
    assert task_of(cli)["reason"] == "exit status 41: All done."
    assert task_of(cli, "2")["reason"] == "exit status 3: Error: no \\x07 key"
    assert plain.status == 1


def test_no_key_gets_into_a_reason(repo: Repo, cli: Cli) -> None:
    repo.spec("1", "1.py")

    cli("run", "--", "/bin/sh", "-c", 'echo "wrong: $SOME_API_KEY $A_KEY"; exit 1',
        env={"SOME_API_KEY": "sk-12345678", "A_KEY": "short"})  # fmt: skip

    assert task_of(cli)["reason"] == "exit status 1: wrong: $SOME_API_KEY short"


@pytest.mark.parametrize("name", ["OPENAI_API_KEY", "MY_PASS", "GITHUB_PAT", "PGPASSWD", "GCP_CREDENTIALS"])
def test_half_a_credential_where_the_last_words_are_cut_is_not_recorded(
    repo: Repo, cli: Cli, name: str
) -> None:
    repo.spec("1", "one.txt")
    cli("run", "--", "/bin/sh", "-c", f'printf "error: %0165d %s\\n" 0 "${name}"; exit 1',
        env={name: "hidden-hidden-hidden-hidden-hidden-hidden"})  # fmt: skip

    assert f"0 ${name}" in task_of(cli)["reason"]
    assert "hidden" not in repo.git("log", "-p", "refs/parallel/tasks/1")


def test_the_password_of_a_url_is_not_recorded(repo: Repo, cli: Cli) -> None:
    repo.spec("1", "one.txt")
    cli(
        "run",
        "--",
        "/bin/sh",
        "-c",
        "echo 'cannot reach postgres://u:hidden@h:1/db, http://h:80/x@y'; exit 1",
    )

    reason = task_of(cli)["reason"]
    assert reason == "exit status 1: cannot reach postgres://u:***@h:1/db, http://h:80/x@y"
    assert "sk-12345678" not in repo.git("show", "refs/parallel/tasks/1:record.json")


def test_attempts_are_summed_up(repo: Repo, cli: Cli, programs: Programs) -> None:
    repo.spec("1", "1.py")
    programs.install("claude")

    cli("run", "--agent", "claude", env={**programs.env, "FAKE_STATUS": "1"})
    again = cli("retry", "1", env=programs.env)

    assert again.status == 0, again
    assert (task_of(cli)["cost"], task_of(cli)["spent"]) == (0.002708, 0.005416)
    assert "1 of 1 succeeded in" in again.stdout
    assert again.stdout.splitlines()[-2].endswith(", $0.0027")
    header, row = cli("status").stdout.splitlines()
    assert header.split()[:4] == ["TASK", "STATE", "TIME", "COST"]
    assert "$0.0054" in row


def spending(repo: Repo, cost: float, *, tasks: int) -> None:
    """Tasks one after the other, each of which tells that it cost so much."""
    for number in range(1, tasks + 1):
        repo.spec(str(number), f"{number}.py")
    line = json.dumps({"type": "result", "total_cost_usd": cost, "modelUsage": {}})
    script = repo.write("../agent.sh", f"echo '{line}'\necho x > $GIT_PARALLEL_TASK.py\n")
    repo.config("agent.mine.command", f"/bin/sh {script}")
    repo.config("agent.mine.preset", "claude")


def test_nothing_is_launched_any_more_once_the_budget_is_spent(repo: Repo, cli: Cli) -> None:
    spending(repo, 0.4, tasks=5)

    ran = cli("run", "-j", "1", "--agent", "mine", "--budget", "1", "--json")

    assert ran.json["priorities_executed"] == ["1", "2", "3"]
    assert ran.json["cost"] == 1.2
    assert {task["id"]: task["reason"] for task in ran.json["tasks"] if task["state"] != "succeeded"} == {
        "4": "the budget of $1.00 is spent ($1.20)",
        "5": "the budget of $1.00 is spent ($1.20)",
    }
    assert repo.refs("refs/heads/feature") == [
        "refs/heads/feature/1",
        "refs/heads/feature/2",
        "refs/heads/feature/3",
    ]
    # Another run has a budget of its own, here from the settings.
    repo.config("parallel.budget", "0.40")
    again = cli("run", "-j", "1", "--agent", "mine")
    assert "5 was not launched: the budget of $0.40 is spent ($0.40)" in again.stderr


def test_attempts_count_that_are_tried_again(repo: Repo, cli: Cli) -> None:
    spending(repo, 0.4, tasks=1)
    repo.config("parallel.retryDelay", "1s")
    script = repo.path.parent / "agent.sh"
    script.write_text(script.read_text() + "exit 3\n")

    ran = cli("run", "--agent", "mine", "--budget", "0.8", "--retries", "9", "--json")

    task = task_of(cli)
    assert ran.json["cost"] == 0.8
    assert (task["attempt"], task["cost"], task["spent"]) == (2, 0.4, 0.8)


def test_that_a_cost_is_not_told_is_said_once(repo: Repo, cli: Cli) -> None:
    for number in ("1", "2"):
        repo.spec(number, f"{number}.py")

    ran = cli("run", "-j", "1", "--budget", "5", "--", "/bin/sh", "-c", "echo x > $GIT_PARALLEL_TASK.py")
    without = cli("run", "1", "--", "/bin/sh", "-c", "echo y > 1.py")

    assert ran.status == 0
    assert ran.stderr.count("did not tell what it cost; the budget of $5.00 knows nothing") == 1
    assert "did not tell" not in without.stderr


@pytest.mark.parametrize("amount", ["much", "-1", "1e9", "", "1,5"])
def test_a_budget_is_an_amount(cli: Cli, amount: str) -> None:
    ran = cli("run", f"--budget={amount}", "--", "true")
    assert (ran.status, ran.stderr.splitlines()[0]) == (
        2,
        f"error: --budget: not an amount in USD: '{amount}'",
    )
