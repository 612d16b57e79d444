"""`git parallel run`, told as stories with small shell scripts for agents."""

import json
import sys
import time
from collections.abc import Callable, Sequence

import pytest

from tests.conftest import Cli, Repo

Agent = Callable[..., Sequence[str]]


def test_each_task_gets_a_worktree_a_branch_and_its_work_committed(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    repo.spec("auth", "auth.py")
    repo.spec("billing", "billing.py")

    ran = cli("run", "--json", "--", *agent())

    assert (ran.status, ran.stderr) == (0, "")
    told = {t["id"]: (t["state"], t["branch"], t["exit_status"]) for t in ran.json["tasks"]}
    assert told == {
        "auth": ("succeeded", "feature/auth", 0),
        "billing": ("succeeded", "feature/billing", 0),
    }
    assert ran.json["success"] is True
    assert ran.json["worktrees_created"] == 2
    assert ran.json["monitoring_result"] == {"completed": 2, "failed": 0, "total": 2}
    assert repo.git("show", "feature/auth:auth.py") == "by auth"
    assert (
        repo.git("log", "-1", "--format=%(trailers:key=Parallel-Task,valueonly)", "feature/auth").strip()
        == "auth"
    )
    assert (repo.worktree("billing") / "billing.py").read_text() == "by billing\n"
    assert repo.git("status", "--porcelain") == ""
    assert repo.is_sound()


def test_the_agent_finds_its_task_in_the_environment_and_the_spec_on_stdin(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    repo.spec("auth", "auth.py")

    ran = cli(
        "run", "auth", "--", *agent('env | grep ^GIT_ | sort > auth.py; cat >> auth.py; pwd >> auth.py'),
        env={"GIT_DIR_OF_MINE": "x", "GIT_INDEX_FILE": "/nowhere", "GIT_AUTHOR_NAME": "Kept"},
    )  # fmt: skip

    assert ran.status == 0, ran
    lines = (repo.worktree("auth") / "auth.py").read_text().splitlines()
    assert [line.partition("=")[0] for line in lines if line.startswith("GIT_")] == [
        "GIT_AUTHOR_NAME",
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_NOSYSTEM",
        "GIT_PARALLEL_ATTEMPT",
        "GIT_PARALLEL_BRANCH",
        "GIT_PARALLEL_PORT",
        "GIT_PARALLEL_PROMPT_FILE",
        "GIT_PARALLEL_SPEC",
        "GIT_PARALLEL_TASK",
        "GIT_PARALLEL_TITLE",
        "GIT_PARALLEL_WORKTREE",
    ]
    assert "GIT_PARALLEL_SPEC=specs/SPEC-auth.md" in lines
    assert "**File**: `auth.py`" in lines
    assert lines[-1] == str(repo.worktree("auth"))


def test_an_agent_that_believes_pwd_works_in_its_worktree_too(repo: Repo, cli: Cli) -> None:
    repo.spec("1", "1.py")
    script = "import os, pathlib; pathlib.Path(os.environ['PWD'], '1.py').write_text('x')"

    ran = cli("run", "--", sys.executable, "-c", script, env={"PWD": str(repo.path)})

    assert (ran.status, repo.git("status", "--porcelain")) == (0, "")
    assert (repo.worktree("1") / "1.py").read_text() == "x"


def test_agents_run_at_the_same_time(repo: Repo, cli: Cli, agent: Agent) -> None:
    for number in range(1, 5):
        repo.spec(str(number), f"file{number}.txt")

    started = time.monotonic()
    ran = cli("run", "-j", "4", "--json", "--", *agent("sleep 2; echo x > file$GIT_PARALLEL_TASK.txt"))

    assert ran.json["success"] is True
    assert ran.json["speedup"] > 1.5
    assert time.monotonic() - started < 8, "four times two seconds would be one after the other"


def test_tasks_that_overlap_never_run_at_once(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("a", "app.py")
    repo.spec("b", "app.py")
    repo.spec("c", "other.py")
    script = 'echo "$(date +%s%N) in" >> ../times-$GIT_PARALLEL_TASK; sleep 0.3; echo x > $GIT_PARALLEL_TASK.py; ' \
        'echo "$(date +%s%N) out" >> ../times-$GIT_PARALLEL_TASK'  # fmt: skip

    ran = cli("run", "-j", "3", "--json", "--", *agent(script))

    assert {t["id"]: t["state"] for t in ran.json["tasks"]} == dict.fromkeys("abc", "succeeded")

    def span(task: str) -> tuple[int, int]:
        first, last = (repo.path.parent / f"times-{task}").read_text().split("\n")[:2]
        return int(first.split()[0]), int(last.split()[0])

    (a_in, a_out), (b_in, b_out) = span("a"), span("b")
    assert a_out < b_in or b_out < a_in


def test_a_task_waits_for_what_it_comes_after_until_that_is_merged(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    repo.spec("1", "one.py")
    repo.spec("2", "two.py", after="SPEC-1")

    first = cli("run", "--", *agent())
    assert (first.status, repo.state("1")) == (0, "succeeded")
    second = cli("run", "--", *agent())
    merged = cli("merge", "1")
    third = cli("run", "--", *agent())

    assert "2 was not launched: after '1', not merged yet" in first.stderr
    assert "nothing to run" in second.stdout
    assert merged.status == 0
    assert (third.status, repo.state("2")) == (0, "succeeded")
    assert repo.git("merge-base", "--is-ancestor", "main", "feature/2") == ""


def test_with_merge_the_whole_chain_lands_in_one_run(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "app.py")
    repo.spec("2", "app.py", after="1")
    repo.spec("3", "app.py")

    ran = cli("run", "--merge", "--verify", "test -s app.py", "--json", "--", *agent())

    assert (ran.status, ran.json["merge_results"]) == (0, {"1": "merged", "2": "merged", "3": "merged"})
    assert sorted((repo.path / "app.py").read_text().splitlines()) == ["by 1", "by 2", "by 3", "print('app')"]
    assert repo.is_sound()


def test_done_means_proven(repo: Repo, cli: Cli, agent: Agent) -> None:
    for name in ("nothing", "fails", "killed", "elsewhere", "slow"):
        repo.spec(name, f"{name}.py")
    script = """
        case $GIT_PARALLEL_TASK in
            nothing) ;;
            fails) echo x > fails.py; exit 7 ;;
            killed) kill -9 $$ ;;
            elsewhere) echo x > elsewhere.py; git -c core.hooksPath= checkout -q -b mine ;;
            slow) sleep 60 ;;
        esac
    """

    ran = cli("run", "-j", "5", "--timeout", "2s", "--json", "--", *agent(script))

    assert ran.status == 1
    assert {t["id"]: (t["state"], t["exit_status"], t["reason"]) for t in ran.json["tasks"]} == {
        "nothing": ("failed", 0, "no changes"),
        "fails": ("failed", 7, "exit status 7"),
        "killed": ("failed", 137, "killed by signal 9"),
        "elsewhere": ("failed", 0, "left its worktree on 'mine' instead of 'feature/elsewhere'"),
        "slow": ("failed", 130, "timed out after 2 s"),
    }
    assert (repo.worktree("fails") / "fails.py").read_text() == "x\n", (
        "what a failed agent left is left alone"
    )


def test_whatever_an_agent_does_to_its_worktree_is_its_own_failure(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    for name in ("a-deletes-it", "b-deletes-git", "c-prunes-it", "d-detaches", "e-rebases", "f-works"):
        repo.spec(name, f"{name}.py")
    script = """
        echo x > $GIT_PARALLEL_TASK.py
        case $GIT_PARALLEL_TASK in
            a-*) cd .. && rm -rf "$GIT_PARALLEL_WORKTREE" ;;
            b-*) rm .git ;;
            c-*) rm -rf "$(git rev-parse --absolute-git-dir)" ;;
            d-*) git checkout -q --detach ;;
            e-*) git add -A; git commit -qm x; GIT_SEQUENCE_EDITOR='sed -i s/pick/edit/' git rebase -q -i HEAD~1 ;;
        esac
        true
    """

    ran = cli("run", "-j", "3", "--json", "--", *agent(script))

    assert ran.status == 1, ran.stderr
    told = {task["id"][0]: task["reason"] for task in ran.json["tasks"]}
    assert {task["id"][0] for task in ran.json["tasks"] if task["state"] == "succeeded"} == {"f"}
    assert told["a"] == f"its worktree '{repo.worktree('a-deletes-it')}' is gone"
    assert told["b"] == f"its worktree '{repo.worktree('b-deletes-git')}' is gone"
    assert told["c"].startswith("what it left cannot be looked at: ")
    assert told["d"].endswith("instead of 'feature/d-detaches'")
    assert told["e"].startswith(("left a rebase", "left its worktree on"))
    again = cli("run", "a-deletes-it", "c-prunes-it", "--json", "--", *agent())
    assert {task["id"]: task["state"] for task in again.json["tasks"]} == {
        "a-deletes-it": "succeeded",
        "c-prunes-it": "succeeded",
    }
    assert repo.git("diff", "--name-only", "main...feature/a-deletes-it") == "a-deletes-it.py"
    assert repo.is_sound()


def test_a_failed_task_is_tried_again_only_by_name_and_in_its_worktree(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    repo.spec("auth", "auth.py")
    assert cli("run", "--", *agent("echo half > auth.py; exit 1")).status == 1

    unasked = cli("run", "--", *agent())
    again = cli("run", "auth", "--json", "--", *agent("cat auth.py; echo whole >> auth.py"))

    assert "nothing to run" in unasked.stdout
    assert again.json["tasks"][0]["attempt"] == 2
    assert repo.git("show", "feature/auth:auth.py") == "half\nwhole"
    assert cli("log", "auth").stdout == "half\n"
    assert cli("log", "auth", "--attempt", "1").stdout == ""
    life = repo.git(
        "log", "--first-parent", "--reverse", "--format=%s", "refs/parallel/tasks/auth"
    ).splitlines()
    assert life == [
        "auth is ready, attempt 1",
        "auth running",
        "auth failed: exit status 1",
        "auth is ready, attempt 2",
        "auth running",
        "auth succeeded",
    ]


def test_a_task_of_unknown_files_runs_alone(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("known", "known.py")
    repo.spec("unknown")
    script = 'ls -d ../in-* 2>/dev/null; touch ../in-$GIT_PARALLEL_TASK; sleep 0.3; rm ../in-$GIT_PARALLEL_TASK; ' \
        'echo x > "$GIT_PARALLEL_TASK.py"'  # fmt: skip

    apart = cli("run", "--json", "--", *agent(script))

    assert {t["id"]: t["state"] for t in apart.json["tasks"]} == {
        "known": "succeeded",
        "unknown": "succeeded",
    }
    assert cli("log", "known").stdout + cli("log", "unknown").stdout == ""


def test_user_files_and_head_are_not_touched(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("auth", "auth.py")
    repo.write("app.py", "edited by the user\n")
    repo.write("staged.txt", "staged by the user\n")
    repo.git("add", "staged.txt")
    repo.write("untracked.txt", "mine\n")
    before = repo.git("status", "--porcelain=v2", "--branch")

    ran = cli("run", "--", *agent())

    assert ran.status == 0
    assert repo.git("status", "--porcelain=v2", "--branch") == before
    assert (repo.path / "app.py").read_text() == "edited by the user\n"


def test_piped_output_is_one_plain_line_an_event(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("auth", "auth.py")

    ran = cli("run", "--", *agent())

    lines = ran.stdout.splitlines()
    assert lines[0] == f"auth launched in {repo.worktree('auth')}"
    assert lines[1].startswith("auth succeeded after ")
    assert lines[2].startswith("1 of 1 succeeded in ")
    assert lines[3] == "'git parallel merge' brings them to the target"
    assert "\x1b" not in ran.stdout


def test_settings_choose_branch_worktree_and_agent(repo: Repo, cli: Cli) -> None:
    repo.spec("auth", "auth.py")
    repo.config("parallel.branch", "agents/{id}/work")
    repo.config("parallel.worktree", "../trees of {repo}/{id}")
    repo.config("agent.writer.command", "/bin/sh -c 'echo \"set\" > auth.py'")

    ran = cli("run", "--agent", "writer", "--json")

    task = ran.json["tasks"][0]
    assert (task["state"], task["branch"]) == ("succeeded", "agents/auth/work")
    assert task["worktree"] == str(repo.path.parent / "trees of shop" / "auth")
    assert repo.git("show", "agents/auth/work:auth.py") == "set"
    record = json.loads(repo.git("show", "refs/parallel/tasks/auth:record.json"))
    assert (record["version"], record["agent"]) == (1, "writer")


def test_only_one_run_at_a_time(repo: Repo, cli: Cli, agent: Agent) -> None:
    import fcntl

    repo.spec("auth", "auth.py")
    runtime = repo.path / ".git" / "parallel"
    runtime.mkdir()
    with (runtime / "coordinator.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ran = cli("run", "--", *agent())
    assert (ran.status, ran.stdout) == (3, "")
    assert ran.stderr.startswith("error: another git-parallel is at work in this repository\nhint: ")


@pytest.mark.parametrize(
    "left", ["printf 'a\\r\\nb\\r\\n' > k.txt", "echo c > k.txt; git add k.txt; git show HEAD:k.txt > k.txt"]
)
def test_what_is_no_change_to_git_is_not_asked_for_and_fails_nothing(
    repo: Repo, cli: Cli, agent: Agent, left: str
) -> None:
    repo.commit(**{".gitattributes": "* text=auto\n", "k.txt": "a\nb\n"})
    repo.spec("1", "src/a.py")

    ran = cli(
        "run", "1", "--", *agent(f"mkdir src; echo x > src/a.py; git add -A; git commit -qm done; {left}")
    )

    assert ran.status == 0, ran.stdout
    assert repo.git("log", "--format=%s", "main..feature/1") == "done"
    assert repo.git("status", "--porcelain", at=repo.worktree("1")) == ""


def test_line_ends_of_a_file_of_somebody_else_are_no_change_to_it(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.commit(**{".gitattributes": "* text=auto\n", "k.txt": "a\nb\n"})
    repo.spec("1", "src/a.py")
    repo.spec("2", "k.txt")

    ran = cli("run", "1", "--", *agent("mkdir src; echo x > src/a.py; printf 'a\\r\\nb\\r\\n' | tee k.txt"))

    assert ran.status == 0, ran.stdout
    assert repo.git("diff", "--name-only", "main", "feature/1") == "src/a.py"
    assert repo.git("for-each-ref", "refs/parallel/claims") == ""


def test_a_repository_of_its_own_that_an_agent_leaves_is_no_commit(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    repo.spec("1", "one.py")
    script = "echo x > one.py; git init -q n; cd n; echo y > y; git add y; git commit -qm y"

    (task,) = cli("run", "--json", "--", *agent(script)).json["tasks"]

    assert (task["state"], task["reason"]) == ("failed", "left a repository of its own in 'n/'")


def test_a_reason_of_any_length_breaks_nothing(repo: Repo, cli: Cli, agent: Agent) -> None:
    name = "file_with_a_long_name_so_that_many_of_them_make_more_than_one_argument_can_hold"
    repo.commit("many", **{f"d/{name}_{number}": "" for number in range(1800)})
    repo.spec("1", "one.py")
    repo.spec("2", "d/")
    script = "for f in d/*; do echo x > $f; done; git -c core.hooksPath= commit -qam all"

    assert cli("run", "1", "--", *agent(script)).status == 1
    assert "commits touch what is not its own" in cli("status").stdout
    assert len(cli("merge", "--json").json["rejected"][0]["violations"]) == 1800
    assert cli("prune").status == 0


def test_a_branch_that_an_agent_deletes_claims_nothing(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "one.py")
    (task,) = cli("run", "--json", "--", *agent("git -c core.hooksPath= update-ref -d HEAD")).json["tasks"]
    assert task["reason"] == "its branch 'feature/1' is gone"
    assert repo.refs("refs/parallel/claims") == []


def test_a_retry_of_a_branch_with_nothing_on_it_begins_at_the_target_of_today(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    repo.spec("2", "app.py")
    repo.spec("3", "app.py")
    cli("run", "2", "--", *agent("exit 1"))
    cli("run", "3", "--merge", "--", *agent("echo three >> app.py"))

    again = cli("run", "2", "--", *agent("cat app.py; echo two >> app.py"))

    assert again.status == 0, again
    assert cli("log", "2").stdout == "print('app')\nthree\n"
    assert cli("merge").status == 0


def test_a_retry_of_work_begun_goes_on_with_it(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("2", "app.py")
    cli("run", "2", "--", *agent("echo half >> app.py; exit 1"))
    repo.commit("more", **{"other.py": "x\n"})

    assert cli("run", "2", "--", *agent("tail -n 1 app.py; ls")).status == 0
    assert cli("log", "2").stdout.splitlines() == ["half", "app.py", "specs"]


def test_why_nothing_runs_is_told(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "one.py")
    repo.spec("2", "two.py", after="SPEC-99")
    failed = cli("run", "1", "--", *agent("echo oops; exit 7"))
    assert f"'git parallel log 1' shows what it printed, its work is in {repo.worktree('1')}" in failed.stdout

    ran = cli("run", "--", *agent())

    assert (ran.status, ran.stdout) == (0, "nothing to run\n")
    assert ran.stderr.splitlines() == [
        "note: 1 is left out: failed; 'git parallel run 1 -- COMMAND' tries again",
        "note: 2 is left out: after '99', which no document declares",
    ]


def test_without_room_for_a_worktree_nothing_is_launched_and_the_figures_are_told(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    repo.spec("auth", "auth.py")
    repo.config("parallel.admission", "auto")
    repo.config("parallel.diskReserve", "900000g")

    ran = cli("run", "auth", "--", *agent())

    assert (ran.status, repo.worktree("auth").exists()) == (1, False)
    assert "auth was not launched: only " in ran.stderr
    assert "and the next worktree needs 1 MB beside the reserve of 921600000 MB\n" in ran.stderr

    repo.config("parallel.diskReserve", "0")
    assert cli("run", "auth", "--", *agent()).status == 0


def test_documents_that_are_not_committed_are_told(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "one.py")
    repo.write("specs/SPEC-2.md", "# New\n")
    repo.write("specs/SPEC-1.md", "# Edited\n")
    note = "note: 'specs/SPEC-1.md' and 1 more documents are not committed; tasks are read from commits of 'main'\n"

    assert cli("plan").stderr == note
    assert cli("run", "1", "--", *agent()).stderr == note
    assert (
        cli("plan", "2").stderr.splitlines()[1].startswith("hint: tasks are read from commits of 'main', and")
    )


def test_a_merge_that_fails_its_verification_in_a_run_shows_why(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "one.py")

    ran = cli("run", "--merge", "--verify", "echo not good; exit 5", "--", *agent())

    assert ran.status == 1
    lines = ran.stdout.splitlines()
    assert lines[2:5] == [
        "1 refused: the verify command fails with it (exit status 5):",
        "  | $ echo not good; exit 5",
        "  | not good",
    ]
    assert "'git parallel merge' brings them to the target" not in lines


def test_a_reader_that_goes_away_does_not_end_the_run(repo: Repo, agent: Agent) -> None:
    import subprocess
    import sys

    for number in range(3):
        repo.spec(f"t{number}", f"f{number}.txt")
    script = "sleep 0.5; echo x > f${GIT_PARALLEL_TASK#t}.txt"
    with subprocess.Popen(
        [sys.executable, "-m", "git_parallel", "run", "-j", "1", "--", *agent(script)],
        cwd=repo.path, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    ) as running:  # fmt: skip
        assert running.stdout
        running.stdout.readline()
        running.stdout.close()
    assert [repo.state(f"t{number}") for number in range(3)] == ["succeeded"] * 3


def test_a_hook_that_asks_on_the_terminal_cannot_hang_a_run(repo: Repo, agent: Agent) -> None:
    import os
    import pty
    import subprocess
    import sys

    repo.spec("1", "one.py")
    hook = repo.path / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nread answer < /dev/tty\n")
    hook.chmod(0o755)
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "git_parallel", "run", "--", *agent()]
    enter = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execvp(sys.argv[1], sys.argv[1:])"
    done = subprocess.run(
        [sys.executable, "-c", enter, *command],
        cwd=repo.path, stdin=slave, capture_output=True, start_new_session=True, timeout=60, check=False,
    )  # fmt: skip
    os.close(master)
    os.close(slave)

    assert done.returncode == 1
    assert b"what it left could not be committed" in done.stdout


def test_one_whose_end_cannot_be_recorded_does_not_disturb_the_others(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    repo.spec("1", "one.py")
    repo.spec("2", "two.py")
    ref = repo.path / ".git/refs/parallel/tasks/1"
    # The record of task 1 cannot be moved any more: a directory stands where its lock would be.
    script = (
        f'echo x > two.py; [ $GIT_PARALLEL_TASK = 2 ] || {{ mv two.py one.py; sleep 1; mkdir "{ref}.lock"; }}'
    )

    ran = cli("run", "--json", "--", *agent(script))
    (ref.parent / "1.lock").rmdir()

    assert ran.status == 1
    told = {task["id"]: (task["state"], task["reason"]) for task in ran.json["tasks"]}
    assert told["2"] == ("succeeded", "")
    assert told["1"][1].startswith("its end could not be recorded: ")
    assert "'1' had ended unseen: succeeded" in cli("status").stderr


@pytest.mark.sample(3)
@pytest.mark.parametrize(
    ("script", "left"),
    [
        ("git rm -q app.py", []),
        ("git mv app.py moved.py", ["moved.py"]),
        ("git mv app.py moved.py; echo more >> moved.py", ["moved.py"]),
        ("mkdir out; echo x > out/x; echo /out/ > .git-ignored; git add -f out/x", ["app.py", "out/x"]),
        ("mkdir out; echo x > out/x; git add -f out/x; echo y >> out/x; git rm -q app.py", ["out/x"]),
    ],
)
def test_what_was_staged_last_of_all_is_committed_as_it_is(
    repo: Repo, cli: Cli, agent: Agent, script: str, left: list[str]
) -> None:
    (repo.path / ".git/info/exclude").write_text("/out/\n.git-ignored\n")
    repo.spec("1", "app.py", "moved.py", "out/")

    ran = cli("run", "--", *agent(script))

    assert ran.status == 0, ran.stderr
    files = repo.git("ls-tree", "-r", "--name-only", "feature/1").splitlines()
    assert [path for path in files if not path.startswith("specs/")] == left
    assert repo.git("status", "--porcelain", at=repo.worktree("1")) == ""
