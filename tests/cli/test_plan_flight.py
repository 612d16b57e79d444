"""`git parallel plan` with work in flight: other work, drift, reasons, graphs, timeline, replay, bad input."""

import json
import re
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from textwrap import dedent

import pytest

from tests.conftest import Cli, Repo

Agent = Callable[..., Sequence[str]]


def other(repo: Repo, name: str, **files: str) -> None:
    """A branch that is no task."""
    repo.git("checkout", "--quiet", "-b", name)
    repo.commit(name, **files)
    repo.git("checkout", "--quiet", "main")


def test_other_work_is_shown_and_keeps_nobody_waiting(repo: Repo, cli: Cli) -> None:
    repo.spec("auth", "app.py")
    other(repo, "hotfix", **{"app.py": "print('fixed')\n"})

    ran = cli("plan")

    assert ran.stdout == dedent("""\
        WAVE  TASK  TITLE      FILES   WAITS FOR
        1     auth  Task auth  app.py

        OVERLAP            RISK  WHY
        auth heads/hotfix  file  both modify app.py
    """)
    assert cli("plan", "--check").status == 0
    assert "heads/hotfix" not in cli("plan", "--other-work", "none").stdout


def test_branches_are_planned_without_any_task(repo: Repo, cli: Cli) -> None:
    other(repo, "one", **{"app.py": "print('one')\n"})
    other(repo, "two", **{"app.py": "print('two')\n"})

    ran = cli("plan")

    assert ran.stdout == dedent("""\
        'main' declares no tasks

        OVERLAP              RISK      WHY
        heads/one heads/two  conflict  git cannot merge them: both change line 1 of app.py
    """)


def test_a_patch_file_takes_part(repo: Repo, cli: Cli, tmp_path: Path) -> None:
    repo.spec("auth", "app.py")
    other(repo, "hotfix", **{"app.py": "print('fixed')\n"})
    patch = tmp_path / "fix.patch"
    patch.write_text(repo.git("diff", "main", "hotfix") + "\n")
    (tmp_path / "none.patch").write_text("no patch\n")

    told = cli("plan", "--json", "--patch", str(patch)).json

    assert {tuple(one["pair"]): one["risk"] for one in told["conflicts"]} == {
        ("auth", "heads/hotfix"): "file",
        ("auth", f"patch:{patch}"): "file",
        ("heads/hotfix", f"patch:{patch}"): "hunk",
    }
    for wrong, words in (
        (tmp_path / "none.patch", "none.patch:1: not a patch that can be read: no patch"),
        (tmp_path / "gone.patch", "cannot be read: no such file or directory"),
        (tmp_path, "cannot be read: is a directory"),
    ):
        ran = cli("plan", "--patch", str(wrong))
        assert (ran.status, ran.stdout) == (2, "")
        assert words in ran.stderr


def test_why_two_are_apart(repo: Repo, cli: Cli) -> None:
    repo.spec("auth", "app.py")
    repo.spec("billing", "app.py", "ledger.py")
    repo.spec("search", "search.py", after="billing")
    repo.spec("report", "report.py", after="search")

    assert cli("plan", "--why", "auth", "SPEC-billing").stdout == dedent("""\
        auth and billing are kept apart
          - they overlap: both modify app.py

        risk: file (both modify app.py)
        likelihood of a conflict: 12%, of sharing a file: 56%

        MEET AT  RISK  auth                                      billing
        app.py   file  modify, declared in specs/SPEC-auth.md:4  modify, declared in specs/SPEC-billing.md:4

        with --overlap hunk they may run at the same time: no lines that both change are known
    """)
    assert cli("plan", "--why", "billing", "report").stdout == dedent("""\
        billing and report are kept apart
          - 'report' comes after 'search' comes after 'billing'
    """)
    assert cli("plan", "--why", "auth", "search").stdout == "auth and search may run at the same time\n"
    assert cli("plan", "--why", "auth", "billing", "--check").status == 1
    assert cli("plan", "--why", "auth", "billing", "--check", "--overlap", "hunk").status == 0
    assert cli("plan", "--why", "auth", "search", "--check").status == 0


