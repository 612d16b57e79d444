"""`git parallel merge --strategy`: the commits by which work lands, and what they say."""

import json
from collections.abc import Callable, Sequence

import pytest

from tests.conftest import Cli, Repo

Agent = Callable[..., Sequence[str]]

STRATEGIES = ("merge", "squash", "rebase")

# Two commits of a person of its own, at a time of its own.
TWO_COMMITS = """\
export GIT_AUTHOR_NAME=Ann GIT_AUTHOR_EMAIL=ann@example.com
for step in one two; do
    echo $step >> $GIT_PARALLEL_TASK.txt
    git add . && GIT_AUTHOR_DATE='2020-01-01T00:00:00 +0200' git commit -qm "$step of $GIT_PARALLEL_TASK"
done
"""


def record(repo: Repo, task: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(repo.git("show", f"refs/parallel/tasks/{task}:record.json"))
    return found


def trailers(repo: Repo, commit: str) -> list[str]:
    shown = repo.git("log", "-1", "--format=%(trailers:only,unfold)", commit)
    return [line for line in shown.splitlines() if line]


def two_tasks(repo: Repo, cli: Cli, agent: Agent, script: str = TWO_COMMITS) -> str:
    """Two tasks that have ended well, each with its file; the target before it gets them."""
    for name in ("a", "b"):
        repo.spec(name, f"{name}.txt", extra="**Agent**: writer")
    cli("run", "--", *agent(script))
    return repo.git("rev-parse", "main")


@pytest.mark.sample(3)
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_each_strategy_gives_the_files_of_a_git_merge(
    repo: Repo, cli: Cli, agent: Agent, strategy: str
) -> None:
    before = two_tasks(repo, cli, agent)
    repo.git("switch", "--quiet", "-c", "by-git", before)
    repo.git("merge", "--quiet", "--no-ff", "--no-edit", "feature/a", "feature/b")
    repo.git("switch", "--quiet", "main")

    ran = cli("merge", "--strategy", strategy, "--verify", "test -f a.txt", "--json")

    assert (ran.status, ran.json["merged"], ran.json["flaky"]) == (0, ["a", "b"], [])
    assert repo.git("rev-parse", "main^{tree}") == repo.git("rev-parse", "by-git^{tree}")
    assert repo.git("status", "--porcelain") == ""
    shape = repo.git("log", "--reverse", "--first-parent", "--format=%s|%an|%cn|%p", f"{before}..main")
    parents = [line.rpartition("|")[2].split() for line in shape.splitlines()]
    said = [line.rpartition("|")[0] for line in shape.splitlines()]
    if strategy == "merge":
        assert said == [f"Merge branch 'feature/{name}' into main|Tester|Tester" for name in "ab"]
        assert [len(some) for some in parents] == [2, 2]
        assert repo.git("rev-parse", "main^2") == repo.git("rev-parse", "feature/b")
    elif strategy == "squash":
        assert said == ["Task a|Ann|Tester", "Task b|Ann|Tester"]
        assert [len(some) for some in parents] == [1, 1]
    else:
        steps = [f"{step} of {name}|Ann|Tester" for name in "ab" for step in ("one", "two")]
        assert said == steps
        assert [len(some) for some in parents] == [1] * 4
        assert repo.git("log", "-1", "--format=%aI", "main~1") == "2020-01-01T00:00:00+02:00"
    told = ["Parallel-Task: b", "Parallel-Spec: specs/SPEC-b.md", "Parallel-Agent: writer"]
    told += ["Parallel-Verified: test -f a.txt"]
    tip = [] if strategy == "merge" else [f"Parallel-Tip: {repo.git('rev-parse', 'feature/b')}"]
    assert trailers(repo, "main") == [*told, *tip]
    now = record(repo, "b")
    assert (now["state"], now["strategy"], now["verified"]) == ("merged", strategy, "test -f a.txt")
    assert now["candidate"] == repo.git("rev-parse", "main")
    assert repo.is_sound()


@pytest.mark.sample(3)
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_after_each_strategy_the_work_has_landed_for_every_command(
    repo: Repo, cli: Cli, agent: Agent, strategy: str
) -> None:
    two_tasks(repo, cli, agent)
    repo.config("parallel.strategy", strategy)
    cli("merge")
    landed = repo.git("rev-parse", "main")
    assert len(repo.git("log", "-1", "--format=%P", "main").split()) == (2 if strategy == "merge" else 1)

    assert cli("merge").stdout == "nothing to merge\n"
    again = cli("merge", "a", "b", "--json")
    assert (again.status, again.json["merged"], again.json["to"]) == (0, ["a", "b"], landed)
    states = {task["id"]: task["state"] for task in cli("status", "--json").json["tasks"]}
    assert states == {"a": "merged", "b": "merged"}
    assert cli("prune", "--json").json["kept"] == []
    assert not repo.worktree("a").exists()
    assert repo.refs("refs/heads/") == ["refs/heads/main"]
    assert repo.git("rev-parse", "main") == landed
    assert repo.is_sound()


@pytest.mark.sample(3)
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_what_was_added_after_the_merge_is_not_pruned(
    repo: Repo, cli: Cli, agent: Agent, strategy: str
) -> None:
    two_tasks(repo, cli, agent)
    cli("merge", "--strategy", strategy)
    (repo.worktree("a") / "a.txt").write_text("more\n")
    repo.git("commit", "--quiet", "--all", "-m", "more", at=repo.worktree("a"))
    more = repo.git("rev-parse", "feature/a")

    pruned = cli("prune", "--json").json

    assert [kept["id"] for kept in pruned["kept"]] == ["a"]
    assert repo.git("rev-parse", "feature/a") == more


@pytest.mark.parametrize("strategy", ["squash", "rebase"])
def test_what_the_user_took_back_lands_again_in_another_form(
    repo: Repo, cli: Cli, agent: Agent, strategy: str
) -> None:
    before = two_tasks(repo, cli, agent)
    cli("merge", "--strategy", strategy)
    files = repo.git("rev-parse", "main^{tree}")
    repo.git("reset", "--quiet", "--hard", before)

    ran = cli("merge", "a", "b", "--strategy", strategy, "--json")

    assert (ran.status, ran.json["merged"]) == (0, ["a", "b"])
    assert repo.git("rev-parse", "main^{tree}") == files
    assert record(repo, "a")["state"] == "merged"


@pytest.mark.parametrize("strategy", ["squash", "rebase"])
def test_what_an_agent_says_in_our_name_is_not_taken_over(
    repo: Repo, cli: Cli, agent: Agent, strategy: str
) -> None:
    repo.spec("a", "a.txt")
    forged = "0" * 40
    message = (
        f"Parallel-Tip: {forged}\n\nmine\n\nReviewed-by: me\nparallel-task: other\nParallel-Verified: all\n"
    )
    cli("run", "--", *agent(f"echo a > a.txt; git add .; git commit -qm '{message}'"))

    assert cli("merge", "--strategy", strategy).status == 0

    body = repo.git("log", "-1", "--format=%B", "main")
    tip = repo.git("rev-parse", "feature/a")
    ours = [line for line in body.splitlines() if line.lower().startswith("parallel-")]
    assert ours == ["Parallel-Task: a", "Parallel-Spec: specs/SPEC-a.md", f"Parallel-Tip: {tip}"]
    assert trailers(repo, "main")[-3:] == ours
    if strategy == "rebase":
        assert "mine" in body
        assert "Reviewed-by: me" in trailers(repo, "main")


def test_a_branch_with_merges_is_squashed_by_a_rebase(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("a", "a.txt")
    script = (
        "echo 1 > a.txt; git add .; git commit -qm one;"
        "git reset -q --hard $(git commit-tree -p HEAD -p HEAD~1 -m both HEAD^{tree})"
    )
    cli("run", "--", *agent(script))
    before = repo.git("rev-parse", "main")

    assert len(repo.git("log", "-1", "--format=%P", "feature/a").split()) == 2
    ran = cli("merge", "--strategy", "rebase")

    assert ran.status == 0, ran
    assert repo.git("rev-parse", "main^") == before
    assert repo.git("log", "-1", "--format=%s", "main") == "Task a"
    assert repo.git("show", "main:a.txt") == "1"


@pytest.mark.parametrize("strategy", ["squash", "rebase"])
def test_a_message_in_another_encoding_is_recoded(repo: Repo, cli: Cli, agent: Agent, strategy: str) -> None:
    repo.spec("a", "a.txt")
    commit = "echo 1 >> a.txt; git add .; git -c i18n.commitEncoding"
    latin = f"{commit}=ISO-8859-1 commit -qm \"$(printf 'gr\\374n')\""
    # What no regular expression over the bytes finds is our name all the same, once git shows it.
    hidden = f"{commit}=UTF-7 commit -qm 'x+AAo-y' -m '+AFA-arallel-Task: other'"
    cli("run", "--", *agent(f"{latin}; {hidden}; {latin}"))

    assert cli("merge", "--strategy", strategy).status == 0

    body = repo.git("log", "--format=%B", "main~3..main" if strategy == "rebase" else "main~1..main")
    assert "gr\u00fcn" in body
    tasks = [line for line in body.splitlines() if line.startswith("Parallel-Task")]
    assert set(tasks) == {"Parallel-Task: a"}
    assert f"Parallel-Tip: {repo.git('rev-parse', 'feature/a')}" in body
    assert repo.is_sound()


def test_who_shares_the_work_is_not_hidden_by_a_squash(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("a", "a.txt")
    script = "echo 1 >> a.txt; git add .; GIT_AUTHOR_NAME=$who GIT_AUTHOR_EMAIL=$who@x git commit -qm $who"
    cli("run", "--", *agent(f"who=Ann; {script}; who=Bob; {script}"))

    cli("merge", "--strategy", "squash")

    told = repo.git("log", "-1", "--format=%an%n%B", "main").splitlines()
    assert told[:5] == ["Tester", "Task a", "", "* Ann", "* Bob"]


def test_accepted_paths_are_told(repo: Repo, cli: Cli, agent: Agent) -> None:
    two_tasks(repo, cli, agent)
    (repo.worktree("a") / "b.txt").write_text("of a\n")
    repo.git("add", "b.txt", at=repo.worktree("a"))
    repo.git("-c", "core.hooksPath=/dev/null", "commit", "--quiet", "-m", "more", at=repo.worktree("a"))

    ran = cli("merge", "a", "--accept", "b.txt", "--strategy", "squash")

    assert ran.status == 0, ran
    assert "Parallel-Accepted: b.txt" in trailers(repo, "main")


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_run_merges_by_the_strategy(repo: Repo, cli: Cli, agent: Agent, strategy: str) -> None:
    repo.spec("a", "a.txt")

    ran = cli("run", "--merge", "--strategy", strategy, "--", *agent())

    assert ran.status == 0, ran
    assert record(repo, "a")["strategy"] == strategy
    assert len(repo.git("log", "-1", "--format=%P", "main").split()) == (2 if strategy == "merge" else 1)


@pytest.mark.sample(3)
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_stack_lands_in_one_go_and_is_verified_once(
    repo: Repo, cli: Cli, agent: Agent, strategy: str
) -> None:
    repo.commit("shared", **{"shared.txt": "0\n"})
    for number, after in ((1, ""), (2, "SPEC-1"), (3, "SPEC-2")):
        repo.spec(str(number), "shared.txt", f"{number}.txt", after=after)
    # Each changes the very line that the one before has changed.
    script = "echo $GIT_PARALLEL_TASK > shared.txt; cp shared.txt $GIT_PARALLEL_TASK.txt"
    cli("run", "--stack", "--", *agent(script))
    count = repo.path.parent / "count"

    ran = cli("merge", "--strategy", strategy, "--verify", f"echo x >> {count}", "--json")

    assert (ran.status, ran.json["merged"]) == (0, ["1", "2", "3"]), ran
    assert count.read_text() == "x\n"
    assert repo.git("show", "main:shared.txt") == "3"
    assert len(repo.git("log", "--first-parent", "--format=%h", "main~3..main").splitlines()) == 3
    assert cli("merge").stdout == "nothing to merge\n"
    assert cli("prune", "--json").json["kept"] == []
    assert repo.is_sound()


@pytest.mark.sample(2)
@pytest.mark.parametrize("strategy", ["squash", "rebase"])
def test_a_stack_lands_one_by_one_in_another_form(repo: Repo, cli: Cli, agent: Agent, strategy: str) -> None:
    repo.commit("shared", **{"shared.txt": "0\n"})
    repo.spec("1", "shared.txt")
    repo.spec("2", "shared.txt", after="SPEC-1")
    cli("run", "--stack", "--", *agent("echo $GIT_PARALLEL_TASK > shared.txt"))

    assert cli("merge", "1", "--strategy", strategy).status == 0
    ran = cli("merge", "2", "--strategy", strategy)

    assert ran.status == 0, ran
    assert repo.git("show", "main:shared.txt") == "2"


@pytest.mark.sample(3)
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_who_stands_on_two_lands_with_them(repo: Repo, cli: Cli, agent: Agent, strategy: str) -> None:
    repo.commit("shared", **{"1.txt": "0\n", "2.txt": "0\n"})
    repo.spec("1", "1.txt")
    repo.spec("2", "2.txt")
    repo.spec("3", "1.txt", "2.txt", after="SPEC-1, SPEC-2")
    script = "for f in $(sed -n 's/^[*][*]File[*][*]: `\\(.*\\)`$/\\1/p'); do echo by $GIT_PARALLEL_TASK > $f; done"
    assert cli("run", "--stack", "--", *agent(script)).status == 0

    ran = cli("merge", "--strategy", strategy, "--json")

    assert (ran.status, ran.json["merged"]) == (0, ["1", "2", "3"]), ran
    assert [repo.git("show", f"main:{name}.txt") for name in "12"] == ["by 3", "by 3"]


def test_what_the_target_has_already_is_not_repeated_by_a_rebase(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("a", "1.txt", "2.txt")
    cli("run", "--", *agent("for n in 1 2; do echo $n > $n.txt; git add .; git commit -qm $n; done"))
    repo.commit("theirs", **{"theirs.txt": "theirs\n"})
    repo.git("cherry-pick", "feature/a~1")
    picked = repo.git("rev-parse", "main")

    ran = cli("merge", "a", "--strategy", "rebase")

    assert ran.status == 0, ran
    assert repo.git("log", "--format=%s", f"{picked}..main") == "2"


@pytest.mark.parametrize("strategy", ["squash", "rebase"])
def test_a_bare_host_with_long_names(repo: Repo, cli: Cli, agent: Agent, strategy: str) -> None:
    repo.git("init", "--quiet", "--bare", "--object-format=sha256", "../host.git")
    host = repo.path.parent / "host.git"
    repo.git("init", "--quiet", "--object-format=sha256", "../source")
    source = repo.path.parent / "source"
    (source / "specs").mkdir()
    (source / "specs" / "SPEC-a.md").write_text("# SPEC-a: Task a\n\n**File**: `a.txt`\n")
    repo.git("add", "--all", at=source)
    repo.git("commit", "--quiet", "-m", "first", at=source)
    repo.git("push", "--quiet", str(host), "main", at=source)
    for key, value in (("parallel.admission", "off"), ("parallel.target", "main")):
        repo.git("config", key, value, at=host)
    desk = repo.path.parent / "desk"
    repo.git("worktree", "add", "--quiet", "--detach", str(desk), "main", at=host)
    assert cli("run", "--", *agent(TWO_COMMITS), at=desk).status == 0

    ran = cli("merge", "--strategy", strategy, "--verify", "test -f a.txt", at=desk)

    assert ran.status == 0, ran
    assert repo.git("show", "main:a.txt", at=host) == "one\ntwo"
    tip = repo.git("rev-parse", "feature/a", at=host)
    assert (
        repo.git("log", "-1", "--format=%(trailers:key=Parallel-Tip,valueonly)", "main", at=host).strip()
        == tip
    )
    assert cli("prune", "--json", at=desk).json["kept"] == []
    repo.git("fsck", "--full", "--strict", at=host)