def test_why_a_task_and_a_branch_meet(repo: Repo, cli: Cli) -> None:
    repo.spec("auth", "app.py")
    other(repo, "hotfix", **{"app.py": "print('fixed')\n"})
    repo.git("branch", "idle")

    assert cli("plan", "--why", "hotfix", "auth").stdout.startswith(
        "heads/hotfix and auth overlap\n\nrisk: file"
    )
    for names, words in (
        (("auth", "nobody"), "error: no task is called 'nobody'"),
        (("auth", "idle"), "error: branch 'idle' has nothing that 'main' has not"),
        (("auth", "auth"), "error: --why: 'auth' and 'auth' are the same"),
    ):
        ran = cli("plan", "--why", *names)
        assert (ran.status, ran.stdout) == (2, "")
        assert ran.stderr.startswith(words)


def test_the_level_and_hot_files_say_what_excludes(repo: Repo, cli: Cli) -> None:
    repo.spec("auth", "auth.py", "CHANGELOG.md")
    repo.spec("billing", "billing.py", "CHANGELOG.md")

    def waves(*arguments: str) -> list[list[str]]:
        waves: list[list[str]] = cli("plan", "--json", *arguments).json["waves"]
        return waves

    apart, together = [["auth"], ["billing"]], [["auth", "billing"]]
    assert waves() == apart
    repo.commit("log", **{"CHANGELOG.md": "log\n"})
    assert waves("--overlap", "hunk") == together
    repo.config("parallel.overlap", "hunk")
    assert waves() == together
    assert waves("--overlap", "file") == apart
    repo.config("parallel.hotFile.CHANGELOG.md", "serialise")
    assert waves() == apart
    repo.git("config", "--unset", "parallel.overlap")
    repo.git("config", "parallel.hotFile.CHANGELOG.md", "allow")
    assert waves() == together
    assert cli("plan", "--check").status == 0
    repo.config("parallel.hotFile.CHANGELOG.md", "sometimes")
    assert "none of serialise, allow, union" in cli("plan").stderr


def test_a_hot_file_that_keeps_both_sides_is_no_conflict_for_plan_and_merge(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    repo.commit("log", **{"docs/CHANGELOG.md": "# Log\n", ".gitparallel": (
        '[parallel "hotFile.docs/**"]\n\tpolicy = union\n'
    )})  # fmt: skip
    repo.spec("auth", "auth.py", "docs/CHANGELOG.md")
    repo.spec("billing", "billing.py", "docs/CHANGELOG.md")
    script = 'echo x > "$GIT_PARALLEL_TASK.py"; echo "- $GIT_PARALLEL_TASK" >> docs/CHANGELOG.md'

    assert cli("run", "--", *agent(script)).status == 0
    told = cli("plan", "--json").json
    assert [(one["pair"], one["risk"], one["excludes"]) for one in told["conflicts"]] == [
        (["auth", "billing"], "file", False)
    ]
    assert told["merge_order"] == ["auth", "billing"]
    assert cli("merge").status == 0
    assert sorted(repo.git("show", "main:docs/CHANGELOG.md").splitlines()) == ["# Log", "- auth", "- billing"]


@pytest.fixture
def slow(repo: Repo, agent: Agent) -> Iterator[Callable[..., None]]:
    """An agent that goes on until the test is over, after it has done something."""
    import os
    import sys

    started: list[subprocess.Popen[bytes]] = []

    def start(task: str, script: str) -> None:
        wait = f"{script}; touch ../working; while [ ! -e ../go ]; do sleep 0.05; done"
        command = [sys.executable, "-m", "git_parallel", "run", task, "--", *agent(wait)]
        started.append(subprocess.Popen(command, cwd=repo.path, stdout=subprocess.DEVNULL, env=os.environ))
        deadline = time.monotonic() + 30
        while not (repo.path.parent / "working").exists():
            assert time.monotonic() < deadline
            time.sleep(0.02)

    yield start
    (repo.path.parent / "go").touch()
    for one in started:
        one.wait(timeout=60)


def test_drift_of_a_running_task_is_seen_before_it_commits_and_plans_the_others_anew(
    repo: Repo, cli: Cli, slow: Callable[..., None]
) -> None:
    repo.spec("auth", "auth.py")
    repo.spec("billing", "ledger.py")
    repo.spec("search", "search.py")
    assert cli("plan", "--json").json["waves"] == [["auth", "billing", "search"]]

    slow("auth", "echo x > auth.py; echo y > ledger.py; echo z > notes.txt")

    told = cli("plan", "--json").json
    assert told["waves"] == [["search"], ["billing"]]
    assert told["drift"] == [
        {"id": "auth", "paths": ["ledger.py", "notes.txt"], "collides_with": ["billing"]}
    ]
    text = cli("plan").stdout
    assert re.search(r"^2 +billing +Task billing +ledger.py +overlaps auth, which is running$", text, re.M)
    assert re.search(r"^auth +ledger.py, notes.txt +billing$", text, re.M)
    (status,) = cli("status", "--json").json["tasks"]
    assert (status["drift"], status["collides_with"]) == (["ledger.py", "notes.txt"], ["billing"])
    assert cli("status", "--json").json["replanned"] == [["search"], ["billing"]]
    text = cli("status").stdout
    assert "also took ledger.py, notes.txt, which billing touches as well" in text
    assert "beyond their word:\n  wave 1: search\n  wave 2: billing\n" in text


def test_the_merge_order_is_the_one_with_least_conflict(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.commit("files", **{"a.txt": "a\n", "b.txt": "b\n"})
    repo.spec("hub", "hub.py")
    repo.spec("left", "left.py")
    repo.spec("right", "right.py")
    script = """
        echo x > "$GIT_PARALLEL_TASK.py"
        case $GIT_PARALLEL_TASK in left) echo l > a.txt;; right) echo r > b.txt;; esac
        [ $GIT_PARALLEL_TASK = hub ] || exit 0; echo h > c.txt
    """
    cli("run", "--", *agent(script))
    # What the gate would refuse: the work of hub, written by hand into what the others have claimed.
    tree = repo.worktree("hub")
    (tree / "a.txt").write_text("h\n")
    (tree / "b.txt").write_text("h\n")

    told = cli("plan", "--json").json

    assert [one["pair"] for one in told["conflicts"] if one["risk"] == "conflict"] == [
        ["hub", "left"], ["hub", "right"],
    ]  # fmt: skip
    assert told["merge_order"] == ["left", "right", "hub"]
    assert "merge order with least conflict: left right hub" in cli("plan").stdout


def test_the_timeline(repo: Repo, cli: Cli) -> None:
    repo.spec("auth", "app.py", extra="**Estimated Effort**: 2 hours")
    repo.spec("billing", "app.py", extra="**Estimated Effort**: 1 hour")
    repo.spec("docs", "docs.md", extra="**Estimated Effort**: 1 hour")

    ran = cli("plan", "--timeline").stdout

    assert re.search(r"^auth +0.0 s +2 h 0 m +█+$", ran, re.M)
    assert re.search(r"^billing +2 h 0 m +3 h 0 m +auth +█+$", ran, re.M)
    assert "3 tasks in 4 slots take about 3 h 0 m instead of 4 h 0 m: 1.3 times faster" in ran
    assert "critical path: auth -> billing" in ran
    repo.config("parallel.maxParallel", "1")
    assert cli("plan", "--json").json["timeline"]["speedup"] == 1


def graph(repo: Repo) -> None:
    repo.spec("auth", "app.py")
    repo.spec("billing", "app.py", after="auth")
    repo.spec("search", "app.py", "src/")
    other(repo, 'odd"name', **{"app.py": "print('x')\n"})


def test_the_plan_as_a_graph_for_graphviz(repo: Repo, cli: Cli) -> None:
    graph(repo)

    dot = cli("plan", "--dot").stdout

    assert dot.startswith("digraph plan {\n")
    assert '    "auth" [label="auth\\nTask auth"];' in dot
    assert '  "auth" -> "billing";' in dot
    assert re.search(r'"auth" -> "search" \[dir=none, .*label="file: app.py"\];', dot)
    assert r'"heads/odd\"name"' in dot
    assert dot.count("{") == dot.count("}")


def test_the_plan_as_a_mermaid_graph(repo: Repo, cli: Cli) -> None:
    graph(repo)

    lines = cli("plan", "--mermaid").stdout.splitlines()

    assert lines[0] == "flowchart LR"
    assert '    n0["auth<br/>Task auth"]' in lines
    assert "  n0 --> n1" in lines or "  n0 --> n2" in lines
    assert any("heads/odd#quot;name" in line for line in lines)
    assert sum(line.startswith("  subgraph") for line in lines) == sum(line == "  end" for line in lines)


def test_a_replay_tells_what_would_have_been_predicted(repo: Repo, cli: Cli) -> None:
    base = repo.commit("files", **{"a.txt": "".join(f"{n}\n" for n in range(30)), "b.txt": "b\n"})
    lines = [str(n) for n in range(30)]
    for number, line in enumerate((3, 20, 3, 10)):
        lines[line] = f"change {number}"
        repo.commit(f"change {number}", **{"a.txt": "\n".join(lines) + "\n", f"only{number}.txt": "x"})
    repo.commit("apart", **{"b.txt": "c\n"})
    repo.git("commit", "--quiet", "--allow-empty", "-m", "nothing")

    told = cli("plan", "--replay", f"{base}..main", "--json").json

    # The third change edits a line that the first had changed: begun together, they would have met.
    assert {key: told[key] for key in ("windows", "changes", "left_out", "pairs", "sharing", "conflicting")} == {
        "windows": 1, "changes": 6, "left_out": 1, "pairs": 10, "sharing": 6, "conflicting": 1,
    }  # fmt: skip
    assert told["conflicts_by_shared_file"]["precision"] == pytest.approx(1 / 6, abs=1e-3)
    assert told["conflicts_by_shared_file"]["recall"] == 1
    text = cli("plan", "--replay", f"{base}..main").stdout
    assert "10 pairs: 6 share a file, 1 conflict" in text
    assert repo.is_sound()


@pytest.mark.parametrize(
    ("revisions", "words"),
    [
        ("main", "'main' is no range"),
        ("main...main", "'main...main' is no range"),
        ("--all..main", "'--all..main' is no range"),
        ("main..main", "'main..main' holds 0 changes, and it takes two"),
        ("nobody..main", "bad revision 'nobody..main'"),
        ("main..nobody", "bad revision 'main..nobody'"),
    ],
)
def test_a_range_that_is_none_is_refused(cli: Cli, revisions: str, words: str) -> None:
    ran = cli("plan", "--replay", revisions)

    assert (ran.status, ran.stdout) == (2, "")
    assert words in ran.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--dot", "--mermaid"), "--dot and --mermaid cannot be given together"),
        (("--why", "a", "b", "--timeline"), "--why and --timeline cannot be given together"),
        (("--dot", "--json"), "--dot and --json cannot be given together"),
        (("--why", "a", "b", "auth"), "--why takes two names, and no others"),
        (("--replay", "a..b", "auth"), "--replay looks at past changes, and takes no tasks"),
        (("--overlap", "line"), "'line' is not one of 'file', 'hunk'"),
    ],
)
def test_forms_that_do_not_go_together_are_refused(
    repo: Repo, cli: Cli, arguments: Sequence[str], words: str
) -> None:
    repo.spec("auth", "app.py")

    ran = cli("plan", *arguments)

    assert (ran.status, ran.stdout) == (2, "")
    assert words in ran.stderr


def test_history_is_learnt_and_remembered_and_a_damaged_memory_is_as_none(repo: Repo, cli: Cli) -> None:
    repo.commit("first", **{"app.py": "0", "log.md": "0", "other.md": "0"})
    for number in range(4):
        repo.commit(f"change {number}", **{"app.py": f"{number}x", "log.md": f"{number}x"})
    repo.spec("auth", "app.py")
    cache = repo.path / ".git" / "parallel" / "cache" / "history.json"

    def predicted() -> list[tuple[str, str]]:
        (task,) = cli("plan", "--json").json["tasks"]
        return [(file["path"], file["why"]) for file in task["files"] if file["origin"] == "predicted"]

    expected = [("log.md", "4 of 5 changes of app.py changed it")]
    assert predicted() == expected
    assert json.loads(cache.read_text())["version"] == 1
    for damage in (
        "",
        "{",
        '{"version": 2}',
        '{"version": 1, "changes": {"x": 1}}',
        '{"version": 1, "changes": []}',
    ):
        cache.write_text(damage)
        assert predicted() == expected
    # What is known is not asked again: a lie in the memory shows.
    told = json.loads(cache.read_text())
    told["changes"] = {oid: ["app.py", "lie.md"] if paths else [] for oid, paths in told["changes"].items()}
    cache.write_text(json.dumps(told))
    assert [path for path, _ in predicted()] == ["lie.md"]
